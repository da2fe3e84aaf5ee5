"""One thing done to many firms: previewed, done firm by firm, undone where nobody has been since."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select, update

from crm.accounts.models import User
from crm.domain.bulk import BulkStatus, RowState
from crm.domain.care import Duty
from crm.firms import assignments, derived, tags
from crm.firms.care_models import Assignment, FirmTag
from crm.firms.models import Firm
from crm.journal.models import Event
from crm.kit import clock, jobs
from crm.kit.db import db, transaction
from crm.lists import bulk
from crm.lists.bulk_models import BulkAct, BulkRow
from crm.tasks.models import Task
from tests.digest import BOOKKEEPING, digest
from tests.make import Make

LEFT_OUT = {*BOOKKEEPING, "bulk_act", "bulk_row", "tag"}


def start(browser: Any, kind: str, firms: list[Firm], **form: str) -> str:
    """Pick firms for an act; return the address of the act."""
    picked = {"firm_ids": [str(firm.id) for firm in firms], "query": "", **form}
    return browser.post(f"/bulk/new/{kind}", picked, 302).response.headers["Location"]


def states(app: Flask) -> list[tuple[str, str]]:
    """Return (state, why) of each row of the latest act."""
    with app.app_context(), transaction(writing=False):
        latest = db.session.scalar(select(func.max(BulkAct.id)))
        query = select(BulkRow.state, BulkRow.why).where(BulkRow.act_id == latest).order_by(BulkRow.firm_id)
        return [(state.value, why) for state, why in db.session.execute(query)]


def said(app: Flask) -> str:
    with app.app_context(), transaction(writing=False):
        return digest(LEFT_OUT)


@pytest.fixture
def firms(make: Make) -> list[Firm]:
    return [make.firm(name=f"广州批量{number}公司") for number in range(4)]


def test_hand_over_previews_does_and_undoes(firms: list[Firm], make: Make, browse: Callable, app: Flask) -> None:
    old, new = make.user(name="老张"), make.user(name="小李")
    manager = make.user("manager", name="科长")
    with app.app_context(), transaction():
        someone = db.session.get(User, manager.id)
        day = clock.today()
        assignments.assign([f.id for f in firms[:2]], Duty.OFFICER, old.id, day - timedelta(9), someone, day)
        assignments.assign([firms[3].id], Duty.OFFICER, new.id, day - timedelta(9), someone, day)
    before = said(app)
    browser = browse(manager)
    address = start(browser, "officer", firms)
    today = clock.today().isoformat()
    browser.submit(address, {"person_id": str(new.id), "since_on": today, "reason": "老张调岗"}, 302)
    preview = browser.get(address)
    assert said(app) == before, "a preview changes nothing"
    assert "预览：还没有办理" in preview.words
    assert "确认换服务专员：3 家" in preview.words
    assert "老张" in preview.words
    assert states(app) == [("ready", "")] * 3 + [("refused", "已经由{name}负责")]
    browser.post(f"{address}/go", {}, 302)
    assert states(app)[:3] == [("done", "")] * 3
    with app.app_context(), transaction(writing=False):
        assert set(db.session.scalars(select(Firm.officer_id))) == {new.id}
    # Somebody hands one of them on; the undo leaves that one alone and says who it was.
    with app.app_context(), transaction():
        someone = db.session.get(User, manager.id)
        assignments.assign([firms[0].id], Duty.OFFICER, old.id, clock.today(), someone, clock.today())
    browser.post(f"{address}/undo", {}, 302)
    assert states(app) == [("kept", "之后又换过人"), ("undone", ""), ("undone", ""), ("refused", "已经由{name}负责")]
    assert re.search(r"之后又换过人（科长，\d{4}-", browser.get(address).words)
    with app.app_context(), transaction(writing=False):
        held = dict(db.session.execute(select(Firm.id, Firm.officer_id)).all())
        assert [held[firm.id] for firm in firms] == [old.id, old.id, None, new.id]


def test_an_undone_hand_over_leaves_the_register_as_it_was(
    firms: list[Firm], make: Make, browse: Callable, app: Flask
) -> None:
    """Today's and one dated ahead, over an assignment of the same day and over none."""
    old, new, manager = make.user(), make.user(), make.user("manager")
    with app.app_context(), transaction():
        someone, day = db.session.get(User, manager.id), clock.today()
        assignments.assign([firms[1].id], Duty.OFFICER, old.id, day - timedelta(5), someone, day)
        derived.refresh([firm.id for firm in firms])
    browser = browse(manager)
    for days in (0, 10):
        before = said(app)
        address = start(browser, "officer", firms)
        day_of_effect = (clock.today() + timedelta(days)).isoformat()
        browser.submit(address, {"person_id": str(new.id), "since_on": day_of_effect}, 302)
        browser.post(f"{address}/go", {}, 302)
        assert said(app) != before
        browser.post(f"{address}/undo", {}, 302)
        assert said(app) == before
    with app.app_context(), transaction():
        someone = db.session.get(User, manager.id)
        assignments.assign([firms[2].id], Duty.OFFICER, old.id, clock.today(), someone, clock.today())
    address = start(browser, "officer", [firms[2]])
    browser.submit(address, {"person_id": str(new.id), "since_on": clock.today().isoformat()}, 302)
    browser.post(f"{address}/go", {}, 302)
    browser.post(f"{address}/undo", {}, 302)
    with app.app_context(), transaction(writing=False):
        firm = db.session.get(Firm, firms[2].id)
        row = db.session.scalars(select(Assignment).where(Assignment.firm_id == firm.id)).one()
        assert (firm.officer_id, row.user_id) == (old.id, old.id), "file and history agree"


