"""Scores as ranges: what the known figures make certain, and what the unknown ones and the panel could still give."""

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from crm.rules.columns import Columns, Ends, known_or, numbers
from crm.rules.pack import Part, Score
from crm.rules.stairs import Flight, Stairs


class Scores:
    """The scores of a version made ready to be worked out for any number of firms."""

    def __init__(self, scores: Mapping[str, Score]) -> None:
        # Those of plain parts come first: the others are sums of them.
        self._scores = sorted(scores.items(), key=lambda pair: bool(pair[1].blocks))
        earned = [part for _name, score in self._scores for part in score.parts if part.best_of is not None]
        ways = [(part.id, Stairs.of(choice)) for part in earned for choice in part.best_of or ()]
        self._ways: dict[str, list[int]] = {}
        for place, (name, _stairs) in enumerate(ways):
            self._ways.setdefault(name, []).append(place)
        self._flight = Flight([stairs for _name, stairs in ways]) if ways else None

    def work_out(self, facts: Columns) -> dict[str, Ends]:
        """Return the least and the most of each part and score."""
        found: dict[str, Ends] = {}
        climbed = self._flight.climb(facts) if self._flight is not None else np.empty((2, 0, facts.height))
        for name, score in self._scores:
            for part in score.parts:
                found[part.id] = _given(part.id, self._part(part, climbed, found, facts.height), facts)
            found[name] = _given(name, _sum(score, found), facts)
        return found

    def _part(self, part: Part, climbed: NDArray[np.float64], found: Mapping[str, Ends], height: int) -> Ends:
        if part.panel is not None:
            return np.repeat(np.array(part.panel, np.float64)[:, None], height, axis=1)
        if part.of is not None:
            return found[part.of]
        ways: Sequence[Ends] = [climbed[:, place] for place in self._ways[part.id]]
        return reduce(np.maximum, ways)


def _sum(score: Score, found: Mapping[str, Ends]) -> Ends:
    groups: dict[str | None, list[Ends]] = {}
    for part in score.parts:
        groups.setdefault(part.group, []).append(found[part.id])
    sums = []
    for group, parts in groups.items():
        total = reduce(np.add, parts)
        sums.append(np.minimum(total, score.caps[group]) if group is not None and group in score.caps else total)
    return reduce(np.add, sums)


def _given(name: str, ends: Ends, facts: Columns) -> Ends:
    """Return both ends of a score; one that stands in the facts is taken as it is."""
    return known_or(next(numbers(facts.beside, [name])), ends) if name in facts.beside.columns else ends
