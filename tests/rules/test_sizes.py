"""中小企业划型 (300号): the table of facts/national.md section 6 row by row, each bound and one below it."""

from datetime import date
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.rules.metrics import prepare
from crm.rules.sizes import CLASSES, INDUSTRIES
from tests.rules.sample import WAN

# Row of the table: codes of it, lower bounds of large, medium, small for staff, revenue and assets (万元); None: not
# counted. Typed from the table again, so that a slip in crm/rules/sizes.py is found.
TABLE = {
    "农林牧渔": (("0111", "0539"), None, (20_000, 500, 50), None),
    "工业": (("0610", "1311", "3974", "4690"), (1_000, 300, 20), (40_000, 2_000, 300), None),
    "建筑业": (("4710", "5090"), None, (80_000, 6_000, 300), (80_000, 5_000, 300)),
    "批发业": (("5111", "5199"), (200, 20, 5), (40_000, 5_000, 1_000), None),
    "零售业": (("5211", "5299"), (300, 50, 10), (20_000, 500, 100), None),
    "交通运输业": (("5411", "5611", "5810", "5910"), (1_000, 300, 20), (30_000, 3_000, 200), None),
    "仓储业": (("5920", "5990"), (200, 100, 20), (30_000, 1_000, 100), None),
    "邮政业": (("6010", "6020"), (1_000, 300, 20), (30_000, 2_000, 100), None),
    "住宿业": (("6110", "6190"), (300, 100, 10), (10_000, 2_000, 100), None),
    "餐饮业": (("6210", "6299"), (300, 100, 10), (10_000, 2_000, 100), None),
    "信息传输业": (("6311", "6420"), (2_000, 100, 10), (100_000, 1_000, 100), None),
    "软件和信息技术服务业": (("6513", "6599"), (300, 100, 10), (10_000, 1_000, 50), None),
    "房地产开发经营": (("7010",), None, (200_000, 1_000, 100), (10_000, 5_000, 2_000)),
    "物业管理": (("7020",), (1_000, 300, 100), (5_000, 1_000, 500), None),
    "租赁和商务服务业": (("7111", "7299"), (300, 100, 10), None, (120_000, 8_000, 100)),
    "其他未列明行业": (("7030", "7090", "7320", "7511", "7610", "8211", "8511", "9030"), (300, 100, 10), None, None),
}
ON = date(2026, 6, 1)
COLUMNS = {"industry_code": pl.String, "employees_y1": pl.Float64, "sales_y1": pl.Int64, "total_assets_y1": pl.Int64}


def sizes(*rows: tuple[str | None, float | None, float | None, float | None]) -> list[str | None]:
    """Return the class of each (industry, staff, revenue, assets), money in 万元."""
    kept = [(code, staff, *(m if m is None else int(m * WAN) for m in money)) for code, staff, *money in rows]
    return prepare(pl.DataFrame(kept, schema=COLUMNS, orient="row"), ON).texts["size_class"].to_list()


@pytest.mark.parametrize("name", TABLE)
def test_every_bound_and_one_below_it(name: str) -> None:
    """Large, medium and small need every lower bound: with one figure a step below, the class is the next one down."""
    codes, *bounds = TABLE[name]
    for code, (place, expected) in product(codes, enumerate(CLASSES[:3])):
        exact = [bound and bound[place] for bound in bounds]
        assert sizes((code, *exact)) == [expected], (code, exact)
        for number, value in enumerate(exact):
            if value is not None:
                step = 1 if number == 0 else 1 / WAN  # a person, or a fen
                below = [*exact[:number], value - step, *exact[number + 1 :]]
                assert sizes((code, *below)) == [CLASSES[place + 1]], (code, below)


def test_the_worked_examples() -> None:
    """1,200 staff with 390 million is medium; 250 staff with 500 million small; 19 staff with 90 million micro."""
    assert sizes(("3974", 1_200, 39_000, None)) == ["medium"]
    assert sizes(("3974", 250, 50_000, None)) == ["small"]
    assert sizes(("3974", 19, 9_000, None)) == ["micro"]


@pytest.mark.parametrize(
    "row",
    [
        (None, 10, 10, 10),
        ("3974", None, 9_000, None),
        ("3974", 10, None, None),
        ("5310", 10, 10, 10),  # 300号 leaves railways out
        ("6620", 10, 10, 10),  # finance, education, health have other rules or none
        ("8331", 10, 10, 10),
        ("8411", 10, 10, 10),
        ("59", 10, 10, 10),  # a split division says nothing by itself
        ("70", 10, 10, 10),
    ],
)
def test_not_known_is_not_guessed(row) -> None:
    assert sizes(row) == [None]


def test_every_industry_is_asked_for_once() -> None:
    divisions = [division for industry in INDUSTRIES for division in industry.divisions]
    assert len(divisions) == len(set(divisions))
    assert not [(a, b) for a, b in product(divisions, repeat=2) if a != b and a.startswith(b)]
    assert len(INDUSTRIES) == len(TABLE) == 16


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 3_000), st.integers(0, 250_000), st.integers(1, 500))
def test_growing_never_makes_smaller(staff: int, revenue: int, more: int) -> None:
    before, after = sizes(("3974", staff, revenue, None), ("3974", staff + more, revenue + more, None))
    assert CLASSES.index(after) <= CLASSES.index(before)


@pytest.mark.parametrize(
    ("code", "excluded"),
    [("1610", True), ("1599", False), ("1711", False), ("5111", True), ("5211", True), ("5310", False), ("6110", True)]
    + [("6299", True), ("6311", False), ("7010", True), ("7090", True), ("7111", True), ("7299", True)]
    + [("7320", False), ("9011", True), ("8911", False), (None, None)],
)
def test_industries_without_the_super_deduction(code: str | None, excluded: bool | None) -> None:
    """财税〔2015〕119号四, mapped in facts/national.md 7.4: C16, F51-52, H61-62, K70, L71-72, R90."""
    frame = pl.DataFrame({"industry_code": [code]}, schema={"industry_code": pl.String})
    found = prepare(frame, ON)["industry_in_119_excluded_list"].item()
    assert np.isnan(found) if excluded is None else found == excluded
