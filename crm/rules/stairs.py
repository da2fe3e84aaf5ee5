"""What bands give, as steps: a figure stands as many steps up as there are edges that it reaches."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from crm.rules.bands import Band, Choice, Dispute
from crm.rules.columns import Columns
from crm.rules.metrics import ROW, in_unit

Span = tuple[float, float]


@dataclass(frozen=True)
class Stairs:
    """The edges over one figure, lowest first, in the unit of its column.

    ``gives`` says the least and the most of each step, and last what may be given when the figure is not known.
    """

    metric: str
    edges: tuple[float, ...]
    gives: tuple[Span, ...]

    @classmethod
    def over(
        cls, metric: str, bands: Sequence[Band], give: Callable[[Band], Span], disputed: Sequence[Dispute] = ()
    ) -> "Stairs":
        """Return the steps of bands over a figure.

        An edge in dispute is a step of its own: it may give what either band that meets there gives.
        """
        ordered = sorted(bands, key=lambda band: band.low[0])
        edges, gives = [], [give(ordered[0])]
        at = {dispute.at for dispute in disputed}
        for lower, upper in pairwise(ordered):
            edge, closed = in_unit(metric, upper.low[0]), upper.low[1]
            if upper.low[0] in at:
                edges.append(edge)
                gives.append(_either([give(lower), give(upper)]))
                closed = False
            edges.append(reaching(edge, closed=closed))
            gives.append(give(upper))
        return cls(metric, tuple(edges), (*gives, _either(gives)))

    @classmethod
    def of(cls, choice: Choice) -> "Stairs":
        """Return the steps of one way to earn points."""
        if choice.bands is not None:
            return cls.over(choice.metric, choice.bands, lambda band: band.span, choice.disputed)
        spans = [Band(points=points).span for points in (choice.when_false, choice.when_true)]
        return cls(choice.metric, (1.0,), (*spans, _either(spans)))


class Flight:
    """Several stairs climbed at once."""

    def __init__(self, stairs: Sequence[Stairs]) -> None:
        # Those with the most edges first, so that at each step the ones still to be climbed stand together.
        order = sorted(range(len(stairs)), key=lambda place: -len(stairs[place].edges))
        edges = [stairs[place].edges for place in order]
        self._rows = np.array([ROW[stairs[place].metric] for place in order], np.intp)
        self._steps = [np.array([[each[step]] for each in edges if step < len(each)]) for step in range(len(edges[0]))]
        self._unknown = np.array([[len(each) + 1] for each in edges])
        self._back = np.argsort(order)
        # What the first of them gives, then the second.
        self._bottom = np.array([[0], *([below] for below in accumulate(len(one.gives) for one in stairs))])[:-1]
        self._gives = np.array([span for one in stairs for span in one.gives]).T

    def climb(self, facts: Columns) -> NDArray[np.float64]:
        """Return the least and the most that each of the stairs gives: an array of (2, stairs, firms)."""
        figures = facts.numbers[self._rows]
        step = np.zeros(figures.shape, np.int8)
        for edges in self._steps:
            still = len(edges)
            step[:still] += figures[:still] >= edges
        place = np.where(np.isnan(figures), self._unknown, step)[self._back] + self._bottom
        return self._gives[:, place]


def reaching(edge: float, *, closed: bool) -> float:
    """Return the least number beyond an edge: the edge itself, if it belongs there."""
    return edge if closed else math.nextafter(edge, math.inf)


def _either(spans: Sequence[Span]) -> Span:
    return min(low for low, _ in spans), max(high for _, high in spans)
