"""What to ask a firm: the facts nobody has stated, who asks for each, and in which clause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.domain.words import N_
from crm.ladder import many
from crm.ladder.evidence import door
from crm.policies import queries as policies
from crm.rules.explain import Criterion
from crm.rules.pack import Policy
from crm.rules.words import Words

PEOPLE = ("employees", "tech_staff", "rd_staff")
ALL = "all"


class Group(StrEnum):
    """The heads a list of questions is read under, in this order."""

    FIGURES = "figures"
    RIGHTS = "rights"
    PEOPLE = "people"
    OTHER = "other"


GROUP_LABELS: dict[Group, str] = {
    Group.FIGURES: N_("年度数据"),
    Group.RIGHTS: N_("知识产权"),
    Group.PEOPLE: N_("人员"),
    Group.OTHER: N_("其他"),
}


@dataclass(frozen=True)
class Reason:
    """Why a fact is asked for: the policy, what it asks, where."""

    policy: Words
    label: Words
    clause: str


@dataclass(frozen=True)
class Question:
    """A fact to ask for. ``decides``: an outcome stays open for want of it; otherwise another criterion has missed."""

    fact: str
    reasons: tuple[Reason, ...]
    decides: bool

    @property
    def group(self) -> Group:
        """Under which head it is asked."""
        place = door(self.fact)
        if place == "figures":
            return Group.PEOPLE if self.fact.rpartition("_y")[0] in PEOPLE else Group.FIGURES
        return Group.RIGHTS if place == "intellectual-property" else Group.OTHER


def offered() -> dict[str, Policy]:
    """Return the policies for which a firm may be asked; what calls for a look on the spot is asked of nobody."""
    return {key: policy for key, policy in policies.in_force().items() if policy.kind != "check"}


def of_firms(
    firm_ids: Sequence[int], on: date, policy_id: str = "", *, every: bool = False
) -> dict[int, list[Question]]:
    """Return {firm: questions} for a policy, for ALL that are judged by, or ("") for each firm's next rung.

    ``every``: those too that decide nothing while another criterion is not met. A constant number of statements.
    """
    if policy_id:
        chosen = [key for key in offered() if policy_id in {key, ALL}]
        judged = many.judged(firm_ids, on, lambda _held: chosen)
    else:
        judged = many.judged(firm_ids, on, many.next_of())
    found = {firm_id: _questions(judged.get(firm_id, [])) for firm_id in firm_ids}
    return {firm_id: [q for q in asked if every or q.decides] for firm_id, asked in found.items()}


def grouped(questions: Iterable[Question]) -> dict[Group, list[Question]]:
    """Return the questions by head, heads without any left out."""
    found: dict[Group, list[Question]] = {group: [] for group in Group}
    for question in questions:
        found[question.group].append(question)
    return {group: asked for group, asked in found.items() if asked}


def _questions(judged: Iterable[many.Judged]) -> list[Question]:
    reasons: dict[str, list[Reason]] = {}
    deciding: set[str] = set()
    for one in judged:
        deciding |= set(one.asks)
        for leaf in one.assessment.root.leaves():
            for fact, label, clause in _asked(leaf) if leaf.counts else ():
                told = Reason(one.policy.name, label, clause)
                if told not in reasons.setdefault(fact, []):
                    reasons[fact].append(told)
    return [Question(fact, tuple(why), fact in deciding) for fact, why in reasons.items()]


def _asked(leaf: Criterion) -> Iterable[tuple[str, Words, str]]:
    """Return (fact, who asks, clause) of a leaf; of a score it is the item that asks."""
    parts = [part for part in (leaf.score.parts if leaf.score else ()) if part.missing]
    if leaf.missing and parts:
        return [(fact, part.label, part.clause) for part in parts for fact in part.missing]
    return [(fact, leaf.label, leaf.clause) for fact in leaf.missing]
