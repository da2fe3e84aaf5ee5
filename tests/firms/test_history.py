"""What each field has held, and putting a former value back."""

import pytest
from flask import Flask
from sqlalchemy import select

from crm.firms.models import Contact, Firm, Move
from crm.journal.models import Event
from crm.kit.db import db
from tests.make import Make, uscc


@pytest.fixture
def officer(make: Make, browse):
    return browse(make.user("officer", name="李专员"))


def events(app: Flask, action: str) -> list[Event]:
    with app.app_context():
        return list(db.session.scalars(select(Event).where(Event.action == action).order_by(Event.id)))


def test_a_field_s_history_says_who_when_and_from_which_act(app: Flask, make: Make, officer) -> None:
    firm = make.firm(address="一号")
    for address in ("二号", "三号"):
        officer.submit(f"/firms/{firm.id}/edit", {"address": address, "main_product": f"{address}的产品"})
    words = officer.get(f"/firms/{firm.id}/history?field=address").words
    assert words.index("三号") < words.index("一号")
    assert "出自 李专员" in words
    assert "三号的产品" not in words
    assert "三号的产品" in officer.get(f"/firms/{firm.id}/history").words


def test_a_former_value_is_put_back_and_that_is_recorded(app: Flask, make: Make, officer) -> None:
    firm = make.firm(address="一号", registered_capital=5_000_000)
    officer.submit(f"/firms/{firm.id}/edit", {"address": "二号", "registered_capital": "9", "established_on": ""})
    (edited,) = events(app, "firm.edited")
    for field in ("address", "registered_capital", "established_on"):
        officer.post(f"/firms/{firm.id}/history/restore", {"event": edited.id, "field": field})
    with app.app_context():
        now = db.session.get(Firm, firm.id)
        assert (now.address, now.registered_capital, now.established_on) == ("一号", 5_000_000, firm.established_on)
    restored = events(app, "firm.restored")
    assert (restored[0].detail["changes"], restored[0].detail["event"]) == ({"address": ["二号", "一号"]}, edited.id)
    assert "恢复旧值" in officer.get(f"/firms/{firm.id}/timeline").words


def test_it_goes_through_the_checks_of_an_edit(app: Flask, make: Make, browse, officer) -> None:
    firm = make.firm()
    officer.submit(f"/firms/{firm.id}/edit", {"uscc": uscc(950)})
    (edited,) = events(app, "firm.edited")
    taken = make.firm(uscc=firm.uscc, name="占了旧代码的有限公司")
    page = officer.post(f"/firms/{firm.id}/history/restore", {"event": edited.id, "field": "uscc"}, 422)
    assert taken.name in page.words
    officer.submit(f"/firms/{firm.id}/edit", {"registration_district": "440112"})
    moved = events(app, "firm.edited")[-1]
    ours = browse(make.user("officer", districts=["440112"]))
    page = ours.post(f"/firms/{firm.id}/history/restore", {"event": moved.id, "field": "registration_district"}, 422)
    assert "不在您管理的范围内" in page.words
    officer.post(f"/firms/{firm.id}/history/restore", {"event": moved.id, "field": "registration_district"})
    with app.app_context():
        assert db.session.scalars(select(Move.district).order_by(Move.id)).all()[-1] == "440106"


def test_an_event_of_another_firm_or_field_restores_nothing(app: Flask, make: Make, officer) -> None:
    mine, foreign = make.firm(address="甲一"), make.firm(address="乙一")
    officer.submit(f"/firms/{mine.id}/edit", {"address": "甲二"})
    officer.submit(f"/firms/{foreign.id}/edit", {"address": "乙二"})
    theirs = events(app, "firm.edited")[1].id
    officer.post(f"/firms/{mine.id}/history/restore", {"event": theirs, "field": "address"}, 422)
    officer.post(f"/firms/{mine.id}/history/restore", {"event": "x", "field": "address"}, 422)
    own = events(app, "firm.edited")[0].id
    officer.post(f"/firms/{mine.id}/history/restore", {"event": own, "field": "version"}, 422)
    with app.app_context():
        assert db.session.get(Firm, mine.id).address == "甲二"


def test_a_record_of_the_file_has_its_history_too(app: Flask, make: Make, browse, officer) -> None:
    firm = make.firm()
    person = make.add(Contact(firm_id=firm.id, name="陈会计", phone="19900000001"))
    url = f"/firms/{firm.id}/contacts/{person.id}"
    officer.submit(f"{url}/edit", {"phone": "19900000002"})
    page = officer.get(f"{url}/history")
    assert "19900000001" in page.words
    officer.post(*page.form())
    with app.app_context():
        assert db.session.get(Contact, person.id).phone == "19900000001"
    auditor = browse(make.user("auditor")).get(f"{url}/history")
    assert "19900000001" not in auditor.words  # personal data are masked for those who only read
    assert auditor.forms() == []


def test_the_number_of_a_removed_record_given_again_starts_a_new_history(app: Flask, make: Make, officer) -> None:
    firm = make.firm()
    person = make.add(Contact(firm_id=firm.id, name="陈会计", phone="19900000001"))
    officer.submit(f"/firms/{firm.id}/contacts/{person.id}/edit", {"phone": "19900000002"})
    officer.post(f"/firms/{firm.id}/contacts/{person.id}/remove")
    again = make.add(Contact(id=person.id, firm_id=firm.id, name="另一个人"))
    assert "19900000001" not in officer.get(f"/firms/{firm.id}/contacts/{again.id}/history").words
