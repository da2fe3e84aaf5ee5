"""Named figures: the facts a rule may ask for, and the metrics made of them, each with its one formula.

Any metric may stand in the frame as a column of its own; a value there wins over the formula. So a figure known only as
a ratio, and a what-if, go the same way as everything else.
"""

import math
from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from crm.rules import metrics_growth, metrics_industry, metrics_money, metrics_science
from crm.rules.catalogue import FACTS
from crm.rules.columns import UNKNOWN, Columns, Text, known_or, numbers, text
from crm.rules.figure import FEN_PER_WAN, Figure, Kind

METRICS: dict[str, Figure] = {
    figure.key: figure
    for room in (metrics_science, metrics_industry, metrics_growth, metrics_money)
    for figure in room.METRICS
}
FIGURES: dict[str, Figure] = FACTS | METRICS
TEXTS = tuple(key for key, figure in FIGURES.items() if figure.kind is Kind.TEXT)
# The row of each figure that is a number (see columns.Columns).
ROW: dict[str, int] = {key: row for row, key in enumerate(key for key in FIGURES if key not in TEXTS)}


def prepare(facts: pl.DataFrame, on: date) -> Columns:
    """Return the facts with every metric worked out: what any version can be judged on. What is not given is unknown.

    The formulas look at what was given, the metrics of this list that they name included.
    """
    given = [key for key in facts.columns if key in ROW]
    found = np.full((len(ROW), facts.height), UNKNOWN)
    for key, column in zip(given, numbers(facts, given), strict=True):
        found[ROW[key]] = column
    nowhere = Text((), np.full(facts.height, -1))
    columns = Columns(
        on=on,
        numbers=found,
        row=ROW,
        texts={key: text(facts[key]) if key in facts.columns else nowhere for key in TEXTS},
        beside=pl.DataFrame([facts[key] for key in facts.columns if key not in FIGURES]),
    )
    for key, figure in METRICS.items():
        if figure.formula is None:
            continue
        made = figure.formula(columns)
        if isinstance(made, Text):
            columns.texts[key] = columns.texts[key].otherwise(made)
        else:
            columns[key][:] = known_or(columns[key], made) if key in given else made
    return columns


def with_scores(scores: Mapping[str, str]) -> dict[str, Figure]:
    """Return all figures and the given scores (key -> zh label) a policy defines for itself."""
    return FIGURES | {key: Figure(key, Kind.SCORE, zh, key, "") for key, zh in scores.items()}


def in_unit(metric: str, value: float) -> float:
    """Return a threshold of a pack (万元 for money) in the unit of the column (fen)."""
    figure = FIGURES.get(metric)
    if figure is None or figure.kind is not Kind.MONEY or math.isinf(value):
        return value
    return round(value * FEN_PER_WAN)
