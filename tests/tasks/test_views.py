"""The pages of this room, as each role meets them."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm.domain.access import Role
from crm.kit import clock
from crm.kit.db import db
from crm.tasks.models import Task

pytestmark = pytest.mark.usefixtures("noon")
TODAY = date(2026, 11, 26)


@pytest.fixture
def give(make):
    """Keep a task."""

    def keep(owner, firm=None, **values: Any) -> Task:
        make.count += 1
        defaults = {"title": "催报数据", "act": f"a{make.count}", "made_by_id": owner.id, "made_at": clock.now()}
        return make.add(Task(owner_id=owner.id, firm_id=firm.id if firm else None, **{**defaults, **values}))

    return keep


def test_made_from_a_firms_page_done_and_opened_again(make, browse) -> None:
    firm, officer = make.firm(), make.user()
    browser = browse(officer)
    page = browser.get(f"/firms/{firm.id}")
    address = next(link for link in page.links() if link.startswith("/tasks/new"))
    page = browser.submit(address, {"title": "<b>催</b>报", "due_on": TODAY.isoformat()})
    assert "<b>催</b>报" in page.words, "what was typed is shown as typed, on the firm's page"
    listed = browser.get("/tasks")
    assert firm.name in listed.words
    task_id = one(browser.app).id
    browser.post(f"/tasks/{task_id}/done", {"next": "/tasks"})
    assert "催" not in browser.get("/tasks").words.split("已办结")[-1]
    page = browser.get("/tasks?heap=done")
    assert "<b>催</b>报" in page.words
    browser.post(f"/tasks/{task_id}/reopen", {"next": "/tasks"})
    assert one(browser.app).done_on is None


def one(app) -> Task:
    with app.app_context():
        return db.session.scalars(select(Task)).one()


def test_the_same_form_twice_is_one_task(make, browse) -> None:
    browser = browse(make.user())
    action, values = browser.get("/tasks/new").form()
    values |= {"title": "写总结"}
    browser.post(action or "/tasks/new", values)
    browser.post(action or "/tasks/new", values)
    assert one(browser.app).title == "写总结"


def test_a_mistake_keeps_what_was_typed(make, browse) -> None:
    page = browse(make.user()).submit(
        "/tasks/new", {"title": "写了很久", "due_on": (TODAY - timedelta(days=1)).isoformat()}, 422
    )
    assert "期限不能早于今天" in page.words
    assert "写了很久" in page.text


def test_two_people_edit_one_task(make, browse, give) -> None:
    """The second sees what the first wrote beside her own words, and loses none of them."""
    anna, bert = make.user(), make.user()
    task, first, second = give(anna, make.firm()), browse(anna), browse(bert)
    url = f"/tasks/{task.id}/edit"
    page = second.get(url)
    _action, his = page.form(_edit_form(page))
    first.submit(url, {"title": "安娜的字"}, form=_edit_form(first.get(url)))
    page = second.post(url, {**his, "title": "伯特的字"}, 422)
    assert "别人改过这条待办" in page.words
    assert "安娜的字" in page.words
    assert 'value="伯特的字"' in page.text
    _action, again = page.form(_edit_form(page))
    second.post(url, again)
    assert one(second.app).title == "伯特的字"


def _edit_form(page: Any) -> int:
    return next(number for number, (_action, values) in enumerate(page.forms()) if "title" in values)


def test_a_whole_act_is_taken_back_from_one_of_its_tasks(make, browse, give) -> None:
    officer = make.user()
    first = give(officer, make.firm(), act="bulk")
    give(officer, make.firm(), act="bulk")
    touched = give(officer, make.firm(), act="bulk", title="已动")
    browse(make.user()).post(f"/tasks/{touched.id}/done", {})
    page = browse(officer).get(f"/tasks/{first.id}/edit")
    assert "撤回同批没人动过的 2 条" in page.words
    page = browse(officer).post("/tasks/withdraw", {"act": "bulk", "next": "/tasks"})
    assert "已撤回 2 条" in page.words
    assert "已有人办理或改过，未撤回：1 条" in page.words
    assert one(browse(officer).app).title == "已动"


def test_picked_tasks_are_handed_on_and_what_is_not_is_named(make, browse, give) -> None:
    officer, other = make.user(), make.user(districts=["440106"])
    here, there = make.firm(), make.firm(name="广州远方有限公司", registration_district="440112")
    tasks = [give(officer, here), give(officer, there)]
    page = browse(officer).post(
        "/tasks/hand", {"task_ids": [task.id for task in tasks], "owner_id": str(other.id), "next": "/tasks"}
    )
    assert "已转交 1 条" in page.words
    assert "广州远方有限公司" in page.words
    assert browse(other).get("/tasks").words.count("催报数据") == 1


def test_somebody_elses_ids_in_the_body_change_nothing(make, browse, give) -> None:
    """An officer of another district, an agency and a firm's person: by picked ids, by the act's key."""
    officer = make.user()
    task = give(officer, make.firm(), act="bulk")
    for user in (make.user(districts=["440112"]), make.user(Role.AGENCY)):
        browser = browse(user)
        browser.post("/tasks/hand", {"task_ids": str(task.id), "owner_id": str(user.id)})
        browser.post("/tasks/withdraw", {"act": "bulk"})
        browser.post(f"/tasks/{task.id}/done", {}, 404)
        browser.get(f"/tasks?firm={task.firm_id}", 404)
        browser.get(f"/tasks/new?firm={task.firm_id}", 404)
        browser.post(f"/tasks/new?firm={task.firm_id}", {"title": "x", "owner_id": str(user.id)}, 404)
    person = browse(make.user(Role.FIRM_EDITOR))
    person.post("/tasks/hand", {"task_ids": str(task.id), "owner_id": str(officer.id)}, 403)
    kept = one(person.app)
    assert (kept.owner_id, kept.done_on, kept.version) == (officer.id, None, 1)


def test_fields_that_are_not_on_the_form_are_not_taken(make, browse) -> None:
    officer, other = make.user(), make.user()
    browse(officer).submit(
        "/tasks/new",
        {"title": "一", "made_by_id": str(other.id), "done_on": "2026-01-01", "done_by_id": str(other.id), "act": "x"},
    )
    kept = one(browse(officer).app)
    assert (kept.made_by_id, kept.done_on, kept.version) == (officer.id, None, 1)
    assert kept.act != "x"


def test_the_desk_counts_and_leads_to_the_list(make, browse, give) -> None:
    officer = make.user()
    give(officer, make.firm(), due_on=TODAY - timedelta(days=1), title="迟了的事")
    give(officer, make.firm(), due_on=TODAY + timedelta(days=30), title="以后的事")
    page = browse(officer).get("/")
    assert "迟了的事" in page.words
    assert "以后的事" not in page.words
    assert "逾期 1 条，今天到期 0 条" in page.words
    assert "/tasks" in page.links()


def test_the_timeline_tells_them_to_those_who_may_read_them(make, browse) -> None:
    person, officer = make.user(Role.FIRM_EDITOR), make.user(name="专员甲")
    browse(officer).submit(f"/tasks/new?firm={person.firm_id}", {"title": "内部的事"})
    address = f"/firms/{person.firm_id}/timeline"
    page = browse(officer).get(address)
    assert "新建待办" in page.words
    assert "内部的事" in page.words
    assert "负责人 — → 专员甲" in page.words, "people by their names"
    assert "内部的事" not in browse(person).get(address).words


def test_an_auditor_reads_only(make, browse, give) -> None:
    give(make.user(), make.firm())
    page = browse(make.user(Role.AUDITOR)).get("/tasks")
    assert "催报数据" in page.words
    assert all("/tasks/" not in (form[0] or "") for form in page.forms())


def test_as_many_queries_for_many_as_for_few(make, browse, give, statements) -> None:
    officer, firm = make.user(), make.firm()
    addresses = ("/tasks", "/tasks?owner=all&heap=soon", f"/tasks?firm={firm.id}", "/", f"/firms/{firm.id}")

    def count(address: str) -> int:
        with statements() as seen:
            browse(officer).get(address)
        return len(seen)

    give(officer, firm, due_on=TODAY)
    few = [count(address) for address in addresses]
    for _ in range(4):
        give(officer, make.firm(), due_on=TODAY)
        give(officer, firm, due_on=TODAY, made_by_id=make.user().id)
    assert [count(address) for address in addresses] == few
