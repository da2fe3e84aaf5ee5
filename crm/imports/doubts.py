"""Columns of money that look a thousandfold off: a slip of the unit is asked about, never mended silently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from crm.domain.money import FEN_PER, Unit
from crm.domain.records import MONEY_FIGURES
from crm.imports.layout import Column, Layout
from crm.imports.recognise import Row

# The same figure of other firms or years seldom differs by more than 100; a slip between 元, 千元 and 万元 is 1,000 or
# 10,000. Different figures of one firm (profit beside turnover) may well differ by 100.
SAME, OTHER = 300, 1_000
FEWEST = 3  # amounts that make a median worth comparing
# Honest amounts that are small beside a firm's accounts.
_APART = frozenset({"award_amount", "rd_hte_other"})


@dataclass(frozen=True)
class Doubt:
    """A column whose median is out of proportion to ``usual``: of the register, else of the list's other columns.

    Amounts in fen. ``suggests``: the unit in which the column would fit, if there is one.
    """

    index: int
    middle: int
    usual: int
    of_register: bool
    suggests: Unit | None


def find(plan: Layout, rows: Sequence[Row], register: Mapping[str, int]) -> list[Doubt]:
    """Return the doubtful columns nobody is ``sure`` of. ``register`` {figure: median in fen} of the firms known."""
    middles = {c: m for c in plan.columns if c.field in plan.money and (m := _middle(c, rows)) is not None}
    found = []
    for c, middle in middles.items():
        if c.sure or c.unit is None:
            continue
        for usual, limit, of_register in _measures(c, middles, register):
            if not Fraction(1, limit) < Fraction(middle, usual) < limit:
                found.append(Doubt(c.index, middle, usual, of_register, _unit_that_fits(c.unit, middle, usual)))
                break
    return found


def _measures(c: Column, middles: Mapping[Column, int], register: Mapping[str, int]) -> list[tuple[int, int, bool]]:
    """Return what a column is held against, (usual, limit, of the register): the register, or the rest of the list."""
    usual = register.get(c.field or "")
    if usual:
        return [(usual, SAME, True)]
    same = [m for other, m in middles.items() if other.field == c.field and other != c]
    others = [m for other, m in middles.items() if other != c and {other.field, c.field}.isdisjoint(_APART)]
    return [(int(median(ms)), limit, False) for ms, limit in ((same, SAME), (others, OTHER)) if ms]


def _middle(c: Column, rows: Sequence[Row]) -> int | None:
    if c.field in MONEY_FIGURES:
        amounts = [
            figures[c.field]
            for row in rows
            for year, figures in row.figures.items()
            if c.field in figures and c.year in {None, year}
        ]
    else:
        amounts = [row.values[c.field] for row in rows if c.field in row.values]
    amounts = [abs(amount) for amount in amounts if amount]
    return int(median(amounts)) if len(amounts) >= FEWEST else None


def _unit_that_fits(unit: Unit, middle: int, usual: int) -> Unit | None:
    """Of the other units, the one that brings the column nearest to what is usual, within a factor of 30."""
    distances = {}
    for other in Unit:
        ratio = Fraction(middle * FEN_PER[other], FEN_PER[unit] * usual)
        distances[other] = max(ratio, 1 / ratio)
    best = min(distances, key=lambda other: distances[other])
    return best if best is not unit and distances[best] <= 30 else None
