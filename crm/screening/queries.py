"""What a pass found, for those who may see the firms: counts by policy, by criterion and district, what turned."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeVar

from sqlalchemy import case, false, func, or_, select

from crm.accounts.models import User
from crm.domain.ladder import Rung
from crm.firms import kept
from crm.firms.models import Certification, Firm
from crm.firms.queries import in_sight, valid_on
from crm.kit.db import db
from crm.policies.queries import in_force
from crm.rules.evaluate import Outcome
from crm.screening.models import Cause, Screening, ScreeningChange, ScreeningDue, ScreeningRun

T = TypeVar("T")


@dataclass
class Count:
    """How the firms stand towards one policy. ``one_short``: one criterion not met and all others met; ``one_unknown``:
    one fact decides; ``gained`` and ``lost``: turned to met, and away from it, within the days asked about."""

    met: int = 0
    cannot_tell: int = 0
    not_met: int = 0
    one_short: int = 0
    one_unknown: int = 0
    gained: int = 0
    lost: int = 0


@dataclass
class Sheet:
    """One policy by district: {criterion: {district: firms}} that lack only this, and {fact: {district: firms}}."""

    criteria: dict[str, dict[str | None, int]] = field(default_factory=dict)
    facts: dict[str, dict[str | None, int]] = field(default_factory=dict)


def counts(user: User, since: date, policy_id: str | None = None) -> dict[str, Count]:
    """Return {policy: Count} of all policies or one, changes from ``since`` on; two statements, however many firms."""
    return _once(user, ("counts", since, policy_id), lambda: _counts(user, since, policy_id))


def _once(user: User, about: tuple[Any, ...], work_out: Callable[[], T]) -> T:
    """Keep what was found until something in the register changes or firms are judged again."""
    return kept.once(user, "screening", (newest(), *about), work_out)


def _counts(user: User, since: date, policy_id: str | None) -> dict[str, Count]:
    found: dict[str, Count] = {}
    query = select(
        Screening.policy_id,
        Screening.outcome,
        func.count(),
        func.count(Screening.criterion),
        func.count(Screening.fact),
    )
    query = (
        query.join(Firm, Firm.id == Screening.firm_id)
        .where(in_sight(user))
        .group_by(Screening.policy_id, Screening.outcome)
    )
    if policy_id is not None:
        query = query.where(Screening.policy_id == policy_id)
    for policy, outcome, firms, criterion, fact in db.session.execute(query):
        count = found.setdefault(policy, Count())
        setattr(count, Outcome(outcome).name.lower(), firms)
        count.one_short += criterion
        count.one_unknown += fact
    change = ScreeningChange
    away = (change.was == Outcome.MET) & (change.now != Outcome.MET)
    turned = select(
        change.policy_id,
        func.count(func.distinct(case((change.now == Outcome.MET, change.firm_id)))),
        func.count(func.distinct(case((away, change.firm_id)))),
    )
    if policy_id is not None:
        turned = turned.where(change.policy_id == policy_id)
    turned = turned.join(Firm, Firm.id == change.firm_id).where(change.on >= since, in_sight(user))
    for policy, gained, lost in db.session.execute(turned.group_by(change.policy_id)):
        if policy in found:
            found[policy].gained, found[policy].lost = gained, lost
    return found


def turned(user: User, since: date) -> Count:
    """Return how many firms came to meet something to be had since a day, and how many ceased to; constant statements.

    A sign that calls for a look on the spot is nothing to be had.
    """
    change = ScreeningChange
    had = [key for key, policy in in_force().items() if policy.kind != "check"]
    away = (change.was == Outcome.MET) & (change.now != Outcome.MET)
    query = select(
        func.count(func.distinct(case((change.now == Outcome.MET, change.firm_id)))),
        func.count(func.distinct(case((away, change.firm_id)))),
    )
    query = query.join(Firm, Firm.id == change.firm_id).where(in_sight(user))
    query = query.where(change.on >= since, change.policy_id.in_(had))
    gained, lost = _once(user, ("turned", since, tuple(had)), lambda: tuple(db.session.execute(query).one()))
    return Count(gained=gained, lost=lost)


def sheet(user: User, policy_id: str) -> Sheet:
    """Return who is one step away from a policy, by criterion or by fact, and district."""
    return _once(user, ("sheet", policy_id), lambda: _sheet(user, policy_id))


def _sheet(user: User, policy_id: str) -> Sheet:
    found = Sheet()
    for column, into in ((Screening.criterion, found.criteria), (Screening.fact, found.facts)):
        query = (
            select(column, Firm.registration_district, func.count())
            .join(Firm, Firm.id == Screening.firm_id)
            .where(Screening.policy_id == policy_id, column.is_not(None), in_sight(user))
            .group_by(column, Firm.registration_district)
        )
        for key, district, firms in db.session.execute(query):
            into.setdefault(key, {})[district] = firms
    return found


def steps(column: Literal["criterion", "fact"]) -> list[tuple[str, str]]:
    """Return the (policy, criterion or fact) between which and some firm nothing else stands."""
    step = Screening.criterion if column == "criterion" else Screening.fact
    query = select(Screening.policy_id, step).where(step.is_not(None)).distinct()
    return sorted((policy, key) for policy, key in db.session.execute(query))


def of_firms(firm_ids: list[int], policies: Collection[str] | None = None) -> dict[int, dict[str, Screening]]:
    """Return {firm: {policy: what was found}} in one statement."""
    query = select(Screening).where(Screening.firm_id.in_(firm_ids))
    if policies is not None:
        query = query.where(Screening.policy_id.in_(policies))
    found: dict[int, dict[str, Screening]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.firm_id, {})[row.policy_id] = row
    return found


def expiring(user: User, on: date, until: Mapping[Rung, date]) -> dict[Rung, int]:
    """Return how many firms hold each rung with a certificate that runs out by its day of ``until``."""
    ends = or_(
        false(), *((Certification.kind == rung) & (Certification.expires_on <= day) for rung, day in until.items())
    )
    query = select(Certification.kind, func.count(func.distinct(Certification.firm_id)))
    query = query.join(Firm, Firm.id == Certification.firm_id).where(valid_on(on), ends, in_sight(user))
    query = query.group_by(Certification.kind)
    about = ("expiring", on, tuple(until.items()))
    return _once(user, about, lambda: {rung: firms for rung, firms in db.session.execute(query)})


def last_pass() -> ScreeningRun | None:
    """Return the last pass over the whole register."""
    query = select(ScreeningRun).where(ScreeningRun.cause != Cause.EDIT).order_by(ScreeningRun.id.desc()).limit(1)
    return db.session.scalars(query).first()


def newest() -> int:
    """Return a number that grows with every pass: what was found before it may be found no more."""
    return db.session.scalar(select(func.max(ScreeningRun.id))) or 0


def waiting() -> int:
    """Return how many firms wait to be judged again."""
    return db.session.scalar(select(func.count(func.distinct(ScreeningDue.firm_id)))) or 0
