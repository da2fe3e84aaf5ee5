"""Which firms call for a look on the spot: a sign is there, and nobody has been to see since."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from crm.accounts.models import User
from crm.domain.records import VisitKind
from crm.firms.models import Firm
from crm.firms.queries import visible_to
from crm.kit.db import db
from crm.kit.tables import Page, paginate
from crm.policies import queries as policies
from crm.rules.evaluate import Outcome
from crm.screening.models import Screening
from crm.visits.models import Visit

PER_PAGE = 30


@dataclass(frozen=True)
class Filters:
    """Which firms are meant; None and "" mean all. ``days``: how long a visit is good for."""

    days: int
    district: str = ""
    officer_id: int | None = None
    policy_id: str = ""


@dataclass(frozen=True)
class Call:
    """One firm to be visited: the signs by policy, each with the day it was first seen; the last visit of any."""

    firm: Firm
    officer: str | None
    signs: dict[str, date]
    visited_on: date | None


def signs() -> list[str]:
    """Return the policies of which "met" means: look on the spot."""
    return [key for key, policy in policies.in_force().items() if policy.kind == "check"]


def unanswered(on: date, days: int, wanted: Collection[str]) -> ColumnElement[bool]:
    """Return what is true of a screening whose sign is there and waits for a visit.

    A visit answers a sign when it was made since the sign was first seen and within ``days``; a call or a session of
    coaching does not.
    """
    been = exists().where(
        Visit.firm_id == Screening.firm_id,
        Visit.kind == VisitKind.VISIT,
        Visit.visited_on >= Screening.since,
        Visit.visited_on > on - timedelta(days),
    )
    return and_(Screening.policy_id.in_(wanted), Screening.outcome == Outcome.MET, ~been)


def listing(user: User, on: date, filters: Filters, wanted: Collection[str], page: int) -> Page:
    """Return one page of Calls, those whom nobody has been in touch with for longest first; five statements."""
    met = unanswered(on, filters.days, wanted)
    query = visible_to(user).where(Firm.id.in_(select(Screening.firm_id).where(met)))
    if filters.district:
        query = query.where(Firm.registration_district == filters.district)
    if filters.officer_id is not None:
        query = query.where(Firm.officer_id == filters.officer_id)
    silent_first = (Firm.last_contact_on.is_not(None), Firm.last_contact_on, Firm.id)
    found = paginate(query.order_by(*silent_first), page, PER_PAGE)
    return replace(found, items=_calls(found.items, met))


def _calls(firms: list[Firm], met: Any) -> list[Call]:
    ids = [firm.id for firm in firms]
    told: dict[int, dict[str, date]] = {}
    rows = select(Screening.firm_id, Screening.policy_id, Screening.since).where(Screening.firm_id.in_(ids), met)
    for firm_id, policy_id, since in db.session.execute(rows.order_by(Screening.policy_id)):
        told.setdefault(firm_id, {})[policy_id] = since
    last = select(Visit.firm_id, func.max(Visit.visited_on)).where(Visit.firm_id.in_(ids))
    visited = dict(db.session.execute(last.where(Visit.kind == VisitKind.VISIT).group_by(Visit.firm_id)).all())
    officers = {firm.officer_id for firm in firms}
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(officers))).all())
    return [
        Call(firm, names.get(firm.officer_id), told.get(firm.id, {}), visited.get(firm.id)) for firm in firms
    ]  # fmt: skip
