"""Money that a policy gives, as data, and how much of it a firm is due: columns in, columns out, in whole fen.

What is due is a range. An unknown fact leaves its part open between the least and the most it could be; a rule that
names only an upper bound (``up_to``), or does not say which of several figures it means (``over`` names them all),
leaves it open however much is known. The most is null where nothing bounds it.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal

import polars as pl
from pydantic import Field, model_validator

from crm.rules.bands import Band, check, inside
from crm.rules.conditions import Condition
from crm.rules.figure import FEN_PER_WAN
from crm.rules.metrics import in_unit
from crm.rules.words import Strict, Words

LEAST, MOST = "award.least", "award.most"
FEN = pl.Int64()
Ends = tuple[pl.Expr, pl.Expr]
MET, CANNOT_TELL, NOT_MET = 2, 1, 0


class AwardPart(Strict):
    """One item of an award, given when every condition of ``when`` holds. Amounts in 万元.

    ``flat``: a sum. ``bands`` over a metric: what the band gives (``value``), or with ``marginal`` the rate of what
    lies within each band. ``rate``: a share of the metric, times the metrics of ``times``. Several metrics in ``over``
    are readings of a text that does not say which figure it means. ``cap``, and the metrics of ``within``, bound it.
    ``up_to``: the text says "at most", so nothing of it is certain.
    """

    id: str
    label: Words
    clause: str
    when: list[Condition] = Field(default_factory=list)
    flat: float | None = Field(None, ge=0)
    over: list[str] = Field(default_factory=list)
    bands: list[Band] | None = None
    marginal: bool = False
    rate: float | None = Field(None, gt=0)
    times: list[str] = Field(default_factory=list)
    cap: float | None = Field(None, ge=0)
    within: list[str] = Field(default_factory=list)
    up_to: bool = False
    hint: Words | None = None

    @property
    def metrics(self) -> list[str]:
        """The metrics that its amount rests on."""
        return [*self.over, *self.times, *self.within]

    @model_validator(mode="after")
    def _one_way(self) -> "AwardPart":
        if sum(way is not None for way in (self.flat, self.bands, self.rate)) != 1:
            raise ValueError("a part of an award has one of flat, bands and rate")
        if (self.flat is None) != bool(self.over):
            raise ValueError("bands and rate are over a metric, flat is over none")
        if (self.marginal and self.bands is None) or (self.times and self.rate is None):
            raise ValueError("marginal goes with bands, times with rate")
        if self.bands is not None:
            check(self.bands)
            if any(band.value is None or band.value < 0 for band in self.bands):
                raise ValueError("every band of an award needs a value that is not below zero")
        return self


class Award(Strict):
    """How much money a version gives: its parts summed, or with ``take: highest`` the best of them. Amounts in 万元.

    ``cap`` bounds the whole; ``floor`` is the least that is paid once anything is due. ``shares`` {level: share} say
    who bears it. ``once``: in a lifetime, or in a year. ``stacks_with`` and ``excludes`` name other policies: of those
    that exclude each other only the highest is given (从高不重复). ``titles`` are what award lists call it. ``gives``:
    money, or a deduction from what is taxed, which is no money paid.
    """

    parts: list[AwardPart] = Field(min_length=1)
    take: Literal["sum", "highest"] = "sum"
    cap: float | None = Field(None, ge=0)
    floor: float | None = Field(None, ge=0)
    shares: dict[Literal["national", "province", "city", "district"], float] = Field(default_factory=dict)
    once: Literal["lifetime", "year"] | None = None
    stacks_with: list[str] = Field(default_factory=list)
    excludes: list[str] = Field(default_factory=list)
    titles: list[str] = Field(default_factory=list)
    gives: Literal["money", "deduction"] = "money"

    @model_validator(mode="after")
    def _whole(self) -> "Award":
        if self.shares and abs(sum(self.shares.values()) - 1) > 1e-9:
            raise ValueError("the shares of an award add up to one")
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            raise ValueError("the floor of an award is above its cap")
        if set(self.stacks_with) & set(self.excludes):
            raise ValueError("a policy cannot both stack with another and exclude it")
        return self


def reading(part: AwardPart, metric: str) -> str:
    """Return the column prefix of what one reading of a part gives."""
    return f"{part.id}@{metric}"


def stages(award: Award, root: str) -> list[list[pl.Expr]]:
    """Return the expressions that add ``<part>.least`` and ``.most``, ``award.least`` and ``award.most``.

    The outcomes of the parts' conditions and of the ``root`` of the criteria are columns already. A part has a column
    for each of its readings where it has several. A firm that does not meet the criteria is due nothing; one of which
    nobody can tell, anything from nothing.
    """
    readings = [
        end.alias(f"{reading(part, metric)}.{name}")
        for part in award.parts
        if len(part.over) > 1
        for metric in part.over
        for end, name in zip(_amount(part, metric), ("least", "most"), strict=True)
    ]
    return [readings, [expr for part in award.parts for expr in _part(part)], _whole(award, root)]


def _part(part: AwardPart) -> list[pl.Expr]:
    least, most = _open(part)
    if part.cap is not None:
        least, most = _bounded(least, most, in_fen(part.cap))
    for metric in part.within:
        bound = pl.col(metric).clip(0)
        least = pl.when(bound.is_null()).then(0).otherwise(pl.min_horizontal(least, bound))
        most = pl.min_horizontal(most, bound)
    if part.up_to:
        least = pl.lit(0, FEN)
    gate = pl.min_horizontal([pl.col(condition.id) for condition in part.when]) if part.when else pl.lit(MET)
    return [
        pl.when(gate == MET).then(least).otherwise(0).cast(FEN).alias(f"{part.id}.least"),
        pl.when(gate == NOT_MET).then(0).otherwise(most).cast(FEN).alias(f"{part.id}.most"),
    ]


def _open(part: AwardPart) -> Ends:
    """Return a part's ends before its bounds: over all readings of which figure is meant."""
    if part.flat is not None:
        return pl.lit(in_fen(part.flat), FEN), pl.lit(in_fen(part.flat), FEN)
    if len(part.over) == 1:
        return _amount(part, part.over[0])
    columns = [[pl.col(f"{reading(part, metric)}.{end}") for metric in part.over] for end in ("least", "most")]
    return pl.min_horizontal(columns[0]), _all_or_null(columns[1], pl.max_horizontal(columns[1]))


