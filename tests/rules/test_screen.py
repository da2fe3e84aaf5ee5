"""Many firms screened for one policy: whom it concerns."""

import random
from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from crm.rules.catalogue import FACTS
from crm.rules.figure import DTYPES, Kind
from crm.rules.metrics import prepare
from crm.rules.reading import load
from crm.rules.screen import screen
from tests.rules.test_unicorn import HUANGPU

ON = date(2026, 6, 1)


def test_a_district_s_list_concerns_its_own_firms_and_those_of_unknown_place() -> None:
    places = ["440112", "440106", None]
    rows = [{**HUANGPU, "registration_district": place} for place in places]
    frame = pl.from_dicts(rows, infer_schema_length=None).with_columns(firm_id=pl.Series([1, 2, 3]))
    policies = [load()[name] for name in ("unicorn_huangpu", "unicorn_gei")]
    found = screen(policies, prepare(frame, ON), {}).group_by("policy_id").agg("firm_id").rows()
    assert dict(found) == {"unicorn_huangpu": [1, 3], "unicorn_gei": [1, 2, 3]}


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_firm_s_line_is_the_same_alone_in_parts_and_among_many(seed: int) -> None:
    frame = facts(seed, 60).with_columns(firm_id=pl.int_range(60))
    policies = load().values()
    many = screen(policies, prepare(frame, ON), {}).sort("firm_id", "policy_id")
    parts = pl.concat(screen(policies, prepare(frame[start : start + 7], ON), {}) for start in range(0, 60, 7))
    alone = pl.concat(screen(policies, prepare(frame[place], ON), {}) for place in range(0, 60, 6))
    assert set(many["outcome"]) == {0, 1, 2}
    for found in (parts, alone):
        same = many.filter(pl.col("firm_id").is_in(found["firm_id"].unique()))
        assert_frame_equal(found.sort("firm_id", "policy_id"), same, check_exact=True)


def facts(seed: int, count: int) -> pl.DataFrame:
    """Return rows of any facts the catalogue names, one in six not known."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    worth = {
        Kind.BOOL: lambda: draw.random() < 1 / 2,
        Kind.TEXT: lambda: draw.choice(["6510", "3562", "1610", "440106", "440112", "4.2"]),
        Kind.DATE: lambda: date(draw.randint(1999, 2026), draw.randint(1, 12), draw.randint(1, 28)),
        Kind.MONEY: lambda: int(10 ** draw.uniform(7, 13)),
        Kind.RATIO: draw.random,
    }
    columns = {
        key: [
            None if draw.random() < 1 / 6 else worth.get(kind, lambda: float(draw.randint(0, 600)))()
            for _ in range(count)
        ]
        for key, kind in ((key, figure.kind) for key, figure in FACTS.items())
    }
    return pl.DataFrame(columns, schema={key: DTYPES[figure.kind] for key, figure in FACTS.items()})


def test_the_area_of_a_pack_is_what_its_criteria_ask_for() -> None:
    assert {name: policy.area for name, policy in load().items() if policy.area} == {
        "provincial_champion": "44",
        "unicorn_huangpu": "440112",
        "potential_unicorn_huangpu": "440112",
        "gazelle_huangpu": "440112",
        "gazelle_cultivation_huangpu": "440112",
    }
