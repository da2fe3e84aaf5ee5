"""What is done with requests: record one, move one along its table, hand many over."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.requests import (
    OVER,
    REQUEST_WORKFLOW,
    HandOutcome,
    RequestAction,
    RequestResult,
)
from crm.domain.words import N_
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.journal.service import changes
from crm.journal.service import record as journal
from crm.kit import clock
from crm.kit.db import db
from crm.requests.models import Request, RequestStep

ASKED = ("kind", "source", "asked_on", "asked_by", "subject", "text", "solver")
# What a move may change, for the trail.
KEPT = (
    *ASKED,
    "owner_id",
    "due_on",
    "status",
    "answer",
    "answered_on",
    "answered_by_id",
    "result",
    "confirmed_with",
    "confirmed_on",
    "confirmed_by_id",
    "ended_on",
)
# What an act is called in the trail.
ACTS = {
    RequestAction.TAKE: "taken",
    RequestAction.ANSWER: "answered",
    RequestAction.CLOSE: "closed",
    RequestAction.HAND: "handed",
    RequestAction.EXTEND: "extended",
    RequestAction.EDIT: "edited",
    RequestAction.WITHDRAW: "withdrawn",
    RequestAction.REOPEN: "reopened",
}


class ChangedMeanwhileError(Refused):
    """Somebody has moved the request since the page was opened; ``version`` is the request's now."""

    def __init__(self, version: int) -> None:
        super().__init__(N_("您打开之后别人办过这件诉求：最新情况列在下面，您写的都还在；核对后再次提交即以您的为准"))
        self.version = version


def record(firm: Firm, actor: User, values: Mapping[str, Any], today: date, visit_id: int | None = None) -> Request:
    """Keep what a firm asked; ``values`` are ASKED, ``owner_id`` and ``due_on``.

    Raises Refused for a day to come, a due day before it was asked, an owner who may not see the firm.
    """
    _check_asked(values, today)
    if values["due_on"] < values["asked_on"]:
        raise Refused("答复期限不能早于提出日期", field="due_on")
    owner = _owner(values["owner_id"], firm.id)
    request = Request(
        firm_id=firm.id,
        visit_id=visit_id,
        status=REQUEST_WORKFLOW.start,
        owner_id=owner.id,
        due_on=values["due_on"],
        recorded_by_id=actor.id,
        recorded_at=clock.now(),
        **{name: values[name] for name in ASKED},
    )
    db.session.add(request)
    db.session.flush()
    _step(request, actor, None, None)
    told = {name: getattr(request, name) for name in KEPT if getattr(request, name) is not None}
    journal("request.recorded", actor, "request", request.id, firm.id, changes=changes({}, told))
    return request


def move(
    request: Request, actor: User, version: int, action: RequestAction, values: Mapping[str, Any], today: date
) -> None:
    """Do ``action``; ``values`` are what its form asks for, see crm/requests/forms.py.

    Raises ChangedMeanwhileError when ``version`` is not the request's any more, Refused when the table knows no such
    move, or for what was typed.
    """
    if version != request.version:
        raise ChangedMeanwhileError(request.version)
    before = {name: getattr(request, name) for name in KEPT}
    after = REQUEST_WORKFLOW.after(request.status, action)
    # Each of these refuses before it changes anything: a page is drawn after a refusal.
    if action in _DO:
        _DO[action](request, actor, values, today)
    if after in OVER:
        request.ended_on = today
    elif request.status in OVER:
        request.result = request.ended_on = None
        request.confirmed_with = request.confirmed_on = request.confirmed_by_id = None
    request.status = REQUEST_WORKFLOW.after(request.status, action)
    _step(request, actor, action, values.get("note") or values.get("answer"))
    changed = changes(before, {name: getattr(request, name) for name in KEPT})
    detail = {"changes": changed} | ({"note": values["note"]} if values.get("note") else {})
    journal(f"request.{ACTS[action]}", actor, "request", request.id, request.firm_id, **detail)
    db.session.flush()


