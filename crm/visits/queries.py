"""How meetings and promises are found."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from crm.accounts.models import User
from crm.domain.access import FIRM_ROLES, Role
from crm.domain.records import VisitKind
from crm.firms import kept
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.kit.db import db
from crm.kit.tables import Page, paginate
from crm.visits.models import Visit

# A promise is shown as near when its day comes within a week; a firm is silent when nobody met it for half a year.
DAY = timedelta(days=1)
NEAR = timedelta(days=7)
SILENT_DAYS = 180
PER_PAGE = 30


def visible_to(user: User) -> Select[tuple[Visit]]:
    """Return the meetings ``user`` may read, each with its firm and author, in no order.

    They are the office's own notes: a firm reads none. An agency shares in the coaching of the firms assigned to it
    and in nothing else.
    """
    query = select(Visit).join(Visit.firm).options(contains_eager(Visit.firm), joinedload(Visit.by))
    query = query.where(firms.in_sight(user))
    if user.role in FIRM_ROLES:
        return query.where(False)
    if user.role is Role.AGENCY:
        return query.where(Visit.kind == VisitKind.COACHING)
    return query


def get(visit_id: int, user: User) -> Visit:
    """Return one meeting of ``visible_to(user)``; NotFound (404) when there is none."""
    return db.one_or_404(visible_to(user).where(Visit.id == visit_id))


def of_firm(firm_id: int, user: User, limit: int | None = None) -> list[Visit]:
    """Return the meetings with one firm, latest first."""
    query = visible_to(user).where(Visit.firm_id == firm_id).order_by(Visit.visited_on.desc(), Visit.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def latest(user: User, page: int, *, by_id: int | None = None, kind: VisitKind | None = None) -> Page:
    """Return one page of meetings, latest first, of one officer or kind if asked."""
    query = _narrowed(visible_to(user), by_id, kind).order_by(Visit.visited_on.desc(), Visit.id.desc())
    return paginate(query, page, PER_PAGE)


def promised(
    user: User,
    page: int,
    *,
    after: date | None = None,
    until: date | None = None,
    by_id: int | None = None,
    kind: VisitKind | None = None,
    size: int = PER_PAGE,
) -> Page:
    """Return one page of open promises, the oldest day first; ``after`` and ``until`` are the first and last day."""
    query = _narrowed(visible_to(user), by_id, kind).where(Visit.next_on.is_not(None), Visit.done_on.is_(None))
    if after:
        query = query.where(Visit.next_on >= after)
    if until:
        query = query.where(Visit.next_on <= until)
    return paginate(query.order_by(Visit.next_on, Visit.id), page, size)


@dataclass(frozen=True)
class Due:
    """How many promises are open, how many of them past their day, and how many come within a week."""

    overdue: int
    near: int
    open: int


def due(user: User, today: date) -> Due:
    """Count the open promises that ``user`` sees and that have a day, with one query."""
    query = visible_to(user).where(Visit.next_on.is_not(None), Visit.done_on.is_(None))
    counted = query.with_only_columns(
        func.count().filter(Visit.next_on < today),
        func.count().filter(Visit.next_on.between(today, today + NEAR)),
        func.count(),
        maintain_column_froms=True,
    )
    return kept.once(user, "visits", ("due", today), lambda: Due(*db.session.execute(counted).one()))


def next_promise(firm_id: int, user: User) -> Visit | None:
    """Return the open promise to a firm whose day comes first; one without a day comes last."""
    query = visible_to(user).where(Visit.firm_id == firm_id, Visit.next_step.is_not(None), Visit.done_on.is_(None))
    return db.session.scalars(query.order_by(Visit.next_on.is_(None), Visit.next_on, Visit.id).limit(1)).first()


def silent(user: User, today: date) -> Select[tuple[Firm]]:
    """Return the firms of ``user`` that nobody has met for SILENT_DAYS, or ever."""
    since = today - timedelta(days=SILENT_DAYS)
    met = exists().where(Visit.firm_id == Firm.id, Visit.visited_on > since)
    return firms.visible_to(user).where(~met)


def count_silent(user: User, today: date) -> int:
    """Count ``silent``."""
    query = silent(user, today).with_only_columns(func.count(), maintain_column_froms=True)
    return kept.once(user, "visits", ("silent", today), lambda: db.session.scalar(query) or 0)


def silent_firms(user: User, today: date, page: int) -> tuple[Page, dict[int, date]]:
    """Return one page of silent firms, those never met first, and {firm id: day of the last meeting}."""
    last = select(func.max(Visit.visited_on)).where(Visit.firm_id == Firm.id).correlate(Firm).scalar_subquery()
    found = paginate(silent(user, today).order_by(last.is_not(None), last, Firm.id), page, PER_PAGE)
    days = select(Visit.firm_id, func.max(Visit.visited_on)).where(Visit.firm_id.in_([firm.id for firm in found.items]))
    return found, dict(db.session.execute(days.group_by(Visit.firm_id)).all())


def authors(user: User) -> list[tuple[int, str]]:
    """Return (id, name) of everybody who recorded a meeting that ``user`` may read."""
    ids = visible_to(user).with_only_columns(Visit.by_id, maintain_column_froms=True)
    query = select(User.id, User.name).where(User.id.in_(ids)).order_by(User.name)
    return list(db.session.execute(query))


def _narrowed(query: Select[tuple[Visit]], by_id: int | None, kind: VisitKind | None) -> Select[tuple[Visit]]:
    if by_id is not None:
        query = query.where(Visit.by_id == by_id)
    if kind is not None:
        query = query.where(Visit.kind == kind)
    return query
