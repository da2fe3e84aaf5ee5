"""read(show(x)) = x for every kind of cell, however it is typed."""

import string
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain import codes, money
from crm.domain.errors import Refused
from crm.domain.ladder import Rung
from crm.domain.money import Unit
from crm.domain.places import DISTRICTS
from crm.domain.records import AwardLevel, IpKind, IpOrigin, VisitKind
from crm.imports import cells
from crm.imports.vocabulary import FIELDS, CellKind

THIS_YEAR = 2026
WORDS = st.text(st.characters(categories=["Lo", "Nd"], max_codepoint=0x9FFF), min_size=1, max_size=60)
DAYS = st.dates(cells.EARLIEST, date(2056, 12, 31))
NAMES = st.text(string.ascii_lowercase + string.digits + "._", min_size=1, max_size=20)
VALUES: dict[CellKind, st.SearchStrategy[Any]] = {
    CellKind.USCC: st.integers(0, 31**8).map(codes.make),
    CellKind.TEXT: WORDS.map(lambda text: cells._text(text)).filter(lambda t: t and not cells.is_missing(t)),
    CellKind.IDENTIFIER: st.text(string.ascii_uppercase + string.digits + ".-", min_size=2, max_size=40).filter(
        lambda text: not cells.is_missing(text) and not cells._SCIENTIFIC.fullmatch(text)
    ),
    CellKind.PHONE: st.from_regex(r"(1[0-9]{10}|0[0-9]{2,3}-[0-9]{7,8}(转[0-9]{1,4})?)", fullmatch=True),
    CellKind.EMAIL: st.tuples(NAMES, NAMES).map(lambda pair: f"{pair[0]}@{pair[1]}.com"),
    CellKind.DAY: DAYS,
    CellKind.YEAR: st.integers(1990, THIS_YEAR),
    CellKind.MONEY: st.integers(-money.LIMIT_FEN, money.LIMIT_FEN),
    CellKind.COUNT: st.integers(0, 999_999_999),
    CellKind.DISTRICT: st.sampled_from(list(DISTRICTS)),
    CellKind.INDUSTRY: st.from_regex(r"[0-9]{2,4}", fullmatch=True),
    CellKind.RUNG: st.sampled_from(Rung),
    CellKind.IP_KIND: st.sampled_from(IpKind),
    CellKind.IP_ORIGIN: st.sampled_from(IpOrigin),
    CellKind.VISIT_KIND: st.sampled_from(VisitKind),
    CellKind.AWARD_LEVEL: st.sampled_from(AwardLevel),
    CellKind.YES_NO: st.booleans(),
}
FIELD_OF = {field.kind: name for name, field in FIELDS.items()}


def full_width(text: str) -> str:
    """Return ASCII text the way a Chinese keyboard leaves it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "　" if c == " " else c for c in text)


def test_every_kind_of_cell_is_tried() -> None:
    assert set(VALUES) == set(CellKind) == set(FIELD_OF)


@pytest.mark.parametrize("kind", list(CellKind))
@given(data=st.data(), unit=st.sampled_from(Unit))
def test_what_is_shown_is_read_back(kind: CellKind, data: st.DataObject, unit: Unit) -> None:
    name, value = FIELD_OF[kind], data.draw(VALUES[kind])
    assert cells.read(name, cells.show(name, value, unit), unit, THIS_YEAR) == value


@pytest.mark.parametrize("kind", [k for k in CellKind if k not in {CellKind.TEXT, CellKind.EMAIL}])
@given(data=st.data(), unit=st.sampled_from(Unit))
def test_blanks_around_it_and_full_width_characters_change_nothing(
    kind: CellKind, data: st.DataObject, unit: Unit
) -> None:
    name, value = FIELD_OF[kind], data.draw(VALUES[kind])
    typed = f" {full_width(cells.show(name, value, unit))}\u3000"
    assert cells.read(name, typed, unit, THIS_YEAR) == value


@given(DAYS)
def test_a_day_in_every_way_it_is_written(day: date) -> None:
    ways: list[Any] = [
        day,
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month:02}.{day.day:02}",
        f"{day:%Y-%m-%d} 00:00:00",
        f"{day:%Y%m%d}",
        int(f"{day:%Y%m%d}"),
    ]
    serial = (day - date(1899, 12, 30)).days
    if serial in range(20_000, cells.DAYS_END):
        ways += [serial, float(serial) + 0.5, str(serial)]
    assert [cells.read("established_on", way, None, THIS_YEAR) for way in ways] == [day] * len(ways)


@given(st.integers(-money.LIMIT_FEN, money.LIMIT_FEN))
def test_an_amount_as_number_or_text_with_or_without_separators(fen: int) -> None:
    yuan = f"{abs(fen) // 100}.{abs(fen) % 100:02}"
    negative = fen < 0
    bracketed = [f"({yuan})", f"（{yuan}）"] if negative else [f"¥{yuan}", f"{yuan}元"]
    ways = [f"{'-' * negative}{yuan}", *bracketed]
    assert [cells.read("revenue", way, Unit.WAN if "元" in way else Unit.YUAN, THIS_YEAR) for way in ways] == [fen] * 3


@pytest.mark.parametrize("typed", ["—", "/", "无", "", " ", "－", "——", "N/A", "／"])
def test_signs_of_nothing(typed: str) -> None:
    assert cells.is_missing(typed)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("uscc", 9.144010100000000e17),
        ("uscc", "9.14E+17"),
        ("contact_phone", "1.38E+10"),
        ("cert_number", 2.02544e17),
        ("revenue", "12%"),
        ("revenue", "一千"),
        ("revenue", "约500"),
        ("employees_total", "12.5"),
        ("employees_total", "15%"),
        ("established_on", "2023年5月"),
        ("established_on", "2023-02-30"),
        ("established_on", 12),
        ("year", 2099),
        ("registration_district", "浦东新区"),
        ("cert_kind", "优秀企业"),
        ("ip_kind", "商标"),
        ("visit_kind", "短信"),
        ("contact_email", "没有"),
        ("contact_phone", "见名片"),
        ("ip_core", "不一定"),
        ("name", "广" * 201),
        ("name", "#REF!"),
        ("revenue", "=?"),
    ],
)
def test_what_cannot_be_read_is_refused_never_guessed(name: str, typed: Any) -> None:
    with pytest.raises(Refused):
        cells.read(name, typed, Unit.WAN, THIS_YEAR)


def test_the_last_day_that_can_be_typed() -> None:
    with pytest.raises(Refused):
        cells.read("established_on", cells.EARLIEST - timedelta(days=1), None, THIS_YEAR)
