"""An assessment that explains itself: the tree with outcome, value, threshold, shortfall and clause of every leaf."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from crm.rules import awarded
from crm.rules.awarded import AwardResult
from crm.rules.bands import meeting
from crm.rules.catalogue import FURTHEST
from crm.rules.conditions import Condition
from crm.rules.evaluate import LIVED, Outcome, judge
from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES, in_unit, prepare
from crm.rules.pack import Action, AllOf, AnyOf, Node, Part, Policy, Version, version_on
from crm.rules.reading import load
from crm.rules.words import Source, Words

WORDS: dict[Outcome, str] = {Outcome.MET: "met", Outcome.NOT_MET: "not_met", Outcome.CANNOT_TELL: "cannot_tell"}
COMPARISON_SIGN = {
    "at_least": "≥",
    "at_least_by": "≥",
    "above": ">",
    "at_most": "≤",
    "below": "<",
    "is_": "=",
    "in_": "∈",
}


@dataclass(frozen=True)
class Reading:
    """One of two ways to read the edge a figure stands on: what it says, what it gives, where it is read so.

    ``source`` is None for the reading of the clause itself.
    """

    words: Words
    least: float
    most: float
    source: Source | None = None


@dataclass(frozen=True)
class PartResult:
    """One item of a score: the least and the most points it can be, of ``full``.

    ``readings`` are two when the figure stands on an edge that is read differently, else none.
    """

    id: str
    label: Words
    clause: str
    least: float
    most: float
    full: float
    panel: bool
    missing: tuple[str, ...]
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class ScoreResult:
    """A score as a range, with its items."""

    id: str
    label: Words
    least: float
    most: float
    full: float
    parts: tuple[PartResult, ...]


@dataclass(frozen=True)
class Criterion:
    """One node. ``value``, ``threshold``, ``shortfall`` are in ``unit`` (money in fen); a group has none of them.

    ``missing`` are the keys of the facts without which nothing can be told; ``children`` are empty for a leaf. One that
    does not count (its clause is unverified) decides nothing.
    """

    id: str
    label: Words
    clause: str
    outcome: str
    group: str | None = None
    metric: str | None = None
    kind: Kind | None = None
    unit: str = ""
    comparison: str = ""
    value: Any = None
    threshold: Any = None
    shortfall: float | None = None
    missing: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    source: Source | None = None
    hint: Words | None = None
    score: ScoreResult | None = None
    counts: bool = True
    children: tuple["Criterion", ...] = ()

    def leaves(self) -> Iterator["Criterion"]:
        """Return the conditions below, in the order of the document."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The readings of the disputed edges its score stands on."""
        return tuple(reading for part in (self.score.parts if self.score else ()) for reading in part.readings)


