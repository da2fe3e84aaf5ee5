"""What holds of every pack: alone or among many, and no fact that is missing decides anything."""

from datetime import date
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.rules.explain import assess
from crm.rules.reading import load
from tests.rules import test_innovative_sme, test_little_giant, test_single_champion, test_srdi_sme

ON = date(2026, 6, 1)
GOOD = {
    "innovative_sme": test_innovative_sme.GOOD,
    "srdi_sme": test_srdi_sme.GOOD,
    "little_giant": test_little_giant.GOOD,
    "single_champion": test_single_champion.GOOD,
}


def test_every_pack_has_a_firm_to_try() -> None:
    # These two have files of their own, and so has the money.
    assert set(GOOD) == {name for name, policy in load().items() if policy.kind != "award"} - {"tech_sme", "hte"}


@pytest.mark.parametrize("policy", GOOD)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_unknown_fact_never_decides_falsely(policy: str, data: st.DataObject) -> None:
    """Take a fact away: if the answer is still certain, it is the answer for every value the fact could have."""
    good = dict(GOOD[policy])
    key = data.draw(st.sampled_from(sorted(good)))
    other = data.draw(st.sampled_from(sorted(good)))
    good[other] = _other(good[other], data)
    blind = assess([{**good, key: None}], policy, ON)[0].outcome
    if blind == "cannot_tell":
        return
    tried = [True, False] if isinstance(good[key], bool) else [0, good[key], 10**13]
    if isinstance(good[key], str):
        tried = ["3974", "6513", "0111"]
    for value in tried:
        assert assess([{**good, key: value}], policy, ON)[0].outcome == blind, (key, value)


def _other(value: object, data: st.DataObject) -> object:
    if isinstance(value, bool):
        return data.draw(st.booleans())
    if isinstance(value, int | float):
        return data.draw(st.sampled_from([0, value, value * 2]))
    return value


@pytest.mark.parametrize("policy", GOOD)
def test_alone_and_among_many_the_same(policy: str) -> None:
    good = GOOD[policy]
    keys = [key for key, value in good.items() if isinstance(value, bool)][:3]
    rows = [{**good, **dict(zip(keys, way, strict=True))} for way in product((True, False, None), repeat=len(keys))]
    many = assess(pl.DataFrame(rows, infer_schema_length=None), policy, ON)
    assert [one.outcome for one in many] == [assess([row], policy, ON)[0].outcome for row in rows]
