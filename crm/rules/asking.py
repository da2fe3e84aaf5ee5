"""Which unknown facts keep an outcome open.

A fact does when a leaf that rests on it cannot tell, and so can no group above it: a way that is met already needs no
other, and a criterion that is missed is missed whatever else comes to light.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from crm.rules.awards import CANNOT_TELL
from crm.rules.catalogue import FURTHEST
from crm.rules.columns import Column, Columns, Ends
from crm.rules.conditions import Condition
from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES
from crm.rules.metrics_science import years_in_business
from crm.rules.pack import Node, Part, Version, counting

Mask = NDArray[np.bool_]


class Asking:
    """The facts a version rests on, made ready: ``facts`` in the order of the document."""

    def __init__(self, version: Version) -> None:
        self._root = version.criteria.id
        leaves = list(_leaves(version.criteria, (version.criteria.id,)))
        self._open = [(*above, leaf.id) for leaf, above in leaves]
        ways = [
            (place, metric, part) for place, (leaf, _) in enumerate(leaves) for metric, part in _ways(leaf, version)
        ]
        found: dict[str, list[int]] = {}
        for way, (_place, metric, _part) in enumerate(ways):
            for fact in FIGURES[metric].inputs or (metric,):
                found.setdefault(fact, []).append(way)
        self.facts = list(found)
        # A year before the firm was born is not asked for; the last one always is.
        self._back = np.array([[_years_back(fact)] for fact in self.facts])
        self._metrics = list(dict.fromkeys(metric for _place, metric, _part in ways))
        self._parts = list(dict.fromkeys(part for _place, _metric, part in ways if part))
        self._leaf_of = [place for place, _metric, _part in ways]
        self._metric_of = [self._metrics.index(metric) for _place, metric, _part in ways]
        # The row after the last part is that of leaves which rest on none.
        self._part_of = [self._parts.index(part) if part else len(self._parts) for _place, _metric, part in ways]
        # The facts with the most ways first, so that each turn is over those that have one more.
        order = sorted(range(len(self.facts)), key=lambda place: -len(found[self.facts[place]]))
        named = [found[self.facts[place]] for place in order]
        turns = range(len(named[0]) if named else 0)
        self._turns = [[ways[turn] for ways in named if turn < len(ways)] for turn in turns]
        self._order = np.argsort(order)

    def asked(self, facts: Columns, outcomes: Mapping[str, Column], scores: Mapping[str, Ends]) -> Mask:
        """Return whether each fact is asked for: an array of (facts, firms). See evaluate.Judged for the rest."""
        if not self.facts or not (outcomes[self._root] == CANNOT_TELL).any():
            return np.zeros((len(self.facts), facts.height), bool)
        open_ = {name: outcome == CANNOT_TELL for name, outcome in outcomes.items()}
        waiting = np.stack([np.all([open_[name] for name in names], axis=0) for names in self._open])
        wide = np.ones((len(self._parts) + 1, facts.height), bool)
        for row, part in enumerate(self._parts):
            least, most = scores[part]
            wide[row] = least != most
        ways = waiting[self._leaf_of]
        ways &= _unknown(self._metrics, facts)[self._metric_of]
        ways &= wide[self._part_of]
        lived = years_in_business(facts, FURTHEST)
        asked = np.zeros((len(self.facts), facts.height), bool)
        for turn in self._turns:
            asked[: len(turn)] |= ways[turn]
        return asked[self._order] & _unknown(self.facts, facts) & (lived >= self._back)


def _unknown(keys: list[str], facts: Columns) -> Mask:
    return np.stack(
        [facts.texts[key].unknown if FIGURES[key].kind is Kind.TEXT else np.isnan(facts[key]) for key in keys]
    )


def _years_back(fact: str) -> int:
    back = int(fact[-1]) if fact[-3:-1] == "_y" else 1
    return back if back > 1 else 0


def _leaves(node: Node, above: tuple[str, ...]) -> Iterator[tuple[Condition, tuple[str, ...]]]:
    if isinstance(node, Condition):
        yield node, above
        return
    for child in counting(node):
        yield from _leaves(child, above if isinstance(child, Condition) else (*above, child.id))


def _ways(leaf: Condition, version: Version) -> Iterator[tuple[str, str]]:
    """Return the metrics a leaf rests on, each with the part that must be open for it to matter; "" for none."""
    for part in _parts(leaf.metric, version):
        for choice in part.best_of or ():
            yield choice.metric, part.id
    for metric in (leaf.metric, *([leaf.at_least_by.metric] if leaf.at_least_by else [])):
        # No rank is no award: it answers the question and is not asked for.
        if metric in FIGURES and FIGURES[metric].kind is not Kind.RANK:
            yield metric, ""


def _parts(metric: str, version: Version) -> list[Part]:
    """Return the plain parts behind a score or a part; none for a figure."""
    if metric in version.scores:
        score = version.scores[metric]
        return [part for name in (metric, *score.blocks) for part in version.scores[name].parts if part.of is None]
    return [part for score in version.scores.values() for part in score.parts if part.id == metric]
