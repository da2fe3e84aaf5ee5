"""How requests are found."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from crm.accounts.models import User
from crm.domain.access import FIRM_ROLES
from crm.domain.requests import OVER, UNANSWERED, RequestKind, RequestSource, RequestStatus
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.kit.db import db, held
from crm.kit.tables import Page, paginate
from crm.requests.models import Request, RequestStep

# A request is near when its day comes within a week.
NEAR = timedelta(days=7)
PER_PAGE = 50


class Heap(StrEnum):
    """The heaps a list of requests is read in."""

    UNANSWERED = "unanswered"
    OVERDUE = "overdue"
    NEAR = "near"
    ANSWERED = "answered"
    OVER = "over"
    ALL = "all"


def visible_to(user: User) -> Select[tuple[Request]]:
    """Return the requests ``user`` may read in full, each with its firm and people, in no order.

    They follow the firm. What the office wrote about them is its own: a firm's people read ``told``.
    """
    people = (Request.owner, Request.answered_by, Request.confirmed_by, Request.recorded_by)
    query = select(Request).join(Request.firm).options(contains_eager(Request.firm), *map(joinedload, people))
    query = query.where(firms.in_sight(user))
    return query.where(False) if user.role in FIRM_ROLES else query


def get(request_id: int, user: User) -> Request:
    """Return one request of ``visible_to(user)``; NotFound (404) when there is none."""
    return db.one_or_404(held(visible_to(user).where(Request.id == request_id), Request))


def picked(request_ids: Collection[int], user: User) -> list[Request]:
    """Return those of ``request_ids`` that ``user`` may read."""
    query = visible_to(user).where(Request.id.in_(request_ids)).order_by(Request.id)
    return list(db.session.scalars(held(query, Request)))


def steps(request: Request) -> list[RequestStep]:
    """Return the moves of a request, the latest first."""
    query = select(RequestStep).options(joinedload(RequestStep.by), joinedload(RequestStep.owner))
    return list(db.session.scalars(query.where(RequestStep.request_id == request.id).order_by(RequestStep.id.desc())))


class Told(NamedTuple):
    """What a firm's own people read of a request: what they asked, how it stands, what was answered."""

    id: int
    subject: str
    kind: RequestKind
    asked_on: date
    status: RequestStatus
    answer: str | None
    answered_on: date | None


def told(firm_id: int, user: User) -> list[Told]:
    """Return the requests of one firm as its own people may read them, the latest first; an answer once it is given."""
    columns = [getattr(Request, name) for name in Told._fields]
    query = select(*columns).where(Request.firm_id == firm_id)
    query = query.where(Request.firm_id.in_(firms.visible_to(user).with_only_columns(Firm.id)))
    rows = [Told(*row) for row in db.session.execute(query.order_by(Request.asked_on.desc(), Request.id.desc()))]
    return [row if row.status not in UNANSWERED else row._replace(answer=None, answered_on=None) for row in rows]


def of_firm(firm_id: int, user: User) -> list[Request]:
    """Return the requests of one firm: those still open first, then the latest."""
    over = Request.status.in_(OVER)
    query = visible_to(user).where(Request.firm_id == firm_id)
    return list(db.session.scalars(query.order_by(over, Request.asked_on.desc(), Request.id.desc())))


@dataclass(frozen=True)
class Filters:
    """What a list of requests is narrowed by; None and "" narrow nothing."""

    owner_id: int | None = None
    kind: RequestKind | None = None
    source: RequestSource | None = None
    district: str = ""
    q: str = ""


def listing(user: User, heap: Heap, filters: Filters, today: date, page: int, size: int = PER_PAGE) -> Page:
    """Return one page of a heap: what is to be answered by its day, what is over by the day it ended."""
    query = _narrowed(visible_to(user), filters).where(_in_heap(heap, today))
    if heap in {Heap.OVER, Heap.ALL}:
        query = query.order_by(func.coalesce(Request.ended_on, Request.asked_on).desc(), Request.id.desc())
    else:
        query = query.order_by(Request.due_on, Request.id)
    return paginate(query, page, size)


def _narrowed(query: Select[tuple[Request]], filters: Filters) -> Select[tuple[Request]]:
    if filters.owner_id is not None:
        query = query.where(Request.owner_id == filters.owner_id)
    if filters.kind:
        query = query.where(Request.kind == filters.kind)
    if filters.source:
        query = query.where(Request.source == filters.source)
    if filters.district:
        query = query.where(Firm.registration_district == filters.district)
    if filters.q:
        query = query.where(
            or_(
                Request.subject.icontains(filters.q, autoescape=True),
                Request.text.icontains(filters.q, autoescape=True),
                Firm.name.icontains(filters.q, autoescape=True),
            )
        )
    return query


def _in_heap(heap: Heap, today: date) -> ColumnElement[bool]:
    still = Request.status.in_(UNANSWERED)
    match heap:
        case Heap.UNANSWERED:
            return still
        case Heap.OVERDUE:
            return and_(still, Request.due_on < today)
        case Heap.NEAR:
            return and_(still, Request.due_on.between(today, today + NEAR))
        case Heap.ANSWERED:
            return Request.status == RequestStatus.ANSWERED
        case Heap.OVER:
            return Request.status.in_(OVER)
        case Heap.ALL:
            return Request.id.is_not(None)


@dataclass(frozen=True)
class Due:
    """How many requests wait for an answer, past their day, within a week; how many answers wait for a word back."""

    unanswered: int
    overdue: int
    near: int
    answered: int


def due(user: User, today: date, filters: Filters) -> Due:
    """Count with one query."""
    query = _narrowed(visible_to(user), filters)
    heaps = (Heap.UNANSWERED, Heap.OVERDUE, Heap.NEAR, Heap.ANSWERED)
    counts = (func.count().filter(_in_heap(heap, today)) for heap in heaps)
    return Due(*db.session.execute(query.with_only_columns(*counts, maintain_column_froms=True)).one())
