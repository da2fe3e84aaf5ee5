"""What firms are due by the policies that give money, what they were given, and who was missed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, case, func, select

from crm.accounts.models import User
from crm.firms import kept
from crm.firms.award_models import AwardGiven
from crm.firms.awards import of_firm, under
from crm.firms.models import Firm
from crm.firms.queries import in_sight
from crm.kit.db import db
from crm.ladder import facts
from crm.policies.queries import in_force, known
from crm.rules.awarded import in_all
from crm.rules.evaluate import Outcome, judge
from crm.rules.explain import Assessment, explain
from crm.rules.metrics import prepare
from crm.rules.pack import Action, Policy, Version
from crm.screening import queries as screening
from crm.screening.models import Screening


@dataclass(frozen=True)
class Sum:
    """Some firms and what they are due in fen. ``unbounded``: of how many of them nothing bounds the most."""

    firms: int
    least: int
    most: int
    unbounded: int


@dataclass(frozen=True)
class Sheet:
    """One policy: who meets it, who was given it, who meets it and was not; of how many nobody can tell.

    ``given`` and ``given_amount`` (fen) are of all firms it was given to, whether or not they meet it today.
    """

    policy: Policy
    meet: Sum
    missed: Sum
    cannot_tell: int
    given: int
    given_amount: int


@dataclass(frozen=True)
class Due:
    """What one policy says of one firm. ``counts``: it is in force, and not only looked at; ``given``: rows of it."""

    assessment: Assessment
    counts: bool
    given: list[AwardGiven]


def paying(policies: Mapping[str, Policy], on: date) -> list[tuple[Policy, Version]]:
    """Return the policies that give something on a day, each with its version, the nation's first."""
    order = ("national", "province", "city", "district")
    found = []
    for policy in policies.values():
        version = next((v for v in policy.versions if v.award and v.holds(on, Action.NEW)), None)
        if version is not None:
            found.append((policy, version))
    return sorted(found, key=lambda pair: (order.index(pair[0].level), pair[0].id))


def judging(on: date) -> list[tuple[Policy, Version]]:
    """Return of these the ones that one may judge by: a policy may have versions that nobody has verified."""
    return [(policy, version) for policy, version in paying(in_force(), on) if policy.judges(version)]


def sheets(user: User, on: date) -> list[Sheet]:
    """Return a sheet for each policy that gives something by what is in force; two statements a policy."""
    asked = judging(on)
    about = (screening.newest(), on, tuple(policy.digest for policy, _version in asked))
    return kept.once(user, "awards", about, lambda: [_sheet(user, policy, on) for policy, _version in asked])


def _sheet(user: User, policy: Policy, on: date) -> Sheet:
    paid = select(AwardGiven.firm_id).where(under(policy, on))
    met = Screening.outcome == Outcome.MET
    missed = and_(met, Screening.firm_id.not_in(paid))
    query: Select[tuple[int, ...]] = select(
        func.count(case((Screening.outcome == Outcome.CANNOT_TELL, 1))),
        *(
            expression
            for those in (met, missed)
            for expression in (
                func.count(case((those, 1))),
                func.coalesce(func.sum(case((those, Screening.award_least))), 0),
                func.coalesce(func.sum(case((those, Screening.award_most))), 0),
                func.count(case((and_(those, Screening.award_most.is_(None)), 1))),
            )
        ),
    )
    query = query.join(Firm, Firm.id == Screening.firm_id).where(in_sight(user))
    row = db.session.execute(query.where(Screening.policy_id == policy.id)).one()
    cannot_tell, *numbers = (int(number) for number in row)
    received = select(func.count(AwardGiven.firm_id.distinct()), func.coalesce(func.sum(AwardGiven.amount), 0))
    received = received.join(Firm, Firm.id == AwardGiven.firm_id).where(under(policy, on), in_sight(user))
    given, amount = db.session.execute(received).one()
    return Sheet(policy, Sum(*numbers[:4]), Sum(*numbers[4:]), cannot_tell, given, int(amount))


def of(firm: Firm, on: date) -> list[Due]:
    """Return what every policy that gives something says of a firm on a day, those in force first."""
    judged_by, named = in_force(), known()
    prepared = prepare(facts.build(select(Firm.id).where(Firm.id == firm.id), on), on)
    found = []
    for policy, version in paying(named, on):
        row = judge(version, prepared).rows()[0]
        counts = policy.id in judged_by and policy.judges(version)
        found.append(Due(explain(policy, version, on, Action.NEW, row), counts, of_firm(firm.id, policy, on)))
    return sorted(found, key=lambda due: (not due.counts, _gives(due) != "money"))


def _gives(due: Due) -> str:
    return due.assessment.award.award.gives if due.assessment.award else ""


def total(dues: list[Due], *outcomes: str) -> tuple[int, int | None]:
    """Return the least and the most money a firm is due and was not given, in fen, by policies of these ``outcomes``.

    Of what excludes each other the best counts. Only policies in force count, and no deduction from what is taxed.
    """
    found = [
        (due.assessment.policy.id, due.assessment.award)
        for due in dues
        if due.counts
        and not due.given
        and due.assessment.award
        and _gives(due) == "money"
        and due.assessment.outcome in outcomes
    ]
    excludes = {name: result.award.excludes for name, result in found}
    return in_all([(name, result.least, result.most) for name, result in found], excludes)
