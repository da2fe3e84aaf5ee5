"""Plans: one a firm and period, goals fixed once agreed, progress only ever added, moved by the table alone."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from crm.domain.access import Role
from crm.domain.errors import Refused
from crm.domain.ladder import Rung
from crm.domain.plans import PLAN_WORKFLOW, PlanAction, PlanStatus
from crm.journal.models import Event
from crm.kit.db import db
from crm.plans import queries, service
from crm.plans.models import Plan, PlanGoal, PlanNote
from crm.plans.queries import Filters

TODAY = date(2026, 11, 25)
A, S = PlanAction, PlanStatus
TYPED: dict[PlanAction, dict[str, Any]] = {
    A.AGREE: {"agreed_with": "陈总", "agreed_on": date(2026, 11, 20)},
    A.REDRAFT: {"reason": "目标调整"},
    A.CLOSE: {"summary": "两项完成"},
    A.REOPEN: {"reason": "延续一年"},
}


def header(owner: Any, **values: Any) -> dict[str, Any]:
    return {
        "title": "2026 年一企一策",
        "since_year": 2026,
        "until_year": 2027,
        "note": None,
        "owner_id": owner.id,
        **values,
    }


def goal(owner: Any, **values: Any) -> dict[str, Any]:
    words = {"what": "申报专精特新", "target": None, "rung": Rung.SRDI_SME, "due_on": date(2026, 12, 31)}
    return {**words, "owner_id": owner.id, **values}


def noted(progress: int, day: date = TODAY) -> dict[str, Any]:
    return {"progress": progress, "note": f"做到 {progress}", "noted_on": day}


def drawn(firm: Any, owner: Any, *goals: dict[str, Any], status: PlanStatus = S.DRAFT) -> Plan:
    """Return a plan with its goals, brought to ``status``."""
    plan = service.create(firm, owner, header(owner))
    for values in goals or (goal(owner),):
        service.add_goal(plan, owner, values)
    db.session.flush()
    db.session.expire_all()
    plan = queries.get(plan.id, owner)
    for action in {S.DRAFT: (), S.AGREED: (A.AGREE,), S.CLOSED: (A.AGREE, A.CLOSE)}[status]:
        service.move(plan, owner, plan.version, action, TYPED[action], TODAY)
        db.session.flush()
    return plan


@pytest.mark.usefixtures("inside")
class TestPlans:
    @pytest.mark.parametrize("years", [(2026, 2026), (2025, 2026), (2027, 2030), (2024, 2029)])
    def test_one_plan_a_firm_and_period(self, make, years) -> None:
        firm, other, officer = make.firm(), make.firm(), make.user()
        service.create(firm, officer, header(officer))
        overlap = header(officer, since_year=years[0], until_year=years[1])
        with pytest.raises(Refused) as refusal:
            service.create(firm, officer, overlap)
        assert refusal.value.field == "since_year"
        service.create(other, officer, overlap)
        service.create(firm, officer, header(officer, since_year=2028, until_year=2028))

    @pytest.mark.parametrize(
        ("values", "field"), [({"until_year": 2025}, "until_year"), ({"owner_id": 999_999}, "owner_id")]
    )
    def test_what_cannot_be(self, make, values, field) -> None:
        firm, officer = make.firm(), make.user()
        with pytest.raises(Refused) as refusal:
            service.create(firm, officer, header(officer, **values))
        assert refusal.value.field == field

    def test_the_owner_must_see_the_firm(self, make) -> None:
        firm, officer, elsewhere = make.firm(), make.user(), make.user(districts=["440112"])
        with pytest.raises(Refused, match="看不到"):
            service.create(firm, officer, header(elsewhere))

    @pytest.mark.parametrize(("status", "action"), list(product(S, A)))
    def test_the_table_and_nothing_else(self, make, status, action) -> None:
        firm, officer = make.firm(), make.user()
        plan = drawn(firm, officer, status=status)
        move = (plan, officer, plan.version, action, TYPED[action], TODAY)
        if (status, action) in PLAN_WORKFLOW.moves:
            service.move(*move)
            assert plan.status is PLAN_WORKFLOW.moves[status, action]
        else:
            with pytest.raises(Refused):
                service.move(*move)
            assert plan.status is status

    def test_without_goals_there_is_nothing_to_agree(self, make) -> None:
        firm, officer = make.firm(), make.user()
        plan = queries.get(service.create(firm, officer, header(officer)).id, officer)
        with pytest.raises(Refused, match="还没有目标"):
            service.move(plan, officer, 1, A.AGREE, TYPED[A.AGREE], TODAY)
        assert plan.status is S.DRAFT

    def test_agreed_goals_are_fixed_until_redrafted(self, make) -> None:
        firm, officer = make.firm(), make.user()
        plan = drawn(firm, officer, status=S.AGREED)
        for act in (
            lambda: service.add_goal(plan, officer, goal(officer)),
            lambda: service.edit_goal(plan, plan.goals[0], officer, 1, goal(officer, what="别的")),
            lambda: service.remove_goal(plan, plan.goals[0], officer),
            lambda: service.edit(plan, officer, plan.version, header(officer, title="别的")),
        ):
            with pytest.raises(Refused, match="已经商定"):
                act()
        service.move(plan, officer, plan.version, A.REDRAFT, TYPED[A.REDRAFT], TODAY)
        service.edit_goal(plan, plan.goals[0], officer, 1, goal(officer, what="别的"))
        assert (plan.agreed_on, plan.goals[0].what) == (None, "别的")

    def test_an_edit_from_an_older_version_is_refused(self, make) -> None:
        firm, officer = make.firm(), make.user()
        plan = drawn(firm, officer)
        service.edit(plan, officer, 1, header(officer, title="甲"))
        db.session.flush()
        with pytest.raises(service.ChangedMeanwhileError) as refusal:
            service.edit(plan, officer, 1, header(officer, title="乙"))
        assert (refusal.value.version, plan.title) == (2, "甲")


@pytest.mark.usefixtures("inside")
class TestProgress:
    def test_every_note_stays_and_the_latest_counts(self, make) -> None:
        """Two goals at 100 and 45: 72 per cent of the plan, rounded down; what is full is done on its day."""
        firm, officer, other = make.firm(), make.user(), make.user()
        plan = drawn(firm, officer, goal(officer), goal(officer, what="发明专利 3 件"), status=S.AGREED)
        first, second = plan.goals
        service.note(plan, first, officer, noted(30, date(2026, 11, 20)), TODAY)
        service.note(plan, first, other, noted(100), TODAY)
        service.note(plan, second, officer, noted(45), TODAY)
        db.session.flush()
        assert (first.progress, first.done_on, second.done_on, plan.progress) == (100, TODAY, None, 72)
        kept = db.session.scalars(select(PlanNote).order_by(PlanNote.id)).all()
        assert [(note.progress, note.by_id) for note in kept] == [(30, officer.id), (100, other.id), (45, officer.id)]
        event = db.session.scalars(select(Event).where(Event.action == "plan.noted").order_by(Event.id)).first()
        assert event.detail["changes"]["progress"] == [0, 30]

    def test_a_goal_set_back_is_not_done(self, make) -> None:
        firm, officer = make.firm(), make.user()
        plan = drawn(firm, officer, status=S.AGREED)
        service.note(plan, plan.goals[0], officer, noted(100), TODAY)
        db.session.flush()
        service.note(plan, plan.goals[0], officer, noted(80), TODAY)
        db.session.flush()
        assert (plan.goals[0].progress, plan.goals[0].done_on) == (80, None)

    @pytest.mark.parametrize("status", [S.DRAFT, S.CLOSED])
    def test_only_an_agreed_plan_has_progress(self, make, status) -> None:
        firm, officer = make.firm(), make.user()
        plan = drawn(firm, officer, status=status)
        with pytest.raises(Refused):
            service.note(plan, plan.goals[0], officer, noted(10), TODAY)

    @pytest.mark.parametrize("day", [date(2026, 11, 26), date(2026, 11, 19)])
    def test_not_before_the_latest_note_and_not_after_today(self, make, day) -> None:
        firm, officer = make.firm(), make.user()
        plan = drawn(firm, officer, status=S.AGREED)
        service.note(plan, plan.goals[0], officer, noted(10, date(2026, 11, 20)), TODAY)
        db.session.flush()
        db.session.expire_all()
        plan = queries.get(plan.id, officer)
        with pytest.raises(Refused) as refusal:
            service.note(plan, plan.goals[0], officer, noted(20, day), TODAY)
        assert refusal.value.field == "noted_on"

    @pytest.mark.parametrize("act", [update(PlanNote).values(progress=1), delete(PlanNote)])
    def test_the_database_refuses_to_change_a_note(self, make, act) -> None:
        firm, officer = make.firm(), make.user()
        plan = drawn(firm, officer, status=S.AGREED)
        service.note(plan, plan.goals[0], officer, noted(10), TODAY)
        db.session.flush()
        with pytest.raises(DBAPIError, match="append-only"), db.session.begin_nested():
            db.session.execute(act)

    def test_a_goal_with_progress_is_not_removed(self, make) -> None:
        firm, officer = make.firm(), make.user()
        plan = drawn(firm, officer, goal(officer), goal(officer, what="二"), status=S.AGREED)
        service.note(plan, plan.goals[0], officer, noted(10), TODAY)
        service.move(plan, officer, plan.version, A.REDRAFT, TYPED[A.REDRAFT], TODAY)
        db.session.flush()
        db.session.expire_all()
        plan = queries.get(plan.id, officer)
        with pytest.raises(Refused, match="记过进展"):
            service.remove_goal(plan, plan.goals[0], officer)
        service.remove_goal(plan, plan.goals[1], officer)
        db.session.flush()
        assert db.session.scalars(select(PlanGoal.what)).all() == ["申报专精特新"]


@pytest.mark.usefixtures("inside")
class TestQueries:
    def test_what_is_late(self, make) -> None:
        """On 2026-11-25: due on the 24th is late, up to 12-25 near; only of what is agreed, only one's own."""
        firm, quiet, officer, other = make.firm(), make.firm(), make.user(), make.user()
        days = [date(2026, 11, 24), TODAY, date(2026, 12, 25), date(2026, 12, 26)]
        plan = drawn(firm, officer, *(goal(officer, due_on=day) for day in days), goal(other), status=S.AGREED)
        drawn(quiet, officer, goal(officer, due_on=date(2026, 1, 1)))
        assert queries.due(officer, TODAY) == queries.Due(open=4, late=1, near=2)
        assert [late.due_on for late in queries.get(plan.id, officer).late(TODAY)] == days[:1]
        found = queries.listing(officer, Filters(late=True), TODAY, 1).items
        assert [plan.firm_id for plan in found] == [firm.id]
        assert queries.listing(officer, Filters(owner_id=other.id), TODAY, 1).total == 1
        assert queries.listing(officer, Filters(year=2027), TODAY, 1).total == 2
        assert queries.listing(officer, Filters(year=2028), TODAY, 1).total == 0

    def test_who_reads_them(self, make) -> None:
        officer, near = make.user(), make.user(districts=["440106"])
        agency, auditor = make.user(Role.AGENCY), make.user(Role.AUDITOR)
        own, far = make.firm(agency_id=agency.agency_id), make.firm(registration_district="440112")
        person = make.user(Role.FIRM_EDITOR, firm_id=own.id)
        drawn(own, officer)
        drawn(far, officer)
        users = (officer, near, agency, person, auditor)
        assert [queries.listing(user, Filters(), TODAY, 1).total for user in users] == [2, 1, 1, 0, 2]
