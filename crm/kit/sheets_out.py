"""Long lists into files, row by row: nothing in them is ever run, and the first line says who took them out."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from crm.kit.sheets import safe_text

# The first line of a list that this register wrote; an import passes over it.
MARK = "企梯导出"
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
EXACT = 15  # digits: a spreadsheet rounds what is longer


def xlsx(path: Path, mark: str, headings: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Any]]) -> None:
    """Write a workbook in little memory: text as text, days as days, numbers as numbers; headings stay in sight.

    Cells are text, int, Decimal, date, datetime or None. ``widths`` are in characters.
    """
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, **AS_TEXT})
    sheet = book.add_worksheet()
    faint = book.add_format({"font_color": "#666666", "italic": True})
    bold = book.add_format({"bold": True, "bg_color": "#E3EFEE", "border": 1, "text_wrap": True, "valign": "vcenter"})
    formats = {
        "text": book.add_format({"num_format": "@"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
    }
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(0, 1)
    # In a footer "&" begins a command; Excel takes 255 characters.
    sheet.set_footer("&L" + mark.replace("&", "&&")[:240] + "&R&P/&N")
    sheet.write_string(0, 0, mark, faint)
    for index, heading in enumerate(headings):
        sheet.write_string(1, index, heading, bold)
    for number, row in enumerate(rows, start=2):
        for index, cell in enumerate(row):
            _write(sheet, number, index, cell, formats)
    book.close()


def _write(sheet: Any, number: int, index: int, cell: Any, formats: dict[str, Any]) -> None:
    match cell:
        case None:
            pass
        case str():
            # Text stays text when somebody clicks into it: a code does not become 9.14E+17.
            sheet.write_string(number, index, cell, formats["text"])
        case datetime():
            sheet.write_datetime(number, index, cell, formats["moment"])
        case date() if cell.year < 1900:  # a spreadsheet's days begin in 1900
            sheet.write_string(number, index, cell.isoformat(), formats["text"])
        case date():
            sheet.write_datetime(number, index, cell, formats["day"])
        case Decimal():
            if len(cell.normalize().as_tuple().digits) > EXACT:
                sheet.write_string(number, index, f"{cell:f}", formats["text"])
            else:
                sheet.write_number(number, index, float(cell), formats["money"])
        case _:
            sheet.write_number(number, index, cell)


def text(path: Path, encoding: str, mark: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write comma-separated text, every cell in quotes and none of them live. ``encoding``: utf-8-sig or gb18030."""
    with path.open("w", encoding=encoding, newline="") as file:
        write: Callable[[Iterable[str]], Any] = csv.writer(file, quoting=csv.QUOTE_ALL).writerow
        # As wide as the list, so that programs that count separators in the first line find the right one.
        write([safe_text(mark), *[""] * (len(headings) - 1)])
        write([safe_text(heading) for heading in headings])
        for row in rows:
            write([_as_text(cell) for cell in row])


def _as_text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case str():
            return safe_text(cell)
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M")
        case date():
            return cell.isoformat()
        case Decimal():
            return f"{cell.normalize():f}"
        case _:
            return str(cell)
