"""A column of money is held against the register, else against the rest of its list."""

from typing import Any

import pytest

from crm.domain.money import Unit
from crm.imports import doubts, finding, recognise
from crm.kit.sheets import Sheet

WAN = 1_000_000


def found(
    headings: list[str], *rows: list[Any], register: dict[str, int] | None = None
) -> list[tuple[int, Unit | None]]:
    sheet = Sheet("名单", False, [["企业名称", "年度", *headings], *[["甲公司", 2025, *row] for row in rows]])
    layout = finding.find(sheet)
    assert layout is not None
    seen = doubts.find(layout, recognise.rows(layout, sheet, 2026), register or {})
    return [(doubt.index, doubt.suggests) for doubt in seen]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (2_000, []),
        (60_000, []),
        (70, []),
        (20_000_000, [(2, Unit.YUAN)]),
        (2, [(2, Unit.BAIWAN)]),
        (0.2, [(2, Unit.YI)]),
    ],
)
def test_against_the_register(amount: float, expected: list[Any]) -> None:
    assert found(["营业收入（万元）"], *[[amount]] * 3, register={"revenue": 2_000 * WAN}) == expected


def test_one_year_against_another() -> None:
    assert found(["2024年营业收入（万元）", "2025年营业收入（万元）"], *[[1_000, 11_000_000]] * 3) == [
        (2, Unit.YI),
        (3, Unit.YUAN),
    ], "without a register nobody knows which of the two is off"


def test_small_beside_turnover_is_not_off() -> None:
    assert (
        found(["营业收入（万元）", "净利润（万元）", "研发费用（高企口径）（万元）"], *[[50_000, 120, 900]] * 5) == []
    )


def test_too_few_amounts_prove_nothing() -> None:
    assert found(["营业收入（万元）"], [20_000_000], [None], ["—"], register={"revenue": 2_000 * WAN}) == []
