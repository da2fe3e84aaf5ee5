"""How plans are found."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from crm.accounts.models import User
from crm.domain.access import FIRM_ROLES
from crm.domain.plans import PlanStatus
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.kit.db import db, held
from crm.kit.tables import Page, paginate
from crm.plans.models import Plan, PlanGoal, PlanNote

# A goal is near when its day comes within a month.
NEAR = timedelta(days=30)
PER_PAGE = 30


def visible_to(user: User) -> Select[tuple[Plan]]:
    """Return the plans ``user`` may read, each with its firm and owner, in no order; they follow the firm.

    They are the office's working papers: a firm reads none here.
    """
    query = select(Plan).join(Plan.firm).options(contains_eager(Plan.firm), joinedload(Plan.owner))
    query = query.where(firms.in_sight(user))
    return query.where(False) if user.role in FIRM_ROLES else query


_WITH_GOALS = selectinload(Plan.goals).joinedload(PlanGoal.owner)
_WITH_NOTES = selectinload(Plan.goals).selectinload(PlanGoal.notes).joinedload(PlanNote.by)


def get(plan_id: int, user: User) -> Plan:
    """Return one plan with goals and notes; NotFound (404) when there is none in ``visible_to(user)``."""
    return db.one_or_404(held(visible_to(user).where(Plan.id == plan_id).options(_WITH_GOALS, _WITH_NOTES), Plan))


def of_firm(firm_id: int, user: User) -> list[Plan]:
    """Return the plans of one firm with goals and notes, the latest first."""
    query = visible_to(user).where(Plan.firm_id == firm_id).options(_WITH_GOALS, _WITH_NOTES)
    return list(db.session.scalars(query.order_by(Plan.since_year.desc())))


@dataclass(frozen=True)
class Filters:
    """What a list of plans is narrowed by; None, "" and False narrow nothing. ``year``: the plan covers it."""

    status: PlanStatus | None = None
    owner_id: int | None = None
    year: int | None = None
    district: str = ""
    late: bool = False


def listing(user: User, filters: Filters, today: date, page: int) -> Page:
    """Return one page of plans with their goals, those agreed before drafts, the latest years first."""
    query = visible_to(user).options(_WITH_GOALS)
    if filters.status:
        query = query.where(Plan.status == filters.status)
    if filters.owner_id is not None:
        theirs = exists().where(PlanGoal.plan_id == Plan.id, PlanGoal.owner_id == filters.owner_id)
        query = query.where((Plan.owner_id == filters.owner_id) | theirs)
    if filters.year is not None:
        query = query.where(Plan.since_year <= filters.year, Plan.until_year >= filters.year)
    if filters.district:
        query = query.where(Firm.registration_district == filters.district)
    if filters.late:
        behind = exists().where(PlanGoal.plan_id == Plan.id, PlanGoal.done_on.is_(None), PlanGoal.due_on < today)
        query = query.where(Plan.status == PlanStatus.AGREED, behind)
    return paginate(query.order_by(Plan.status, Plan.since_year.desc(), Firm.name, Plan.id), page, PER_PAGE)


@dataclass(frozen=True)
class Due:
    """How many goals of agreed plans are not reached, past their day, due within a month."""

    open: int
    late: int
    near: int


def due(user: User, today: date) -> Due:
    """Count the goals that ``user`` sees to, with one query."""
    plans = visible_to(user).where(Plan.status == PlanStatus.AGREED).with_only_columns(Plan.id)
    counts = (
        func.count(),
        func.count().filter(PlanGoal.due_on < today),
        func.count().filter(PlanGoal.due_on.between(today, today + NEAR)),
    )
    mine = (PlanGoal.owner_id == user.id, PlanGoal.done_on.is_(None), PlanGoal.plan_id.in_(plans))
    return Due(*db.session.execute(select(*counts).where(*mine)).one())


def overlapping(firm_id: int, since_year: int, until_year: int, but: int | None) -> Plan | None:
    """Return a plan of the firm, other than ``but``, that shares a year with the years given."""
    query = select(Plan).where(Plan.firm_id == firm_id, Plan.since_year <= until_year, Plan.until_year >= since_year)
    return db.session.scalars(query.where(Plan.id != but) if but else query).first()
