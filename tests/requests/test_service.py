"""Requests: every move of the table and no other, what each asks for, what is kept of it, what is counted."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from crm.domain.access import Role
from crm.domain.errors import Refused
from crm.domain.requests import (
    REQUEST_WORKFLOW,
    HandOutcome,
    RequestAction,
    RequestKind,
    RequestResult,
    RequestSource,
    RequestStatus,
)
from crm.journal.models import Event
from crm.kit.db import db
from crm.requests import counts, queries, service
from crm.requests.models import Request, RequestStep
from crm.requests.queries import Filters, Heap

TODAY = date(2026, 11, 25)
A, S = RequestAction, RequestStatus


def asked(owner: Any, **values: Any) -> dict[str, Any]:
    return {
        "kind": RequestKind.FUNDING,
        "source": RequestSource.FORUM,
        "asked_on": date(2026, 11, 20),
        "asked_by": "陈总",
        "subject": "贷款贴息",
        "text": "想贷 500 万元",
        "solver": None,
        "owner_id": owner.id,
        "due_on": date(2026, 12, 4),
        **values,
    }


def typed(owner: Any) -> dict[RequestAction, dict[str, Any]]:
    """What each move asks for, filled in as it should be."""
    words = {name: asked(owner)[name] for name in service.ASKED}
    return {
        A.TAKE: {},
        A.ANSWER: {"answer": "符合条件，三个月内申报", "solver": "市科技金融中心"},
        A.CLOSE: {"result": RequestResult.SOLVED, "confirmed_with": "陈总", "confirmed_on": TODAY},
        A.HAND: {"owner_id": owner.id, "note": "换片区"},
        A.EXTEND: {"due_on": date(2026, 12, 20), "note": "等部门回复"},
        A.EDIT: {**words, "subject": "贷款贴息（更正）"},
        A.WITHDRAW: {"note": "企业自行解决"},
        A.REOPEN: {"due_on": date(2026, 12, 20), "note": "企业反映未落实"},
    }


@pytest.mark.usefixtures("inside")
class TestRecord:
    def test_kept_with_its_first_step_and_its_trail(self, make) -> None:
        firm, officer = make.firm(), make.user()
        request = service.record(firm, officer, asked(officer), TODAY)
        assert (request.status, request.owner_id, request.due_on) == (S.OPEN, officer.id, date(2026, 12, 4))
        [step] = queries.steps(request)
        assert (step.action, step.status, step.due_on) == (None, S.OPEN, date(2026, 12, 4))
        event = db.session.scalars(select(Event)).one()
        assert (event.action, event.firm_id) == ("request.recorded", firm.id)
        assert event.detail["changes"]["subject"] == [None, "贷款贴息"]

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"asked_on": date(2026, 11, 26)}, "asked_on"),
            ({"due_on": date(2026, 11, 19)}, "due_on"),
            ({"owner_id": 999_999}, "owner_id"),
        ],
    )
    def test_what_cannot_be(self, make, values, field) -> None:
        firm, officer = make.firm(), make.user()
        with pytest.raises(Refused) as refusal:
            service.record(firm, officer, asked(officer, **values), TODAY)
        assert refusal.value.field == field

    def test_the_owner_must_see_the_firm(self, make) -> None:
        firm, officer, elsewhere = make.firm(), make.user(), make.user(districts=["440112"])
        with pytest.raises(Refused, match="看不到"):
            service.record(firm, officer, asked(elsewhere), TODAY)


@pytest.mark.usefixtures("inside")
class TestMoves:
    @pytest.mark.parametrize(("status", "action"), list(product(S, A)))
    def test_the_table_and_nothing_else(self, make, ask, status: S, action: A) -> None:
        """Every status with every act: those of the table lead where it says, all others change nothing."""
        officer, other = make.user(), make.user()
        values: dict[str, Any] = {"status": status}
        if status in {S.ANSWERED, S.CLOSED}:
            values |= {"answer": "旧答复", "answered_on": date(2026, 11, 10)}
        if status is S.CLOSED:
            values |= {"result": RequestResult.EXPLAINED}
        if status in {S.CLOSED, S.WITHDRAWN}:
            values |= {"ended_on": date(2026, 11, 12)}
        request = queries.get(ask(make.firm(), officer, **values).id, officer)
        move = (request, officer, 1, action, typed(other)[action], TODAY)
        if (status, action) in REQUEST_WORKFLOW.moves:
            service.move(*move)
            assert request.status is REQUEST_WORKFLOW.moves[status, action]
            assert request.version == 2
            assert queries.steps(request)[0].action is action
        else:
            with pytest.raises(Refused):
                service.move(*move)
            assert request.status is status
            assert queries.steps(request) == []

    def test_from_asked_to_solved(self, make) -> None:
        firm, officer, other = make.firm(), make.user(), make.user()
        request = service.record(firm, officer, asked(officer), TODAY)
        for action in (A.TAKE, A.HAND, A.EXTEND, A.ANSWER, A.CLOSE):
            service.move(request, officer, request.version, action, typed(other)[action], TODAY)
        assert (request.owner_id, request.due_on) == (other.id, date(2026, 12, 20))
        assert (request.answered_on, request.answered_by_id, request.solver) == (TODAY, officer.id, "市科技金融中心")
        assert (request.result, request.confirmed_with, request.ended_on) == (RequestResult.SOLVED, "陈总", TODAY)
        steps = queries.steps(request)[::-1]
        assert [step.action for step in steps] == [None, A.TAKE, A.HAND, A.EXTEND, A.ANSWER, A.CLOSE]
        assert [step.owner_id for step in steps[1:3]] == [officer.id, other.id], "each hand-over is kept"
        assert [step.due_on for step in steps[2:4]] == [date(2026, 12, 4), date(2026, 12, 20)], "and each new day"
        handed = db.session.scalars(select(Event).where(Event.action == "request.handed")).one()
        assert handed.detail["changes"]["owner_id"] == [officer.id, other.id]
        assert handed.detail["note"] == "换片区"

    def test_opened_again_it_has_no_result(self, make, ask) -> None:
        officer = make.user()
        ended = {"status": "closed", "result": "solved", "ended_on": date(2026, 11, 12)}
        answered = {"answer": "旧答复", "answered_on": date(2026, 11, 10), "confirmed_with": "陈总"}
        request = queries.get(ask(make.firm(), officer, **ended, **answered).id, officer)
        service.move(request, officer, 1, A.REOPEN, typed(officer)[A.REOPEN], TODAY)
        assert (request.status, request.result, request.ended_on, request.confirmed_with) == (
            S.IN_HAND,
            None,
            None,
            None,
        )
        assert request.answer == "旧答复", "what was answered is still known"

    @pytest.mark.parametrize(
        ("action", "values", "field"),
        [
            (A.EXTEND, {"due_on": date(2026, 11, 24)}, "due_on"),
            (A.EDIT, {"asked_on": date(2026, 11, 26)}, "asked_on"),
            (A.HAND, {"owner_id": 999_999}, "owner_id"),
        ],
    )
    def test_a_refused_move_changes_nothing(self, make, ask, action, values, field) -> None:
        officer, other = make.user(), make.user()
        request = queries.get(ask(make.firm(), officer).id, officer)
        with pytest.raises(Refused) as refusal:
            service.move(request, officer, 1, action, {**typed(other)[action], **values}, TODAY)
        assert refusal.value.field == field
        assert not db.session.is_modified(request)

    @pytest.mark.parametrize("day", [date(2026, 11, 26), date(2026, 11, 9)])
    def test_the_firm_confirms_between_the_answer_and_today(self, make, ask, day) -> None:
        officer = make.user()
        answered = {"status": "answered", "answer": "好", "answered_on": date(2026, 11, 10)}
        request = queries.get(ask(make.firm(), officer, **answered).id, officer)
        with pytest.raises(Refused) as refusal:
            service.move(request, officer, 1, A.CLOSE, {**typed(officer)[A.CLOSE], "confirmed_on": day}, TODAY)
        assert refusal.value.field == "confirmed_on"
        assert not db.session.is_modified(request)

    def test_a_move_from_an_older_version_is_refused(self, make, ask) -> None:
        officer, other = make.user(), make.user()
        request = queries.get(ask(make.firm(), officer).id, officer)
        service.move(request, other, 1, A.ANSWER, {"answer": "先答的", "solver": None}, TODAY)
        with pytest.raises(service.ChangedMeanwhileError) as refusal:
            service.move(request, officer, 1, A.ANSWER, {"answer": "后答的", "solver": None}, TODAY)
        assert refusal.value.version == 2
        assert request.answer == "先答的"

    def test_many_are_handed_over_and_each_says_what_became_of_it(self, make, ask) -> None:
        officer, other = make.user(), make.user(districts=["440106"])
        here, there = make.firm(), make.firm(registration_district="440112")
        ended = {"status": "withdrawn", "ended_on": date(2026, 11, 12)}
        kept = [ask(here, officer), ask(here, other), ask(here, officer, **ended), ask(there, officer)]
        rows = service.hand_over(queries.picked([r.id for r in kept], officer), other.id, "调岗", officer, TODAY)
        assert [row.outcome for row in rows] == [
            HandOutcome.HANDED,
            HandOutcome.SAME,
            HandOutcome.NOT_NOW,
            HandOutcome.OWNER_CANNOT_SEE,
        ]
        owners = db.session.scalars(select(Request.owner_id).order_by(Request.id)).all()
        assert owners == [other.id, other.id, officer.id, officer.id]
        assert db.session.scalars(select(RequestStep.note)).all() == ["调岗"]


@pytest.mark.usefixtures("inside")
class TestQueries:
    def test_heaps_by_their_day(self, make, ask) -> None:
        """On 2026-11-25: the 24th is overdue, the 25th to 12-02 near; what is answered is not overdue any more."""
        officer, firm = make.user(), make.firm()
        for day in (date(2026, 11, 24), TODAY, date(2026, 12, 2), date(2026, 12, 3)):
            ask(firm, officer, due_on=day)
        ask(firm, officer, due_on=date(2026, 11, 1), status="answered", answer="好", answered_on=date(2026, 11, 1))
        assert queries.due(officer, TODAY, Filters()) == queries.Due(unanswered=4, overdue=1, near=2, answered=1)
        near = queries.listing(officer, Heap.NEAR, Filters(), TODAY, 1).items
        assert [request.due_on for request in near] == [TODAY, date(2026, 12, 2)]

    def test_who_reads_them(self, make, ask) -> None:
        officer, near = make.user(), make.user(districts=["440106"])
        third = make.firm()
        agency, auditor = make.user(Role.AGENCY), make.user(Role.AUDITOR)
        person = make.user(Role.FIRM_EDITOR, firm_id=third.id)
        own, far = make.firm(agency_id=agency.agency_id), make.firm(registration_district="440112")
        ask(own, officer)
        ask(far, officer)
        ask(third, officer)
        seen = {
            user.role: queries.listing(user, Heap.ALL, Filters(), TODAY, 1).total
            for user in (officer, agency, person, auditor)
        }
        assert seen == {Role.OFFICER: 3, Role.AGENCY: 1, Role.FIRM_EDITOR: 0, Role.AUDITOR: 3}
        assert queries.listing(near, Heap.ALL, Filters(), TODAY, 1).total == 2
        assert len(queries.told(person.firm_id, person)) == 1
        assert queries.told(far.id, person) == [], "another firm's are not there"

    def test_an_answer_under_way_is_not_told(self, make, ask) -> None:
        """Opened again, the old answer is no answer: the firm reads it once it is given anew."""
        firm, officer = make.firm(), make.user()
        person = make.user(Role.FIRM_EDITOR, firm_id=firm.id)
        again = {"status": "in_hand", "answer": "旧", "answered_on": date(2026, 11, 3)}
        request = ask(firm, officer, **again)
        [told] = queries.told(request.firm_id, person)
        assert (told.status, told.answer, told.answered_on) == (S.IN_HAND, None, None)


@pytest.mark.usefixtures("inside")
def test_counts_of_a_period_by_hand(make, ask) -> None:
    """The quarter 10-01 to 12-31: two open before it, three asked in it, two answered, two closed, one solved."""
    officer, firm = make.user(), make.firm()
    good = {"status": "closed", "answer": "好"}
    ask(
        firm,
        officer,
        asked_on=date(2026, 9, 1),
        answered_on=date(2026, 9, 5),
        result="solved",
        ended_on=date(2026, 9, 30),
        **good,
    )
    ask(
        firm,
        officer,
        asked_on=date(2026, 9, 30),
        answered_on=date(2026, 10, 1),
        result="solved",
        ended_on=date(2026, 10, 1),
        **good,
    )
    ask(firm, officer, asked_on=date(2026, 9, 30))
    ask(
        firm,
        officer,
        asked_on=date(2026, 10, 1),
        answered_on=date(2026, 10, 4),
        result="explained",
        ended_on=date(2026, 12, 31),
        **good,
    )
    ask(firm, officer, asked_on=date(2026, 12, 31), status="withdrawn", ended_on=date(2026, 12, 31))
    ask(firm, officer, asked_on=date(2026, 11, 1), source=RequestSource.CALL)
    ask(firm, officer, asked_on=date(2027, 1, 1))
    found = counts.lines(officer, date(2026, 10, 1), date(2026, 12, 31), counts.By.SOURCE)
    call, forum = found
    assert call == counts.Line("call", before=0, asked=1, answered=0, closed=0, solved=0, after=1, days=None)
    assert forum == counts.Line("forum", before=2, asked=2, answered=2, closed=2, solved=1, after=1, days=2.0)
    assert counts.total(found) == counts.Line(None, 2, 3, 2, 2, 1, 2, 2.0)
    assert [line.of for line in counts.lines(officer, date(2026, 10, 1), TODAY, counts.By.DISTRICT)] == ["440106"]
    assert [line.of for line in counts.lines(officer, date(2026, 10, 1), TODAY, counts.By.OWNER)] == [officer.id]
