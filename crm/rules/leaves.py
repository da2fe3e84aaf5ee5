"""The conditions of a version side by side: figures held against thresholds, a row a condition.

Every comparison is "at least": what must not be above is turned round, what must be above has the next number for its
bound, yes and no are 1 and 0, and a text is 1 where it is one of those asked for. A figure is a range where it is a
score, a threshold is one where it depends on a figure that is not known: met for certain is the least against the most
threshold, missed for certain the most against the least.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crm.rules.bands import Threshold
from crm.rules.columns import Columns, Ends
from crm.rules.conditions import Condition
from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES, ROW, in_unit
from crm.rules.stairs import Flight, Stairs, reaching

NO_SHORTFALL = frozenset({Kind.BOOL, Kind.TEXT})
# Of these nothing is nearer to the threshold than anything else.
ALL_OR_NOTHING = NO_SHORTFALL | {Kind.RANK, Kind.DATE}
Numbers = NDArray[np.float64]


class Findings:
    """Arrays of (conditions, firms): outcome (2 met, 1 cannot tell, 0 not met), value, threshold, and what is lacking.

    In the metric's own unit; NaN where there is none. Thresholds may be one column that holds for every firm.
    """

    def __init__(
        self, outcome: NDArray[np.int8], value: Numbers, threshold: Numbers, lacking: Callable[[], Numbers]
    ) -> None:
        self.outcome = outcome
        self.value = value
        self.threshold = threshold
        self._lacking = lacking

    @cached_property
    def shortfall(self) -> Numbers:
        """What is lacking of the threshold where a condition is not met; worked out when somebody asks."""
        return np.where(self.outcome == 0, np.maximum(self._lacking(), 0), np.nan)


class Leaves:
    """Conditions made ready to be held against any number of firms."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self.conditions = conditions
        self._rows = np.array([ROW.get(one.metric, 0) for one in conditions], np.intp)
        self._sign = np.array([[-1.0 if _turned(one) else 1.0] for one in conditions])
        self._turned = bool((self._sign < 0).any())
        self._threshold = np.array([[_threshold(one)] for one in conditions])
        self._bound = np.array(
            [
                [reaching(sign * threshold, closed=one.comparison not in {"above", "below"})]
                for one, (sign,), (threshold,) in zip(conditions, self._sign, self._threshold, strict=True)
            ]
        )
        kinds = [kind_of(one.metric) for one in conditions]
        self._ranks = [place for place, kind in enumerate(kinds) if kind is Kind.RANK]
        self.all_or_nothing = np.array([kind in ALL_OR_NOTHING for kind in kinds])
        self._can_lack = np.array([[kind not in NO_SHORTFALL] for kind in kinds])
        self._texts = {place: _among(one) for place, one in enumerate(conditions) if kinds[place] is Kind.TEXT}
        self._scores = [place for place, kind in enumerate(kinds) if kind is Kind.SCORE]
        by = {place: one.at_least_by for place, one in enumerate(conditions) if one.at_least_by is not None}
        self._by = list(by)
        self._flight = Flight([_stairs(threshold) for threshold in by.values()]) if by else None

    def judge(self, facts: Columns, scores: Mapping[str, Ends]) -> Findings:
        """Hold each condition against each firm; ``scores`` are (least, most) of each score and part."""
        value = facts.numbers[self._rows]
        for place, among in self._texts.items():
            value[place] = facts.texts[self.conditions[place].metric].told(among)
        most = value
        if self._scores:
            most = value.copy()
            for place in self._scores:
                value[place], most[place] = scores[self.conditions[place].metric]
        threshold, least_bound, most_bound = self._threshold, self._bound, self._bound
        if self._flight is not None:
            least_bound, most_bound, threshold = (
                np.repeat(column, facts.height, axis=1) for column in (least_bound, most_bound, threshold)
            )
            least_bound[self._by], most_bound[self._by] = self._flight.climb(facts)
            threshold[self._by] = least_bound[self._by]
        missed = self._turn(most) < least_bound
        met = self._turn(value) >= most_bound
        outcome = met.view(np.int8) - missed.view(np.int8) + np.int8(1)
        # No rank is no award: not met (the convention of the rule table).
        for place in self._ranks:
            outcome[place, np.isnan(value[place])] = 0
        wanted = np.where(self._can_lack, threshold, np.nan)
        if self._flight is not None:
            threshold = np.where(least_bound == most_bound, threshold, np.nan)
        if most is not value:
            value = np.where(value == most, value, np.nan)
        return Findings(outcome, value, threshold, lambda: self._turn(wanted - most))

    def _turn(self, figures: Numbers) -> Numbers:
        return figures * self._sign if self._turned else figures


def kind_of(metric: str) -> Kind:
    """Return the kind of a figure; what is none is a score of the version."""
    return FIGURES[metric].kind if metric in FIGURES else Kind.SCORE


def _turned(condition: Condition) -> bool:
    return condition.comparison in {"at_most", "below"} or condition.is_ is False


def _threshold(condition: Condition) -> float:
    """Return the number that the figure is held against; one that depends on another figure is worked out later."""
    plain = (condition.at_least, condition.at_most, condition.above, condition.below)
    number = next((value for value in plain if value is not None), None)
    if number is not None:
        return in_unit(condition.metric, number)
    return np.nan if condition.at_least_by is not None else float(condition.is_ is not False)


def _among(condition: Condition) -> Callable[[str], float]:
    """Return whether a word is asked for; a deeper heading of a catalogue belongs to the one it begins with."""
    if condition.in_ is None:
        return lambda word: word == condition.is_
    headings = tuple(f"{code}." for code in condition.in_)
    codes = frozenset(condition.in_)
    return lambda word: word in codes or word.startswith(headings)


def _stairs(by: Threshold) -> Stairs:
    return Stairs.over(by.metric, by.bands, lambda band: (band.value or 0.0, band.value or 0.0))
