"""Comma-, semicolon- or tab-separated text, in UTF-8 with or without BOM, GBK, GB18030, or Excel's "Unicode text"."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from refusal import MAX_COLUMNS, MAX_ROWS, RefusedFile, too_many_columns, too_many_rows

_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"mime-version:")


def read(content: bytes) -> list[dict[str, Any]]:
    """Return the one sheet. Raises RefusedFile."""
    if content[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_PAGES):
        raise RefusedFile("html")
    text, _ = decode(content)
    rows: list[list[Any]] = []
    for row in _rows(text):
        if len(row) > MAX_COLUMNS:
            raise too_many_columns()
        if len(rows) >= MAX_ROWS:
            raise too_many_rows()
        rows.append([_cell(cell) for cell in row])
    return [{"name": "csv", "hidden": False, "rows": rows}]


def mark(content: bytes, heading_row: int, title: str, notes: dict[int, str]) -> bytes:
    """Return the text in its own encoding with one more column: what became of each row."""
    text, encoding = decode(content)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=_delimiter(text))
    rows = list(_rows(text))
    width = max(map(len, rows), default=0)
    for number, row in enumerate(rows, start=1):
        note = title if number == heading_row else notes.get(number, "")
        writer.writerow([*row, *[""] * (width - len(row)), note])
    return out.getvalue().encode(encoding)


def decode(content: bytes) -> tuple[str, str]:
    """Return the text and its encoding; a mark at the beginning settles it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif content.startswith(b"\xef\xbb\xbf"):
        encodings = ("utf-8-sig",)
    else:
        encodings = ("utf-8", "gb18030")
    if encodings != ("utf-16",) and b"\x00" in content:
        raise RefusedFile("binary")
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise RefusedFile("encoding")


def _delimiter(text: str) -> str:
    """The sign that the first lines use most: a title above the headings has none."""
    head = "\n".join(text.split("\n", 20)[:20])
    return max(",\t;", key=head.count)


def _rows(text: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    except csv.Error:
        raise RefusedFile("csv") from None


def _cell(cell: str) -> str | None:
    """Text as it stands; ="914401…" is how some systems keep Excel from making a number of a code."""
    if len(cell) > 3 and cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1]
    return cell or None
