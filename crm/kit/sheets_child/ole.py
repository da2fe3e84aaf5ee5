"""An .xls (BIFF5/8 in an OLE file): walked record by record before the reader makes room for what its headers claim."""

import io
import struct
from typing import Any

from package import overlay, plain
from refusal import MAX_COLUMNS, MAX_ROWS, RefusedFile, too_many_columns, too_many_rows

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_CELLS = 5_000_000
_FREE = 0xFFFFFFFA  # and above: end of chain, free, tables of sectors
_BOF, _EOF, _FILEPASS, _DATEMODE, _BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0022, 0x0085
_FORMAT, _XF, _ROW, _COLINFO, _DIMENSIONS = 0x041E, 0x00E0, 0x0208, 0x007D, 0x0200
_FORMULA, _NUMBER, _RK, _MULRK, _BOOLERR = 0x0006, 0x0203, 0x027E, 0x00BD, 0x0205
_LABEL, _LABELSST, _RSTRING = 0x0204, 0x00FD, 0x00D6
_CELLS = {_FORMULA, _NUMBER, _RK, _MULRK, _BOOLERR, _LABEL, _LABELSST, _RSTRING}
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def read(content: bytes) -> list[dict[str, Any]]:
    """Return every sheet. Raises RefusedFile."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        facts = _walk(_workbook(content))
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = []
        for meta, known in zip(book.sheets_metadata, facts, strict=False):
            page = book.get_sheet_by_name(meta.name)
            rows = [[plain(cell) for cell in row] for row in page.to_python(skip_empty_area=False)]
            overlay(rows, known.pop("odd"), known.pop("percents"))
            merged = [[*first, *last] for first, last in page.merged_cell_ranges or []]
            hidden = meta.visible != SheetVisibleEnum.Visible
            sheets.append({"name": meta.name, "hidden": hidden, "rows": rows, "merged": merged, **known})
    except (CalamineError, struct.error, IndexError, UnicodeDecodeError):
        raise RefusedFile("broken") from None
    return sheets


def _workbook(content: bytes) -> bytes:
    """Return the stream of records out of the OLE file: chains of sectors, none walked twice."""
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    tables, first_directory, _, cutoff, first_mini, _, more, _ = struct.unpack_from("<8I", content, 44)
    size, sectors = 1 << shift, len(content) >> shift
    if shift not in {9, 12} or tables > sectors:
        raise RefusedFile("broken")
    difat = list(struct.unpack_from("<109I", content, 76))
    while more < _FREE and len(difat) <= tables:
        part = struct.unpack_from(f"<{size // 4}I", content, (more + 1) * size)
        difat += part[:-1]
        more = part[-1]
    fat: list[int] = []
    for sector in difat[:tables]:
        if sector < _FREE:
            fat += struct.unpack_from(f"<{size // 4}I", content, (sector + 1) * size)

    def chain(first: int, table: list[int]) -> list[int]:
        found: list[int] = []
        while first < _FREE:
            found.append(first)
            if len(found) > len(table):
                raise RefusedFile("broken")
            first = table[first]
        return found

    def stream(first: int) -> bytes:
        return b"".join(content[(sector + 1) * size : (sector + 2) * size] for sector in chain(first, fat))

    directory = stream(first_directory)
    entries: dict[str, tuple[int, int]] = {}
    root = (0, 0)
    for start in range(0, len(directory) - 127, 128):
        length, kind = struct.unpack_from("<HB", directory, start + 64)
        if kind and 2 <= length <= 64:
            name = directory[start : start + length - 2].decode("utf-16-le")
            entries[name] = struct.unpack_from("<II", directory, start + 116)
            root = entries[name] if kind == 5 else root
    if "EncryptedPackage" in entries:
        raise RefusedFile("password")
    if entries.keys() & {"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}:
        raise RefusedFile("macro")
    found = entries.get("Workbook") or entries.get("Book")
    if found is None:
        raise RefusedFile("not_sheet")
    if found[1] >= cutoff:
        return stream(found[0])[: found[1]]
    table, mini, step = stream(first_mini), stream(root[0]), 1 << mini_shift
    mini_table = list(struct.unpack(f"<{len(table) // 4}I", table))
    return b"".join(mini[s * step : (s + 1) * step] for s in chain(found[0], mini_table))[: found[1]]


def _walk(records: bytes) -> list[dict[str, Any]]:
    """Return what each sheet's records say beside values, in the order of the workbook. Raises RefusedFile."""
    order: list[int] = []
    found: dict[int, dict[str, Any]] = {}
    styles: list[int] = []
    shares, percent = {9, 10}, set[int]()
    from_1904, depth, at, sheet = False, 0, 0, _nothing()
    while at + 4 <= len(records):
        kind, length = struct.unpack_from("<HH", records, at)
        body = at + 4
        if kind == _BOF:
            if depth == 0:
                sheet = found[at] = _nothing()
                percent = {number for number, style in enumerate(styles) if style in shares}
            depth += 1
        elif kind == _EOF:
            depth -= 1
        elif kind in _CELLS:
            _cell(kind, records, body, length, sheet, percent)
        elif kind == _ROW and records[body + 12] & 0x20:
            sheet["hidden_rows"].append(struct.unpack_from("<H", records, body)[0])
        elif kind == _COLINFO and records[body + 8] & 1:
            first, last = struct.unpack_from("<HH", records, body)
            sheet["hidden_columns"] += range(first, min(last + 1, MAX_COLUMNS))
        elif kind == _FILEPASS:
            raise RefusedFile("password")
        elif kind == _DIMENSIONS:
            _refuse_claims(records, body, length)
        elif kind == _BOUNDSHEET:
            order.append(struct.unpack_from("<I", records, body)[0])
        elif kind == _DATEMODE:
            from_1904 = records[body] == 1
        elif kind == _FORMAT and b"%" in records[body + 2 : body + length]:
            shares.add(struct.unpack_from("<H", records, body)[0])
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", records, body + 2)[0])
        at = body + length
    return [{**found.get(position, _nothing()), "from_1904": from_1904} for position in order]


