"""The one evaluator: columns of facts in, columns of outcomes out, for one firm or for all of them.

Outcomes are numbers with Kleene's logic in them: 2 met, 1 cannot tell, 0 not met; "all" is the least, "any" the most.
A score is a range: what the known figures make certain, and what the unknown ones and the panel could still give.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from enum import IntEnum
from typing import Any, TypeVar

import polars as pl

from crm.rules import awards
from crm.rules.bands import Band, Choice, inside, meeting
from crm.rules.conditions import Condition
from crm.rules.figure import DTYPES, Kind
from crm.rules.metrics import FIGURES, complete, in_unit, values
from crm.rules.pack import AllOf, Node, Part, Score, Version, counting

T = TypeVar("T")
PLANS_KEPT = 500


class Outcome(IntEnum):
    """What can be said of a criterion."""

    NOT_MET = 0
    CANNOT_TELL = 1
    MET = 2


def evaluate(version: Version, facts: pl.DataFrame, on: date) -> pl.DataFrame:
    """Return one row a firm, in the order of ``facts``.

    For every node ``<id>`` of the tree: ``<id>`` its outcome (0, 1, 2). For a condition also ``<id>.value``,
    ``<id>.threshold`` and ``<id>.shortfall`` in the metric's own unit (money in fen). For every score and part:
    ``<id>.least`` and ``<id>.most``. Where the version gives money, also what is due (see awards.py): ``award.least``
    and ``award.most`` in fen, and each part's. Columns of ``facts`` are kept.
    """
    return judge(version, prepare(facts, on))


def prepare(facts: pl.DataFrame, on: date) -> pl.DataFrame:
    """Return ``facts`` with every fact there and every metric worked out: what any version can be judged on."""
    return complete(facts).with_columns(values(on))


def judge(version: Version, prepared: pl.DataFrame) -> pl.DataFrame:
    """Return what ``evaluate`` does of facts that are prepared: the metrics are worked out once for many policies."""
    given = [name for name in version.scores if name in prepared.columns]
    given += [p.id for score in version.scores.values() for p in score.parts if p.id in prepared.columns]
    for stage in kept_plan(version, tuple(given), stages):
        prepared = prepared.with_columns(stage)
    return prepared


_plans: OrderedDict[tuple[int, Any, Any], tuple[Version, Any]] = OrderedDict()


def kept_plan(version: Version, about: Any, make: Callable[[Version, Any], T]) -> T:
    """Return ``make(version, about)``, made once: writing expressions takes longer than judging one firm by them."""
    key = (id(version), about, make)
    kept: tuple[Version, T] | None = _plans.get(key)
    if kept is None:
        # The version is kept with its plan, so that no other can come to bear its id.
        kept = _plans[key] = version, make(version, about)
        while len(_plans) > PLANS_KEPT:
            _plans.popitem(last=False)
    return kept[1]


def stages(version: Version, stated: tuple[str, ...]) -> tuple[list[pl.Expr], ...]:
    """Return the expressions in stages: parts, scores, scores of scores, leaves, nodes from the bottom up, money."""
    scored: list[list[pl.Expr]] = []
    for summed in (False, True):
        scores = {name: score for name, score in version.scores.items() if bool(score.blocks) is summed}
        scored.append([expr for score in scores.values() for part in score.parts for expr in _part(part, stated)])
        scored.append([expr for name, score in scores.items() for expr in _score(name, score, stated)])
    leaves: list[pl.Expr] = []
    levels: dict[int, list[pl.Expr]] = {}
    known_scores = set(version.scores) | {part.id for score in version.scores.values() for part in score.parts}
    _walk(version.criteria, known_scores, leaves, levels)
    award = version.award
    for part in award.parts if award else ():
        leaves += [expr for condition in part.when for expr in _condition(condition, is_score=False)]
    given = awards.stages(award, version.criteria.id) if award else []
    return (*scored, leaves, *(levels[depth] for depth in sorted(levels)), *given)


def _walk(node: Node, scores: set[str], leaves: list[pl.Expr], levels: dict[int, list[pl.Expr]]) -> int:
    """Collect the expressions of a tree; return the height of ``node``."""
    if isinstance(node, Condition):
        leaves.extend(_condition(node, is_score=node.metric in scores))
        return 0
    children = node.all if isinstance(node, AllOf) else node.any
    height = 1 + max(_walk(child, scores, leaves, levels) for child in children)
    columns = [pl.col(child.id) for child in counting(node)]
    joined = pl.min_horizontal(columns) if isinstance(node, AllOf) else pl.max_horizontal(columns)
    levels.setdefault(height, []).append(joined.alias(node.id))
    return height


def _choice(choice: Choice) -> tuple[pl.Expr, pl.Expr]:
    """Return the least and the most points of one way.

    Not knowing the metric leaves every band open, standing on a disputed edge both bands that meet there.
    """
    column = pl.col(choice.metric)
    if choice.bands is None:
        spans = [Band(points=choice.when_true).span, Band(points=choice.when_false).span]
        tests = [column, ~column]
    else:
        disputed = [(dispute.at, [b.span for b in meeting(choice.bands, dispute.at)]) for dispute in choice.disputed]
        spans = [(min(low for low, _ in both), max(high for _, high in both)) for _, both in disputed]
        spans += [band.span for band in choice.bands]
        tests = [column == in_unit(choice.metric, edge) for edge, _ in disputed]
        tests += [inside(column, band, choice.metric) for band in choice.bands]
    ends = []
    for end, unknown in ((0, min(span[0] for span in spans)), (1, max(span[1] for span in spans))):
        expr: Any = pl.when(column.is_null()).then(float(unknown))
        for test, span in zip(tests, spans, strict=True):
            expr = expr.when(test).then(float(span[end]))
        ends.append(expr.otherwise(None))
    return ends[0], ends[1]


def _part(part: Part, given: tuple[str, ...]) -> list[pl.Expr]:
    if part.panel is not None:
        least, most = pl.lit(float(part.panel[0])), pl.lit(float(part.panel[1]))
    elif part.of is not None:
        least, most = pl.col(f"{part.of}.least"), pl.col(f"{part.of}.most")
    else:
        ways = [_choice(choice) for choice in part.best_of or ()]
        least = pl.max_horizontal([way[0] for way in ways])
        most = pl.max_horizontal([way[1] for way in ways])
    return _given(part.id, least, most, given)


def _score(name: str, score: Score, given: tuple[str, ...]) -> list[pl.Expr]:
    ends = []
    for end in ("least", "most"):
        groups: dict[str | None, list[pl.Expr]] = {}
        for part in score.parts:
            groups.setdefault(part.group, []).append(pl.col(f"{part.id}.{end}"))
        sums = [
            pl.sum_horizontal(columns)
            if group not in score.caps
            else pl.sum_horizontal(columns).clip(None, score.caps[group])
            for group, columns in groups.items()
        ]
        ends.append(pl.sum_horizontal(sums))
    return _given(name, ends[0], ends[1], given)


def _given(name: str, least: pl.Expr, most: pl.Expr, given: tuple[str, ...]) -> list[pl.Expr]:
    """Name both ends of a score; a score that stands in the facts is taken as it is."""
    if name in given:
        stated = pl.col(name).cast(pl.Float64)
        least, most = pl.coalesce(stated, least), pl.coalesce(stated, most)
    return [least.alias(f"{name}.least"), most.alias(f"{name}.most")]


def _condition(condition: Condition, *, is_score: bool) -> list[pl.Expr]:
    metric, name = condition.metric, condition.id
    if is_score:
        return _score_condition(condition)
    column = pl.col(metric)
    kind = FIGURES[metric].kind
    if kind in {Kind.BOOL, Kind.TEXT}:
        if condition.in_ is not None:
            # Codes of a catalogue: a deeper heading belongs to the one it begins with.
            met = pl.any_horizontal([(column == code) | column.str.starts_with(f"{code}.") for code in condition.in_])
            threshold = pl.lit("、".join(condition.in_))
        else:
            met = column == pl.lit(condition.is_)
            threshold = pl.lit(condition.is_)
        return [
            _outcome(column, met).alias(name),
            column.alias(f"{name}.value"),
            threshold.alias(f"{name}.threshold"),
            pl.lit(None, pl.Float64).alias(f"{name}.shortfall"),
        ]
    least, most = _thresholds(condition)
    met, missed = _compare(column, condition.comparison, least, most)
    outcome = pl.when(met).then(2).when(missed).then(0).otherwise(1)
    if kind is Kind.RANK:
        # No rank is no award: not met (the convention of the rule table).
        outcome = pl.when(column.is_null()).then(0).otherwise(outcome)
    threshold = pl.when(least == most).then(least)
    lacking = (least - column) if condition.comparison in {"at_least", "above", "at_least_by"} else (column - least)
    return [
        outcome.cast(pl.Int8).alias(name),
        column.alias(f"{name}.value"),
        threshold.alias(f"{name}.threshold"),
        pl.when(outcome == 0).then(lacking.clip(0)).cast(DTYPES[kind]).alias(f"{name}.shortfall"),
    ]


def _score_condition(condition: Condition) -> list[pl.Expr]:
    """Compare a range: met when its least end is, not met when its most end is not."""
    name, metric = condition.id, condition.metric
    value = float(condition.at_least if condition.at_least is not None else condition.above or 0)
    least, most = pl.col(f"{metric}.least"), pl.col(f"{metric}.most")
    strict = condition.above is not None
    sure, open_ = (least > value, most > value) if strict else (least >= value, most >= value)
    outcome = pl.when(sure).then(2).when(open_).then(1).otherwise(0)
    return [
        outcome.cast(pl.Int8).alias(name),
        pl.when(least == most).then(least).alias(f"{name}.value"),
        pl.lit(value).alias(f"{name}.threshold"),
        pl.when(outcome == 0).then(value - most).alias(f"{name}.shortfall"),
    ]


def _outcome(column: pl.Expr, met: pl.Expr) -> pl.Expr:
    return pl.when(column.is_null()).then(1).when(met).then(2).otherwise(0).cast(pl.Int8)


def _thresholds(condition: Condition) -> tuple[pl.Expr, pl.Expr]:
    """Return the lowest and the highest threshold that may be in force; one and the same when that is known."""
    by = condition.at_least_by
    if by is None:
        plain = next(
            value
            for value in (condition.at_least, condition.at_most, condition.above, condition.below)
            if value is not None
        )
        value = in_unit(condition.metric, plain)
        dtype = DTYPES[FIGURES[condition.metric].kind]
        return pl.lit(value).cast(dtype), pl.lit(value).cast(dtype)
    column = pl.col(by.metric)
    known = [band.value for band in by.bands if band.value is not None]
    ends = []
    for unknown in (min(known), max(known)):
        expr: Any = pl.when(column.is_null()).then(unknown)
        for band in by.bands:
            expr = expr.when(inside(column, band, by.metric)).then(band.value)
        ends.append(expr.otherwise(None))
    return ends[0], ends[1]


def _compare(column: pl.Expr, comparison: str, least: pl.Expr, most: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return (met for certain, missed for certain)."""
    match comparison:
        case "at_least" | "at_least_by":
            return column >= most, column < least
        case "above":
            return column > most, column <= least
        case "at_most":
            return column <= least, column > most
        case _:
            return column < least, column >= most
