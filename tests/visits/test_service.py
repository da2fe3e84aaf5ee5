"""Meetings: what may be recorded, by whom, and what the trail keeps of it."""

from datetime import date
from typing import Any

import pytest

from crm.domain.access import Role
from crm.domain.errors import Refused
from crm.domain.records import VisitKind
from crm.journal.models import Event
from crm.kit.db import db
from crm.visits import queries, service

TODAY = date(2026, 11, 23)


def said(**values: Any) -> dict[str, Any]:
    return {
        "kind": VisitKind.VISIT,
        "visited_on": date(2026, 11, 20),
        "met": "陈经理",
        "summary": "看了中试线",
        "next_step": "回复贴息条件",
        "next_on": date(2026, 11, 30),
        **values,
    }


def last_event() -> Event:
    return db.session.query(Event).order_by(Event.id.desc()).first()


@pytest.mark.usefixtures("inside")
class TestService:
    def test_a_meeting_is_kept_with_its_record(self, make) -> None:
        firm, officer = make.firm(), make.user()
        visit = service.record(firm.id, officer, said(), TODAY)
        event = last_event()
        assert (event.action, event.subject_id, event.firm_id) == ("visit.recorded", visit.id, firm.id)
        assert event.detail["changes"]["summary"] == [None, "看了中试线"]
        assert visit.open

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"visited_on": date(2026, 11, 24)}, "visited_on"),
            ({"next_on": date(2026, 11, 19)}, "next_on"),
            ({"next_step": None}, "next_step"),
        ],
    )
    def test_what_cannot_be(self, make, values, field) -> None:
        with pytest.raises(Refused) as refusal:
            service.record(make.firm().id, make.user(), said(**values), TODAY)
        assert refusal.value.field == field

    def test_today_and_a_promise_for_the_same_day_are_fine(self, make) -> None:
        visit = service.record(make.firm().id, make.user(), said(visited_on=TODAY, next_on=TODAY), TODAY)
        assert visit.id

    def test_an_agency_coaches_and_nothing_else(self, make) -> None:
        agency = make.user(Role.AGENCY)
        firm = make.firm(agency_id=agency.agency_id)
        with pytest.raises(Refused):
            service.record(firm.id, agency, said(kind=VisitKind.CALL), TODAY)
        assert service.record(firm.id, agency, said(kind=VisitKind.COACHING), TODAY).id

    def test_an_edit_keeps_both_readings(self, make) -> None:
        firm, officer = make.firm(), make.user()
        visit = service.record(firm.id, officer, said(), TODAY)
        service.edit(visit, officer, said(summary="看了两条中试线"), TODAY)
        assert last_event().action == "visit.edited"
        assert last_event().detail == {"changes": {"summary": ["看了中试线", "看了两条中试线"]}}

    def test_an_edit_of_nothing_leaves_no_trace(self, make) -> None:
        officer = make.user()
        visit = service.record(make.firm().id, officer, said(), TODAY)
        service.edit(visit, officer, said(), TODAY)
        assert last_event().action == "visit.recorded"

    def test_nobody_edits_what_another_wrote(self, make) -> None:
        firm, author, other = make.firm(), make.user(), make.user()
        visit = service.record(firm.id, author, said(), TODAY)
        with pytest.raises(Refused):
            service.edit(visit, other, said(summary="别的"), TODAY)

    def test_a_promise_is_settled_once_and_opens_again_when_given_anew(self, make) -> None:
        officer, colleague = make.user(), make.user()
        visit = service.record(make.firm().id, officer, said(), TODAY)
        service.settle(visit, colleague, TODAY)
        service.settle(visit, colleague, date(2026, 12, 1))
        assert visit.done_on == TODAY
        assert not visit.open
        service.edit(visit, officer, said(next_on=date(2026, 12, 24)), TODAY)
        assert visit.done_on is None
        assert last_event().detail["changes"]["done_on"] == ["2026-11-23", None]

    def test_nothing_promised_nothing_to_settle(self, make) -> None:
        firm, officer = make.firm(), make.user()
        visit = service.record(firm.id, officer, said(next_step=None, next_on=None), TODAY)
        with pytest.raises(Refused):
            service.settle(visit, officer, TODAY)


@pytest.mark.usefixtures("inside")
class TestQueries:
    def test_promises_fall_due_on_their_day(self, make) -> None:
        """Overdue from the day after; near up to the seventh day from today; later ones are not counted."""
        firm, officer = make.firm(), make.user()
        days = [date(2026, 11, 22), TODAY, date(2026, 11, 30), date(2026, 12, 1)]
        for day in days:
            service.record(firm.id, officer, said(next_on=day), TODAY)
        done = service.record(firm.id, officer, said(next_on=date(2026, 11, 21)), TODAY)
        service.settle(done, officer, TODAY)
        assert queries.due(officer, TODAY) == queries.Due(overdue=1, near=2, open=4)
        near = queries.promised(officer, 1, after=TODAY, until=TODAY + queries.NEAR)
        assert [visit.next_on for visit in near.items] == days[1:3]
        assert queries.next_promise(firm.id, officer).next_on == days[0]

    def test_silence_is_counted_from_the_last_meeting(self, make) -> None:
        """180 days before 2026-11-23 is 2026-05-27: met on that day is silent, met on the 28th is not."""
        officer = make.user()
        never, silent, met = make.firm(), make.firm(), make.firm()
        plain = {"next_step": None, "next_on": None}
        service.record(silent.id, officer, said(visited_on=date(2026, 5, 27), **plain), TODAY)
        service.record(met.id, officer, said(visited_on=date(2026, 5, 28), **plain), TODAY)
        found, last_on = queries.silent_firms(officer, TODAY, 1)
        assert [firm.id for firm in found.items] == [never.id, silent.id]
        assert last_on == {silent.id: date(2026, 5, 27)}
        assert queries.count_silent(officer, TODAY) == 2

    def test_an_agency_reads_the_coaching_of_its_firms_only(self, make) -> None:
        agency, officer = make.user(Role.AGENCY), make.user()
        own, other = make.firm(agency_id=agency.agency_id), make.firm()
        for firm in (own, other):
            for kind in VisitKind:
                service.record(firm.id, officer, said(kind=kind), TODAY)
        assert [(visit.firm_id, visit.kind) for visit in queries.latest(agency, 1).items] == [
            (own.id, VisitKind.COACHING)
        ]

    def test_a_firm_reads_none(self, make) -> None:
        person = make.user(Role.FIRM_EDITOR)
        officer = make.user()
        service.record(person.firm_id, officer, said(), TODAY)
        assert queries.of_firm(person.firm_id, person) == []

    def test_an_officer_reads_her_districts(self, make) -> None:
        officer = make.user(districts=["440106"])
        here, there, all_city = make.firm(), make.firm(registration_district="440112"), make.user()
        for firm in (here, there):
            service.record(firm.id, all_city, said(), TODAY)
        assert [visit.firm_id for visit in queries.latest(officer, 1).items] == [here.id]
        assert queries.due(officer, TODAY).near == 1