def test_tags_on_and_off_and_back(firms: list[Firm], make: Make, browse: Callable, app: Flask) -> None:
    officer = make.user(name="小李")
    browser = browse(officer)
    with app.app_context(), transaction():
        me = db.session.get(User, officer.id)
        tags.tag([firms[0].id], tags.named("规上", me), me)
    before = said(app)
    address = start(browser, "tag", firms)
    browser.submit(address, {"tag": "规上"}, 302)
    assert states(app)[0] == ("refused", "已有这个标签")
    browser.post(f"{address}/go", {}, 302)
    with app.app_context(), transaction():
        assert db.session.scalar(select(func.count()).select_from(FirmTag)) == 4
        me = db.session.get(User, officer.id)
        tags.untag([firms[1].id], tags.named("规上", me), me)
    browser.post(f"{address}/undo", {}, 302)
    assert [state for state, _ in states(app)] == ["refused", "kept", "undone", "undone"]
    assert said(app) == before
    address = start(browser, "untag", firms)
    browser.submit(address, {"tag": "规上"}, 302)
    browser.post(f"{address}/go", {}, 302)
    browser.post(f"{address}/undo", {}, 302)
    assert said(app) == before


def test_tasks_are_made_and_taken_back_but_for_those_worked_on(
    firms: list[Firm], make: Make, browse: Callable, app: Flask
) -> None:
    officer = make.user()
    browser = browse(officer)
    address = start(browser, "task", firms)
    browser.submit(address, {"title": "催报年报", "owner_id": str(officer.id)}, 302)
    browser.post(f"{address}/go", {}, 302)
    with app.app_context(), transaction():
        assert db.session.scalar(select(func.count()).select_from(Task)) == 4
        db.session.execute(update(Task).where(Task.firm_id == firms[1].id).values(version=2))
    browser.post(f"{address}/undo", {}, 302)
    assert [state for state, _ in states(app)] == ["undone", "kept", "undone", "undone"]
    with app.app_context(), transaction(writing=False):
        assert db.session.scalars(select(Task.firm_id)).all() == [firms[1].id]


