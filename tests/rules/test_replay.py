"""An evaluation as JSON: money, days, shares and what is not known come back as they went."""

import json
from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.rules import replay
from crm.rules.catalogue import FACTS
from crm.rules.explain import assess
from crm.rules.figure import DTYPES, Kind
from crm.rules.pack import Action, version_on
from crm.rules.reading import load

ON = date(2026, 6, 15)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.MONEY: st.integers(-(2**63), 2**63 - 1),
    Kind.COUNT: st.integers(0, 10**9).map(float),
    Kind.RATIO: st.floats(-1e6, 1e6),
    Kind.RANK: st.integers(1, 99).map(float),
    Kind.SCORE: st.floats(0, 100),
    Kind.BOOL: st.booleans(),
    Kind.TEXT: st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    Kind.DATE: st.dates(),
}
KEYS = {key: figure.kind for key, figure in FACTS.items()}
ROWS = st.fixed_dictionaries({}, optional={key: st.none() | VALUES[kind] for key, kind in KEYS.items()})
# Figures a firm may have: sums of some of them must not run over.
SOBER = {**VALUES, Kind.MONEY: st.integers(0, 10**15)}
FIRMS = st.fixed_dictionaries({}, optional={key: st.none() | SOBER[kind] for key, kind in KEYS.items()})


def frame(row: dict[str, Any]) -> pl.DataFrame:
    columns = {key: pl.Series(key, [value], DTYPES[KEYS[key]]) for key, value in row.items()}
    return pl.DataFrame({"firm_id": [1], **columns})


def there_and_back(told: Any) -> Any:
    return json.loads(json.dumps(told, ensure_ascii=False))


@settings(deadline=None, max_examples=50)
@given(ROWS)
def test_facts_come_back_exactly(row: dict[str, Any]) -> None:
    back = replay.frame_of(there_and_back(replay.facts_of(frame(row)))).row(0, named=True)
    known = {key: value for key, value in row.items() if value is not None}
    assert {key: value for key, value in back.items() if value is not None} == known
    assert all(type(back[key]) is type(value) for key, value in known.items())


@settings(deadline=None, max_examples=25)
@given(FIRMS, st.sampled_from(["hte", "tech_sme", "srdi_sme", "little_giant"]))
def test_what_was_found_is_read_as_it_was_and_found_again(row: dict[str, Any], policy_id: str) -> None:
    (now,) = assess(frame(row), policy_id, ON)
    facts = there_and_back(replay.facts_of(frame(row)))
    version = version_on(load()[policy_id], ON)
    found = there_and_back(replay.found_in(version, facts, ON))
    read = replay.told(load()[policy_id], version, ON, Action.NEW, facts, found)
    assert read.root == now.root
    assert read.scores == now.scores
    assert read.figures == now.figures
    assert replay.differences(found, replay.found_in(version, facts, ON)) == {}


def test_a_difference_is_told_with_both_answers() -> None:
    assert replay.differences({"a": 2, "b": 0.5}, {"a": 2, "b": 0.4, "c": 1}) == {"b": [0.5, 0.4], "c": [None, 1]}
