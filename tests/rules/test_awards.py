"""Any award: never above a cap, more never gives less, and an unknown fact gives a range, never a false number."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.rules import awarded
from crm.rules.awards import Award
from crm.rules.evaluate import evaluate
from crm.rules.pack import AllOf, Version

WAN = 1_000_000
ON = date(2026, 6, 1)
NAME = {"label": {"zh": "甲", "en": "a"}, "clause": "某条"}
RULE = {"id": "root", **NAME, "all": [{"id": "in_city", **NAME, "metric": "registration_district", "in": ["440106"]}]}
METRICS = ("rd_tax_y1", "rd_hte_y1", "sales_y1")
amounts = st.integers(0, 5000).map(float)
bands = st.tuples(st.integers(1, 2000), st.integers(1, 2000), amounts, amounts, amounts).map(
    lambda t: [
        {"below": t[0], "value": min(t[2:])},
        {"at_least": t[0], "below": t[0] + t[1], "value": sorted(t[2:])[1]},
        {"at_least": t[0] + t[1], "value": max(t[2:])},
    ]
)
rates = bands.map(lambda bs: [{**band, "value": band["value"] / 5000} for band in bs])
over = st.lists(st.sampled_from(METRICS), min_size=1, max_size=2, unique=True)
ways = st.one_of(
    st.fixed_dictionaries({"flat": amounts}),
    st.fixed_dictionaries({"over": over, "bands": bands}),
    st.fixed_dictionaries({"over": over, "bands": rates, "marginal": st.just(True)}),
    st.fixed_dictionaries({"over": over, "rate": st.integers(1, 150).map(lambda n: n / 100)}),
)
extras = st.fixed_dictionaries(
    {},
    optional={
        "cap": amounts,
        "within": st.just(["total_assets_y1"]),
        "up_to": st.booleans(),
        "when": st.just([{"id": "?", **NAME, "metric": "is_above_scale", "is": True}]),
    },
)


@st.composite
def made(draw: st.DrawFn) -> Version:
    parts = []
    for number in range(draw(st.integers(1, 4))):
        part = {"id": f"p{number}", **NAME, **draw(ways), **draw(extras)}
        part["when"] = [{**condition, "id": f"w{number}"} for condition in part.get("when", [])]
        parts.append(part)
    whole = draw(
        st.fixed_dictionaries(
            {"take": st.sampled_from(["sum", "highest"])}, optional={"cap": amounts, "floor": st.just(0.5)}
        )
    )
    if whole.get("floor", 0) > whole.get("cap", 1):
        del whole["floor"]
    return Version.model_construct(
        id="v", scores={}, criteria=AllOf.model_validate(RULE), award=Award.model_validate({"parts": parts, **whole})
    )


money = st.one_of(st.none(), st.integers(-(10**9), 10**11))
firms = st.fixed_dictionaries(
    {
        "registration_district": st.sampled_from(["440106", "440112", None]),
        "is_above_scale": st.sampled_from([True, False, None]),
        **dict.fromkeys((*METRICS, "total_assets_y1"), money),
    }
)


def judged(version: Version, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return evaluate(
        version,
        pl.from_dicts(
            rows,
            infer_schema_length=None,
            schema_overrides={
                "registration_district": pl.String,
                "is_above_scale": pl.Boolean,
                **dict.fromkeys((*METRICS, "total_assets_y1"), pl.Int64),
            },
        ),
        ON,
    )


@settings(max_examples=60, deadline=None)
@given(made(), firms)
def test_the_least_is_never_above_the_most_nor_the_most_above_a_cap(version: Version, firm: dict[str, Any]) -> None:
    row = judged(version, [firm]).row(0, named=True)
    award = version.award
    assert award is not None
    for part in award.parts:
        least, most = row[f"{part.id}.least"], row[f"{part.id}.most"]
        assert least >= 0
        assert most is None or least <= most
        assert part.cap is None or (most is not None and most <= part.cap * WAN)
        assert not part.up_to or least == 0
    least, most = row["award.least"], row["award.most"]
    assert least >= 0
    assert most is None or least <= most
    assert award.cap is None or (most is not None and most <= award.cap * WAN)
    assert firm["registration_district"] != "440112" or most == 0, "who does not meet the criteria is due nothing"


@settings(max_examples=60, deadline=None)
@given(
    made(), firms, st.sampled_from((*METRICS, "total_assets_y1", "is_above_scale", "registration_district")), st.data()
)
def test_an_unknown_fact_gives_a_range_that_holds_every_answer(
    version: Version, firm: dict[str, Any], key: str, data: st.DataObject
) -> None:
    tried = {"is_above_scale": [True, False], "registration_district": ["440106", "440112"]}.get(
        key, [0, 10**8, data.draw(st.integers(-(10**9), 10**11))]
    )
    rows = judged(version, [{**firm, key: None}, *({**firm, key: value} for value in tried)])
    low, high = rows.row(0, named=True)["award.least"], rows.row(0, named=True)["award.most"]
    for row in rows.iter_rows(named=True):
        assert low <= row["award.least"]
        assert high is None or (row["award.most"] is not None and row["award.most"] <= high)


@settings(max_examples=40, deadline=None)
@given(made(), firms, st.sampled_from(METRICS), st.integers(0, 10**11), st.integers(0, 10**10))
def test_more_of_a_figure_never_gives_less(
    version: Version, firm: dict[str, Any], key: str, amount: int, more: int
) -> None:
    """Bands here rise with the figure, as every pack's do."""
    first, second = judged(version, [{**firm, key: amount}, {**firm, key: amount + more}]).iter_rows(named=True)
    assert first["award.least"] <= second["award.least"]
    assert second["award.most"] is None or first["award.most"] <= second["award.most"]


def test_of_policies_that_exclude_each_other_the_highest_counts() -> None:
    """从高不重复: a and b exclude each other, c stacks with both."""
    due_ = [("a", 20, 20), ("b", 30, 50), ("c", 5, 5)]
    assert awarded.in_all(due_, {"a": ["b"]}) == (35, 55)
    assert awarded.in_all(due_, {}) == (55, 75)
    assert awarded.in_all(due_, {"b": ["a", "c"]}) == (30, 50), "b alone, or a and c: 25 against 30"
    assert awarded.in_all([("a", 20, None)], {}) == (20, None)


@pytest.mark.parametrize(
    ("award", "told"),
    [
        ({"parts": [{"id": "a", **NAME}]}, "one of flat, bands and rate"),
        ({"parts": [{"id": "a", **NAME, "flat": 1, "over": ["sales_y1"]}]}, "flat is over none"),
        ({"parts": [{"id": "a", **NAME, "rate": 0.1}]}, "over a metric"),
        ({"parts": [{"id": "a", **NAME, "over": ["sales_y1"], "bands": [{"at_least": 1, "value": 1}]}]}, "open below"),
        ({"parts": [{"id": "a", **NAME, "flat": 1}], "shares": {"city": 0.5}}, "add up to one"),
        ({"parts": [{"id": "a", **NAME, "flat": 1}], "floor": 2, "cap": 1}, "floor"),
        ({"parts": [{"id": "a", **NAME, "flat": 1}], "excludes": ["x"], "stacks_with": ["x"]}, "both stack"),
    ],
)
def test_an_award_that_cannot_be_is_told(award: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Award.model_validate(award)
