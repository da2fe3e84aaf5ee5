"""The pages of this room, as each role meets them."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from crm.domain.access import Role
from crm.domain.records import VisitKind
from crm.kit import clock
from crm.kit.db import db
from crm.visits.models import Visit

pytestmark = pytest.mark.usefixtures("noon")
TODAY = date(2026, 11, 26)


@pytest.fixture
def meet(make):
    """Keep a meeting."""

    def keep(firm, by, **values: Any) -> Visit:
        defaults = {"kind": VisitKind.VISIT, "visited_on": TODAY, "summary": "看了中试线", "created_at": clock.now()}
        return make.add(Visit(firm_id=firm.id, by_id=by.id, **{**defaults, **values}))

    return keep


def test_an_officer_records_edits_and_settles(make, browse) -> None:
    firm, officer = make.firm(), make.user()
    browser = browse(officer)
    address = f"/firms/{firm.id}/visits"
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    page = browser.submit(
        address,
        {
            "kind": "call",
            "met": "陈经理",
            "summary": "<b>问了</b>\n两件事",
            "next_step": "回复条件",
            "next_on": tomorrow,
        },
    )
    assert "电话" in page.words
    assert "陈经理" in page.words
    assert "<b>问了</b>" in page.words, "what was typed is shown as typed"
    assert "回复条件" in browser.get("/visits").words
    edit = next(link for link in page.links() if link.endswith("/edit"))
    page = browser.submit(edit, {"summary": "问了三件事"})
    assert "问了三件事" in page.words
    assert "陈经理" in page.words, "what was not touched stays"
    settle = next(action for action, _ in page.forms() if action.endswith("/settle"))
    page = browser.post(settle, {"next": "/visits"})
    assert "已办结" in page.words
    assert "回复条件" not in browser.get("/visits?due=open").words


def test_a_mistake_keeps_what_was_typed(make, browse) -> None:
    firm, officer = make.firm(), make.user()
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    page = browse(officer).submit(
        f"/firms/{firm.id}/visits", {"kind": "visit", "summary": "谈了很久", "visited_on": tomorrow}, 422
    )
    assert "日期不能晚于今天" in page.words
    assert "谈了很久" in page.text
    assert "不能" not in browse(officer).get(f"/firms/{firm.id}/visits").words


def test_blank_words_are_no_summary(make, browse) -> None:
    page = browse(make.user()).submit(f"/firms/{make.firm().id}/visits", {"kind": "visit", "summary": "  "}, 422)
    assert "请写下谈了什么" in page.words


def test_nobody_edits_what_another_wrote(make, browse, meet) -> None:
    visit = meet(make.firm(), make.user())
    browser = browse(make.user())
    browser.get(f"/visits/{visit.id}/edit", 403)
    browser.post(f"/visits/{visit.id}/edit", {"kind": "visit", "summary": "别的"}, 403)


def test_what_is_not_in_scope_is_not_there(make, browse, meet) -> None:
    there = make.firm(registration_district="440112")
    visit = meet(there, make.user(), summary="机密", next_step="机密的事", next_on=TODAY)
    browser = browse(make.user(districts=["440106"]))
    for address in (f"/firms/{there.id}/visits", f"/visits/{visit.id}/edit"):
        browser.get(address, 404)
    browser.post(f"/firms/{there.id}/visits", {"kind": "visit", "summary": "x"}, 404)
    browser.post(f"/visits/{visit.id}/settle", {}, 404)
    for address in ("/visits", "/visits?due=open", "/visits/silent"):
        text = browser.get(address).text
        assert "机密" not in text
        assert there.name not in text


@pytest.mark.parametrize("role", [Role.FIRM_EDITOR, Role.FIRM_CERTIFIER, Role.ADMIN])
def test_notes_of_the_office_stay_in_the_office(make, browse, role) -> None:
    user = make.user(role)
    browser = browse(user)
    for address in ("/visits", "/visits/silent", f"/firms/{user.firm_id or make.firm().id}/visits"):
        browser.get(address, 403)


def test_an_agency_records_coaching_for_its_firms(make, browse, meet) -> None:
    agency = make.user(Role.AGENCY)
    own, other = make.firm(agency_id=agency.agency_id), make.firm()
    meet(own, make.user(), summary="内部意见")
    browser = browse(agency)
    page = browser.submit(f"/firms/{own.id}/visits", {"summary": "辅导填报"})
    assert "辅导填报" in page.words
    assert "内部意见" not in page.words
    browser.post(f"/firms/{own.id}/visits", {"kind": "visit", "visited_on": str(TODAY), "summary": "x"}, 422)
    browser.get(f"/firms/{other.id}/visits", 404)


def test_an_auditor_reads_only(make, browse, meet) -> None:
    firm = make.firm()
    visit = meet(firm, make.user(), next_step="回复条件", next_on=TODAY)
    browser = browse(make.user(Role.AUDITOR))
    page = browser.get(f"/firms/{firm.id}/visits")
    assert "看了中试线" in page.words
    assert page.forms() == []
    browser.post(f"/firms/{firm.id}/visits", {"kind": "visit", "summary": "x"}, 403)
    browser.post(f"/visits/{visit.id}/settle", {}, 403)


def test_filters_and_heaps(make, browse, meet) -> None:
    anna, bert, firm = make.user(), make.user(), make.firm()
    meet(firm, anna, summary="安娜走访", next_step="旧事", next_on=TODAY - timedelta(days=1))
    meet(firm, bert, summary="伯特电话", kind=VisitKind.CALL, next_step="新事", next_on=TODAY + timedelta(days=3))
    browser = browse(anna)
    page = browser.get(f"/visits?by={bert.id}")
    assert "伯特电话" in page.words
    assert "安娜走访" not in page.words
    assert "安娜走访" not in browser.get("/visits?kind=call").words
    assert "旧事" in browser.get("/visits?due=overdue").words
    assert "新事" not in browser.get("/visits?due=overdue").words
    assert "新事" in browser.get("/visits?due=near").words
    assert "逾期 1 天" in browser.get("/visits?due=open").words
    browser.get("/visits?due=nonsense", 404)


def test_as_many_queries_for_many_as_for_few(app, make, browse, meet) -> None:
    officer = make.user()
    browser = browse(officer)

    def count(address: str) -> int:
        seen: list[str] = []
        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", listener := lambda *a: seen.append(a[2]))
        browser.get(address)
        event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    firm = make.firm()
    addresses = ("/visits", "/visits?due=open", "/visits/silent", f"/firms/{firm.id}/visits")
    long_ago = TODAY - timedelta(days=400)
    meet(make.firm(), officer, next_step="一", next_on=TODAY, visited_on=long_ago)
    meet(firm, officer, next_step="一", next_on=TODAY)
    few = [count(address) for address in addresses]
    for _ in range(6):
        meet(make.firm(), make.user(), next_step="一", next_on=TODAY, visited_on=long_ago)
        meet(firm, make.user(), next_step="一", next_on=TODAY)
    assert [count(address) for address in addresses] == few
