"""What a firm lacks becomes what is to be done, once."""

from datetime import date

from sqlalchemy import func, select

from crm.kit.db import db, transaction
from crm.tasks.models import Task
from tests.ladder.conftest import WAN

LACKING = {2025: {"tech_staff": 5, "rd_hte": 219 * WAN}}


def address(firm) -> str:
    return f"/firms/{firm.id}/ladder/tasks?rung=high_tech"


def kept(app) -> list[Task]:
    with app.app_context(), transaction(writing=False):
        found = list(db.session.scalars(select(Task).order_by(Task.id)))
        db.session.expunge_all()
        return found


def make_them(officer, firm, **data):
    page = officer.get(f"/firms/{firm.id}/ladder?rung=high_tech")
    _action, values = next(form for form in page.forms() if form[0].endswith("tasks?rung=high_tech"))
    return officer.post(address(firm), {**values, "criteria": ["tech_staff", "rd"], **data})


def test_one_click_makes_a_task_of_each_unmet_criterion(good_firm, browse, make, app) -> None:
    """32号第十一条(四)(五): 5 of 60 is one person short; 564 of 11,300 万元 is 1 万元 short of 5 %."""
    firm = good_firm(LACKING)
    user = make.user("officer")
    page = make_them(browse(user), firm, due_on="2026-07-31")
    assert "已建待办 2 条" in page.words
    staff, research = sorted(kept(app), key=lambda task: "研发" in task.title)
    assert "差 1.67 个百分点" in staff.title
    assert "再多 1 人即满足" in staff.note
    assert "再多 1.00 万元即满足" in research.note
    assert "32号第十一条(五)" in research.note
    assert {task.about for task in (staff, research)} == {"hte:tech_staff", "hte:rd"}
    assert (staff.owner_id, staff.due_on) == (user.id, date(2026, 7, 31))


def test_none_is_made_twice_while_it_is_open(good_firm, browse, make, app) -> None:
    firm, officer = good_firm(LACKING), browse(make.user("officer"))
    make_them(officer, firm, criteria=["rd"])
    page = make_them(officer, firm)
    assert "已建待办 1 条" in page.words
    assert "已有未办结的待办，没有重复建 1 条" in page.words
    assert "已有待办" in officer.get(address(firm)).words
    (first, _second) = kept(app)
    officer.post(f"/tasks/{first.id}/done")
    make_them(officer, firm)
    assert len(kept(app)) == 3, "what is done may be asked for again"
    with app.app_context(), transaction(writing=False):
        counted = select(Task.about, func.count()).where(Task.done_on.is_(None)).group_by(Task.about)
        assert dict(db.session.execute(counted).all()) == {"hte:rd": 1, "hte:tech_staff": 1}


def test_what_was_typed_stays_when_it_is_refused(good_firm, browse, make, app) -> None:
    firm, officer = good_firm(LACKING), browse(make.user("officer"))
    page = officer.submit(address(firm), {"criteria": ["rd"], "due_on": "2026-06-14"}, 422)
    assert "期限不能早于今天" in page.words
    assert 'value="2026-06-14"' in page.text
    page = officer.submit(address(firm), {"criteria": []}, 422)
    assert "请至少勾选一项" in page.words
    assert kept(app) == []


def test_a_criterion_that_is_met_by_now_makes_no_task(good_firm, browse, make, app) -> None:
    firm, officer = good_firm(LACKING), browse(make.user("officer"))
    _action, values = officer.get(address(firm)).form()
    make.annual_return(firm, 2025, source="officer", tech_staff=16)
    officer.post(address(firm), {**values, "criteria": ["tech_staff", "rd"]})
    assert [task.about for task in kept(app)] == ["hte:rd"]


def bulk(officer, firms, policy: str = "hte"):
    picked = {"firm_ids": [str(firm.id) for firm in firms], "query": ""}
    path = officer.post("/bulk/new/gap_task", picked, 302).response.location
    page = officer.submit(path, {"policy": policy})
    return path, page


def test_many_firms_each_in_words_of_its_own(good_firm, browse, make, app) -> None:
    """One lacks one person, one lacks two things, one lacks nothing: two tasks, and all of it is taken back."""
    one, two, none = good_firm({2025: {"tech_staff": 5}}), good_firm(LACKING), good_firm()
    officer = browse(make.user("officer"))
    path, page = bulk(officer, (one, two, none))
    assert "没有未满足的条件" in page.words
    officer.post(f"{path}/go", {}, 302)
    first, second = kept(app)
    assert "差 1.67 个百分点" in first.title
    assert first.about == "hte:tech_staff"
    assert "2 项差距" in second.title
    assert "研发费用" in second.note
    path_again, page = bulk(officer, (one, two))
    assert page.words.count("已有未办结的待办") == 2
    officer.post(f"{path}/undo", {}, 302)
    assert kept(app) == []


def test_what_the_page_has_made_the_list_does_not_make_again(good_firm, browse, make, app) -> None:
    firm, officer = good_firm(LACKING), browse(make.user("officer"))
    make_them(officer, firm, criteria=["rd"])
    path, _page = bulk(officer, [firm])
    officer.post(f"{path}/go", {}, 302)
    assert [task.about for task in kept(app)] == ["hte:rd", "hte:tech_staff"]
    _path, page = bulk(officer, [firm])
    assert "已有未办结的待办" in page.words
