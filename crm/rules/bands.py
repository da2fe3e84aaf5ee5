"""Bands: intervals that give points or a threshold, which say on which side their edges stand, and who reads an edge
otherwise."""

from collections.abc import Sequence
from itertools import pairwise

from pydantic import Field, model_validator

from crm.rules.words import Source, Strict, Words


class Band(Strict):
    """An interval and what it gives. Edges are closed (``at_least``, ``at_most``) or open (``above``, ``below``).

    ``points`` is one number, or [least, most] where a panel judges; ``value`` is a threshold.
    """

    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    points: float | tuple[float, float] | None = None
    value: float | None = None

    @property
    def low(self) -> tuple[float, bool]:
        """The lower edge and whether it belongs to the band; -inf when open-ended."""
        if self.at_least is not None:
            return self.at_least, True
        return (self.above, False) if self.above is not None else (float("-inf"), False)

    @property
    def high(self) -> tuple[float, bool]:
        """The upper edge and whether it belongs to the band; +inf when open-ended."""
        if self.at_most is not None:
            return self.at_most, True
        return (self.below, False) if self.below is not None else (float("inf"), False)

    @property
    def span(self) -> tuple[float, float]:
        """The least and the most points."""
        if isinstance(self.points, tuple):
            return self.points
        return (self.points or 0.0, self.points or 0.0)


class Dispute(Strict):
    """An edge that texts in use read differently: who stands exactly on it may be given what either band gives.

    ``printed`` says how the cited clause reads it, ``other`` how ``source`` does.
    """

    at: float
    printed: Words
    other: Words
    source: Source


class Threshold(Strict):
    """A threshold that depends on another metric (32号第十一条(五): R&D share by sales)."""

    metric: str
    bands: list[Band]

    @model_validator(mode="after")
    def _whole(self) -> "Threshold":
        check(self.bands)
        if any(band.value is None for band in self.bands):
            raise ValueError("every band of a threshold needs a value")
        return self


class Choice(Strict):
    """Bands over one metric, one of the ways to earn a part's points."""

    metric: str
    bands: list[Band] | None = None
    disputed: list[Dispute] = Field(default_factory=list)
    when_true: float | tuple[float, float] | None = None
    when_false: float | tuple[float, float] | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Choice":
        if (self.bands is None) == (self.when_true is None):
            raise ValueError("give either bands or when_true and when_false")
        if self.bands is not None:
            check(self.bands)
            if any(band.points is None for band in self.bands):
                raise ValueError("every band of a score needs points")
        for dispute in self.disputed:
            if len(meeting(self.bands or (), dispute.at)) < len(("printed", "other")):
                raise ValueError(f"no two bands meet at {dispute.at:g}: there is nothing to dispute")
        return self


def check(bands: Sequence[Band]) -> None:
    """Refuse bands that overlap, leave a gap, or do not reach from end to end; order is from the lowest up."""
    if not bands:
        raise ValueError("no bands")
    ordered = sorted(bands, key=lambda band: band.low[0])
    if ordered[0].low[0] != float("-inf"):
        raise ValueError("the lowest band must be open below (give it no at_least or above)")
    if ordered[-1].high[0] != float("inf"):
        raise ValueError("the highest band must be open above (give it no at_most or below)")
    for lower, upper in pairwise(ordered):
        (edge, closed), (start, begins) = lower.high, upper.low
        if edge > start or (edge == start and closed and begins):
            raise ValueError(f"bands overlap at {start:g}")
        if edge < start or not (closed or begins):
            raise ValueError(f"bands leave a gap at {edge:g}")


def meeting(bands: Sequence[Band], edge: float) -> list[Band]:
    """Return the two bands that meet at an edge, the one it belongs to first."""
    found = [(band.high[1], band) for band in bands if band.high[0] == edge]
    found += [(band.low[1], band) for band in bands if band.low[0] == edge]
    return [band for _owns, band in sorted(found, key=lambda pair: not pair[0])]
