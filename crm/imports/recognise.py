"""A sheet into rows of typed values. Pure: cells in, rows out; a cell that cannot be read is an error of that cell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.domain.errors import Refused
from crm.domain.ladder import Rung
from crm.domain.lists import ListKind
from crm.domain.records import FIGURES
from crm.imports import cells
from crm.imports.layout import Column, Layout
from crm.imports.vocabulary import NEEDED
from crm.kit.sheets import Cell, Sheet

TOTALS = ("合计", "总计", "小计", "汇总")


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
    """Read every row under the headings; blank rows and totals are passed over."""
    return [
        row
        for number, line in enumerate(sheet.rows[plan.heading_row :], start=plan.heading_row + 1)
        if (row := _row(number, line, plan, this_year)) is not None
    ]


def _row(number: int, line: Sequence[Cell], plan: Layout, this_year: int) -> Row | None:
    texts = [str(cell).strip() for cell in line if cell is not None]
    if not texts or any(text.replace(" ", "") in TOTALS for text in texts[:3]):
        return None
    row = Row(number)
    read: list[tuple[Column, Any]] = []
    for col in plan.columns:
        cell = line[col.index] if col.index < len(line) else None
        if col.field is None or cells.is_missing(cell):
            continue
        try:
            read.append((col, cells.read(col.field, cell, col.unit, this_year)))
        except Refused as refusal:
            row.errors.append(_error(col, cell, refusal))
    year = next((value for col, value in read if col.field == "year"), plan.given.get("year"))
    for col, value in read:
        if col.field in FIGURES:
            of = col.year or year
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
    if plan.kind is ListKind.AWARDS and "cert_kind" not in row.values:
        rung = cells.rung_named(row.values.get("award_type", ""))
        if rung is not None:
            row.values["cert_kind"] = rung
    at_fault = {error["index"] for error in row.errors}
    for name in NEEDED.get(plan.kind, ()):
        col = next((c for c in plan.columns if c.field == name), None)
        if name not in row.values and col is not None and col.index not in at_fault:
            row.errors.append(_error(col, "", Refused("这一格不能空着")))


def _error(col: Column, cell: Any, refusal: Refused) -> dict[str, Any]:
    return {
        "index": col.index,
        "heading": col.heading,
        "value": str(cell),
        "message": refusal.message,
        "params": {key: str(value) for key, value in refusal.params.items()},
    }
