"""How tasks are found."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from crm.accounts.models import User
from crm.domain.access import Role
from crm.firms import queries as firms
from crm.kit.db import db, held
from crm.kit.tables import Page, paginate
from crm.tasks.models import Task

# A task is near when its day comes within a week.
NEAR = timedelta(days=7)
PER_PAGE = 50


class Heap(StrEnum):
    """The heaps a list of tasks is read in; SOON is overdue and near together."""

    OPEN = "open"
    OVERDUE = "overdue"
    TODAY = "today"
    NEAR = "near"
    DONE = "done"
    SOON = "soon"


def visible_to(user: User) -> Select[tuple[Task]]:
    """Return the tasks ``user`` may read, each with its firm and people, in no order.

    A task of a firm is read by those of the office who see the firm; an agency reads what its own people own or made.
    A task of no firm is read by its owner and its maker. The auditor reads all, firms and administrators none.
    """
    people = (joinedload(Task.owner), joinedload(Task.made_by), joinedload(Task.done_by))
    query = select(Task).outerjoin(Task.firm).options(contains_eager(Task.firm), *people)
    own = or_(Task.owner_id == user.id, Task.made_by_id == user.id)
    within = and_(Task.firm_id.is_not(None), firms.in_sight(user))
    match user.role:
        case Role.AUDITOR:
            return query
        case Role.OFFICER | Role.MANAGER:
            return query.where(or_(within, and_(Task.firm_id.is_(None), own)))
        case Role.AGENCY:
            ours = select(User.id).where(User.agency_id == user.agency_id)
            shared = or_(Task.owner_id.in_(ours), Task.made_by_id.in_(ours))
            return query.where(or_(and_(within, shared), and_(Task.firm_id.is_(None), own)))
        case _:
            return query.where(False)


def get(task_id: int, user: User) -> Task:
    """Return one task of ``visible_to(user)``; NotFound (404) when there is none."""
    return db.one_or_404(held(visible_to(user).where(Task.id == task_id), Task))


def picked(task_ids: Collection[int], user: User) -> list[Task]:
    """Return those of ``task_ids`` that ``user`` may read, by their day."""
    return list(db.session.scalars(held(_by_day(visible_to(user).where(Task.id.in_(task_ids))), Task)))


def of_act(act: str, user: User) -> list[Task]:
    """Return what one act of ``user`` has made and is still there."""
    return list(db.session.scalars(held(visible_to(user).where(Task.act == act, Task.made_by_id == user.id), Task)))


def open_about(firm_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return {firm: {what an open task is about: the task}}, whoever owns it."""
    query = select(Task.firm_id, Task.about, Task.id).where(Task.firm_id.in_(firm_ids), Task.about.is_not(None))
    found: dict[int, dict[str, int]] = {}
    for firm_id, about, task_id in db.session.execute(query):
        found.setdefault(firm_id, {})[about] = task_id
    return found


@dataclass(frozen=True)
class Whose:
    """Whose tasks are meant: of one owner, of one firm; None means all that are in sight."""

    owner_id: int | None = None
    firm_id: int | None = None


def listing(user: User, heap: Heap, today: date, page: int, whose: Whose, size: int = PER_PAGE) -> Page:
    """Return one page of a heap: the nearest day first; done ones the latest first."""
    query = _of(user, whose).where(_in_heap(heap, today))
    latest = query.order_by(Task.done_on.desc(), Task.id.desc())
    return paginate(latest if heap is Heap.DONE else _by_day(query), page, size)


def _of(user: User, whose: Whose) -> Select[tuple[Task]]:
    query = visible_to(user)
    if whose.owner_id is not None:
        query = query.where(Task.owner_id == whose.owner_id)
    return query if whose.firm_id is None else query.where(Task.firm_id == whose.firm_id)


def _by_day(query: Select[tuple[Task]]) -> Select[tuple[Task]]:
    return query.order_by(Task.due_on.is_(None), Task.due_on, Task.id)


def _in_heap(heap: Heap, today: date) -> ColumnElement[bool]:
    still = Task.done_on.is_(None)
    match heap:
        case Heap.OPEN:
            return still
        case Heap.OVERDUE:
            return and_(still, Task.due_on < today)
        case Heap.TODAY:
            return and_(still, Task.due_on == today)
        case Heap.NEAR:
            return and_(still, Task.due_on.between(today, today + NEAR))
        case Heap.SOON:
            return and_(still, Task.due_on <= today + NEAR)
        case Heap.DONE:
            return ~still


@dataclass(frozen=True)
class Due:
    """How many tasks are open, past their day, due today, due within a week (today included)."""

    overdue: int
    today: int
    near: int
    open: int


def due(user: User, today: date, whose: Whose) -> Due:
    """Count the open tasks with one query."""
    heaps = (Heap.OVERDUE, Heap.TODAY, Heap.NEAR, Heap.OPEN)
    counts = (func.count().filter(_in_heap(heap, today)) for heap in heaps)
    return Due(*db.session.execute(_of(user, whose).with_only_columns(*counts, maintain_column_froms=True)).one())


def owners(user: User) -> list[User]:
    """Return who may be given a task by ``user``: an agency gives to its own people, the office to both."""
    query = select(User).where(User.active).order_by(User.name, User.id)
    if user.role is Role.AGENCY:
        return list(db.session.scalars(query.where(User.agency_id == user.agency_id)))
    return list(db.session.scalars(query.where(User.role.in_([Role.OFFICER, Role.MANAGER, Role.AGENCY]))))
