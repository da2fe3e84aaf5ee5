"""Many firms judged and explained: a constant number of statements, one evaluation a policy, however many firms."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import select

from crm.domain.errors import Refused
from crm.domain.ladder import POLICY_OF, Rung
from crm.firms.models import Firm
from crm.ladder import facts, queries
from crm.ladder.service import assessed, next_rung
from crm.policies import queries as policies
from crm.rules.evaluate import judge
from crm.rules.explain import Assessment, explain
from crm.rules.metrics import prepare
from crm.rules.pack import Action, Policy, version_on
from crm.rules.screen import open_facts

# Which policies a firm is judged for, by the rungs it holds.
Wanted = Callable[[frozenset[Rung]], Collection[str]]


@dataclass(frozen=True)
class Judged:
    """One firm and one policy; ``asks`` are the unknown facts that could still decide the outcome."""

    firm_id: int
    assessment: Assessment
    asks: tuple[str, ...]

    @property
    def policy(self) -> Policy:
        """The policy judged by."""
        return self.assessment.policy


def next_of() -> Wanted:
    """Return the choice of each firm's next rung, see service.next_rung."""
    rungs = assessed(policies.in_force())
    return lambda held: [POLICY_OF[next_rung(dict.fromkeys(held), rungs)]]


def judged(firm_ids: Sequence[int], on: date, wanted: Wanted) -> dict[int, list[Judged]]:
    """Return {firm: what each policy wanted of it says}, in the order of the policies in force.

    A rung the firm holds is judged for its renewal; a policy of which no version holds on the day says nothing.
    """
    held = queries.holders(firm_ids, on)
    nobody: frozenset[Rung] = frozenset()
    rung_of = {policy_id: rung for rung, policy_id in POLICY_OF.items()}
    groups: dict[tuple[str, Action], list[int]] = {}
    for firm_id in firm_ids:
        mine = held.get(firm_id, nobody)
        for policy_id in wanted(mine):
            action = Action.RENEWAL if rung_of.get(policy_id) in mine else Action.NEW
            groups.setdefault((policy_id, action), []).append(firm_id)
    frame = facts.build(select(Firm.id).where(Firm.id.in_(firm_ids)), on)
    found: dict[int, list[Judged]] = {}
    for policy in policies.in_force().values():
        for action in Action:
            rows = frame.filter(pl.col("firm_id").is_in(groups.get((policy.id, action), [])))
            for one in _judge(policy, action, rows, on) if rows.height else ():
                found.setdefault(one.firm_id, []).append(one)
    return found


def _judge(policy: Policy, action: Action, rows: pl.DataFrame, on: date) -> list[Judged]:
    try:
        version = version_on(policy, on, action)
    except Refused:
        return []
    told = judge(version, prepare(rows, on))
    return [
        Judged(row["firm_id"], explain(policy, version, on, action, row), asked)
        for row, asked in zip(told.rows(), open_facts(told), strict=True)
    ]
