"""What a pass found, for those who may see the firms: counts by policy, by criterion and district, what turned."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sqlalchemy import Select, case, false, func, or_, select

from crm.accounts.models import User
from crm.domain.ladder import Rung
from crm.firms.models import Certification, Firm
from crm.firms.queries import valid_on, visible_to
from crm.kit.db import db
from crm.policies.queries import in_force
from crm.rules.evaluate import Outcome
from crm.screening.models import Cause, Screening, ScreeningChange, ScreeningDue, ScreeningRun


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


def mine(user: User) -> Select[tuple[int]]:
    """Return the ids of the firms ``user`` may see."""
    return visible_to(user).with_only_columns(Firm.id)


def counts(user: User, since: date, policy_id: str | None = None) -> dict[str, Count]:
    """Return {policy: Count} of all policies or one, changes from ``since`` on; two statements, however many firms."""
    found: dict[str, Count] = {}
    query = select(
        Screening.policy_id,
        Screening.outcome,
        func.count(),
        func.count(Screening.criterion),
        func.count(Screening.fact),
    )
    query = query.where(Screening.firm_id.in_(mine(user))).group_by(Screening.policy_id, Screening.outcome)
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
    turned = turned.where(change.on >= since, change.firm_id.in_(mine(user))).group_by(change.policy_id)
    for policy, gained, lost in db.session.execute(turned):
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
    gained, lost = db.session.execute(
        query.where(change.on >= since, change.policy_id.in_(had), change.firm_id.in_(mine(user)))
    ).one()
    return Count(gained=gained, lost=lost)


def sheet(user: User, policy_id: str) -> Sheet:
    """Return who is one step away from a policy, by criterion or by fact, and district."""
    found = Sheet()
    for column, into in ((Screening.criterion, found.criteria), (Screening.fact, found.facts)):
        query = (
            select(column, Firm.registration_district, func.count())
            .join(Firm, Firm.id == Screening.firm_id)
            .where(Screening.policy_id == policy_id, column.is_not(None), Firm.id.in_(mine(user)))
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
    query = query.where(valid_on(on), ends, Certification.firm_id.in_(mine(user))).group_by(Certification.kind)
    return {rung: firms for rung, firms in db.session.execute(query)}


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