def _nothing() -> dict[str, Any]:
    return {"hidden_rows": [], "hidden_columns": [], "odd": {}, "percents": []}


def _cell(kind: int, records: bytes, body: int, length: int, sheet: dict[str, Any], percent: set[int]) -> None:
    row, column, style = struct.unpack_from("<HHH", records, body)
    last = struct.unpack_from("<H", records, body + length - 2)[0] if kind == _MULRK else column
    if row >= MAX_ROWS:
        raise too_many_rows()
    if last >= MAX_COLUMNS:
        raise too_many_columns()
    if kind == _MULRK:
        within = (
            (column + n, struct.unpack_from("<H", records, body + 4 + 6 * n)[0]) for n in range(last - column + 1)
        )
        sheet["percents"] += [(row, place) for place, its in within if its in percent]
    elif kind == _BOOLERR and records[body + 7]:
        sheet["odd"][row, column] = _ERRORS.get(records[body + 6], "#ERROR!")
    elif kind == _FORMULA and records[body + 6] == 2 and records[body + 12 : body + 14] == b"\xff\xff":
        sheet["odd"][row, column] = _ERRORS.get(records[body + 8], "#ERROR!")
    elif kind in {_NUMBER, _RK, _FORMULA} and style in percent:
        sheet["percents"].append((row, column))


def _refuse_claims(records: bytes, body: int, length: int) -> None:
    """The reader makes room for rows × columns as the header claims them."""
    if length >= 14:
        _, rows, _, columns = struct.unpack_from("<IIHH", records, body)
    else:
        _, rows, _, columns = struct.unpack_from("<HHHH", records, body)
    if rows > 65_536 or columns > 256:
        raise RefusedFile("broken")
    if rows * columns > MAX_CELLS:
        raise too_many_rows() if rows > MAX_ROWS else too_many_columns()