def test_what_is_not_in_sight_is_neither_picked_nor_done(make: Make, browse: Callable, app: Flask) -> None:
    """By id in the form, and by a right lost between preview and act."""
    mine, moving = make.firm(name="甲公司"), make.firm(name="乙公司")
    other = make.firm(name="别区公司", registration_district="440112")
    browser = browse(make.user(districts=["440106"]))
    address = start(browser, "tag", [mine, moving, other])
    browser.submit(address, {"tag": "重点"}, 302)
    assert states(app) == [("ready", ""), ("ready", "")], "the third was never picked"
    with app.app_context(), transaction():
        db.session.get(Firm, moving.id).registration_district = "440112"
    assert "乙公司" not in browser.get(address).words
    browser.post(f"{address}/go", {}, 302)
    assert states(app) == [("done", ""), ("refused", "档案不在您的管理范围内，或已不存在")]
    with app.app_context(), transaction(writing=False):
        assert db.session.scalars(select(FirmTag.firm_id)).all() == [mine.id]


def test_clicked_twice_it_is_done_once(firms: list[Firm], make: Make, browse: Callable, app: Flask) -> None:
    browser = browse(make.user())
    address = start(browser, "tag", firms)
    browser.submit(address, {"tag": "重点"}, 302)
    page = browser.get(address)
    _action, form = page.form()
    for _ in range(2):
        browser.post(f"{address}/go", form, 302)
    browser.post(f"{address}/go", {}, 422)  # from a second tab
    with app.app_context(), transaction(writing=False):
        assert len(db.session.scalars(select(Event).where(Event.action == "bulk.done")).all()) == 1
        assert len(db.session.scalars(select(Event).where(Event.action == "firm.tagged")).all()) == 4


