"""What the desk shows: the counts of the morning, what a few letters find, who did what.

The desk keeps no tables of its own; it reads those of every room below.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import case, func, or_, select

from crm.accounts.models import User
from crm.domain.access import Role
from crm.firms import figures, kept
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.journal import queries as journal
from crm.journal.models import Event
from crm.kit import clock
from crm.kit.db import db
from crm.kit.jobs import OVER, Job
from crm.kit.rounds import Round
from crm.lists import queries as lists
from crm.lists.asked import Asked as ListAsked

EXPIRING_DAYS = 90
EVENTS_PER_PAGE = 50


# The morning


def count_firms(user: User) -> int:
    """Count the firms of ``user``."""
    query = select(func.count()).select_from(Firm).where(firms.in_sight(user))
    return kept.once(user, "firms", "count", lambda: db.session.scalar(query) or 0)


def count_expiring(user: User, today: date) -> int:
    """Count the firms of ``user`` with a certificate that runs out within EXPIRING_DAYS, as the list of firms does."""
    return lists.count(user, ListAsked(short=(("expiring", (str(EXPIRING_DAYS),)),)), today)


def count_running_jobs(user: User) -> int:
    """Count the jobs of ``user`` that are not over."""
    query = select(func.count()).select_from(Job).where(Job.owner_id == user.id, Job.status.not_in(OVER))
    return db.session.scalar(query) or 0


def assigned(user: User, limit: int = 20) -> list[Firm]:
    """Return the first firms of ``user`` by name."""
    return list(db.session.scalars(firms.visible_to(user).order_by(Firm.name).limit(limit)))


def accounts_by_state() -> dict[tuple[Role, str], int]:
    """Count accounts by role and state: "active", "invited" (no password yet), "disabled"."""
    state = case((~User.active, "disabled"), (User.password_hash.is_(None), "invited"), else_="active")
    query = select(User.role, state, func.count()).group_by(User.role, state)
    return {(role, state): count for role, state, count in db.session.execute(query)}


def last_night() -> Round | None:
    """Return the last night that was walked."""
    return db.session.scalars(
        select(Round).where(Round.name == "nightly").order_by(Round.period.desc()).limit(1)
    ).first()


# A firm at a glance

KEY_FIGURES = ("revenue", "net_profit", "tax_paid", "rd_hte", "rd_tax", "employees_total", "tech_staff")
YEARS_AT_A_GLANCE = 4


@dataclass(frozen=True)
class KeyFigure:
    """One figure over some years: ``values`` in fen or persons, oldest first, None where nobody has stated it.

    ``growth`` is the last year over the one before as a ratio (0.05 is five per cent), when both are known and above
    zero: from profit to loss there is no percentage.
    """

    name: str
    values: list[int | None]
    growth: float | None

    def lines(self, width: int, height: int) -> list[str]:
        """Return the course of the figure as SVG polylines, broken where a year is not known."""
        known = [value for value in self.values if value is not None]
        low, high = min(0, *known), max(0, *known)
        step, scale = width / max(1, len(self.values) - 1), height / ((high - low) or 1)
        places = [
            None if value is None else f"{place * step:.1f},{(high - value) * scale:.1f}"
            for place, value in enumerate(self.values)
        ]
        return [" ".join(run) for known, run in groupby(places, key=bool) if known]


def key_figures(firm_id: int) -> tuple[list[int], list[KeyFigure]]:
    """Return (years, oldest first; the figures in force that anybody has stated)."""
    years = figures.of_firm(firm_id)[:YEARS_AT_A_GLANCE][::-1]
    found = []
    for name in KEY_FIGURES:
        stated = [year.in_force(name) for year in years]
        values = [statement.value if statement else None for statement in stated]
        if any(value is not None for value in values):
            before, last = values[-2:] if len(values) > 1 else (None, None)
            grew = last / before - 1 if last is not None and before is not None and min(last, before) > 0 else None
            found.append(KeyFigure(name, values, grew))
    return [year.year for year in years], found


# The trail


@dataclass(frozen=True)
class Asked:
    """What an auditor asks of the trail; None asks for everything."""

    who: str | None = None
    action: str | None = None
    firm: str | None = None
    since: date | None = None
    until: date | None = None


def trail(asked: Asked, before: int | None = None) -> tuple[list[Event], int | None]:
    """Return a page of events, newest first, and the id to go on before (None: no more).

    Pages go by id, so the thousandth is as fast as the first and none shifts while new events come in.
    """
    query = journal.everything()
    if asked.who:
        query = query.where(Event.actor_name.icontains(asked.who, autoescape=True))
    if asked.action:
        query = query.where(Event.action == asked.action)
    if asked.firm:
        named = or_(Firm.name.icontains(asked.firm, autoescape=True), Firm.uscc.icontains(asked.firm, autoescape=True))
        query = query.where(Event.firm_id.in_(select(Firm.id).where(named)))
    if asked.since:
        query = query.where(Event.at >= _midnight(asked.since))
    if asked.until:
        query = query.where(Event.at < _midnight(asked.until + timedelta(days=1)))
    if before:
        query = query.where(Event.id < before)
    events = list(db.session.scalars(query.limit(EVENTS_PER_PAGE + 1)))
    return events[:EVENTS_PER_PAGE], events[EVENTS_PER_PAGE - 1].id if len(events) > EVENTS_PER_PAGE else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.SHANGHAI)


def actions() -> list[str]:
    """Return every kind of act in the trail."""
    return list(db.session.scalars(select(Event.action).distinct().order_by(Event.action)))


def count_events() -> int:
    """Count the trail; ids have no gaps."""
    return journal.newest()


# Names


def firm_names_of(ids: Collection[int]) -> dict[int, str]:
    """Return {firm id: name}."""
    query = select(Firm.id, Firm.name).where(Firm.id.in_(ids))
    return dict(db.session.execute(query).all()) if ids else {}
