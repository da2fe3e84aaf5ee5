"""Many firms and many policies in one pass: of each pair what a list needs, not the whole tree.

| column | what it says |
| --- | --- |
| outcome | 2 met, 1 cannot tell, 0 not met |
| short | how many top criteria are not met |
| unknown | how many facts, if somebody stated them, could still decide the outcome; 0 where only a panel can |
| criterion | the one top criterion that is not met while all others are |
| fact | the one fact without which nothing can be told |
| award_least, award_most | what is due at the least and at the most, in fen; null where the policy gives no money |
| distance | how far from met, 0 to the number of top criteria: of each leaf not met its share of the threshold, 1 at most; "any" counts its nearest way, what is unknown counts nothing |
"""  # noqa: E501 - a table

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crm.domain.errors import Refused
from crm.rules.awards import AWARD
from crm.rules.columns import Column, Columns
from crm.rules.evaluate import Judged, Outcome, judge
from crm.rules.metrics_science import rounded
from crm.rules.pack import Action, Policy, Version, counting, version_on

COLUMNS: dict[str, pl.DataType] = {
    "outcome": pl.Int8(),
    "short": pl.Int16(),
    "unknown": pl.Int16(),
    "criterion": pl.String(),
    "fact": pl.String(),
    "distance": pl.Float64(),
    "award_least": pl.Int64(),
    "award_most": pl.Int64(),
}
SCHEMA: dict[str, pl.DataType] = {
    "firm_id": pl.Int64(),
    "policy_id": pl.String(),
    "renewal": pl.Boolean(),
    **COLUMNS,
}
NEAREST = 1e-9  # an open end missed by nothing is still missed: as near as can be, and no nearer than met


def screen(policies: Iterable[Policy], facts: Columns, holds: Mapping[str, str]) -> pl.DataFrame:
    """Return SCHEMA for each firm and each policy of which a version holds on the day, by policy, then as ``facts``.

    ``firm_id`` stands beside the facts, and {policy: column} of ``holds`` names the yes/no column there of those who
    hold the title already: they are judged for its renewal. Who is registered outside a policy's area is left out.
    """
    lines = _Lines(facts)
    for policy in policies:
        try:
            new = version_on(policy, facts.on, Action.NEW)
            renewal = version_on(policy, facts.on, Action.RENEWAL) if policy.id in holds else new
        except Refused:  # no version of it holds on the day
            continue
        again = np.zeros(facts.height, bool)
        if policy.id in holds:
            again = facts.beside[holds[policy.id]].to_numpy()
        near = _within(policy.area, facts)
        if new is renewal:
            lines.add(policy.id, again, near, _summary(new, facts))
        else:
            lines.add(policy.id, again, near & ~again, _summary(new, facts))
            lines.add(policy.id, again, near & again, _summary(renewal, facts))
    return lines.frame()


def _within(area: str, facts: Columns) -> NDArray[np.bool_]:
    """Return who is not known to be registered outside an area."""
    near: NDArray[np.bool_] = facts.texts["registration_district"].told(lambda code: code.startswith(area)) != 0
    return near


class _Lines:
    """The lines of a pass, gathered policy by policy; words are places in a list until the end."""

    def __init__(self, facts: Columns) -> None:
        self._firms = facts.beside["firm_id"].to_numpy()
        self._words: list[str | None] = [None]
        self._parts: dict[str, list[Column]] = {name: [] for name in SCHEMA}

    def add(self, policy_id: str, renewal: Column, those: Column, summary: dict[str, Any]) -> None:
        everybody = those.all()
        words = {"policy_id": ([policy_id], np.zeros(len(those), np.intp))}
        words |= {name: summary.pop(name) for name in ("criterion", "fact")}
        found = {"firm_id": self._firms, "renewal": renewal, **summary}
        for name, (known, places) in words.items():
            found[name] = np.where(places < 0, 0, places + len(self._words))
            self._words += known
        for name, column in found.items():
            self._parts[name].append(column if everybody else column[those])

    def frame(self) -> pl.DataFrame:
        words = pl.Series(self._words, dtype=pl.String)
        found = []
        for name, kind in SCHEMA.items():
            parts = self._parts[name] or [np.empty(0)]
            column = np.concatenate(parts)
            if isinstance(kind, pl.String):
                found.append(words.gather(column.astype(np.uint32)).alias(name))
            else:
                found.append(pl.Series(name, column, nan_to_null=True).cast(kind))
        return pl.DataFrame(found)


def _summary(version: Version, facts: Columns) -> dict[str, Any]:
    """Return a column for each of COLUMNS; those of words as (words, place of each firm's, -1 for none)."""
    judged = judge(version, facts)
    facts_asked, asked = judged.plan.asking.facts, judged.asked()
    unknown = asked.sum(axis=0)
    top = [child.id for child in counting(version.criteria)]
    outcomes = np.stack([judged.outcomes[name] for name in top])
    lacking = outcomes == Outcome.NOT_MET
    short = lacking.sum(axis=0)
    # The only criterion there is has no others that could be met: lacking it is lacking all.
    alone = (short == 1) & ~(outcomes == Outcome.CANNOT_TELL).any(axis=0) & (len(top) > 1)
    nothing = np.full((2, facts.height), np.nan)
    least, most = judged.amounts.get(AWARD, nothing)
    return {
        "outcome": judged.outcome,
        "short": short,
        "unknown": unknown,
        "criterion": (top, _first(lacking, alone)),
        "fact": (facts_asked, _first(asked, unknown == 1)),
        "distance": _distance(judged),
        "award_least": least,
        "award_most": most,
    }


def _first(holds: NDArray[np.bool_], those: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return of those firms the first row that holds, of the others -1."""
    places = np.full(len(those), -1)
    if those.any():
        places[those] = holds[:, those].argmax(axis=0)
    return places


def _distance(judged: Judged) -> Column:
    plan, told = judged.plan, judged.leaves
    size = np.where(told.threshold == 0, np.nan, np.abs(told.threshold))
    size[plan.leaves.all_or_nothing] = np.nan
    # What has no size is missed whole: fmin takes the number.
    share = np.fmin(told.shortfall / size, 1)
    share = np.maximum(share, NEAREST, out=share) * (told.outcome == Outcome.NOT_MET)
    far = dict(zip((leaf.id for leaf in plan.leaves.conditions), share, strict=True))
    for name, every, children in plan.groups:
        far[name] = (np.add if every else np.minimum).reduce([far[child] for child in children])
    # Rounded like every other quotient.
    return rounded(far[plan.version.criteria.id])


def open_facts(judged: Judged) -> list[tuple[str, ...]]:
    """Return for each firm the facts that could still decide its outcome."""
    rows = judged.asked().T.tolist()
    return [tuple(fact for fact, is_ in zip(judged.plan.asking.facts, row, strict=True) if is_) for row in rows]
