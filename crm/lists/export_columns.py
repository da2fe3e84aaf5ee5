"""What an exported list can show, by what its rows are about; values as spreadsheets take them.

Headings are those of the import template (crm.imports.vocabulary), so that what went out can come back. A list that
leaves the house speaks the language of its readers: headings and values are Chinese, whatever language its maker reads.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select

from crm.accounts.models import User
from crm.domain.access import may
from crm.domain.exports import RowKind
from crm.domain.ladder import RUNG_LABELS
from crm.domain.money import FEN_PER, UNIT_LABELS, Unit
from crm.domain.records import AWARD_LEVEL_LABELS, COUNT_FIGURES, FIGURES
from crm.domain.words import N_
from crm.firms import figures
from crm.firms.award_models import AwardGiven
from crm.firms.models import Certification, Contact, Firm
from crm.firms.queries import valid_on
from crm.imports.vocabulary import HEADINGS
from crm.kit import clock
from crm.kit.db import db
from crm.lists import columns as list_columns
from crm.lists import loading
from crm.lists.columns import Column
from crm.lists.fields import FILE, OFFICE

CITY = "广州市"
EXPIRING_WITHIN = timedelta(days=365)
# Columns of the list that go by another name in the import.
FIELD_OF = {
    "district": "registration_district",
    "established": "established_on",
    "contact": "contact_name",
    "phone": "contact_phone",
}
# Headings that the import would take for something else: the end of the rung is no certificate of its own.
HEADING_OF = {"expires": "梯度有效期至", "officer": "责任专员", "completeness": "完整度（%）", "note": "档案备注"}


@dataclass(frozen=True)
class Item:
    """What stands behind one row: a firm, the record the row is about, its place in the file, the day of the list."""

    firm: Firm
    record: Any
    number: int
    on: date


def _of(name: str) -> Callable[[Firm, Any], Any]:
    return lambda _firm, item: getattr(item.record, name)


def _figure_of(name: str) -> Callable[[Firm, Any], Any]:
    return lambda _firm, item: item.record[name]


_ALWAYS = (
    Column("serial", N_("序号"), FILE, "number", lambda _f, item: item.number),
    Column("city", N_("市"), FILE, "text", lambda _f, _i: CITY),
    Column("remark", N_("备注"), FILE, "text", lambda _f, _i: None),
    Column("award_amount", N_("奖补"), FILE, "wan", lambda _f, _i: None),
)
_CERTIFICATE = (
    Column("cert_kind", N_("证书类型"), FILE, "rung", _of("kind"), labels=RUNG_LABELS),
    Column("cert_number", N_("证书编号"), FILE, "code", _of("number")),
    Column("cert_batch", N_("批次"), FILE, "text", _of("batch")),
    Column("cert_year", N_("认定年度"), FILE, "year", lambda _f, item: item.record.issued_on.year),
    Column("cert_issued_on", N_("发证日期"), FILE, "day", _of("issued_on")),
    Column("cert_expires_on", N_("有效期至"), FILE, "day", _of("expires_on")),
)
_OWN: dict[RowKind, tuple[Column, ...]] = {
    RowKind.FIRM: (),
    RowKind.CERTIFICATE: _CERTIFICATE,
    RowKind.EXPIRING: (
        *_CERTIFICATE,
        Column("days_left", N_("剩余天数"), FILE, "number", lambda _f, item: (item.record.expires_on - item.on).days),
    ),
    RowKind.YEAR: (
        Column("year", N_("年度"), FILE, "year", lambda _f, item: item.record["year"]),
        *(
            Column(name, label, FILE, "number" if name in COUNT_FIGURES else "wan", _figure_of(name))
            for name, label in FIGURES.items()
        ),
    ),
    RowKind.CONTACT: (
        Column("contact_name", N_("联系人"), FILE, "text", _of("name"), personal=True),
        Column("contact_post", N_("职务"), FILE, "text", _of("post")),
        Column("contact_phone", N_("联系电话"), FILE, "code", _of("phone"), personal=True),
        Column("contact_email", N_("电子邮箱"), FILE, "text", _of("email"), personal=True),
    ),
    RowKind.AWARD: (
        Column("award_year", N_("奖补年度"), FILE, "year", _of("year")),
        Column("award_type", N_("奖补名称"), FILE, "text", _of("title")),
        Column("award_batch", N_("奖补批次"), FILE, "text", _of("batch")),
        Column("award_level", N_("资金层级"), FILE, "option", _of("level"), labels=AWARD_LEVEL_LABELS),
        Column("award_amount", N_("奖补"), FILE, "wan", _of("amount")),
        Column("award_given_on", N_("奖补日期"), FILE, "day", _of("given_on")),
        Column("award_note", N_("奖补备注"), FILE, "text", _of("note"), permission=OFFICE),
    ),
}
# Of the columns of the list, those that a row about a record says in its own way.
_SAID_BY_ROW = {RowKind.YEAR: {"figures_year", *FIGURES}, RowKind.CONTACT: {"contact", "phone"}}
_YEAR_OF = re.compile(r"([a-z_]+):year")


def year_of(figure: str) -> Column:
    """Return the column that says which year the newest statement of a figure is about."""
    return Column(f"{figure}:year", FIGURES[figure], FILE, "year", lambda _f, _r: None, needs="figures")


def own(kind: RowKind) -> dict[str, Column]:
    """Return the columns that only rows of this kind have, and those that every export has."""
    return {column.key: column for column in (*_ALWAYS, *_OWN[kind])}


def offered(kind: RowKind, user: User) -> dict[str, Column]:
    """Return every column ``user`` can take out with such rows, in the order it is offered."""
    said = _SAID_BY_ROW.get(kind, set())
    listed = {key: column for key, column in list_columns.COLUMNS.items() if key not in said}
    return {key: column for key, column in {**listed, **own(kind)}.items() if _open_for(user, column)}


def _open_for(user: User, column: Column) -> bool:
    """Personal data are open to all, masked for most."""
    return column.permission is None or may(user.role, column.permission)


def find(key: str, kind: RowKind, user: User) -> Column | None:
    """Return a column by its key, a figure of a year ("revenue.2025") and its year ("revenue:year") included."""
    about = _YEAR_OF.fullmatch(key)
    if about and about[1] in FIGURES and kind is not RowKind.YEAR:
        return year_of(about[1])
    return list_columns.find(key) if "." in key else offered(kind, user).get(key)


def heading(column: Column, kind: RowKind, unit: Unit) -> str:
    """Return the heading a column has by itself, as the import knows it, with year and unit where it has any.

    The newest statement of a figure goes by a name no import takes: each firm's may be of another year.
    """
    name, year = column.key.partition(".")[0], column.year
    figure, _colon, of_year = column.key.partition(":")
    if of_year:
        return f"最近{HEADINGS[figure][0]}年度"
    known = HEADINGS.get(FIELD_OF.get(name, name))
    text = HEADING_OF.get(name) or (known[0] if known else column.label.partition("（万元）")[0])
    newest = "最近" if name in FIGURES and not year and kind is not RowKind.YEAR else ""
    text = f"{year}年{text}" if year else f"{newest}{text}"
    return f"{text}（{UNIT_LABELS[unit]}）" if column.kind == "wan" else text


def items(firms: Sequence[Firm], kind: RowKind, on: date, number: int) -> list[Item]:
    """Return the rows of some firms, in the order of the firms; ``number`` is that of the first row."""
    found = _RECORDS[kind](firms, on)
    pairs = [(firm, record) for firm in firms for record in found.get(firm.id, ())]
    return [Item(firm, record, at, on) for at, (firm, record) in enumerate(pairs, start=number)]


def _firms(firms: Sequence[Firm], _on: date) -> dict[int, list[Any]]:
    return {firm.id: [firm] for firm in firms}


def _certificates(firms: Sequence[Firm], _on: date) -> dict[int, list[Any]]:
    query = select(Certification).where(Certification.firm_id.in_([firm.id for firm in firms]))
    return _by_firm(db.session.scalars(query.order_by(Certification.issued_on.desc(), Certification.id)))


def _expiring(firms: Sequence[Firm], on: date) -> dict[int, list[Any]]:
    query = select(Certification).where(Certification.firm_id.in_([firm.id for firm in firms]), *_soon(on))
    return _by_firm(db.session.scalars(query.order_by(Certification.expires_on, Certification.id)))


def _soon(on: date) -> tuple[ColumnElement[bool], ...]:
    return valid_on(on), Certification.expires_on <= on + EXPIRING_WITHIN


def in_order(ids: Sequence[int], kind: RowKind, on: date) -> list[int]:
    """Return the firms in the order of their rows: that of the list, but whose certificate ends first comes first."""
    if kind is not RowKind.EXPIRING:
        return list(ids)
    query = select(Certification.firm_id, func.min(Certification.expires_on)).where(*_soon(on))
    first = dict(db.session.execute(query.group_by(Certification.firm_id)).all())
    return sorted((firm_id for firm_id in ids if firm_id in first), key=lambda firm_id: first[firm_id])


def _years(firms: Sequence[Firm], on: date) -> dict[int, list[Any]]:
    ids = select(Firm.id).where(Firm.id.in_([firm.id for firm in firms]))
    found: dict[int, list[Any]] = {}
    for row in figures.in_force(figures.read(ids, 0, on.year)).iter_rows(named=True):
        found.setdefault(row["firm_id"], []).append(row)
    return {firm_id: sorted(rows, key=lambda row: -row["year"]) for firm_id, rows in found.items()}


def _contacts(firms: Sequence[Firm], _on: date) -> dict[int, list[Any]]:
    query = select(Contact).where(Contact.firm_id.in_([firm.id for firm in firms]))
    return _by_firm(db.session.scalars(query.order_by(Contact.main.desc(), Contact.id)))


def _awards(firms: Sequence[Firm], _on: date) -> dict[int, list[Any]]:
    query = select(AwardGiven).where(AwardGiven.firm_id.in_([firm.id for firm in firms]))
    return _by_firm(db.session.scalars(query.order_by(AwardGiven.year.desc(), AwardGiven.id)))


def _by_firm(records: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for record in records:
        found.setdefault(record.firm_id, []).append(record)
    return found


_RECORDS: dict[RowKind, Callable[[Sequence[Firm], date], Mapping[int, Sequence[Any]]]] = {
    RowKind.FIRM: _firms,
    RowKind.CERTIFICATE: _certificates,
    RowKind.EXPIRING: _expiring,
    RowKind.YEAR: _years,
    RowKind.CONTACT: _contacts,
    RowKind.AWARD: _awards,
}


def lines(
    rows: Sequence[Item], kind: RowKind, wanted: Sequence[tuple[Column, Unit]], on: date, *, masked: bool
) -> Iterator[list[Any]]:
    """Yield each row's cells: text, int, Decimal, day, moment or None; personal data masked if ``masked``."""
    mine = own(kind)
    listed = [column for column, _unit in wanted if column.key not in mine and ":" not in column.key]
    dated = {column.key.partition(":")[0] for column, _unit in wanted if ":" in column.key}
    listed += [list_columns.COLUMNS[name] for name in dated - {column.key for column in listed}]
    firms = list({row.firm.id: row.firm for row in rows}.values())
    values = loading.values(firms, listed, on)
    for row in rows:
        of_firm = values[row.firm.id]
        cells = []
        for column, unit in wanted:
            value = column.of(row.firm, row) if column.key in mine else of_firm[column.key]
            cell = plain(column, value, unit)
            cells.append(mask(cell) if masked and column.personal else cell)
        yield cells


def plain(column: Column, value: Any, unit: Unit) -> Any:
    """Return a value as a cell holds it."""
    if value is None or value == "" or value == []:
        return None
    match column.kind:
        case "wan":
            return Decimal(value) / FEN_PER[unit]
        case "rung" | "option":
            return (column.labels or {}).get(value)
        case "tags":
            return "、".join(value)
        case "options":
            return "、".join((column.labels or {}).get(one, one) for one in value)
        case "moment":
            return value.astimezone(clock.SHANGHAI).replace(tzinfo=None)
        case "day" | "number" | "percent" | "year":
            return value
        case _:
            return str(value)


def mask(cell: Any) -> Any:
    """Return what may be seen of personal data by those who need not know it: 李＊＊, 138＊＊＊＊5678."""
    if not isinstance(cell, str):
        return cell
    if "@" in cell:
        return f"{cell[:1]}＊＊＊@{cell.partition('@')[2]}"
    if any(character.isdigit() for character in cell):
        return f"{cell[:3]}＊＊＊＊{cell[-4:]}" if len(cell) >= 11 else "＊＊＊＊"
    return cell[:1] + "＊" * max(1, len(cell) - 1)
