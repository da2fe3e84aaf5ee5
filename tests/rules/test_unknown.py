"""No fact of the register that is missing decides anything, through the formulas of every figure."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crm.rules.explain import assess
from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES
from crm.rules.reading import load
from tests.rules import (
    test_checks,
    test_gazelle,
    test_hte,
    test_innovative_sme,
    test_little_giant,
    test_provincial_champion,
    test_single_champion,
    test_srdi_sme,
    test_tech_sme,
    test_unicorn,
)

ON = date(2026, 6, 1)
GOOD: dict[str, dict[str, Any]] = {
    "tech_sme": test_tech_sme.GOOD,
    "hte": test_hte.GOOD,
    "innovative_sme": test_innovative_sme.GOOD,
    "srdi_sme": test_srdi_sme.GOOD,
    "little_giant": test_little_giant.GOOD,
    "single_champion": test_single_champion.GOOD,
    "provincial_champion": test_provincial_champion.GOOD,
    "unicorn_gei": test_unicorn.GEI,
    "potential_unicorn_gei": test_unicorn.YOUNG,
    "unicorn_huangpu": test_unicorn.HUANGPU,
    "potential_unicorn_huangpu": test_unicorn.HUANGPU_YOUNG,
    "gazelle_huangpu": test_gazelle.GOOD,
    "gazelle_cultivation_huangpu": test_gazelle.GOOD,
    "gazelle_standard": test_gazelle.STANDARD,
    "tech_sme_check": test_checks.QUIET,
    "tech_sme_check_local": test_checks.QUIET,
}


def test_every_pack_has_a_firm_to_try() -> None:
    # The money has a file of its own.
    assert set(GOOD) == {name for name, policy in load().items() if policy.kind != "award"}


@pytest.mark.parametrize("policy", GOOD)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_an_unknown_fact_never_decides_falsely(policy: str, data: st.DataObject) -> None:
    """Take a fact away: if the answer is still certain, it is the answer for every value the fact could have."""
    good = dict(GOOD[policy])
    # No rank recorded is no award, by the rule table: that is known.
    key = data.draw(st.sampled_from(sorted(key for key in good if FIGURES[key].kind is not Kind.RANK)))
    other = data.draw(st.sampled_from(sorted(good)))
    good[other] = data.draw(st.sampled_from(_tried(good[other])))
    # What nobody can have stated is no value to compare with: a year before the firm was born.
    assume(not _before_birth(key, good.get("established_on")))
    rows = [{**good, key: value} for value in (None, *_tried(GOOD[policy][key]))]
    blind, *seeing = (one.outcome for one in assess(rows, policy, ON, unverified=True))
    assert blind == "cannot_tell" or set(seeing) == {blind}, key


def _before_birth(key: str, born: date | None) -> bool:
    back = re.search(r"_y([0-9])$", key)
    return back is not None and born is not None and born.year > ON.year - int(back[1])


def _tried(value: Any) -> list[Any]:
    match value:
        case bool():
            return [True, False]
        case date():
            return [value, value + timedelta(days=1), ON - timedelta(days=30), date(1999, 1, 1)]
        case str():
            return [value, "3974", "6513", "0111", "440106"]
        case _:
            return [value, 0, value * 2, 10**13]
