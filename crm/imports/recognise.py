"""A sheet into rows of typed values. Pure: cells in, rows out; a cell that cannot be read is an error of that cell."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from crm.domain.errors import Refused
from crm.domain.ladder import Rung
from crm.domain.lists import ListKind
from crm.domain.records import FIGURES
from crm.domain.words import N_
from crm.imports import cells
from crm.imports.layout import Column, Layout
from crm.imports.vocabulary import FIELDS, NEEDED, CellKind, plain
from crm.kit.sheets import Cell, Sheet

_TOTAL = re.compile(r"(本页)?(合计|总计|小计|汇总|共计|累计)(\(?\d*[家户个条行项名]?\)?)?:?|共\d+[家户个条行项名]")
_NOTE = re.compile(
    r"(注\d*|备注|说明|填表人|填报人|制表人|经办人|审核人?|负责人|联系人|填[报表](单位|日期|时间)|制表(单位|日期)|单位盖章|日期):"
)
CERTIFICATE = frozenset({"cert_kind", "cert_number", "cert_batch", "cert_issued_on", "cert_expires_on"})
FROM_1904 = timedelta(days=1462)


class Passed(StrEnum):
    """Why a row below the headings is no row of the list."""

    HIDDEN = "hidden"
    BLANK = "blank"
    TOTAL = "total"
    NOTE = "note"
    HEADING = "heading"


PASSED_LABELS = {
    Passed.HIDDEN: N_("隐藏的行"),
    Passed.BLANK: N_("空行"),
    Passed.TOTAL: N_("合计行"),
    Passed.NOTE: N_("说明行"),
    Passed.HEADING: N_("重复的表头"),
}


@dataclass
class Row:
    """One row read. ``values`` by field; yearly figures are in ``figures`` by year. ``errors`` are by cell.

    An error is {index, heading, value, message, params}: the column (None when the row as a whole is at fault), its
    heading, the text of the cell, the sentence and what fills it.
    """

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    figures: dict[int, dict[str, int]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)


def rows(plan: Layout, sheet: Sheet, this_year: int) -> list[Row]:
    """Read every row under the headings that is not ``passed``."""
    without, merged = passed(plan, sheet), _merged(plan, sheet)
    return [
        _row(number, sheet, plan, merged, this_year)
        for number in range(plan.heading_row + 1, len(sheet.rows) + 1)
        if number not in without
    ]


def passed(plan: Layout, sheet: Sheet) -> dict[int, Passed]:
    """Return which rows below the headings are passed over and why, {row number: reason}."""
    read = [c.index for c in plan.columns if c.field and c.field not in {"note", "award_note"}]
    headings = {c.index: plain(c.heading.rpartition(" / ")[2]) for c in plan.columns}
    wide = {
        top for top, left, bottom, right in sheet.merged if top == bottom and right - left + 1 > len(plan.columns) / 2
    }
    found: dict[int, Passed] = {}
    for index in range(plan.heading_row, len(sheet.rows)):
        reason = _reason(sheet.rows[index], read, headings)
        if index in wide and reason is None:
            reason = Passed.NOTE
        if reason is None and index in sheet.hidden_rows and not plan.hidden_rows:
            reason = Passed.HIDDEN
        if reason:
            found[index + 1] = reason
    return found


def _reason(line: Sequence[Cell], read: Sequence[int], headings: Mapping[int, str]) -> Passed | None:
    said = [index for index in read if not cells.is_missing(_at(line, index))]
    texts = [unicodedata.normalize("NFKC", str(cell)).replace(" ", "") for cell in line if cell is not None]
    texts = [text for text in texts if text]
    if any(_TOTAL.fullmatch(text) for text in texts[:3]):
        return Passed.TOTAL
    if texts and len(texts) <= 4 and _NOTE.match(texts[0]):
        return Passed.NOTE
    if not said:
        return Passed.BLANK
    if len(said) > 1 and all(plain(str(_at(line, index))) == headings[index] for index in said):
        return Passed.HEADING
    return None


def _at(line: Sequence[Cell], index: int) -> Cell:
    return line[index] if index < len(line) else None


def _merged(plan: Layout, sheet: Sheet) -> dict[tuple[int, int], tuple[int, int]]:
    """Return {cell below the headings: the cell whose text it shares}, for merged areas more than one row high."""
    areas = [area for area in sheet.merged if area[2] > area[0] and area[2] >= plan.heading_row]
    return {
        (row, left): (top, left)
        for top, left, bottom, _right in areas
        for row in range(max(top, plan.heading_row), bottom + 1)
    }


def _row(
    number: int, sheet: Sheet, plan: Layout, merged: Mapping[tuple[int, int], tuple[int, int]], this_year: int
) -> Row:
    row = Row(number)
    read: list[tuple[Column, Any]] = []
    for col in plan.columns:
        if col.field is None:
            continue
        origin = merged.get((number - 1, col.index))
        cell = _at(sheet.rows[origin[0] if origin else number - 1], col.index)
        if cells.is_missing(cell):
            continue
        kind = FIELDS[col.field].kind
        try:
            if origin and kind in {CellKind.MONEY, CellKind.COUNT}:
                raise Refused("合并单元格里的数不知道属于哪一行：请取消合并，每行写自己的数")
            value = cells.read(col.field, cell, col.unit, this_year)
            if kind is CellKind.DAY and sheet.from_1904 and isinstance(cell, int | float) and cell < cells.DAYS_END:
                value += FROM_1904
            read.append((col, value))
        except Refused as refusal:
            row.errors.append(_error(col, cell, refusal))
    year = next((value for col, value in read if col.field == "year"), plan.given.get("year"))
    by_index = {col.index: col.field for col in plan.columns}
    # A year that cannot be read is that cell's fault, told there once, and not one of every figure beside it.
    unreadable = any(by_index.get(error["index"]) == "year" for error in row.errors)
    for col, value in read:
        if col.field in FIGURES:
            of = col.year or year
            if of is None and unreadable:
                continue
            if of is None:
                row.errors.append(_error(col, value, Refused("不知道是哪一年的数：请加“年度”一列，或把年份写进表头")))
            else:
                row.figures.setdefault(of, {})[col.field] = value
        elif col.field != "year" and col.field is not None:
            row.values[col.field] = value
    _complete(row, plan)
    return row


def _complete(row: Row, plan: Layout) -> None:
    """Add what holds for the whole list, and what the kind of list says by itself; report what is still missing."""
    row.values |= {key: value for key, value in plan.given.items() if key != "year" and key not in row.values}
    if plan.kind is ListKind.ENTRIES:
        row.values.setdefault("cert_kind", Rung.TECH_SME)
    if plan.kind is ListKind.AWARDS:
        _award(row)
    at_fault = {error["index"] for error in row.errors}
    for name in NEEDED.get(plan.kind, ()):
        col = next((c for c in plan.columns if c.field == name), None)
        if name not in row.values and col is not None and col.index not in at_fault:
            row.errors.append(_error(col, "", Refused("这一格不能空着")))


def _award(row: Row) -> None:
    """An award for a rung states its certificate as soon as its day or number is known; other awards state none."""
    values = row.values
    rung = values.get("cert_kind") or cells.rung_named(values.get("award_type", ""))
    if rung is not None and values.keys() & {"cert_number", "cert_issued_on"}:
        values["cert_kind"] = rung
        if "award_batch" in values:
            values.setdefault("cert_batch", values["award_batch"])
    else:
        row.values = {name: value for name, value in values.items() if name not in CERTIFICATE}


def _error(col: Column, cell: Any, refusal: Refused) -> dict[str, Any]:
    return {
        "index": col.index,
        "heading": col.heading,
        "value": str(cell),
        "message": refusal.message,
        "params": {key: str(value) for key, value in refusal.params.items()},
    }
