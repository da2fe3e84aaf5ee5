"""Where a firm stands and what it lacks; the same for a page, a print, a what-if and a whole register."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import select

from crm.domain.errors import Refused
from crm.domain.ladder import BESIDE, POLICY_OF, RANK, RUNG_OF, RUNGS, Rung
from crm.firms.models import Firm
from crm.ladder import facts, queries
from crm.policies import queries as policies
from crm.rules.explain import Assessment, Criterion, assess
from crm.rules.metrics import METRICS
from crm.rules.pack import Action, Policy


@dataclass(frozen=True)
class Gap:
    """A rung, or a policy that is none, and what the rule in force on the day says of the firm.

    ``renewal``: the firm stands on it and asks again, ``expires_on`` is the last day of what it holds. When no version
    holds on the day ``assessment`` is None and ``refused`` says why. ``facts`` is the one row that was judged, money in
    fen. ``policy`` is what is judged by, whether or not a version of it holds; None when none is in force.
    """

    rung: Rung | None
    on: date
    renewal: bool
    expires_on: date | None
    assessment: Assessment | None
    refused: Refused | None = None
    facts: pl.DataFrame = field(repr=False, default_factory=pl.DataFrame)
    policy: Policy | None = field(repr=False, default=None)

    @property
    def begins_on(self) -> date | None:
        """The first day any version of the policy holds; None when none is in force."""
        return min((version.since for version in self.policy.versions), default=None) if self.policy else None

    def by_state(self) -> dict[str, list[Criterion]]:
        """Return the top criteria by ``state``, what is lacking first."""
        found: dict[str, list[Criterion]] = {
            name: [] for name in ("not_met", "cannot_tell", "panel", "disputed", "met", "unverified")
        }
        for criterion in self.assessment.root.children if self.assessment else ():
            found[state(criterion)].append(criterion)
        return found


def state(criterion: Criterion) -> str:
    """Return the outcome, or more of it.

    "panel" where only experts can tell; "disputed" where the two readings of an edge differ and nothing else is open;
    "unverified" for a criterion that decides nothing.
    """
    if not criterion.counts:
        return "unverified"
    if criterion.outcome != "cannot_tell":
        return criterion.outcome
    leaves = [leaf for leaf in criterion.leaves() if leaf.outcome == "cannot_tell"]
    if any(leaf.missing for leaf in leaves):
        return "cannot_tell"
    if any(part.panel for leaf in leaves if leaf.score for part in leaf.score.parts):
        return "panel"
    return "disputed" if any(leaf.readings for leaf in leaves) else "cannot_tell"


def assessed(in_force: Collection[str]) -> tuple[Rung, ...]:
    """Return the rungs that the policies in force say something of, lowest first."""
    return tuple(rung for rung in RUNGS if POLICY_OF[rung] in in_force)


def next_rung(held: Mapping[Rung, date | None], rungs: Sequence[Rung]) -> Rung:
    """Return the rung to work on: the lowest of the way up above all that is held, else the highest with a rule."""
    top = max((RANK[rung] for rung in held), default=0)
    way_up = (rung for rung in rungs if RANK[rung] > top and rung not in BESIDE)
    return next(way_up, rungs[-1] if rungs else RUNGS[0])


def gap(firm: Firm, on: date, rung: Rung | None = None) -> Gap:
    """Assess one firm for its next rung, or for ``rung``, on a day; see ``next_rung``.

    A rung the firm holds already is assessed for its renewal.
    """
    held, in_force = queries.held(firm.id, on), policies.in_force()
    target = rung or next_rung(held, assessed(in_force))
    frame = facts.build(select(Firm.id).where(Firm.id == firm.id), on)
    return _judge(
        Gap(target, on, target in held, held.get(target), None, facts=frame, policy=in_force.get(POLICY_OF[target]))
    )


def towards(firm: Firm, on: date, policy_id: str) -> Gap:
    """Assess one firm by any policy on a day; what is the policy of no rung has no renewal."""
    if policy_id in RUNG_OF:
        return gap(firm, on, RUNG_OF[policy_id])
    frame = facts.build(select(Firm.id).where(Firm.id == firm.id), on)
    return _judge(Gap(None, on, False, None, None, facts=frame, policy=policies.in_force().get(policy_id)))


def what_if(now: Gap, changed: Mapping[str, Any]) -> Gap:
    """Return the same question asked of the firm with other facts (money in fen); nothing is kept.

    A metric that was given outright gives way when a fact it is made of is changed.
    """
    given = [key for key, metric in METRICS.items() if key in now.facts.columns and set(metric.inputs) & set(changed)]
    columns = [pl.lit(value).alias(key) for key, value in changed.items()]
    return _judge(replace(now, facts=now.facts.drop(given).with_columns(columns)))


def _judge(asked: Gap) -> Gap:
    action = Action.RENEWAL if asked.renewal else Action.NEW
    if asked.policy is None:
        return replace(asked, refused=Refused("这一级现在没有生效的政策文本"))
    judged_by = {asked.policy.id: asked.policy}
    try:
        assessment = assess(asked.facts, asked.policy.id, asked.on, action, judged_by)[0]
        return replace(asked, assessment=assessment)
    except Refused as refusal:
        return replace(asked, assessment=None, refused=refusal)