def _answer(request: Request, actor: User, values: Mapping[str, Any], today: date) -> None:
    request.answer, request.solver = values["answer"], values["solver"]
    request.answered_on, request.answered_by_id = today, actor.id


def _close(request: Request, actor: User, values: Mapping[str, Any], today: date) -> None:
    if values["confirmed_on"] > today:
        raise Refused("确认日期不能晚于今天", field="confirmed_on")
    if request.answered_on and values["confirmed_on"] < request.answered_on:
        raise Refused("企业确认不能早于答复（{day}）", day=request.answered_on.isoformat(), field="confirmed_on")
    request.result = RequestResult(values["result"])
    request.confirmed_with, request.confirmed_on = values["confirmed_with"], values["confirmed_on"]
    request.confirmed_by_id = actor.id


def _hand(request: Request, actor: User, values: Mapping[str, Any], today: date) -> None:
    owner = _owner(values["owner_id"], request.firm_id)
    if owner.id == request.owner_id:
        raise Refused("本来就由{name}负责，请选择别人", name=owner.name, field="owner_id")
    request.owner_id = owner.id


def _due(request: Request, actor: User, values: Mapping[str, Any], today: date) -> None:
    if values["due_on"] < today:
        raise Refused("期限不能早于今天", field="due_on")
    request.due_on = values["due_on"]


def _edit(request: Request, actor: User, values: Mapping[str, Any], today: date) -> None:
    _check_asked(values, today)
    for name in ASKED:
        setattr(request, name, values[name])


_DO: dict[RequestAction, Callable[[Request, User, Mapping[str, Any], date], None]] = {
    RequestAction.ANSWER: _answer,
    RequestAction.CLOSE: _close,
    RequestAction.HAND: _hand,
    RequestAction.EXTEND: _due,
    RequestAction.REOPEN: _due,
    RequestAction.EDIT: _edit,
}


@dataclass(frozen=True)
class Row:
    """What a bulk hand-over did for one request."""

    request_id: int
    subject: str
    outcome: HandOutcome


def hand_over(requests: Collection[Request], owner_id: int, note: str, actor: User, today: date) -> list[Row]:
    """Hand requests over to another owner, and say what became of each.

    Raises Refused for an owner who may not have requests.
    """
    owner = _person(owner_id)
    ids = [request.firm_id for request in requests]
    seen = set(db.session.scalars(firms.visible_to(owner).where(Firm.id.in_(ids)).with_only_columns(Firm.id)))
    rows = []
    for request in requests:
        if RequestAction.HAND not in REQUEST_WORKFLOW.actions(request.status):
            outcome = HandOutcome.NOT_NOW
        elif request.owner_id == owner.id:
            outcome = HandOutcome.SAME
        elif request.firm_id not in seen:
            outcome = HandOutcome.OWNER_CANNOT_SEE
        else:
            outcome = HandOutcome.HANDED
            move(request, actor, request.version, RequestAction.HAND, {"owner_id": owner.id, "note": note}, today)
        rows.append(Row(request.id, request.subject, outcome))
    return rows


def _check_asked(values: Mapping[str, Any], today: date) -> None:
    if values["asked_on"] > today:
        raise Refused("提出日期不能晚于今天", field="asked_on")


def _person(owner_id: int) -> User:
    owner = next((user for user in firms.officers() if user.id == owner_id), None)
    if owner is None:
        raise Refused("请选择负责人", field="owner_id")
    return owner


def _owner(owner_id: int, firm_id: int) -> User:
    owner = _person(owner_id)
    if not db.session.scalar(select(firms.visible_to(owner).where(Firm.id == firm_id).exists())):
        raise Refused("{name}看不到这家企业，不能负责", name=owner.name, field="owner_id")
    return owner


def _step(request: Request, actor: User, action: RequestAction | None, note: str | None) -> None:
    db.session.add(
        RequestStep(
            request_id=request.id,
            action=action,
            status=request.status,
            owner_id=request.owner_id,
            due_on=request.due_on,
            note=note,
            by_id=actor.id,
            at=clock.now(),
        )
    )