def _amount(part: AwardPart, metric: str) -> Ends:
    """Return what a part gives over one metric."""
    column = pl.col(metric)
    if part.bands is not None and not part.marginal:
        sums = [in_fen(band.value or 0) for band in part.bands]
        known: Any = pl.when(pl.lit(value=False)).then(pl.lit(None, FEN))
        for band, fen in zip(part.bands, sums, strict=True):
            known = known.when(inside(column, band, metric)).then(pl.lit(fen, FEN))
        known = known.otherwise(None)
        return pl.coalesce(known, pl.lit(min(sums), FEN)), pl.coalesce(known, pl.lit(max(sums), FEN))
    if part.bands is not None:
        known = pl.sum_horizontal([_within(column, band, metric) for band in part.bands])
        known = pl.when(column.is_not_null()).then(known)
    else:
        known = _share(column, part.rate or 0, part.times)
    return known.fill_null(0), known


def _within(column: pl.Expr, band: Band, metric: str) -> pl.Expr:
    """Return the rate of what of a metric lies between the edges of a band."""
    low = max(band.low[0], 0)
    column = column.clip(None, int(in_unit(metric, band.high[0]))) if band.high[0] != float("inf") else column
    return _share(column - int(in_unit(metric, low)), band.value or 0, [])


def _share(column: pl.Expr, rate: float, times: Sequence[str]) -> pl.Expr:
    """Return a share of an amount, never below zero; parts of a fen are not given."""
    part = Fraction(str(rate))
    if not times:
        # In whole numbers: no share of a hundred million is off by a fen.
        return column.clip(0) * part.numerator // part.denominator
    product = column.clip(0).cast(pl.Float64) * float(part)
    for metric in times:
        product = product * pl.col(metric)
    return product.round(3).floor().clip(0).cast(FEN)


def _whole(award: Award, root: str) -> list[pl.Expr]:
    ends = [[pl.col(f"{part.id}.{end}") for part in award.parts] for end in ("least", "most")]
    join = pl.sum_horizontal if award.take == "sum" else pl.max_horizontal
    least, most = join(ends[0]), _all_or_null(ends[1], join(ends[1]))
    if award.floor is not None:
        least, most = (pl.when(end > 0).then(end.clip(in_fen(award.floor))).otherwise(end) for end in (least, most))
    if award.cap is not None:
        least, most = _bounded(least, most, in_fen(award.cap))
    outcome = pl.col(root)
    return [
        pl.when(outcome == MET).then(least).otherwise(0).cast(FEN).alias(LEAST),
        pl.when(outcome == NOT_MET).then(0).otherwise(most).cast(FEN).alias(MOST),
    ]


def _bounded(least: pl.Expr, most: pl.Expr, cap: int) -> Ends:
    return least.clip(None, cap), most.fill_null(cap).clip(None, cap)


def _all_or_null(columns: Sequence[pl.Expr], joined: pl.Expr) -> pl.Expr:
    """Return ``joined`` where every column is known."""
    return pl.when(pl.all_horizontal([column.is_not_null() for column in columns])).then(joined)


def in_fen(wan: float) -> int:
    """Return an amount of a pack in fen."""
    return round(wan * FEN_PER_WAN)
