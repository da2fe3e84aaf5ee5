"""The pages of this room, as each role meets them."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm.domain.access import Role
from crm.domain.requests import REQUEST_WORKFLOW, RequestAction, RequestStatus
from crm.kit import clock
from crm.kit.db import db
from crm.requests.models import Request
from crm.visits.models import Visit

pytestmark = pytest.mark.usefixtures("noon")
TODAY = date(2026, 11, 26)


def one(app: Any) -> Request:
    with app.app_context():
        return db.session.scalars(select(Request)).one()


def test_from_a_meeting_to_an_answer_the_firm_reads(make, browse) -> None:
    firm, officer = make.firm(), make.user()
    editor = make.user(Role.FIRM_EDITOR, firm_id=firm.id)
    met = {
        "kind": "visit",
        "visited_on": TODAY - timedelta(days=2),
        "met": "陈总",
        "summary": "<b>资金</b>紧张，内部意见",
    }
    make.add(Visit(firm_id=firm.id, by_id=officer.id, created_at=clock.now(), **met))
    browser = browse(officer)
    page = browser.get(f"/firms/{firm.id}/visits")
    address = next(link for link in page.links() if "requests/new?visit=" in link)
    page = browser.get(address)
    assert "<b>资金</b>紧张" in page.words, "the words of the meeting stand in the form"
    assert (TODAY - timedelta(days=2)).isoformat() in page.text
    page = browser.submit(address, {"subject": "贷款贴息", "kind": "funding"})
    request = one(browser.app)
    assert (request.asked_by, request.visit_id is not None) == ("陈总", True)
    page = browser.submit(
        f"/requests/{request.id}/answer", {"answer": "符合条件\n请三月内申报", "solver": "科技金融中心"}
    )
    assert "已答复" in page.words
    told = browse(editor).get(f"/firms/{firm.id}/requests")
    assert "贷款贴息" in told.words
    assert "请三月内申报" in told.words
    for hidden in ("内部意见", "陈总", "科技金融中心"):
        assert hidden not in told.words, "the office's notes stay in the office"
    confirmed = {"result": "solved", "confirmed_with": "陈总", "confirmed_on": TODAY.isoformat()}
    page = browser.submit(f"/requests/{request.id}/close", confirmed)
    assert "已办结" in page.words
    assert "已解决" in page.words


def test_the_firm_and_the_timeline(make, browse, ask) -> None:
    firm, officer = make.firm(), make.user()
    editor = make.user(Role.FIRM_EDITOR, firm_id=firm.id)
    request = ask(firm, officer, asked_on=TODAY)
    browse(officer).submit(
        f"/requests/{request.id}/hand", {"owner_id": str(make.user(name="接手人").id), "note": "内部原因"}
    )
    browse(officer).submit(f"/requests/{request.id}/answer", {"answer": "可以"})
    address = f"/firms/{firm.id}/timeline"
    own, office = browse(editor).get(address).words, browse(officer).get(address).words
    for told in ("提出诉求：贷款贴息", "答复诉求：贷款贴息", "可以"):
        assert told in own
        assert told in office
    assert "转交诉求" in office
    assert "接手人" in office
    assert "转交诉求" not in own
    tabs = browse(editor).get(f"/firms/{firm.id}").links()
    assert f"/firms/{firm.id}/requests" in tabs
    assert f"/firms/{firm.id}/visits" not in tabs
    for path in (f"/requests/{request.id}", "/requests", "/requests/counts"):
        browse(editor).get(path, 403)


def test_two_people_answer_one_request(make, browse, ask) -> None:
    """The second sees the first's answer and loses nothing typed; a second save is a decision, and both are kept."""
    anna, bert = make.user(name="安娜"), make.user(name="伯特")
    request, first, second = ask(make.firm(), anna), browse(anna), browse(bert)
    url = f"/requests/{request.id}/answer"
    _action, his = second.get(url).form()
    first.submit(url, {"answer": "安娜的答复"})
    page = second.post(url, {**his, "answer": "伯特写了很久的答复"}, 422)
    assert "别人刚办过" in page.words
    assert "安娜的答复" in page.words
    assert "伯特写了很久的答复" in page.text
    assert one(second.app).answer == "安娜的答复"
    _action, again = page.form()
    page = second.post(url, again)
    assert one(second.app).answer == "伯特写了很久的答复"
    assert "安娜的答复" in page.words, "the first answer stands in the course of the request"