@dataclass(frozen=True)
class Assessment:
    """What one version of one policy says of one firm on one day."""

    policy: Policy
    version: Version
    on: date
    action: Action
    firm: str | None
    outcome: str
    root: Criterion
    scores: tuple[ScoreResult, ...]
    award: AwardResult | None = None
    figures: Mapping[str, Any] = field(repr=False, default_factory=dict)

    @property
    def lacking(self) -> list[Criterion]:
        """The top criteria that are not met, then those nobody can tell."""
        order = {"not_met": 0, "cannot_tell": 1}
        open_ = (c for c in self.root.children if c.outcome != "met" and c.counts)
        return sorted(open_, key=lambda c: order[c.outcome])

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts to ask the firm for, each once."""
        return tuple(dict.fromkeys(key for leaf in self.root.leaves() if leaf.counts for key in leaf.missing))


def assess(
    facts: pl.DataFrame | Sequence[Mapping[str, Any]],
    policy_id: str,
    on: date,
    action: Action = Action.NEW,
    policies: Mapping[str, Policy] | None = None,
    *,
    unverified: bool = False,
) -> list[Assessment]:
    """Return an assessment per row of ``facts`` (money in fen, see metrics.py).

    Raises Refused when no version holds on the day (see version_on for ``unverified``), KeyError for an unknown policy.
    """
    policy = (policies or load())[policy_id]
    version = version_on(policy, on, action, unverified=unverified)
    frame = facts if isinstance(facts, pl.DataFrame) else pl.from_dicts(list(facts), infer_schema_length=None)
    judged = judge(version, prepare(frame, on))
    return [explain(policy, version, on, action, row) for row in judged.rows()]


def explain(policy: Policy, version: Version, on: date, action: Action, row: Mapping[str, Any]) -> Assessment:
    """Return the tree of one evaluated row."""
    scores = {name: _score(name, version, row) for name in version.scores}
    root = _node(version.criteria, version, row, scores)
    return Assessment(
        policy=policy,
        version=version,
        on=on,
        action=action,
        firm=row.get("firm"),
        outcome=root.outcome,
        root=root,
        scores=tuple(scores.values()),
        award=awarded.explain(version.award, row, lambda metric: _missing(metric, row)) if version.award else None,
        figures={key: row.get(key) for key in FIGURES},
    )


def _node(node: Node, version: Version, row: Mapping[str, Any], scores: Mapping[str, ScoreResult]) -> Criterion:
    outcome = WORDS[Outcome(row[node.id])]
    if isinstance(node, AllOf | AnyOf):
        children = node.all if isinstance(node, AllOf) else node.any
        return Criterion(
            node.id,
            node.label,
            node.clause,
            outcome,
            group="all" if isinstance(node, AllOf) else "any",
            hint=node.hint,
            children=tuple(_node(child, version, row, scores) for child in children),
        )
    figure = FIGURES.get(node.metric)
    score = scores.get(node.metric)
    part = next((p for s in scores.values() for p in s.parts if p.id == node.metric), None)
    missing = score_missing(score) if score else part.missing if part else _missing(node.metric, row)
    if node.at_least_by is not None:
        missing = (*missing, *_missing(node.at_least_by.metric, row))
    return Criterion(
        node.id,
        node.label,
        node.clause,
        outcome,
        metric=node.metric,
        kind=figure.kind if figure else Kind.SCORE,
        unit=figure.unit if figure else "point",
        comparison=node.comparison,
        value=row[f"{node.id}.value"],
        threshold=row[f"{node.id}.threshold"],
        shortfall=row[f"{node.id}.shortfall"],
        missing=tuple(dict.fromkeys(missing)) if outcome == "cannot_tell" else (),
        inputs=inputs(node, version),
        source=node.source,
        hint=node.hint,
        score=score,
        counts=node.counts,
    )


def inputs(condition: Condition, version: Version) -> tuple[str, ...]:
    """Return the keys of the facts a condition rests on."""
    metrics = [condition.metric, *([condition.at_least_by.metric] if condition.at_least_by else [])]
    parts = [p for s in version.scores.values() for p in s.parts if condition.metric == p.id]
    if condition.metric in version.scores:
        score = version.scores[condition.metric]
        parts = [p for name in (condition.metric, *score.blocks) for p in version.scores[name].parts]
    metrics += [choice.metric for part in parts for choice in part.best_of or ()]
    return tuple(dict.fromkeys(key for m in metrics if m in FIGURES for key in (FIGURES[m].inputs or (m,))))


def score_missing(score: ScoreResult) -> tuple[str, ...]:
    """Return the facts that keep a score from being narrower."""
    return tuple(dict.fromkeys(key for part in score.parts for key in part.missing))


def _missing(metric: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the unknown facts behind an unknown metric; years before the firm was born are not asked for."""
    if row.get(metric) is not None:
        return ()
    figure = FIGURES[metric]
    if figure.kind is Kind.RANK:
        return ()
    unborn = tuple(f"_y{year}" for year in range(max(1, row.get(LIVED, FURTHEST)) + 1, FURTHEST + 1))
    return tuple(key for key in (figure.inputs or (metric,)) if row.get(key) is None and not key.endswith(unborn))


def _score(name: str, version: Version, row: Mapping[str, Any]) -> ScoreResult:
    score = version.scores[name]
    parts = tuple(_part(part, version, row) for part in score.parts)
    return ScoreResult(name, score.label, row[f"{name}.least"], row[f"{name}.most"], score.most, parts)


def _part(part: Part, version: Version, row: Mapping[str, Any]) -> PartResult:
    least, most = row[f"{part.id}.least"], row[f"{part.id}.most"]
    open_ = least != most
    return PartResult(
        part.id,
        part.label,
        part.clause,
        least,
        most,
        part.most,
        panel=part.panel is not None,
        missing=_part_missing(part, version, row) if open_ else (),
        readings=_part_readings(part, version, row) if open_ else (),
    )


def _part_readings(part: Part, version: Version, row: Mapping[str, Any]) -> tuple[Reading, ...]:
    """Return both readings of the edge a figure stands on; of a sum, those of what it is the sum of."""
    if part.of is not None:
        return tuple(reading for below in _score(part.of, version, row).parts for reading in below.readings)
    found = []
    for choice in part.best_of or ():
        for dispute in choice.disputed:
            if row.get(choice.metric) == in_unit(choice.metric, dispute.at):
                mine, other = (band.span for band in meeting(choice.bands or (), dispute.at))
                found += [Reading(dispute.printed, *mine), Reading(dispute.other, *other, dispute.source)]
    return tuple(found)


def _part_missing(part: Part, version: Version, row: Mapping[str, Any]) -> tuple[str, ...]:
    if part.of is not None:
        return score_missing(_score(part.of, version, row))
    return tuple(key for choice in part.best_of or () for key in _missing(choice.metric, row))
