"""Many firms judged and explained: a constant number of statements, one evaluation a policy, however many firms."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from crm.domain.errors import Refused
from crm.domain.ladder import POLICY_OF, Rung
from crm.firms.models import Firm
from crm.ladder import facts, queries
from crm.ladder.service import assessed, next_rung
from crm.policies import queries as policies
from crm.rules.columns import Columns
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
    known = prepare(facts.build(select(Firm.id).where(Firm.id.in_(firm_ids)), on), on)
    place = {firm_id: place for place, firm_id in enumerate(known.beside["firm_id"])}
    found: dict[int, list[Judged]] = {}
    for policy in policies.in_force().values():
        for action in Action:
            places = sorted(place[firm_id] for firm_id in groups.get((policy.id, action), ()) if firm_id in place)
            for one in _judge(policy, action, known.of(places)) if places else ():
                found.setdefault(one.firm_id, []).append(one)
    return found


def _judge(policy: Policy, action: Action, known: Columns) -> list[Judged]:
    try:
        version = version_on(policy, known.on, action)
    except Refused:
        return []
    told = judge(version, known)
    return [
        Judged(row["firm_id"], explain(policy, version, known.on, action, row), asked)
        for row, asked in zip(told.rows(), open_facts(told), strict=True)
    ]