def test_many_are_done_in_the_background_and_go_on_after_a_crash(
    make: Make, browse: Callable, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    monkeypatch.setattr(bulk, "CHUNK", 2)
    made = [make.firm() for _ in range(5)]
    browser = browse(make.user())
    address = start(browser, "tag", made, all_matching="1")
    browser.submit(address, {"tag": "重点"}, 302)
    browser.post(f"{address}/go", {}, 302)
    work, calls = bulk._next, []

    def dies(*arguments: Any) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt  # as a kill would: nobody writes down an end
        return work(*arguments)

    monkeypatch.setattr(bulk, "_next", dies)
    with app.app_context():
        with pytest.raises(KeyboardInterrupt):
            jobs.run_next()
        db.session.remove()
        assert [state for state, _ in states(app)] == ["done", "done", "ready", "ready", "ready"]
        assert "正在办理" in browser.get(address).words
        with transaction():
            db.session.execute(update(jobs.Job).values(lease_until=clock.now() - timedelta(minutes=1)))
        assert jobs.run_next()
    assert [state for state, _ in states(app)] == ["done"] * 5
    browser.post(f"{address}/undo", {}, 302)
    with app.app_context():
        assert jobs.run_next()
        with transaction(writing=False):
            assert db.session.scalars(select(FirmTag)).all() == []
            assert db.session.scalars(select(BulkAct.status)).one() is BulkStatus.UNDONE


def test_stopped_it_says_what_was_not_done(
    make: Make, browse: Callable, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    monkeypatch.setattr(bulk, "CHUNK", 1)
    made = [make.firm() for _ in range(3)]
    browser = browse(make.user())
    address = start(browser, "tag", made)
    browser.submit(address, {"tag": "重点"}, 302)
    browser.post(f"{address}/go", {}, 302)
    work = bulk._next

    def then_stop(*arguments: Any) -> int:
        count = work(*arguments)
        db.session.execute(update(jobs.Job).values(cancel_asked=True))
        return count

    monkeypatch.setattr(bulk, "_next", then_stop)
    with app.app_context():
        jobs.run_next()
    assert [state for state, _ in states(app)] == ["done", "stopped", "stopped"]
    assert "已停止，未办理 2" in browser.get(address).words


def test_a_closed_account_does_nothing_more(
    make: Make, browse: Callable, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    officer = make.user()
    browser = browse(officer)
    address = start(browser, "tag", [make.firm()])
    browser.submit(address, {"tag": "重点"}, 302)
    browser.post(f"{address}/go", {}, 302)
    with app.app_context():
        with transaction():
            db.session.get(User, officer.id).active = False
        jobs.run_next()
    assert states(app) == [("refused", "您已没有这项权限")]


def test_the_rows_can_be_taken_along(firms: list[Firm], make: Make, browse: Callable) -> None:
    browser = browse(make.user())
    address = start(browser, "tag", firms)
    browser.submit(address, {"tag": "重点"}, 302)
    browser.post(f"{address}/go", {}, 302)
    rows = list(openpyxl.load_workbook(io.BytesIO(browser.get(f"{address}/rows.xlsx").data)).active.values)
    assert rows[0] == ("企业名称", "统一社会信用代码", "结果", "原因")
    assert rows[1][:3] == ("广州批量0公司", firms[0].uscc, "已办理")
    assert "加标签 #" in browser.get("/bulk").words


def test_where_nothing_can_be_done_it_is_said(firms: list[Firm], make: Make, browse: Callable) -> None:
    browser = browse(make.user())
    address = start(browser, "untag", firms)
    browser.post(address, {"tag": "没人用过"}, 422)
    address = start(browser, "officer", firms)
    browser.submit(address, {"person_id": "0", "since_on": clock.today().isoformat()}, 302)
    assert "没有一家可以办理" in browser.get(address).words
    browser.post(f"{address}/go", {}, 422)


def test_who_may_not_does_not(firms: list[Firm], make: Make, browse: Callable) -> None:
    auditor = browse(make.user("auditor"))
    for kind in ("officer", "agency", "tag", "untag", "task"):
        auditor.post(f"/bulk/new/{kind}", {"firm_ids": [str(firms[0].id)], "query": ""}, 403)
    auditor.post("/bulk/new/nothing", {"firm_ids": [str(firms[0].id)], "query": ""}, 404)


def test_what_was_typed_wrongly_is_told_at_its_field(firms: list[Firm], make: Make, browse: Callable) -> None:
    browser = browse(make.user())
    address = start(browser, "tag", firms)
    assert "请填写标签" in browser.submit(address, {"tag": " "}, 422).words
    address = start(browser, "officer", firms)
    assert "请填写生效日期" in browser.submit(address, {"since_on": ""}, 422).words


def test_statements_do_not_grow_with_the_firms(make: Make, browse: Callable, app: Flask, statements: Callable) -> None:
    browser = browse(make.user("manager"))

    def count(number: int) -> int:
        made = [make.firm() for _ in range(number)]
        address = start(browser, "tag", made)
        browser.submit(address, {"tag": "重点"}, 302)
        with statements() as seen:
            browser.post(f"{address}/go", {}, 302)
        return len(seen)

    count(1)
    assert count(2) == count(40)


def test_choices_that_came_to_nothing_go_in_the_night(make: Make, browse: Callable, app: Flask) -> None:
    browser = browse(make.user())
    start(browser, "tag", [make.firm()])
    with app.app_context():
        with transaction():
            db.session.execute(update(BulkAct).values(created_at=clock.now() - timedelta(days=2)))
        with transaction():
            bulk.tidy()
        with transaction(writing=False):
            assert db.session.scalar(select(func.count()).select_from(BulkRow)) == 0


def test_states_are_all_told() -> None:
    from crm.domain.bulk import BULK_STATUS_LABELS, ROW_STATE_LABELS

    assert set(BULK_STATUS_LABELS) == set(BulkStatus)
    assert set(ROW_STATE_LABELS) == set(RowState)
