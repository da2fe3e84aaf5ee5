"""The fenced reader of spreadsheets; a program of its own: bytes on standard input, JSON on standard output.

Run by kit/sheets.py under limits of memory, time and size, with the standard library and the readers only: whatever a
hostile file does, it does here. Answers {"refused": key, …} or {"sheets": [{"name", "hidden", "rows"}]}; a cell is
null, text, a number, true/false, or {"d": "2025-05-06"} for a day.
"""

import csv
import io
import json
import re
import sys
import zipfile
from datetime import date, datetime
from typing import Any

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 150
MAX_MEMBERS = 2_000
MAX_ROWS = 50_000
MAX_COLUMNS = 200
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')


class RefusedFile(Exception):
    """The file is not taken; ``key`` says why, for the sentence the user reads."""

    def __init__(self, key: str, **details: object) -> None:
        super().__init__(key)
        self.answer = {"refused": key, **details}


def read(content: bytes) -> list[dict[str, Any]]:
    """Return the sheets of an .xlsx or .csv. Raises RefusedFile."""
    if content.startswith(OLE):
        raise RefusedFile("password" if "EncryptedPackage".encode("utf-16-le") in content else "xls")
    if content.startswith(b"PK"):
        check_archive(content)
        return read_xlsx(content)
    head = content[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta")):
        raise RefusedFile("html")
    return read_csv(content)


def check_archive(content: bytes) -> None:
    """Refuse bombs, macros, and cells out in the far corner, before anything is unpacked into memory."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise RefusedFile("broken") from None
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
        raise RefusedFile("bomb")
    if any(m.file_size > 1_000_000 and m.file_size > MAX_RATIO * max(m.compress_size, 1) for m in members):
        raise RefusedFile("bomb")
    names = [member.filename.lower() for member in members]
    if any(name.endswith("vbaproject.bin") for name in names):
        raise RefusedFile("macro")
    if "[content_types].xml" not in names or not any(name.startswith("xl/worksheets/") for name in names):
        raise RefusedFile("not_sheet")
    for member in members:
        if member.filename.lower().startswith("xl/worksheets/sheet"):
            try:
                check_corner(archive, member)
            except (zipfile.BadZipFile, EOFError, OSError):
                raise RefusedFile("broken") from None


def check_corner(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuse a sheet that reaches beyond what a list can be; the reader would allocate every cell up to there."""
    tail = b""
    with archive.open(member) as stream:
        while chunk := stream.read(1 << 20):
            for letters, row in _REFERENCE.findall(tail + chunk):
                if int(row) > MAX_ROWS:
                    raise RefusedFile("rows", limit=MAX_ROWS)
                if column_number(letters.decode()) > MAX_COLUMNS:
                    raise RefusedFile("columns", limit=MAX_COLUMNS)
            tail = chunk[-24:]


def column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def read_xlsx(content: bytes) -> list[dict[str, Any]]:
    """Read every sheet."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            {
                "name": meta.name,
                "hidden": meta.visible != SheetVisibleEnum.Visible,
                "rows": [
                    [plain(cell) for cell in row]
                    for row in book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
                ],
            }
            for meta in book.sheets_metadata
        ]
    except CalamineError:
        raise RefusedFile("broken") from None


def plain(cell: Any) -> Any:
    """Return a cell as JSON can hold it."""
    if cell == "" or cell is None:
        return None
    if isinstance(cell, datetime):
        return {"d": cell.date().isoformat()}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    return cell if isinstance(cell, str | int | float | bool) else str(cell)


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of a .csv and its encoding: UTF-8 (with or without BOM) or GB18030."""
    if b"\x00" in content:
        raise RefusedFile("binary")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise RefusedFile("encoding")


def read_csv(content: bytes) -> list[dict[str, Any]]:
    """Read comma- or tab-separated text."""
    text, _ = decode(content)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    rows: list[list[Any]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(row) > MAX_COLUMNS:
                raise RefusedFile("columns", limit=MAX_COLUMNS)
            if len(rows) >= MAX_ROWS:
                raise RefusedFile("rows", limit=MAX_ROWS)
            rows.append([cell if cell != "" else None for cell in row])
    except csv.Error:
        raise RefusedFile("csv") from None
    return [{"name": "csv", "hidden": False, "rows": rows}]


def annotate(content: bytes, heading_row: int, sheet: str, notes: dict[int, str], title: str) -> bytes:
    """Return the same list with one more column: what became of each row. ``notes`` is {row number: text}."""
    if not content.startswith(b"PK"):
        text, encoding = decode(content)
        delimiter = max(",\t;", key=text.split("\n", 1)[0].count)
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=delimiter)
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            writer.writerow([*row, title if number == heading_row else notes.get(number, "")])
        return out.getvalue().encode(encoding)
    check_archive(content)
    from openpyxl import load_workbook
    from openpyxl.styles import Font

    book = load_workbook(io.BytesIO(content))
    page = book[sheet]
    column = page.max_column + 1
    page.cell(heading_row, column, title).font = Font(bold=True)
    for number, note in notes.items():
        cell = page.cell(number, column)
        cell.value, cell.data_type = note, "s"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def main() -> None:
    """Answer one request: a line of JSON with what is wanted, then the file."""
    request = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        if request["do"] == "read":
            sys.stdout.write(json.dumps({"sheets": read(content)}, ensure_ascii=False))
        else:
            notes = {int(number): note for number, note in request["notes"].items()}
            done = annotate(content, request["heading_row"], request["sheet"], notes, request["title"])
            sys.stdout.buffer.write(b"OK\n" + done)
    except RefusedFile as refusal:
        sys.stdout.write(json.dumps(refusal.answer))
    except MemoryError:
        sys.stdout.write(json.dumps({"refused": "memory"}))


if __name__ == "__main__":
    main()
