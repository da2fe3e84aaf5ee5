"""An evaluation as plain data that JSON holds exactly, and the same evaluation made again from it.

Facts are {key: [kind, value]}: money in fen, days as ISO text; what is not known is left out. What was found of them is
{column: value} as crm.rules.evaluate names its columns: metrics, outcomes, values, thresholds, shortfalls, scores.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from crm.rules.evaluate import judge
from crm.rules.explain import Assessment, explain
from crm.rules.figure import DTYPES, Kind
from crm.rules.metrics import FIGURES, prepare
from crm.rules.pack import Action, Policy, Version

Facts = Mapping[str, tuple[str, Any] | list[Any]]


def facts_of(frame: pl.DataFrame) -> dict[str, list[Any]]:
    """Return the known facts of a frame of one row; whose they are is no fact."""
    row = frame.drop("firm_id", strict=False).row(0, named=True)
    return {key: [_kind(key).value, _plain(value)] for key, value in sorted(row.items()) if value is not None}


def frame_of(facts: Facts) -> pl.DataFrame:
    """Return the frame of one row that ``facts_of`` was made of, typed as it was then."""
    columns = {}
    for key, (kind, value) in facts.items():
        worth = date.fromisoformat(value) if kind == Kind.DATE else value
        columns[key] = pl.Series(key, [worth], DTYPES[Kind(kind)])
    return pl.DataFrame(columns) if columns else pl.DataFrame({"none": [None]})


def found_in(version: Version, facts: Facts, on: date) -> dict[str, Any]:
    """Return what a version says of the facts on a day; what it cannot say is left out."""
    row = judge(version, prepare(frame_of(facts), on)).rows()[0]
    return {key: _plain(value) for key, value in sorted(row.items()) if value is not None and key not in facts}


def told(
    policy: Policy, version: Version, on: date, action: Action, facts: Facts, found: Mapping[str, Any]
) -> Assessment:
    """Return the assessment that was found: read, not worked out again."""
    known = frame_of(facts).row(0, named=True)
    return explain(policy, version, on, action, defaultdict(lambda: None, {**found, **known}))


def differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return {column: [what was found, what is found now]} where the two differ."""
    keys = sorted(was.keys() | now.keys())
    return {key: [was.get(key), now.get(key)] for key in keys if was.get(key) != now.get(key)}


def _kind(key: str) -> Kind:
    """A column that is no figure is a score that somebody else worked out."""
    return FIGURES[key].kind if key in FIGURES else Kind.SCORE


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
