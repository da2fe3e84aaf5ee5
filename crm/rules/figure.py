"""What a figure is: key, kind, unit, names, where its meaning is laid down, and its formula if it is made of others."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from crm.rules.columns import Column, Columns, Text

# Ratios are rounded here before they are compared: far finer than a fen in a thousand 亿元, far coarser than the noise
# of binary fractions, so that exactly 5 % is 5 % and one fen less is not.
DECIMALS = 13
FEN_PER_WAN = 1_000_000


class Kind(StrEnum):
    """What a value is, which says how it is kept, shown and compared."""

    MONEY = "money"
    COUNT = "count"
    RATIO = "ratio"
    BOOL = "bool"
    RANK = "rank"
    TEXT = "text"
    DATE = "date"
    SCORE = "score"


DTYPES: dict[Kind, pl.DataType] = {
    Kind.MONEY: pl.Int64(),
    Kind.COUNT: pl.Float64(),
    Kind.RATIO: pl.Float64(),
    Kind.BOOL: pl.Boolean(),
    Kind.RANK: pl.Float64(),
    Kind.TEXT: pl.String(),
    Kind.DATE: pl.Date(),
    Kind.SCORE: pl.Float64(),
}
UNITS: dict[Kind, str] = {
    Kind.MONEY: "万元",
    Kind.COUNT: "",
    Kind.RATIO: "ratio",
    Kind.BOOL: "bool",
    Kind.RANK: "rank",
    Kind.TEXT: "code",
    Kind.DATE: "date",
    Kind.SCORE: "point",
}


@dataclass(frozen=True)
class Figure:
    """A fact or a metric. ``defined`` says where its meaning is laid down; ``inputs`` are the facts of a metric.

    ``formula`` makes a metric of the facts.
    """

    key: str
    kind: Kind
    zh: str
    en: str
    defined: str
    unit: str = ""
    inputs: tuple[str, ...] = ()
    formula: Callable[[Columns], Column | Text] | None = None

    def __post_init__(self) -> None:
        if not self.unit:
            object.__setattr__(self, "unit", UNITS[self.kind])


# The accounting years rules look back on: 1 is the last before the year of the day asked about (195号三(一)).
YEARS = (1, 2, 3)
# The few figures that lists of fast growers follow further back (GB/T 41464, 穗埔科规字〔2021〕5号).
FURTHER: dict[str, tuple[int, ...]] = {"sales": (4, 5), "employees": (5,)}


def years_of(key: str) -> tuple[int, ...]:
    """Return the accounting years back for which a yearly fact is kept: 1 is the last."""
    return YEARS + FURTHER.get(key, ())
