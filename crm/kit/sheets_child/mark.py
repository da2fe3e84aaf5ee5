"""The same workbook back with one more column and comments on cells; everything else in it stays byte for byte."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import notes
from package import column_number, letters_of, opened, pieces, sheet_parts
from refusal import RefusedFile

MAX_TEXT = 32_000  # Excel keeps 32,767 characters in a cell
WIDTH = 60

_ROW = re.compile(rb"""<((?:\w+:)?)row\b([^>]*?)(/?)>""")
_NUMBER = re.compile(rb"""\br=["'](\d+)["']""")
_CELL = re.compile(rb"""\br=["']([A-Z]{1,3})\d+["']""")
_STYLE = re.compile(rb"""\bs=["'](\d+)["']""")
_TAG = re.compile(rb"""<(/?)(?:\w+:)?(\w+)\b[^>]*?(/?)>""")
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What follows <legacyDrawing> in a worksheet (ECMA-376 part 1, 18.3.1.99).
_AFTER_DRAWING = {b"legacyDrawingHF", b"drawingHF", b"picture", b"oleObjects", b"controls", b"webPublishItems"}
_AFTER_DRAWING |= {b"tableParts", b"extLst", b"worksheet"}


@dataclass(frozen=True)
class Marks:
    """What is written: ``notes`` {row as Excel counts: text} in a column ``title``, ``comments`` {(row, column): text}.

    Columns count from 0.
    """

    heading_row: int
    title: str
    notes: dict[int, str]
    comments: dict[tuple[int, int], str]


def clean(text: str) -> str:
    """Return ``text`` without what XML cannot hold."""
    return _NO_XML.sub("", text)[:MAX_TEXT]


def in_package(content: bytes, sheet: str, marks: Marks) -> bytes:
    """Return the .xlsx with its marks. Raises RefusedFile."""
    archive = opened(content)
    part = sheet_parts(archive).get(sheet)
    if part is None:
        raise RefusedFile("broken")
    column = _free_column(archive, part)
    added = notes.parts(archive, part, {place: clean(text) for place, text in marks.comments.items()})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in archive.infolist():
            if member.filename == part:
                with new.open(part, "w", force_zip64=True) as stream:
                    for piece in _marked(archive, part, column, marks, added.drawing):
                        stream.write(piece)
            elif member.filename not in added.members:
                new.writestr(member, archive.read(member), zipfile.ZIP_DEFLATED)
        for name, text in added.members.items():
            new.writestr(name, text)
    return out.getvalue()


def _free_column(archive: zipfile.ZipFile, part: str) -> int:
    """The first column to the right of every cell, counted from 0."""
    return max(column_number(a) for piece in pieces(archive, part) for a in {b"", *_CELL.findall(piece)})


def _marked(archive: zipfile.ZipFile, part: str, column: int, marks: Marks, drawing: str | None) -> Iterator[bytes]:
    texts = {number: clean(note) for number, note in marks.notes.items()} | {marks.heading_row: marks.title}
    letters, held = letters_of(column), None
    for piece in pieces(archive, part):
        if held is not None:
            yield held
        held = _with_notes(_head(piece, column) if held is None else piece, letters, texts, marks.heading_row)
    yield _tail(held or b"", drawing)


def _with_notes(xml: bytes, letters: str, texts: dict[int, str], heading: int) -> bytes:
    """Return a piece with a last cell in each row that has something to say."""
    made, at = [], 0
    for row in _ROW.finditer(xml):
        number = _NUMBER.search(row[2])
        if number is None or int(number[1]) not in texts:
            continue
        prefix, place = row[1].decode(), int(number[1])
        closing = f"</{prefix}row>".encode()
        # A row of its own element only is opened; what it says of how far its cells reach would no longer be true.
        attributes = re.sub(rb"""\sspans=["'][^"']*["']""", b"", row[2])
        end = row.end() if row[3] else xml.index(closing, row.end())
        styles = _STYLE.findall(xml[row.end() : end]) if place == heading else []
        style = f' s="{styles[-1].decode()}"' if styles else ""
        cell = (
            f'<{prefix}c r="{letters}{place}"{style} t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">'
            f"{escape(texts[place])}</{prefix}t></{prefix}is></{prefix}c>"
        )
        made += [xml[at : row.start()], b"<" + row[1] + b"row" + attributes + b">", xml[row.end() : end], cell.encode()]
        made += [closing] if row[3] else []
        at = end
    return b"".join([*made, xml[at:]])


def _head(xml: bytes, column: int) -> bytes:
    """What stands before the rows: the new column wide enough to read, no word of how far the sheet reaches."""
    xml = re.sub(rb"""<(?:\w+:)?dimension\b[^>]*?(?:/>|></(?:\w+:)?dimension>)""", b"", xml, count=1)
    number = column + 1
    columns = re.search(rb"""</((?:\w+:)?)cols>""", xml)
    mine = f'col min="{number}" max="{number}" width="{WIDTH}" customWidth="1"/>'
    if columns is None:
        data = re.search(rb"""<((?:\w+:)?)sheetData\b""", xml)
        if data is None:
            raise RefusedFile("broken")
        prefix = data[1].decode()
        made = f"<{prefix}cols><{prefix}{mine}</{prefix}cols>".encode()
        return xml[: data.start()] + made + xml[data.start() :]
    taken = [int(last) for last in re.findall(rb"""<(?:\w+:)?col\b[^>]*\bmax=["'](\d+)""", xml)]
    if max(taken, default=0) >= number:
        return xml
    return xml[: columns.start()] + f"<{columns[1].decode()}{mine}".encode() + xml[columns.start() :]


def _tail(xml: bytes, drawing: str | None) -> bytes:
    """What stands behind the rows: where the comments are drawn, at the place the order of elements wants it."""
    if drawing is None:
        return xml
    closing = re.search(rb"""</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>""", xml)
    if closing is None:
        raise RefusedFile("broken")
    depth = 0
    for tag in _TAG.finditer(xml, closing.end()):
        if depth == 0 and tag[2] in _AFTER_DRAWING:
            worksheet = re.search(rb"""</((?:\w+:)?)worksheet>""", xml)
            prefix = worksheet[1].decode() if worksheet else ""
            made = f"<{prefix}legacyDrawing xmlns:r={quoteattr(notes.RELATIONS)} r:id={quoteattr(drawing)}/>"
            return xml[: tag.start()] + made.encode() + xml[tag.start() :]
        depth += 0 if tag[3] else -1 if tag[1] else 1
    raise RefusedFile("broken")


def as_new_workbook(sheets: list[dict[str, Any]], name: str, marks: Marks) -> bytes:
    """Return an .xls list as a new .xlsx with its marks: its values stay, its formats cannot."""
    import xlsxwriter

    sheet = next(sheet for sheet in sheets if sheet["name"] == name)
    out = io.BytesIO()
    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {"in_memory": True, **plain_text})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    page = book.add_worksheet(name)
    width = max(map(len, sheet["rows"]), default=0)
    page.set_column(width, width, WIDTH)
    for number, row in enumerate(sheet["rows"]):
        look = bold if number + 1 == marks.heading_row else None
        for index, cell in enumerate(row):
            if isinstance(cell, dict):
                page.write_string(number, index, cell["d"], day)
            elif isinstance(cell, str):
                page.write_string(number, index, cell, look)
            elif cell is not None:
                page.write(number, index, cell, look)
        note = marks.title if number + 1 == marks.heading_row else marks.notes.get(number + 1)
        if note:
            page.write_string(number, width, clean(note), look)
    for (number, index), text in marks.comments.items():
        page.write_comment(number - 1, index, clean(text), {"x_scale": 2})
    book.close()
    return out.getvalue()
