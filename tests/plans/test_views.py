"""The pages of this room, as each role meets them."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from crm.domain.access import Role
from crm.kit import clock
from crm.kit.db import db
from crm.plans.models import Plan, PlanGoal, PlanNote

pytestmark = pytest.mark.usefixtures("noon")
TODAY = date(2026, 11, 26)


def one(app: Any, table: Any = Plan) -> Any:
    with app.app_context():
        return db.session.scalars(select(table)).one()


@pytest.fixture
def plan(make):
    """Keep an agreed plan of a firm with one goal; returns (firm, officer, plan, goal)."""

    def keep(**values: Any) -> tuple[Any, Any, Any, Any]:
        firm, officer = make.firm(**values), make.user()
        common = {"since_year": TODAY.year, "until_year": TODAY.year, "made_at": clock.now(), "status": "agreed"}
        kept = make.add(Plan(firm_id=firm.id, title="育才计划", owner_id=officer.id, made_by_id=officer.id, **common))
        goal = make.add(PlanGoal(plan_id=kept.id, what="上专精特新", due_on=TODAY, owner_id=officer.id, progress=0))
        return firm, officer, kept, goal

    return keep


def test_from_a_draft_to_its_end(make, browse) -> None:
    firm, officer = make.firm(), make.user()
    browser = browse(officer)
    browser.submit(f"/firms/{firm.id}/plans/new", {"title": "<b>育才</b>计划"})
    base = f"/plans/{one(browser.app).id}"
    page = browser.submit(
        f"{base}/goals/new", {"what": "上专精特新", "target": "2 件", "due_on": str(TODAY), "rung": "srdi_sme"}
    )
    assert "<b>育才</b>计划" in page.words
    assert "专精特新中小企业" in page.words
    page = browser.submit(f"{base}/agree", {"agreed_with": "陈总"})
    assert "已商定" in page.words
    goal = one(browser.app, PlanGoal)
    note = f"{base}/goals/{goal.id}/note"
    assert note in page.links()
    page = browser.submit(note, {"progress": "60", "note": "材料过半"})
    assert "60%" in page.words
    assert "材料过半" in page.words
    assert "60%" in browser.get(f"/firms/{firm.id}/plans").words
    assert "60%" in browser.get("/plans").words
    page = browser.submit(f"{base}/close", {"summary": "按期完成"})
    assert "已结束" in page.words
    assert note not in page.links()
    told = browser.get(f"/firms/{firm.id}/timeline").words
    for words in ("起草一企一策", "商定一企一策", "记一企一策进展", "材料过半"):
        assert words in told


def test_the_same_note_twice_is_one_note(browse, plan) -> None:
    _firm, officer, kept, goal = plan()
    browser = browse(officer)
    url = f"/plans/{kept.id}/goals/{goal.id}/note"
    _action, values = browser.get(url).form()
    for _ in range(2):
        browser.post(url, {**values, "progress": "40", "note": "做了四成"})
    assert one(browser.app, PlanNote).progress == 40


@pytest.mark.parametrize("progress", ["-1", "101", "很多"])
def test_a_mistake_keeps_what_was_typed(browse, plan, progress) -> None:
    _firm, officer, kept, goal = plan()
    url = f"/plans/{kept.id}/goals/{goal.id}/note"
    page = browse(officer).submit(url, {"progress": progress, "note": "写了很久"}, 422)
    assert "写了很久" in page.text


def test_two_people_change_one_draft(make, browse) -> None:
    """The second sees what the first wrote beside her own words, and loses none of them."""
    firm, anna, bert = make.firm(), make.user(name="安娜"), make.user()
    first, second = browse(anna), browse(bert)
    first.submit(f"/firms/{firm.id}/plans/new", {"title": "原题"})
    url = f"/plans/{one(first.app).id}/edit"
    _action, his = second.get(url).form()
    first.submit(url, {"title": "安娜的题", "owner_id": str(bert.id)})
    page = second.post(url, {**his, "title": "伯特的题"}, 422)
    assert "安娜的题" in page.words
    assert 'value="伯特的题"' in page.text
    assert "安娜" in page.words, "people by their names"
    _action, again = page.form()
    second.post(url, again)
    assert one(second.app).title == "伯特的题"


def test_somebody_elses_plan_is_not_there(make, browse, plan) -> None:
    firm, _writer, kept, goal = plan(registration_district="440112")
    own, officer, mine, _own_goal = plan()
    browser = browse(make.user(districts=["440106"]))
    base = f"/plans/{kept.id}"
    for path in (base, f"{base}/edit", f"{base}/close", f"{base}/goals/{goal.id}/note", f"/firms/{firm.id}/plans"):
        browser.get(path, 404)
    browser.post(f"{base}/goals/{goal.id}/note", {"progress": "9", "note": "x", "noted_on": str(TODAY)}, 404)
    # A goal of another plan under the address of one's own.
    browse(officer).post(f"/plans/{mine.id}/goals/{goal.id}/note", {"progress": "9", "note": "x"}, 404)
    assert firm.name not in browser.get("/plans").text
    assert own.name in browser.get("/plans").text


@pytest.mark.parametrize("role", [Role.AGENCY, Role.AUDITOR])
def test_who_reads_only(make, browse, plan, role) -> None:
    user = make.user(role)
    firm, _officer, kept, goal = plan(agency_id=user.agency_id)
    browser = browse(user)
    page = browser.get(f"/plans/{kept.id}")
    assert "上专精特新" in page.words
    assert not [link for link in page.links() if f"/plans/{kept.id}/" in link]
    assert page.forms() == []
    browser.get(f"/firms/{firm.id}/plans/new", 403)
    browser.post(f"/plans/{kept.id}/goals/{goal.id}/note", {"progress": "9", "note": "x"}, 403)


def test_a_firm_reads_none_of_it(make, browse, plan) -> None:
    firm, officer, kept, goal = plan()
    browse(officer).submit(f"/plans/{kept.id}/goals/{goal.id}/note", {"progress": "40", "note": "内部看法"})
    browser = browse(make.user(Role.FIRM_EDITOR, firm_id=firm.id))
    for path in (f"/plans/{kept.id}", f"/firms/{firm.id}/plans", "/plans"):
        browser.get(path, 403)
    assert "内部看法" not in browser.get(f"/firms/{firm.id}/timeline").text


def test_fields_that_are_not_on_the_form_are_not_taken(make, browse) -> None:
    firm, officer = make.firm(), make.user()
    forged = {"status": "closed", "summary": "伪造", "agreed_on": "2026-01-01", "firm_id": "9", "made_by_id": "9"}
    browse(officer).submit(f"/firms/{firm.id}/plans/new", {"title": "一", **forged})
    kept = one(browse(officer).app)
    assert (kept.status, kept.summary, kept.agreed_on, kept.firm_id) == ("draft", None, None, firm.id)
    assert (kept.made_by_id, kept.version) == (officer.id, 1)


def test_as_many_queries_for_many_as_for_few(make, browse, plan, statements) -> None:
    firm, officer, kept, goal = plan()
    addresses = ("/plans", f"/firms/{firm.id}/plans", f"/plans/{kept.id}")

    def count(address: str) -> int:
        with statements() as seen:
            browse(officer).get(address)
        return len(seen)

    browse(officer).submit(f"/plans/{kept.id}/goals/{goal.id}/note", {"progress": "1", "note": "一"})
    few = [count(address) for address in addresses]
    for number in range(3):
        plan()
        other = make.user()
        extra = {"due_on": TODAY, "owner_id": other.id, "progress": 0}
        added = make.add(PlanGoal(plan_id=kept.id, what=f"又一个{number}", **extra))
        browse(other).submit(f"/plans/{kept.id}/goals/{added.id}/note", {"progress": "5", "note": "二"})
    assert [count(address) for address in addresses] == few
