"""Tasks: one a firm however often the act is sent, only where maker and owner may see, taken back while untouched."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from crm.domain.access import Role
from crm.domain.errors import Refused
from crm.domain.tasks import TaskOutcome
from crm.journal.models import Event
from crm.kit.db import db
from crm.tasks import about, queries, service
from crm.tasks.about import Wanted
from crm.tasks.models import Task
from crm.tasks.queries import Heap, Whose
from tests.digest import digest

TODAY = date(2026, 11, 25)


def asked(**values: Any) -> dict[str, Any]:
    return {"title": "催报季度数据", "due_on": date(2026, 11, 30), "note": None, "key": "k1", "today": TODAY, **values}


def tasks() -> list[Task]:
    return list(db.session.scalars(select(Task).order_by(Task.id)))


@pytest.mark.usefixtures("inside")
class TestMany:
    def test_each_firm_gets_one_and_hears_of_it(self, make) -> None:
        maker = make.user()
        here = [make.firm().id for _ in range(3)]
        rows = service.create(here, **asked(), owner_id=maker.id, actor=maker)
        assert [(row.firm_id, row.outcome) for row in rows] == [(firm_id, TaskOutcome.MADE) for firm_id in here]
        events = db.session.scalars(select(Event).where(Event.action == "task.created").order_by(Event.id)).all()
        assert [(event.firm_id, event.subject_id) for event in events] == [(t.firm_id, t.id) for t in tasks()]
        assert events[0].detail["changes"]["title"] == [None, "催报季度数据"]

    def test_the_same_act_twice_makes_one_task_a_firm(self, make) -> None:
        maker, first, second = make.user(), make.firm().id, make.firm().id
        service.create([first], **asked(), owner_id=maker.id, actor=maker)
        rows = service.create([first, second, second], **asked(), owner_id=maker.id, actor=maker)
        assert [row.outcome for row in rows] == [TaskOutcome.SAME, TaskOutcome.MADE]
        assert [task.firm_id for task in tasks()] == [first, second]

    def test_out_of_sight_of_maker_or_owner_there_is_none(self, make) -> None:
        maker, owner = make.user(districts=["440106", "440112"]), make.user(districts=["440106"])
        here, there, hidden = (make.firm(registration_district=d).id for d in ("440106", "440112", "440111"))
        rows = service.create([here, there, hidden, 999_999], **asked(), owner_id=owner.id, actor=maker)
        outcomes = [row.outcome for row in rows]
        assert outcomes == [
            TaskOutcome.MADE,
            TaskOutcome.OWNER_CANNOT_SEE,
            TaskOutcome.UNSEEN,
            TaskOutcome.UNSEEN,
        ]
        assert [row.name for row in rows][2:] == [None, None], "the name of a firm out of sight is not told"
        assert [task.firm_id for task in tasks()] == [here]

    @pytest.mark.parametrize(
        ("values", "field"), [({"due_on": date(2026, 11, 24)}, "due_on"), ({"owner_id": 999_999}, "owner_id")]
    )
    def test_what_cannot_be(self, make, values, field) -> None:
        maker = make.user()
        with pytest.raises(Refused) as refusal:
            service.create([make.firm().id], **{**asked(owner_id=maker.id), **values}, actor=maker)
        assert refusal.value.field == field
        assert tasks() == []

    def test_nobody_gives_pickedto_firms_auditors_or_closed_accounts(self, make) -> None:
        maker, firm = make.user(), make.firm()
        for person in (make.user(Role.FIRM_EDITOR), make.user(Role.AUDITOR), make.user(active=False)):
            with pytest.raises(Refused):
                service.create([firm.id], **asked(), owner_id=person.id, actor=maker)

    def test_as_many_statements_for_many_as_for_few(self, make, statements) -> None:
        maker, owner = make.user(), make.user()
        few, many = [make.firm().id], [make.firm().id for _ in range(30)]
        with statements() as first:
            service.create(few, **asked(), owner_id=owner.id, actor=maker)
            db.session.flush()
        with statements() as second:
            service.create(many, **asked(key="k2"), owner_id=owner.id, actor=maker)
            db.session.flush()
        assert len(second) == len(first)

    def test_taken_back_the_register_is_as_before(self, make) -> None:
        maker = make.user()
        ids = [make.firm().id for _ in range(4)]
        before = digest()
        service.create(ids, **asked(), owner_id=maker.id, actor=maker)
        assert digest() != before
        rows = service.withdraw("k1", maker)
        assert {row.outcome for row in rows} == {TaskOutcome.WITHDRAWN}
        assert digest() == before
        gone = db.session.scalars(select(Event).where(Event.action == "task.withdrawn")).all()
        assert len(gone) == 4
        assert gone[0].detail["changes"]["title"] == ["催报季度数据", None]

    def test_what_somebody_touched_stays(self, make) -> None:
        maker, colleague = make.user(), make.user()
        ids = [make.firm().id for _ in range(3)]
        service.create(ids, **asked(), owner_id=colleague.id, actor=maker)
        done, edited, _untouched = tasks()
        service.done(done, colleague, TODAY)
        values = {"title": "改了", "owner_id": colleague.id, "due_on": None, "note": None}
        service.edit(edited, colleague, 1, values, TODAY)
        db.session.flush()
        rows = service.withdraw("k1", maker)
        assert [row.outcome for row in rows] == [TaskOutcome.TOUCHED, TaskOutcome.TOUCHED, TaskOutcome.WITHDRAWN]
        assert [task.firm_id for task in tasks()] == ids[:2]

    def test_nobody_takes_back_what_another_made(self, make) -> None:
        maker, other = make.user(), make.user()
        service.create([make.firm().id], **asked(), owner_id=maker.id, actor=maker)
        assert service.withdraw("k1", other) == []
        assert len(tasks()) == 1


@pytest.mark.usefixtures("inside")
class TestOne:
    def one(self, make, **values: Any) -> tuple[Task, Any]:
        maker = make.user()
        service.create([make.firm().id], **asked(**values), owner_id=maker.id, actor=maker)
        return tasks()[-1], maker

    def test_done_once_by_whoever_did_it_and_opened_again(self, make) -> None:
        colleague, other = make.user(), make.user()
        task, _maker = self.one(make)
        service.done(task, colleague, TODAY)
        service.done(task, other, date(2026, 12, 1))
        assert (task.done_on, task.done_by_id) == (TODAY, colleague.id)
        service.reopen(task, other)
        assert (task.done_on, task.done_by_id) == (None, None)
        acts = list(db.session.scalars(select(Event.action).order_by(Event.id)))
        assert acts == ["task.created", "task.done", "task.reopened"]

    def test_opened_again_it_is_about_what_it_came_from(self, make) -> None:
        """So that the criterion is not made a second task, unless that was done while it was closed."""
        maker, firm = make.user(), make.firm()
        wanted, act = [Wanted(firm.id, "hte:age", "年限")], {"owner_id": maker.id, "due_on": None, "actor": maker}
        about.create(wanted, **act, key="k1", today=TODAY)
        [first] = tasks()
        service.done(first, maker, TODAY)
        service.reopen(first, maker)
        [row] = about.create(wanted, **act, key="k2", today=TODAY)
        assert row.outcome is TaskOutcome.OPEN
        service.done(first, maker, TODAY)
        [row] = about.create(wanted, **act, key="k3", today=TODAY)
        assert row.outcome is TaskOutcome.MADE
        service.reopen(first, maker)
        assert [(task.about, task.came_of) for task in tasks()] == [(None, "hte:age"), ("hte:age", "hte:age")]

    def test_an_edit_from_an_older_version_is_refused(self, make) -> None:
        task, maker = self.one(make)
        values = {"title": "甲", "owner_id": maker.id, "due_on": None, "note": None}
        service.edit(task, maker, 1, values, TODAY)
        db.session.flush()
        with pytest.raises(service.ChangedMeanwhileError) as refusal:
            service.edit(task, maker, 1, {**values, "title": "乙"}, TODAY)
        assert (refusal.value.version, task.title) == (2, "甲")

    def test_an_edit_of_the_words_of_an_overdue_task_is_fine(self, make) -> None:
        task, maker = self.one(make)
        values = {"title": "改字", "owner_id": maker.id, "due_on": task.due_on, "note": None}
        service.edit(task, maker, 1, values, date(2026, 12, 31))
        assert task.title == "改字"

    def test_handed_on_only_to_one_who_sees_the_firm(self, make) -> None:
        elsewhere, near = make.user(districts=["440112"]), make.user(districts=["440106"])
        task, maker = self.one(make)
        values = {"title": task.title, "owner_id": elsewhere.id, "due_on": task.due_on, "note": None}
        with pytest.raises(Refused) as refusal:
            service.edit(task, maker, 1, values, TODAY)
        assert refusal.value.field == "owner_id"
        picked = queries.picked([task.id], maker)
        rows = service.hand(picked, elsewhere.id, maker)
        assert [row.outcome for row in rows] == [TaskOutcome.OWNER_CANNOT_SEE]
        rows = service.hand(picked, near.id, maker)
        assert [row.outcome for row in rows] == [TaskOutcome.HANDED]
        db.session.expire_all()
        picked = queries.picked([task.id], maker)
        assert [(task.owner_id, task.version) for task in picked] == [(near.id, 2)]
        assert service.hand(picked, near.id, maker)[0].outcome is TaskOutcome.SAME


@pytest.mark.usefixtures("inside")
class TestQueries:
    def test_heaps_by_their_day(self, make) -> None:
        """On 2026-11-25: the 24th is overdue, the 25th today, up to 12-02 near, 12-03 later; none has no day."""
        maker = make.user()
        days = [date(2026, 11, 24), TODAY, date(2026, 12, 2), date(2026, 12, 3), None]
        firms = [make.firm().id for _ in days]
        for number, day in enumerate(days):
            values = asked(key=f"k{number}", due_on=day, today=date(2026, 11, 1))
            service.create([firms[number]], **values, owner_id=maker.id, actor=maker)
        assert queries.due(maker, TODAY, Whose(maker.id)) == queries.Due(overdue=1, today=1, near=2, open=5)
        listed = queries.listing(maker, Heap.OPEN, TODAY, 1, Whose()).items
        assert [task.due_on for task in listed] == days, "the nearest day first, without a day last"
        soon = queries.listing(maker, Heap.SOON, TODAY, 1, Whose(maker.id)).items
        assert [task.due_on for task in soon] == days[:3]

    def test_a_task_of_no_firm_is_between_owner_and_maker(self, make) -> None:
        maker, owner, manager = make.user(), make.user(), make.user(Role.MANAGER)
        auditor = make.user(Role.AUDITOR)
        values = {"title": "写总结", "owner_id": owner.id, "due_on": None, "note": None}
        service.create_alone(values, maker, "k", TODAY)
        service.create_alone(values, maker, "k", TODAY)
        for user, seen in ((maker, 1), (owner, 1), (manager, 0), (auditor, 1)):
            assert queries.listing(user, Heap.OPEN, TODAY, 1, Whose()).total == seen

    def test_an_agency_reads_what_its_people_own_or_made(self, make) -> None:
        agency, officer = make.user(Role.AGENCY), make.user()
        firm, other = make.firm(agency_id=agency.agency_id), make.firm()
        service.create([firm.id], **asked(key="a", title="内部"), owner_id=officer.id, actor=officer)
        service.create([firm.id], **asked(key="b", title="给机构"), owner_id=agency.id, actor=officer)
        rows = service.create([other.id], **asked(key="c"), owner_id=agency.id, actor=officer)
        assert rows[0].outcome is TaskOutcome.OWNER_CANNOT_SEE
        assert [task.title for task in queries.listing(agency, Heap.OPEN, TODAY, 1, Whose()).items] == ["给机构"]
        with pytest.raises(Refused):
            service.create([firm.id], **asked(key="d"), owner_id=officer.id, actor=agency)

    def test_firms_read_none(self, make) -> None:
        person, officer = make.user(Role.FIRM_EDITOR), make.user()
        service.create([person.firm_id], **asked(), owner_id=officer.id, actor=officer)
        assert queries.listing(person, Heap.OPEN, TODAY, 1, Whose()).total == 0
