"""Rows of figures on and beside the edges of a version: what the laws of every pack are tried on."""

import random
from collections.abc import Iterator
from typing import Any

import polars as pl

from crm.rules.bands import Band, Choice
from crm.rules.figure import DTYPES, Kind
from crm.rules.metrics import FIGURES
from crm.rules.pack import Condition, Version, conditions
from crm.rules.reading import load

WAN = 1_000_000  # fen
STEP: dict[Kind, float] = {Kind.MONEY: 1, Kind.RATIO: 1e-7}
VERSIONS = [version for policy in load().values() for version in policy.versions]


def choices(version: Version) -> Iterator[Choice]:
    """Return every way to earn points."""
    for score in version.scores.values():
        for part in score.parts:
            yield from part.best_of or ()


def metrics(version: Version) -> list[str]:
    """Return the figures a version asks for, scores left out."""
    named = [choice.metric for choice in choices(version)]
    for condition in conditions(version.criteria):
        named += [condition.metric, *([condition.at_least_by.metric] if condition.at_least_by else [])]
    return sorted({name for name in named if name in FIGURES})


def _edges(bands: list[Band]) -> Iterator[float]:
    for band in bands:
        yield from (edge for edge, _closed in (band.low, band.high) if abs(edge) != float("inf"))


def _asked(condition: Condition) -> list[Any]:
    plain = (condition.at_least, condition.at_most, condition.above, condition.below)
    by = [band.value for band in condition.at_least_by.bands] if condition.at_least_by else []
    return [value for value in (*plain, *by, *(condition.in_ or ())) if value is not None]


def values(version: Version) -> dict[str, list[Any]]:
    """Return for each figure the values worth trying: every edge, a step to either side of it, nothing, much."""
    found: dict[str, set[Any]] = {name: set() for name in metrics(version)}
    for condition in conditions(version.criteria):
        if condition.metric in found:
            found[condition.metric] |= set(_asked(condition))
        if condition.at_least_by:
            found[condition.at_least_by.metric] |= set(_edges(condition.at_least_by.bands))
    for choice in choices(version):
        found[choice.metric] |= set(_edges(choice.bands or []))
    return {name: _around(FIGURES[name].kind, edges) for name, edges in found.items()}


def _around(kind: Kind, edges: set[Any]) -> list[Any]:
    if kind is Kind.BOOL:
        return [False, True]
    if kind is Kind.TEXT:
        return sorted({*(str(edge) for edge in edges), "nowhere"})
    unit, step = (WAN if kind is Kind.MONEY else 1), STEP.get(kind, 1)
    ends = {0, 10**7 * unit}
    found = ends | {edge * unit + move for edge in edges for move in (-step, 0, step)}
    return sorted(int(value) if kind is Kind.MONEY else float(value) for value in found)


def frame(rows: list[dict[str, Any]], names: list[str]) -> pl.DataFrame:
    """Return typed columns, the same for one row as for many."""
    schema = {name: DTYPES[FIGURES[name].kind] for name in names}
    return pl.DataFrame({name: [row[name] for row in rows] for name in names}, schema=schema)


def rows(version: Version, seed: int, count: int) -> list[dict[str, Any]]:
    """Return random rows, one figure in six of them not known.

    Half of them are good ones of which a few figures are changed: at random next to no row would meet anything.
    """
    draw, worth = random.Random(seed), values(version)  # noqa: S311 - no secret
    kind = {name: direction(version, name) for name in worth}
    found = []
    for number in range(count):
        row = {name: None if draw.random() < 1 / 6 else draw.choice(tried) for name, tried in worth.items()}
        if number % 2:
            best = {name: tried[-1] if kind[name] >= 0 else tried[0] for name, tried in worth.items()}
            kept = draw.sample(sorted(row), min(3, len(row)))
            row = {**best, **{name: row[name] for name in kept}}
        found.append(row)
    return found


def direction(version: Version, metric: str) -> int:
    """Return 1 when more of a figure only helps, -1 when less does, 0 when neither can be said."""
    ways = {way for way in _ways(version, metric) if way is not None}
    return ways.pop() if len(ways) == 1 else 0


def _ways(version: Version, metric: str) -> Iterator[int | None]:
    for condition in conditions(version.criteria):
        if condition.metric == metric:
            match condition.comparison:
                case "at_least" | "above" | "at_least_by":
                    yield 1
                case "at_most" | "below":
                    yield -1
                case "is_" if isinstance(condition.is_, bool):
                    yield 1 if condition.is_ else -1
                case _:
                    yield 0
        if condition.at_least_by and condition.at_least_by.metric == metric:
            ordered = sorted(condition.at_least_by.bands, key=lambda band: band.low[0])
            yield _slope([-(band.value or 0) for band in ordered])
    for choice in choices(version):
        if choice.metric == metric:
            yield _choice_way(choice)


def _choice_way(choice: Choice) -> int | None:
    if choice.bands is None:
        spans = [Band(points=choice.when_false).span, Band(points=choice.when_true).span]
    else:
        spans = [band.span for band in sorted(choice.bands, key=lambda band: band.low[0])]
    slopes = {_slope([span[end] for span in spans]) for end in (0, 1)} - {None}
    return slopes.pop() if len(slopes) == 1 else None if not slopes else 0


def _slope(numbers: list[float]) -> int | None:
    if len(set(numbers)) == 1:
        return None
    if numbers == sorted(numbers):
        return 1
    return -1 if numbers == sorted(numbers, reverse=True) else 0
