"""Money that a policy gives, as data, and how much of it a firm is due: columns in, columns out, in whole fen.

What is due is a range. An unknown fact leaves its part open between the least and the most it could be; a rule that
names only an upper bound (``up_to``), or does not say which of several figures it means (``over`` names them all),
leaves it open however much is known. The most is null where nothing bounds it.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from crm.rules.bands import Band, check
from crm.rules.columns import Column, Columns, Ends, known_or
from crm.rules.conditions import Condition
from crm.rules.figure import FEN_PER_WAN
from crm.rules.metrics import in_unit
from crm.rules.stairs import Flight, Stairs
from crm.rules.words import Strict, Words

AWARD = "award"
LEAST, MOST = "award.least", "award.most"
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


class Amounts:
    """An award made ready to be worked out for any number of firms.

    A firm that does not meet the criteria is due nothing; one of which nobody can tell, anything from nothing.
    """

    def __init__(self, award: Award) -> None:
        self._award = award
        banded = [(part, metric) for part in award.parts if part.bands and not part.marginal for metric in part.over]
        self._steps = {reading(part, metric): place for place, (part, metric) in enumerate(banded)}
        stairs = [Stairs.over(metric, part.bands or (), _fen) for part, metric in banded]
        self._flight = Flight(stairs) if stairs else None

    def work_out(self, facts: Columns, outcomes: Mapping[str, Column], root: Column) -> dict[str, Ends]:
        """Return the least and the most in fen, arrays of (2, firms): of the award, each part, and each reading of a
        part that has several. NaN where nothing bounds it.

        ``outcomes`` are those of the parts' conditions, ``root`` that of the criteria.
        """
        steps = self._flight.climb(facts) if self._flight is not None else None
        found: dict[str, Ends] = {}
        for part in self._award.parts:
            amounts = [self._amount(part, metric, facts, steps) for metric in part.over]
            if len(amounts) > 1:
                found |= {reading(part, metric): ends for metric, ends in zip(part.over, amounts, strict=True)}
            gate = reduce(np.minimum, [outcomes[condition.id] for condition in part.when]) if part.when else None
            found[part.id] = _gated(_bounded(part, amounts, facts), gate)
        found[AWARD] = _gated(self._whole([found[part.id] for part in self._award.parts]), root)
        return found

    def _amount(self, part: AwardPart, metric: str, facts: Columns, steps: Column | None) -> Ends:
        """Return what a part gives over one metric."""
        place = self._steps.get(reading(part, metric))
        if place is not None and steps is not None:
            return steps[:, place]
        if part.bands is not None:
            known = reduce(np.add, [_within(facts[metric], band, metric) for band in part.bands])
        else:
            known = _share(facts[metric], part.rate or 0, [facts[times] for times in part.times])
        return np.stack([known_or(known, 0), known])

    def _whole(self, parts: Sequence[Ends]) -> Ends:
        due = reduce(np.add if self._award.take == "sum" else np.maximum, parts)
        if self._award.floor is not None:
            due = np.where(due > 0, np.maximum(due, in_fen(self._award.floor)), due)
        return due if self._award.cap is None else np.fmin(due, in_fen(self._award.cap))


def reading(part: AwardPart, metric: str) -> str:
    """Return the name of what one reading of a part gives."""
    return f"{part.id}@{metric}"


def _bounded(part: AwardPart, amounts: Sequence[Ends], facts: Columns) -> Ends:
    """Return a part's ends within its bounds, over all readings of which figure is meant."""
    if part.flat is not None:
        least = most = np.full(facts.height, float(in_fen(part.flat)))
    else:
        least, most = reduce(np.minimum, [a[0] for a in amounts]), reduce(np.maximum, [a[1] for a in amounts])
    if part.cap is not None:
        least, most = np.minimum(least, in_fen(part.cap)), np.fmin(most, in_fen(part.cap))
    for metric in part.within:
        bound = np.maximum(facts[metric], 0)
        least, most = known_or(np.minimum(least, bound), 0), np.fmin(most, bound)
    return np.stack([np.zeros_like(least) if part.up_to else least, most])


def _gated(due: Ends, gate: Column | None) -> Ends:
    """Return what is due for certain where the gate is met, and what may be due where it may be."""
    if gate is None:
        return due
    return np.stack([np.where(gate == MET, due[0], 0), np.where(gate == NOT_MET, 0, due[1])])


def _fen(band: Band) -> tuple[float, float]:
    return (float(in_fen(band.value or 0)),) * 2


def _within(column: Column, band: Band, metric: str) -> Column:
    """Return the rate of what of a metric lies between the edges of a band."""
    inside = np.minimum(column, in_unit(metric, band.high[0]))
    return _share(inside - in_unit(metric, max(band.low[0], 0)), band.value or 0, [])


def _share(column: Column, rate: float, times: Sequence[Column]) -> Column:
    """Return a share of an amount, never below zero; parts of a fen are not given."""
    part = Fraction(str(rate))
    amount = np.maximum(column, 0)
    if not times:
        # In whole numbers: no share of a hundred million is off by a fen.
        return amount * part.numerator // part.denominator
    return np.maximum(np.floor(np.round(reduce(np.multiply, times, amount * float(part)), 3)), 0)


def in_fen(wan: float) -> int:
    """Return an amount of a pack in fen."""
    return round(wan * FEN_PER_WAN)
