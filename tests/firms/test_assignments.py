"""Who has a firm in hand: dated, for one or many, refused row by row, ahead of its day with the night."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from crm import nightly
from crm.domain.care import Duty
from crm.domain.errors import Refused
from crm.firms import assignments
from crm.firms.care_models import Assignment
from crm.firms.models import Firm
from crm.journal.models import Event
from crm.kit.db import db, transaction
from tests.make import Make

TODAY = date(2026, 11, 25)
DAY = timedelta(days=1)


def officer_of(firm: Firm) -> int | None:
    return db.session.scalar(select(Firm.officer_id).where(Firm.id == firm.id))


def rows(firm: Firm) -> list[tuple[date, int | None, bool]]:
    query = select(Assignment.since_on, Assignment.user_id, Assignment.applied).where(Assignment.firm_id == firm.id)
    return [tuple(row) for row in db.session.execute(query.order_by(Assignment.since_on))]


@pytest.mark.usefixtures("inside")
class TestAssign:
    def test_today_it_holds_at_once_and_the_trail_says_from_whom_to_whom(self, make: Make) -> None:
        manager, old, new = make.user("manager"), make.user(), make.user()
        firm = make.firm(officer_id=old.id)
        [outcome] = assignments.assign([firm.id], Duty.OFFICER, new.id, TODAY, manager, TODAY, reason="休假")
        assert (outcome.done, outcome.name) == (True, firm.name)
        assert officer_of(firm) == new.id
        assert rows(firm) == [(TODAY, new.id, True)]
        event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert (event.action, event.firm_id, event.actor_name) == ("firm.assigned", firm.id, manager.name)
        assert event.detail["changes"] == {"officer_id": [old.id, new.id]}
        assert event.detail["reason"] == "休假"

    def test_ahead_of_its_day_it_waits_for_the_night_and_the_night_twice_changes_nothing(self, make: Make) -> None:
        manager, old, new = make.user("manager"), make.user(), make.user()
        firm = make.firm(officer_id=old.id)
        assignments.assign([firm.id], Duty.OFFICER, new.id, TODAY + 3 * DAY, manager, TODAY)
        assert officer_of(firm) == old.id
        assert assignments.take_effect(TODAY + 2 * DAY) == 0
        assert officer_of(firm) == old.id
        assert assignments.take_effect(TODAY + 3 * DAY) == 1
        assert officer_of(firm) == new.id
        events = list(db.session.scalars(select(Event.action)))
        assert assignments.take_effect(TODAY + 3 * DAY) == 0
        assert list(db.session.scalars(select(Event.action))) == events == ["firm.assignment_planned", "firm.assigned"]

    def test_a_night_missed_is_caught_up(self, make: Make) -> None:
        manager, new, firm = make.user("manager"), make.user(), make.firm()
        assignments.assign([firm.id], Duty.OFFICER, new.id, TODAY + DAY, manager, TODAY)
        assignments.take_effect(TODAY + 30 * DAY)
        assert officer_of(firm) == new.id

    def test_an_officer_who_does_not_work_on_the_district_is_refused_row_by_row(self, make: Make) -> None:
        manager, tianhe = make.user("manager"), make.user(districts=["440106"])
        here, there = make.firm(), make.firm(registration_district="440112")
        nowhere = make.firm(registration_district=None)
        outcomes = assignments.assign([here.id, there.id, nowhere.id], Duty.OFFICER, tianhe.id, TODAY, manager, TODAY)
        assert [o.done for o in outcomes] == [True, False, False]
        assert outcomes[1].why.format(**outcomes[1].params) == f"注册地不在{tianhe.name}所管的区"
        assert (officer_of(here), officer_of(there)) == (tianhe.id, None)

    def test_a_closed_account_and_a_firms_own_people_take_nothing(self, make: Make) -> None:
        manager, firm = make.user("manager"), make.firm()
        for person in (make.user(active=False), make.user("firm_editor"), make.user("auditor")):
            with pytest.raises(Refused):
                assignments.assign([firm.id], Duty.OFFICER, person.id, TODAY, manager, TODAY)
        assert rows(firm) == []

    def test_a_day_before_the_last_change_is_refused_and_two_on_one_day_are_one(self, make: Make) -> None:
        manager, a, b, firm = make.user("manager"), make.user(), make.user(), make.firm()
        assignments.assign([firm.id], Duty.OFFICER, a.id, TODAY, manager, TODAY)
        [early] = assignments.assign([firm.id], Duty.OFFICER, b.id, TODAY - DAY, manager, TODAY)
        assert "不能早于" in early.why
        [again] = assignments.assign([firm.id], Duty.OFFICER, b.id, TODAY, manager, TODAY)
        assert again.done
        assert rows(firm) == [(TODAY, b.id, True)]
        [same] = assignments.assign([firm.id], Duty.OFFICER, b.id, TODAY, manager, TODAY)
        assert (same.done, same.why) == (False, assignments.ALREADY)

    def test_while_one_waits_for_its_day_no_other_is_taken(self, make: Make) -> None:
        manager, a, b, firm = make.user("manager"), make.user(), make.user(), make.firm()
        assignments.assign([firm.id], Duty.OFFICER, a.id, TODAY + DAY, manager, TODAY)
        for day in (TODAY, TODAY + DAY, TODAY + 2 * DAY):
            [outcome] = assignments.assign([firm.id], Duty.OFFICER, b.id, day, manager, TODAY)
            assert "请先撤销" in outcome.why

    def test_into_nobodys_hands_and_an_agency_beside_the_officer(self, make: Make) -> None:
        manager, officer, agency = make.user("manager"), make.user(), make.agency()
        firm = make.firm(officer_id=officer.id)
        assignments.assign([firm.id], Duty.AGENCY, agency.id, TODAY, manager, TODAY)
        assignments.assign([firm.id], Duty.OFFICER, None, TODAY, manager, TODAY)
        held = db.session.execute(select(Firm.officer_id, Firm.agency_id).where(Firm.id == firm.id)).one()
        assert tuple(held) == (None, agency.id)

    def test_a_firm_out_of_sight_is_not_touched_and_not_named(self, make: Make) -> None:
        tianhe, new = make.user(districts=["440106"]), make.user()
        there = make.firm(registration_district="440112")
        [outcome] = assignments.assign([there.id], Duty.OFFICER, new.id, TODAY, tianhe, TODAY)
        assert (outcome.done, outcome.name) == (False, "")
        assert officer_of(there) is None

    def test_a_preview_says_the_same_and_changes_nothing(self, make: Make) -> None:
        manager, tianhe = make.user("manager"), make.user(districts=["440106"])
        ids = [make.firm().id, make.firm(registration_district="440112").id]
        shown = assignments.preview(ids, Duty.OFFICER, tianhe.id, TODAY, manager, TODAY)
        assert db.session.scalars(select(Assignment)).all() == []
        assert assignments.assign(ids, Duty.OFFICER, tianhe.id, TODAY, manager, TODAY) == shown

    def test_somebody_editing_meanwhile_is_told(self, make: Make) -> None:
        manager, new, firm = make.user("manager"), make.user(), make.firm()
        assignments.assign([firm.id], Duty.OFFICER, new.id, TODAY, manager, TODAY)
        assert db.session.scalar(select(Firm.version).where(Firm.id == firm.id)) == firm.version + 1


def test_many_firms_take_as_many_statements_as_few(app: Flask, make: Make, statements: Any) -> None:
    manager, new = make.user("manager"), make.user()
    few, many = [make.firm().id for _ in range(2)], [make.firm().id for _ in range(40)]

    def count(ids: list[int]) -> int:
        with app.app_context(), transaction(), statements() as seen:
            done = assignments.assign(ids, Duty.OFFICER, new.id, TODAY, manager, TODAY)
            assert all(outcome.done for outcome in done)
        return len(seen)

    assert count(few) == count(many)


def test_the_night_puts_it_into_force(app: Flask, make: Make) -> None:
    manager, new, firm = make.user("manager"), make.user(), make.firm()
    with app.app_context():
        with transaction():
            assignments.assign([firm.id], Duty.OFFICER, new.id, TODAY + DAY, manager, TODAY)
        nightly.walk(TODAY + DAY)
        assert officer_of(firm) == new.id


def test_the_files_own_form_goes_the_same_way(app: Flask, make: Make, browse: Any) -> None:
    tianhe, yuexiu = make.user(districts=["440106"]), make.user(districts=["440104"])
    firm = make.firm()
    officer = browse(make.user("officer"))
    officer.submit(f"/firms/{firm.id}/edit", {"officer_id": str(tianhe.id)})
    page = officer.submit(f"/firms/{firm.id}/edit", {"officer_id": str(yuexiu.id)}, 422)
    assert f"注册地不在{yuexiu.name}所管的区" in page.words
    with app.app_context():
        assert officer_of(firm) == tianhe.id
        assert [row[1] for row in rows(firm)] == [tianhe.id]


def test_editing_the_file_keeps_an_officer_whose_account_is_closed(app: Flask, make: Make, browse: Any) -> None:
    gone = make.user(active=False)
    firm = make.firm(officer_id=gone.id)
    browse(make.user("officer")).submit(f"/firms/{firm.id}/edit", {"address": "示例路1号"})
    with app.app_context():
        assert officer_of(firm) == gone.id
