"""An .xlsx: looked over before anything is unpacked into memory, then read with what the reader does not tell."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from xml.etree import ElementTree

from refusal import MAX_COLUMNS, MAX_ROWS, RefusedFile, too_many_columns, too_many_rows

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 150
MAX_MEMBERS = 2_000
MAX_SMALL = 8 * 1024 * 1024  # the parts that are read whole: workbook, styles, relations
CHUNK = 1 << 20

# A cell's place, told by its attribute r; the first two look only for places beyond what a list can be.
_LOW = re.compile(rb"""\br=["'][A-Z]{0,3}(?:[5-9]\d{4}|\d{6,})["']""")
_RIGHT = re.compile(rb"""\br=["'](?:[A-Z]{3,}|[G-Z][A-Z])\d""")
_PLACE = re.compile(rb"""\br=["']([A-Z]{0,3})(\d+)["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*>""")
_COL = re.compile(rb"""<(?:\w+:)?col\b[^>]*>""")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_ERROR = re.compile(rb"""<(?:\w+:)?c\b[^>]*\bt=["']e["'][^>]*>.{0,4000}?<(?:\w+:)?v>([^<]*)<""", re.S)
# A formula whose result was never stored: no <v> behind <f>, or an empty one.
_UNWORKED = re.compile(
    rb"""<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
_TEXT_RESULT = re.compile(rb"""\bt=["']str["']""")
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
UNWORKED = "=?"


@dataclass
class Facts:
    """What the sheet's XML says beside values. ``odd`` {(row, column): text} stands for what the reader leaves out."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    odd: dict[tuple[int, int], str] = field(default_factory=dict)
    percents: list[tuple[int, int]] = field(default_factory=list)


def read(content: bytes) -> list[dict[str, Any]]:
    """Return every sheet. Raises RefusedFile."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    archive = opened(content)
    try:
        parts = sheet_parts(archive)
        percent = _percent_styles(archive)
        facts = {name: _facts(archive, part, percent) for name, part in parts.items()}
        rest = {n for n in archive.namelist() if n.startswith("xl/worksheets/")} - set(parts.values())
        for part in rest:
            if part.endswith(".xml"):
                _facts(archive, part, set())
        from_1904 = _counts_from_1904(archive)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = []
        for meta in book.sheets_metadata:
            page, known = book.get_sheet_by_name(meta.name), facts.get(meta.name, Facts())
            rows = [[plain(cell) for cell in row] for row in page.to_python(skip_empty_area=False)]
            overlay(rows, known.odd, known.percents)
            sheets.append(
                {
                    "name": meta.name,
                    "hidden": meta.visible != SheetVisibleEnum.Visible,
                    "rows": rows,
                    "hidden_rows": known.hidden_rows,
                    "hidden_columns": known.hidden_columns,
                    "merged": [[*first, *last] for first, last in page.merged_cell_ranges or []],
                    "from_1904": from_1904,
                }
            )
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, EOFError, OSError, KeyError, ValueError):
        raise RefusedFile("broken") from None
    return sheets


def opened(content: bytes) -> zipfile.ZipFile:
    """Return the archive after a look at its directory: bombs, macros and what is no workbook are refused."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise RefusedFile("broken") from None
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
        raise RefusedFile("bomb")
    if any(m.file_size > 1_000_000 and m.file_size > MAX_RATIO * max(m.compress_size, 1) for m in members):
        raise RefusedFile("bomb")
    if any(member.flag_bits & 1 for member in members):
        raise RefusedFile("password")
    names = {member.filename.lower() for member in members}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise RefusedFile("macro")
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise RefusedFile("not_sheet")
    return archive


def small(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a part that is read whole; entities are never defined in honest ones."""
    if archive.getinfo(name).file_size > MAX_SMALL:
        raise RefusedFile("bomb")
    text = archive.read(name)
    if b"<!DOCTYPE" in text[:4000]:
        raise RefusedFile("broken")
    return text


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return {sheet name: its member of the archive}; chart sheets are left out."""
    relations = ElementTree.fromstring(small(archive, "xl/_rels/workbook.xml.rels"))  # noqa: S314 - no entities
    targets = {r.attrib["Id"]: r.attrib["Target"] for r in relations if r.attrib.get("Type", "").endswith("/worksheet")}
    book = ElementTree.fromstring(small(archive, "xl/workbook.xml"))  # noqa: S314 - no entities
    parts = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
            if key in targets:
                parts[sheet.attrib["name"]] = _beside("xl/", targets[key])
    return parts


def _beside(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else folder + target


def _counts_from_1904(archive: zipfile.ZipFile) -> bool:
    return bool(re.search(rb"""\bdate1904=["'](?:1|true)["']""", small(archive, "xl/workbook.xml")))


def _percent_styles(archive: zipfile.ZipFile) -> set[int]:
    """The numbers of the cell styles that show a share as a percentage."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    root = ElementTree.fromstring(small(archive, "xl/styles.xml"))  # noqa: S314 - no entities
    formats = {9, 10}
    formats |= {
        int(e.attrib["numFmtId"]) for e in root.iter() if e.tag.endswith("}numFmt") and "%" in e.attrib["formatCode"]
    }
    used = next((e for e in root if e.tag.endswith("}cellXfs")), ())
    return {number for number, style in enumerate(used) if int(style.attrib.get("numFmtId", 0)) in formats}


def pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Give a sheet's XML in pieces that end before a row begins."""
    held, starts = b"", (b"<row ", b"<row>")
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            if not held:
                prefix = re.search(rb"<(\w+:)worksheet\b", chunk[:4000])
                starts = tuple(s.replace(b"<", b"<" + prefix[1]) for s in starts) if prefix else starts
            held += chunk
            cut = max(map(held.rfind, starts))
            if cut > 0:
                yield held[:cut]
                held = held[cut:]
            elif len(held) > 16 * CHUNK:
                raise RefusedFile("bomb")
    yield held


def _facts(archive: zipfile.ZipFile, part: str, percent: set[int]) -> Facts:
    """Walk a sheet once. Raises RefusedFile for cells out in the far corner: the reader would make room up to there."""
    facts = Facts()
    styled = re.compile(
        rb"""<(?:\w+:)?c\b[^>]*\bs=["'](?:%b)["'][^>]*>""" % b"|".join(str(n).encode() for n in sorted(percent))
    )
    for number, piece in enumerate(pieces(archive, part)):
        if number == 0:
            if b"<!DOCTYPE" in piece[:4000]:
                raise RefusedFile("broken")
            facts.hidden_columns = _hidden_columns(piece)
        if any(int(_place(m[0])[1]) > MAX_ROWS for m in _LOW.finditer(piece)):
            raise too_many_rows()
        if any(column_number(m[0]) > MAX_COLUMNS for m in _RIGHT.finditer(piece)):
            raise too_many_columns()
        for row in _ROW.finditer(piece):
            if _HIDDEN.search(row[0]):
                facts.hidden_rows.append(int(_place(row[0])[1]) - 1)
        for cell in _ERROR.finditer(piece):
            facts.odd[_coordinates(cell[0])] = cell[1].decode(errors="replace")
        for result in _UNWORKED.finditer(piece):
            tag = piece[piece.rfind(b"<", 0, piece.rfind(b"r=", 0, result.start())) : result.start()]
            if not _TEXT_RESULT.search(tag):
                facts.odd[_coordinates(tag)] = UNWORKED
        if percent:
            facts.percents += [_coordinates(cell[0]) for cell in styled.finditer(piece)]
    return facts


def _hidden_columns(head: bytes) -> list[int]:
    hidden: list[int] = []
    for tag in _COL.findall(head):
        first, last = re.search(rb"""\bmin=["'](\d+)""", tag), re.search(rb"""\bmax=["'](\d+)""", tag)
        if _HIDDEN.search(tag) and first and last:
            hidden += range(int(first[1]) - 1, min(int(last[1]), MAX_COLUMNS))
    return hidden


def _place(tag: bytes) -> tuple[bytes, bytes]:
    found = _PLACE.search(tag)
    if found is None:
        raise RefusedFile("broken")
    return found[1], found[2]


def _coordinates(tag: bytes) -> tuple[int, int]:
    letters, row = _place(tag)
    return int(row) - 1, column_number(letters) - 1


def column_number(letters: bytes) -> int:
    """Return 1 for A, 27 for AA; anything but letters is passed over."""
    number = 0
    for letter in re.sub(rb"[^A-Z]", b"", letters):
        number = number * 26 + letter - 64
    return number


def letters_of(column: int) -> str:
    """Return A for 0, AA for 26."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def overlay(rows: list[list[Any]], odd: dict[tuple[int, int], str], percents: list[tuple[int, int]]) -> None:
    """Put into the rows what the reader left out, and write shares the way the sheet shows them."""
    for (row, column), text in odd.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    for row, column in percents:
        if row < len(rows) and column < len(rows[row]):
            share = rows[row][column]
            if isinstance(share, int | float) and not isinstance(share, bool):
                rows[row][column] = f"{round(share * 100, 8):g}%"


def plain(cell: Any) -> Any:
    """Return a cell as JSON can hold it."""
    if cell == "" or cell is None:
        return None
    if isinstance(cell, datetime):
        return {"d": cell.date().isoformat()}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    return cell if isinstance(cell, str | int | float | bool) else str(cell)
