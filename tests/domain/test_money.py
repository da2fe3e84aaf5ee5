"""Money as people type it; fen as we keep it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.errors import Refused
from crm.domain.money import LIMIT_FEN, Unit, parse, show


@given(st.integers(-LIMIT_FEN, LIMIT_FEN), st.sampled_from(Unit))
def test_what_is_shown_reads_back_the_same(fen: int, unit: Unit) -> None:
    assert parse(show(fen, unit), unit) == fen


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("1,234.56", Unit.YUAN, 123_456),
        ("1,234.56", Unit.WAN, 1_234_560_000),
        ("3.5亿元", Unit.YUAN, 35_000_000_000),
        ("100万", Unit.YUAN, 100_000_000),
        ("200元", Unit.WAN, 20_000),
        ("（3.5万元）", Unit.YUAN, -3_500_000),
        ("－12", Unit.YUAN, -1_200),
        ("１２３．４５", Unit.YUAN, 12_345),
        ("¥1 000", Unit.YUAN, 100_000),
        ("0", Unit.YI, 0),
    ],
)
def test_the_ways_people_write(text: str, unit: Unit, fen: int) -> None:
    assert parse(text, unit) == fen


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-inf",
        "1e400",
        "1_000",
        "1,23",
        "12,34,567",
        "一百",
        "",
        " ",
        "1.2.3",
        "0x10",
        "=1+1",
        "9" * 60,
    ]
    + ["10000.00000000000001亿元", "0.001", "--5", "5-", "1万3"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse(text, Unit.YUAN)