def test_the_same_answer_twice_is_one_answer(make, browse, ask) -> None:
    browser = browse(make.user())
    url = f"/requests/{ask(make.firm(), make.user()).id}/answer"
    _action, values = browser.get(url).form()
    for _ in range(2):
        page = browser.post(url, {**values, "answer": "可以"})
    assert page.words.count("答复 用户") == 1
    assert one(browser.app).version == 2


def test_the_buttons_are_the_moves_of_the_table(make, browse, ask) -> None:
    officer, firm = make.user(), make.firm()
    extra = {
        RequestStatus.ANSWERED: {"answer": "好", "answered_on": TODAY, "answered_by_id": officer.id},
        RequestStatus.CLOSED: {"result": "solved", "ended_on": TODAY},
        RequestStatus.WITHDRAWN: {"ended_on": TODAY},
    }
    for status in RequestStatus:
        request = ask(firm, officer, status=status, **extra.get(status, {}))
        page = browse(officer).get(f"/requests/{request.id}")
        offered = {*page.links(), *(action for action, _ in page.forms())}
        shown = {action for action in RequestAction if f"/requests/{request.id}/{action}" in offered}
        assert shown == set(REQUEST_WORKFLOW.actions(status)), status
        page = browse(make.user(Role.AUDITOR)).get(f"/requests/{request.id}")
        assert not any(f"/requests/{request.id}/{action}" in page.links() for action in RequestAction)
        assert page.forms() == []


def test_a_move_the_table_does_not_know_keeps_what_was_typed(make, browse, ask) -> None:
    officer = make.user()
    request = ask(make.firm(), officer, status="withdrawn", ended_on=TODAY)
    page = browse(officer).submit(f"/requests/{request.id}/answer", {"answer": "写了很久"}, 422)
    assert "现在不能“答复”" in page.words
    assert "写了很久" in page.text
    assert one(browse(officer).app).answer is None


@pytest.mark.parametrize("role", [Role.AGENCY, Role.AUDITOR, Role.FIRM_EDITOR])
def test_only_the_office_moves_requests(make, browse, ask, role) -> None:
    user = make.user(role)
    firm = make.firm(agency_id=user.agency_id) if user.agency_id else make.firm()
    request = ask(firm, make.user())
    for action in RequestAction:
        browse(user).post(f"/requests/{request.id}/{action}", {"version": "1", "answer": "x", "note": "x"}, 403)
    assert one(browse(user).app).version == 1


def test_an_agency_records_for_its_firms(make, browse) -> None:
    agency, officer = make.user(Role.AGENCY), make.user()
    own, other = make.firm(agency_id=agency.agency_id, officer_id=officer.id), make.firm()
    browse(agency).submit(f"/firms/{own.id}/requests/new", {"subject": "要场地", "kind": "land"})
    kept = one(browse(agency).app)
    assert (kept.owner_id, kept.recorded_by_id) == (officer.id, agency.id)
    browse(agency).get(f"/requests/{kept.id}")
    browse(agency).get(f"/firms/{other.id}/requests/new", 404)
    browse(agency).post(f"/firms/{other.id}/requests/new", {"subject": "x"}, 404)


