"""Spreadsheets in and out: reading is fenced in a child process, writing never leaves a live formula."""

import io
import json
import re
import resource
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import xlsxwriter

from crm.domain.errors import Refused
from crm.domain.words import N_

MAX_BYTES = 30 * 1024 * 1024
MEMORY = 512 * 1024 * 1024
SECONDS = 30
CHILD = Path(__file__).with_name("sheets_child")

Cell = str | int | float | bool | date | None

REASONS: dict[str, str] = {
    "password": N_("文件有打开密码：请在 Excel 中取消密码后另存，再上传"),
    "bomb": N_("文件解压后大得不合常理，没有打开：请把数据复制到新建的工作簿里再上传"),
    "macro": N_("文件里有宏：请另存为不带宏的 .xlsx 后再上传"),
    "broken": N_("文件损坏，打不开：请在 Excel 中打开并另存一份再上传"),
    "not_sheet": N_("这不是 Excel 表格：请上传 .xlsx、.xls 或 .csv 文件"),
    "html": N_("这是网页文件，只是改了后缀：请在 Excel 中打开后另存为 .xlsx 再上传"),
    "binary": N_("这不是文本表格：请上传 .xlsx，或以 UTF-8、GB18030 编码保存的 .csv"),
    "encoding": N_("看不懂文件的编码：请以 UTF-8 或 GB18030（ANSI）编码另存 .csv 再上传"),
    "csv": N_("有一格文字过长或引号不成对：请在 Excel 中打开检查，另存为 .xlsx 再上传"),
    "rows": N_("表格超过{limit}行（有时是很远处有一个误写的单元格）：请删去多余的行，或分成几份上传"),
    "columns": N_("表格超过{limit}列（有时是很远处有一个误写的单元格）：请删去多余的列再上传"),
    "memory": N_("文件太大，读它用尽了内存：请分成几份上传"),
    "time": N_("文件太复杂，读了{limit}秒还没有读完：请分成几份上传"),
    "size": N_("文件超过{limit} MB：请分成几份上传"),
    "empty": N_("文件是空的"),
}


@dataclass(frozen=True)
class Sheet:
    """One sheet: ``rows`` from the first row down, cells from column A on; empty cells are None.

    ``hidden_rows`` and ``hidden_columns`` count from 0, as do the corners in ``merged``: (top, left, bottom, right). A
    merged text stands in its first cell. ``from_1904``: days as numbers count from 1904, not from 1900.
    """

    name: str
    hidden: bool
    rows: list[list[Cell]]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    from_1904: bool = False


def read(content: bytes) -> list[Sheet]:
    """Return the sheets of an .xlsx, .xls or .csv file. Raises Refused with the reason and how to mend it."""
    if not content:
        raise Refused(REASONS["empty"])
    if len(content) > MAX_BYTES:
        raise Refused(REASONS["size"], limit=MAX_BYTES // 1024 // 1024)
    answer = json.loads(_child({"do": "read"}, content))
    _raise_if_refused(answer)
    return [
        Sheet(
            sheet["name"],
            sheet["hidden"],
            [[_cell(cell) for cell in row] for row in sheet["rows"]],
            frozenset(sheet.get("hidden_rows", ())),
            frozenset(sheet.get("hidden_columns", ())),
            tuple(tuple(area) for area in sheet.get("merged", ())),
            sheet.get("from_1904", False),
        )
        for sheet in answer["sheets"]
    ]


def annotate(
    content: bytes,
    sheet: str,
    heading_row: int,
    notes: Mapping[int, str],
    title: str,
    comments: Mapping[tuple[int, int], str] = MappingProxyType({}),
) -> bytes:
    """Return the same file with a column ``title`` behind the last, and comments on cells.

    ``notes`` is {row number: text}, ``comments`` {(row number, column from 0): text}. An .xlsx keeps all it had, a .csv
    its encoding (and has no comments); an .xls comes back as .xlsx, its values without their formats.
    """
    places = [(row, column, text) for (row, column), text in comments.items()]
    request = {"do": "mark", "sheet": sheet, "heading_row": heading_row, "title": title, "comments": places}
    answer = _child(request | {"notes": dict(notes)}, content)
    if not answer.startswith(b"OK\n"):
        _raise_if_refused(json.loads(answer))
    return answer[3:]


def _child(request: dict[str, Any], content: bytes) -> bytes:
    """Run the reader with no more memory and time than it may have. Raises Refused when it needs more."""

    def fence() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    line = json.dumps(request, ensure_ascii=False).encode() + b"\n"
    try:
        done = subprocess.run(  # noqa: S603 - our own program, the file comes by standard input
            [sys.executable, "-I", str(CHILD)],
            input=line + content,
            capture_output=True,
            timeout=SECONDS,
            preexec_fn=fence,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(REASONS["time"], limit=SECONDS) from None
    if done.returncode != 0 or not done.stdout:
        raise Refused(REASONS["time" if done.returncode == -24 else "memory"], limit=SECONDS)
    return done.stdout


def _raise_if_refused(answer: dict[str, Any]) -> None:
    if "refused" in answer:
        key = answer.pop("refused")
        raise Refused(REASONS[key], **answer)


def _cell(cell: Any) -> Cell:
    return date.fromisoformat(cell["d"]) if isinstance(cell, dict) else cell


def column_letters(index: int) -> str:
    """Return A for 0, AA for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def write_xlsx(headings: Sequence[str], rows: Iterable[Sequence[Cell]], notes: Sequence[str] = ()) -> bytes:
    """Return a workbook: bold headings, text as text (never a formula or a link), a second sheet for ``notes``."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **options})
    bold = book.add_format({"bold": True, "bg_color": "#E3EFEE", "border": 1, "text_wrap": True, "valign": "vcenter"})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for index, heading in enumerate(headings):
        sheet.write_string(0, index, heading, bold)
        sheet.set_column(index, index, max(12, min(36, len(heading) * 2 + 2)), text if "代码" in heading else None)
    for number, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, index, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(number, index, cell)
            elif cell is not None:
                sheet.write(number, index, cell)
    if notes:
        page = book.add_worksheet("说明")
        page.set_column(0, 0, 100)
        for number, note in enumerate(notes):
            page.write_string(number, 0, note)
    book.close()
    return buffer.getvalue()


# Blanks, controls and marks that print nothing: a formula may hide behind them.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
# The full-width signs too: a spreadsheet in Chinese takes them for the narrow ones.
_LIVE = frozenset("=+-@|%＝＋－＠")
_NUMBER = re.compile(r"^-?[0-9]+(\.[0-9]+)?%?$")


def safe_text(text: str) -> str:
    """Return ``text`` so that no spreadsheet program runs it: a live beginning gets a quote, blanks before it go."""
    begins = next((at for at, sign in enumerate(text) if unicodedata.category(sign) not in _UNSEEN), len(text))
    if text[begins : begins + 1] in _LIVE and not _NUMBER.match(text):
        return "'" + text[begins:]
    return text
