"""One fact changed in its row: checked, recorded, and nobody's change lost."""

import pytest
from flask import Flask
from sqlalchemy import select

from crm.firms import tags
from crm.firms.models import Firm
from crm.journal.models import Event
from crm.kit.db import db

HTMX = {"HX-Request": "true"}


def firm_of(app: Flask, number: int) -> Firm:
    with app.app_context():
        return db.session.get(Firm, number)


def send(browser, url: str, typed: dict[str, str], status: int = 200):
    seen = browser.get(url, headers=HTMX)
    values = {**seen.forms()[0][1], **typed} if seen.forms() else typed
    return browser.post(url, values, status, headers=HTMX)


@pytest.mark.parametrize(("key", "typed"), [("park", "科学城"), ("incubator", "一号孵化器"), ("note", "两行\n备注")])
def test_a_cell_is_saved_and_recorded(app: Flask, make, browse, key: str, typed: str) -> None:
    firm = make.firm()
    answer = send(browse(make.user("officer")), f"/firms/{firm.id}/cell/{key}", {"value": typed})
    assert answer.text.lstrip().startswith("<td"), "the cell comes back as it is shown"
    assert typed.split("\n")[0] in answer.words
    assert getattr(firm_of(app, firm.id), key).replace("\r", "") == typed
    with app.app_context():
        event = db.session.scalars(select(Event).where(Event.action == "firm.edited")).one()
        assert list(event.detail["changes"]) == [key]


def test_the_officer_changes_hands_in_the_row(app: Flask, make, browse) -> None:
    firm, colleague = make.firm(), make.user("officer", name="李专员")
    officer = browse(make.user("officer"))
    assert "李专员" in send(officer, f"/firms/{firm.id}/cell/officer", {"value": str(colleague.id)}).words
    assert firm_of(app, firm.id).officer_id == colleague.id
    away = make.user("officer", districts=["440112"])
    assert send(officer, f"/firms/{firm.id}/cell/officer", {"value": str(away.id)}, 422).words
    assert firm_of(app, firm.id).officer_id == colleague.id
    send(officer, f"/firms/{firm.id}/cell/officer", {"value": ""})
    assert firm_of(app, firm.id).officer_id is None


def test_tags_are_typed_as_words(app: Flask, make, browse) -> None:
    firm = make.firm()
    officer = browse(make.user("officer"))
    send(officer, f"/firms/{firm.id}/cell/tags", {"value": "重点，待补材料"})
    send(officer, f"/firms/{firm.id}/cell/tags", {"value": "待补材料、上市后备"})
    with app.app_context():
        assert [tag.name for tag in tags.of([firm.id])[firm.id]] == ["上市后备", "待补材料"]
    assert "标签最多" in send(officer, f"/firms/{firm.id}/cell/tags", {"value": "长" * 30}, 422).words


def test_somebody_else_s_change_of_the_same_cell_is_shown_first(app: Flask, make, browse) -> None:
    firm = make.firm(park="甲园")
    one, other = browse(make.user("officer")), browse(make.user("officer"))
    url = f"/firms/{firm.id}/cell/park"
    values = one.get(url, headers=HTMX).forms()[0][1]
    send(other, url, {"value": "乙园"})
    send(other, f"/firms/{firm.id}/cell/note", {"value": "别的格子不碍事"})
    answer = one.post(url, {**values, "value": "丙园"}, 422, headers=HTMX)
    assert "现在是“乙园”" in answer.words
    assert 'value="丙园"' in answer.text, "what was typed stays"
    assert firm_of(app, firm.id).park == "乙园"
    one.post(url, {**answer.forms()[0][1], "value": "丙园"}, headers=HTMX)
    assert firm_of(app, firm.id).park == "丙园"


def test_without_the_script_it_is_a_page_of_its_own(app: Flask, make, browse) -> None:
    firm = make.firm()
    page = browse(make.user("officer")).submit(f"/firms/{firm.id}/cell/tech_field", {"value": "4"})
    assert "已保存" in page.words
    assert firm_of(app, firm.id).tech_field == "4"
    assert "cell/park" not in browse(make.user("auditor")).get("/firms?columns=park").text