def test_somebody_elses_ids_change_nothing(make, browse, ask) -> None:
    """A request or a meeting of another district: in the address, in the body, as a second parameter."""
    there = make.firm(registration_district="440112")
    officer, writer = make.user(districts=["440106"]), make.user()
    request = ask(there, writer)
    met = {"kind": "visit", "visited_on": TODAY, "summary": "别区的机密"}
    visit = make.add(Visit(firm_id=there.id, by_id=writer.id, created_at=clock.now(), **met))
    browser = browse(officer)
    for action in RequestAction:
        browser.post(f"/requests/{request.id}/{action}", {"version": "1", "answer": "x"}, 404)
    browser.post("/requests/hand", {"request_ids": str(request.id), "owner_id": str(officer.id), "note": "x"})
    browser.get(f"/firms/{make.firm().id}/requests/new?visit={visit.id}", 404)
    kept = one(browser.app)
    assert (kept.version, kept.owner_id) == (1, writer.id)
    for path in ("/requests?owner=all&heap=all", "/requests/counts?since=2020-01-01"):
        assert there.name not in browser.get(path).text
        assert "贷款贴息" not in browser.get(path).text


def test_fields_that_are_not_on_the_form_are_not_taken(make, browse) -> None:
    officer, firm = make.user(), make.firm()
    forged = {
        "status": "closed",
        "answer": "伪造",
        "result": "solved",
        "firm_id": "1",
        "recorded_by_id": "999",
        "visit_id": "1",
    }
    browse(officer).submit(f"/firms/{firm.id}/requests/new", {"subject": "一", **forged})
    kept = one(browse(officer).app)
    assert (kept.status, kept.answer, kept.result, kept.firm_id) == (RequestStatus.OPEN, None, None, firm.id)
    assert (kept.recorded_by_id, kept.visit_id, kept.version) == (officer.id, None, 1)


def test_filters_and_heaps(make, browse, ask) -> None:
    anna, bert = make.user(), make.user()
    here, there = make.firm(name="天河甲公司"), make.firm(name="黄埔乙公司", registration_district="440112")
    ask(here, anna, subject="安娜的事", due_on=TODAY - timedelta(days=3))
    ask(there, bert, subject="伯特的事", due_on=TODAY + timedelta(days=30), kind="land", source="call")
    browser = browse(anna)
    assert "伯特的事" not in browser.get("/requests").words, "one's own at first"
    for query, seen in (
        ("owner=all", {"安娜的事", "伯特的事"}),
        (f"owner={bert.id}", {"伯特的事"}),
        ("owner=all&heap=overdue", {"安娜的事"}),
        ("owner=all&kind=land", {"伯特的事"}),
        ("owner=all&source=forum", {"安娜的事"}),
        ("owner=all&district=440112", {"伯特的事"}),
        ("owner=all&q=黄埔", {"伯特的事"}),
        ("owner=all&heap=over", set()),
        ("owner=all&kind=nonsense&district=x&heap=x", {"安娜的事", "伯特的事"}),
    ):
        words = browser.get(f"/requests?{query}").words
        assert {subject for subject in ("安娜的事", "伯特的事") if subject in words} == seen, query
    assert "逾期 3 天" in browser.get("/requests").words


def test_the_desk_shows_what_waits_for_me(make, browse, ask) -> None:
    officer = make.user()
    ask(make.firm(), officer, due_on=TODAY - timedelta(days=1), subject="迟了的诉求")
    ask(make.firm(), make.user(), subject="别人的诉求")
    page = browse(officer).get("/")
    assert "迟了的诉求" in page.words
    assert "别人的诉求" not in page.words
    assert "逾期 1 件，七天内 0 件" in page.words


def test_as_many_queries_for_many_as_for_few(make, browse, ask, statements) -> None:
    officer, firm = make.user(), make.firm()
    request = ask(firm, officer)
    addresses = (
        "/requests?owner=all&heap=all",
        "/requests/counts?since=2026-01-01&by=owner",
        f"/requests/{request.id}",
        f"/firms/{firm.id}/visits",
        f"/firms/{firm.id}/requests",
        "/",
    )

    def count(address: str) -> int:
        with statements() as seen:
            browse(officer).get(address)
        return len(seen)

    few = [count(address) for address in addresses]
    for _ in range(4):
        ask(make.firm(), make.user(), asked_on=date(2026, 11, 3))
        ask(firm, make.user())
        browse(officer).submit(f"/requests/{request.id}/extend", {"due_on": str(TODAY), "note": "再等"})
    assert [count(address) for address in addresses] == few
