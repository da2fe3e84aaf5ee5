"""The one evaluator: columns of facts in, columns of outcomes out, for one firm or for all of them.

Outcomes are numbers with Kleene's logic in them: 2 met, 1 cannot tell, 0 not met; "all" is the least, "any" the most.
What of a version does not depend on the facts is made ready once (``Plan``) and kept beside it.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

import numpy as np
import polars as pl

from crm.rules import told
from crm.rules.asking import Asking, Mask
from crm.rules.awards import AWARD, Amounts
from crm.rules.catalogue import FURTHEST
from crm.rules.columns import Column, Columns, Ends, Text
from crm.rules.conditions import Condition
from crm.rules.figure import Kind
from crm.rules.leaves import NO_SHORTFALL, Findings, Leaves, kind_of
from crm.rules.metrics import FIGURES, prepare
from crm.rules.metrics_science import years_in_business
from crm.rules.pack import AllOf, Node, Version, conditions, counting
from crm.rules.scores import Scores

Named = tuple[str, Column | Text, Kind | None]
PLANS_KEPT = 500
LIVED = "years lived"  # of the accounting years that any rule asks for, beside the facts of a row


class Outcome(IntEnum):
    """What can be said of a criterion."""

    NOT_MET = 0
    CANNOT_TELL = 1
    MET = 2


class Plan:
    """A version made ready: its conditions side by side, its scores, its groups from the bottom up, its award,
    and what it asks for."""

    def __init__(self, version: Version) -> None:
        award = version.award
        self.version = version
        self.scores = Scores(version.scores)
        self.leaves = Leaves(
            [*conditions(version.criteria), *(one for part in (award.parts if award else ()) for one in part.when)]
        )
        self.groups = list(_upwards(version.criteria))
        self.amounts = Amounts(award) if award else None
        self.asking = Asking(version)


def _upwards(node: Node) -> Iterator[tuple[str, bool, list[str]]]:
    """Return (id, whether all must be met, ids of the children that count) of each group, those below first."""
    if isinstance(node, Condition):
        return
    for child in node.all if isinstance(node, AllOf) else node.any:
        yield from _upwards(child)
    yield node.id, isinstance(node, AllOf), [child.id for child in counting(node)]


_plans: OrderedDict[int, Plan] = OrderedDict()


def plan_of(version: Version) -> Plan:
    """Return the plan of a version, made once: making it takes longer than judging one firm by it."""
    plan = _plans.get(id(version))
    if plan is None:
        # The plan holds its version, so that no other can come to bear its id.
        plan = _plans[id(version)] = Plan(version)
        while len(_plans) > PLANS_KEPT:
            _plans.popitem(last=False)
    return plan


@dataclass(frozen=True)
class Judged:
    """What a version says of some firms, in the order of their facts.

    ``outcomes`` of every node and condition by id; ``leaves`` are the conditions' arrays in the order of the plan;
    ``scores`` and ``amounts`` are (least, most) of scores and parts, in points, and of the award and its parts, in fen.
    """

    plan: Plan
    facts: Columns
    leaves: Findings
    outcomes: dict[str, Column]
    scores: dict[str, Ends]
    amounts: dict[str, Ends]

    @property
    def outcome(self) -> Column:
        """What is said of each firm in all."""
        return self.outcomes[self.plan.version.criteria.id]

    def asked(self) -> Mask:
        """Return which facts could still decide: an array of (facts of plan.asking, firms)."""
        return self.plan.asking.asked(self.facts, self.outcomes, self.scores)

    def due(self) -> pl.DataFrame:
        """Return what stands beside the facts, ``outcome``, and ``least`` and ``most`` of the award in fen."""
        least, most = self.amounts.get(AWARD, np.full((2, self.facts.height), np.nan))
        columns = (("outcome", self.outcome, None), ("least", least, Kind.MONEY), ("most", most, Kind.MONEY))
        return self._frame(columns)

    def frame(self) -> pl.DataFrame:
        """Return one row a firm, as ``evaluate`` does."""
        return self._frame(self._named())

    def rows(self) -> list[dict[str, Any]]:
        """Return a row of ``frame`` for each firm."""
        found = {series.name: series.to_list() for series in self.facts.beside.iter_columns()}
        found |= {name: told.values(column, kind, self.facts.height) for name, column, kind in self._named()}
        return [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]

    def _frame(self, columns: Iterable[Named]) -> pl.DataFrame:
        found = (told.series(*column, self.facts.height) for column in columns)
        return pl.DataFrame([*self.facts.beside.iter_columns(), *found])

    def _named(self) -> Iterator[Named]:
        """Return every column with its name and kind; None for a whole number that is no figure."""
        for key, figure in FIGURES.items():
            yield key, self.facts.texts[key] if figure.kind is Kind.TEXT else self.facts[key], figure.kind
        yield LIVED, years_in_business(self.facts, FURTHEST), None
        for place, condition in enumerate(self.plan.leaves.conditions):
            yield from self._leaf(place, condition)
        for name, _all, _children in self.plan.groups:
            yield name, self.outcomes[name], None
        for ends, kind in ((self.scores, Kind.SCORE), (self.amounts, Kind.MONEY)):
            for name, (least, most) in ends.items():
                yield f"{name}.least", least, kind
                yield f"{name}.most", most, kind

    def _leaf(self, place: int, condition: Condition) -> Iterator[Named]:
        name, kind = condition.id, kind_of(condition.metric)
        value: Column | Text = self.leaves.value[place]
        threshold: Column | Text = self.leaves.threshold[place]
        if kind is Kind.TEXT:
            asked = str(condition.is_) if condition.in_ is None else "、".join(condition.in_)
            value, threshold = self.facts.texts[condition.metric], Text((asked,), np.zeros(1, np.intp))
        yield name, self.leaves.outcome[place], None
        yield f"{name}.value", value, kind
        yield f"{name}.threshold", threshold, kind
        yield f"{name}.shortfall", self.leaves.shortfall[place], Kind.RATIO if kind in NO_SHORTFALL else kind


def judge(version: Version, facts: Columns) -> Judged:
    """Return what a version says of prepared facts (metrics.prepare): the metrics are worked out once for many."""
    plan = plan_of(version)
    scores = plan.scores.work_out(facts)
    leaves = plan.leaves.judge(facts, scores)
    outcomes: dict[str, Column] = dict(
        zip((condition.id for condition in plan.leaves.conditions), leaves.outcome, strict=True)
    )
    for name, every, children in plan.groups:
        join = np.minimum if every else np.maximum
        outcomes[name] = join.reduce([outcomes[child] for child in children])
    amounts = plan.amounts.work_out(facts, outcomes, outcomes[version.criteria.id]) if plan.amounts else {}
    return Judged(plan, facts, leaves, outcomes, scores, amounts)


def evaluate(version: Version, facts: pl.DataFrame, on: date) -> pl.DataFrame:
    """Return one row a firm, in the order of ``facts``.

    For every node ``<id>`` of the tree: ``<id>`` its outcome (0, 1, 2). For a condition also ``<id>.value``,
    ``<id>.threshold`` and ``<id>.shortfall`` in the metric's own unit (money in fen). For every score and part:
    ``<id>.least`` and ``<id>.most``. Where the version gives money, also what is due (see awards.py): ``award.least``
    and ``award.most`` in fen, and each part's. Every fact and metric, and what else stands in ``facts``, are kept.
    """
    return judge(version, prepare(facts, on)).frame()
