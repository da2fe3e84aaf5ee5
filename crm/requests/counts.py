"""What the office reports: how many requests came in a period, how many were answered, ended, solved."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_

from crm.accounts.models import User
from crm.domain.requests import RequestResult, RequestStatus
from crm.firms.models import Firm
from crm.kit.db import db
from crm.requests.models import Request
from crm.requests.queries import visible_to


class By(StrEnum):
    """What the lines of the report are."""

    SOURCE = "source"
    KIND = "kind"
    DISTRICT = "district"
    OWNER = "owner"


@dataclass(frozen=True)
class Line:
    """One line: ``of`` is its source, kind, district code or owner's id; counts of requests, days of waiting.

    ``days`` is the mean from the day asked to the day answered, of those answered in the period; None when none was.
    """

    of: str | int | None
    before: int
    asked: int
    answered: int
    closed: int
    solved: int
    after: int
    days: float | None


_COLUMNS = {
    By.SOURCE: Request.source,
    By.KIND: Request.kind,
    By.DISTRICT: Firm.registration_district,
    By.OWNER: Request.owner_id,
}


def lines(user: User, since: date, until: date, by: By) -> list[Line]:
    """Return a line per group of ``by`` for the days from ``since`` to ``until``, both included, with two queries.

    A request counts as open before (after) the period when it was asked by then and had not ended. One that was opened
    again counts by how it stands now. Groups without any count are left out.
    """

    def within(day: ColumnElement[date | None]) -> ColumnElement[bool]:
        return day.between(since, until)

    ended_late = or_(Request.ended_on.is_(None), Request.ended_on >= since)
    still = or_(Request.ended_on.is_(None), Request.ended_on > until)
    closed = (Request.status == RequestStatus.CLOSED, within(Request.ended_on))
    column = _COLUMNS[by]
    counts = (
        func.count().filter(Request.asked_on < since, ended_late),
        func.count().filter(within(Request.asked_on)),
        func.count().filter(within(Request.answered_on)),
        func.count().filter(*closed),
        func.count().filter(*closed, Request.result == RequestResult.SOLVED),
        func.count().filter(Request.asked_on <= until, still),
    )
    query = visible_to(user).with_only_columns(column, *counts, maintain_column_froms=True).group_by(column)
    waits = visible_to(user).where(within(Request.answered_on))
    waits = waits.with_only_columns(column, Request.asked_on, Request.answered_on, maintain_column_froms=True)
    days: dict[object, list[int]] = {}
    for of, asked_on, answered_on in db.session.execute(waits):
        days.setdefault(of, []).append((answered_on - asked_on).days)
    found = [
        Line(of, *numbers, sum(waited) / len(waited) if (waited := days.get(of)) else None)
        for of, *numbers in db.session.execute(query.order_by(column))
    ]
    return [line for line in found if line.before or line.asked or line.answered or line.closed]


def total(found: list[Line]) -> Line:
    """Return the sum of lines; the mean wait weighs each line by its answers."""
    answered = sum(line.answered for line in found)
    waited = sum(line.days * line.answered for line in found if line.days is not None)
    sums = (
        sum(getattr(line, name) for line in found)
        for name in ("before", "asked", "answered", "closed", "solved", "after")
    )
    return Line(None, *sums, waited / answered if answered else None)
