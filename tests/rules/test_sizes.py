"""中小企业划型 (300号): the examples of facts/national.md section 6, and the edges of each industry."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.rules.sizes import CLASSES, INDUSTRIES, size_class
from tests.rules.sample import WAN


def size(industry: str | None, staff: int | None, revenue: int | None, assets: int | None) -> str | None:
    money = [None if amount is None else amount * WAN for amount in (revenue, assets)]
    row = {"industry_code": [industry], "employees_y1": [staff], "sales_y1": [money[0]], "total_assets_y1": [money[1]]}
    schema = {"industry_code": pl.String, "employees_y1": pl.Float64, "sales_y1": pl.Int64, "total_assets_y1": pl.Int64}
    return pl.DataFrame(row, schema=schema).select(size_class()).item()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # The three worked examples: large needs both, one below drops a class.
        (("3974", 1_200, 39_000, None), "medium"),
        (("3974", 250, 50_000, None), "small"),
        (("3974", 19, 9_000, None), "micro"),
        (("3974", 1_000, 40_000, None), "large"),
        (("0111", None, 20_000, None), "large"),
        (("0111", None, 49, None), "micro"),
        (("4710", None, 80_000, 80_000), "large"),
        (("4710", None, 80_000, 79_999), "medium"),
        (("5121", 200, 39_999, None), "medium"),
        (("5211", 300, 20_000, None), "large"),
        (("5437", 1_000, 30_000, None), "large"),
        (("5910", 200, 30_000, None), "large"),
        (("6010", 1_000, 30_000, None), "large"),
        (("6110", 100, 2_000, None), "medium"),
        (("6210", 10, 100, None), "small"),
        (("6319", 2_000, 100_000, None), "large"),
        (("6513", 300, 10_000, None), "large"),
        (("6513", 10, 49, None), "micro"),
        (("7010", None, 1_000, 5_000), "medium"),
        (("7020", 1_000, 5_000, None), "large"),
        (("7212", 300, None, 120_000), "large"),
        (("7320", 299, None, None), "medium"),
    ],
)
def test_each_industry(row, expected) -> None:
    assert size(*row) == expected


def test_not_known_is_not_guessed() -> None:
    assert size(None, 10, 10, 10) is None
    assert size("3974", None, 9_000, None) is None
    assert size("8331", 10, 10, 10) is None  # education is in no row of 300号 that the notes give


def test_every_industry_is_asked_for_once() -> None:
    divisions = [division for industry in INDUSTRIES for division in industry.divisions]
    assert len(divisions) == len(set(divisions))


@given(st.integers(0, 3_000), st.integers(0, 250_000), st.integers(1, 500))
def test_growing_never_makes_smaller(staff: int, revenue: int, more: int) -> None:
    before, after = size("3974", staff, revenue, None), size("3974", staff + more, revenue + more, None)
    assert CLASSES.index(after) <= CLASSES.index(before)
