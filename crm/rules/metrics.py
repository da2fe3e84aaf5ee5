"""Named figures: the facts a rule may ask for, and the metrics made of them, each with its one formula.

Any metric may stand in the frame as a column of its own; a value there wins over the formula. So a figure known only as
a ratio, and a what-if, go the same way as everything else.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import polars as pl

from crm.rules import metrics_growth, metrics_industry, metrics_money, metrics_science
from crm.rules.catalogue import FACTS
from crm.rules.figure import DTYPES, FEN_PER_WAN, Figure, Kind

METRICS: dict[str, Figure] = {
    figure.key: figure
    for room in (metrics_science, metrics_industry, metrics_growth, metrics_money)
    for figure in room.METRICS
}
FIGURES: dict[str, Figure] = FACTS | METRICS


def complete(facts: pl.DataFrame) -> pl.DataFrame:
    """Return ``facts`` with every known column there and typed; what is not given is null."""
    columns = []
    for key, figure in FIGURES.items():
        dtype = DTYPES[figure.kind]
        present = key in facts.columns
        columns.append(pl.col(key).cast(dtype) if present else pl.lit(None, dtype).alias(key))
    return facts.with_columns(columns)


@lru_cache(maxsize=8)
def values(on: date) -> list[pl.Expr]:
    """Return each metric as a column: what was given, else what the formula makes of the facts."""
    return [
        pl.coalesce(pl.col(key), figure.formula(on).cast(DTYPES[figure.kind])).alias(key)
        for key, figure in METRICS.items()
        if figure.formula is not None
    ]


def with_scores(scores: Mapping[str, str]) -> dict[str, Figure]:
    """Return all figures and the given scores (key -> zh label) a policy defines for itself."""
    return FIGURES | {key: Figure(key, Kind.SCORE, zh, key, "") for key, zh in scores.items()}


def in_unit(metric: str, value: float) -> float:
    """Return a threshold of a pack (万元 for money) in the unit of the column (fen)."""
    figure = FIGURES.get(metric)
    return value * FEN_PER_WAN if figure is not None and figure.kind is Kind.MONEY else value
