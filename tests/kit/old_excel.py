"""A writer of small .xls files for tests: BIFF8 records in an OLE file, and what hostile ones claim."""

import struct
from collections.abc import Iterable, Mapping
from typing import Any

SECTOR = 512
PERCENT = 1  # the number of the cell style that shows shares


def record(kind: int, body: bytes = b"") -> bytes:
    """Return one record."""
    return struct.pack("<HH", kind, len(body)) + body


def cell(row: int, column: int, value: Any, style: int = 0) -> bytes:
    """Return the record of a text, a number, or an error."""
    place = struct.pack("<HHH", row, column, style)
    if isinstance(value, str) and value.startswith("#"):
        return record(0x0205, place + bytes([42, 1]))  # #N/A
    if isinstance(value, str):
        return record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return record(0x0203, place + struct.pack("<d", value))


def sheet(
    rows: Iterable[Iterable[Any]] = (),
    extra: bytes = b"",
    hidden_rows: Iterable[int] = (),
    merged: Iterable[tuple[int, int, int, int]] = (),
    claims: tuple[int, int] = (10, 10),
) -> bytes:
    """Return the records of one sheet; a pair (value, style) gives a cell a style. ``claims``: rows and columns."""
    made = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    made += record(0x0200, struct.pack("<IIHHH", 0, claims[0], 0, claims[1], 0))
    for row in hidden_rows:
        made += record(0x0208, struct.pack("<HHHHHHHH", row, 0, 1, 255, 0, 0, 0x20, 0))
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                made += cell(number, column, *(value if isinstance(value, tuple) else (value,)))
    areas = [struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merged]
    if areas:
        made += record(0x00E5, struct.pack("<H", len(areas)) + b"".join(areas))
    return made + extra + record(0x000A)


def stream(sheets: Mapping[str, bytes], hidden: Iterable[str] = (), first: bytes = b"") -> bytes:
    """Return the records of a workbook. ``first`` goes before everything but the opening."""
    opening = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + first
    for number_format in (0, 10):
        opening += record(0x00E0, struct.pack("<HH16x", 0, number_format))
    heads = {name: struct.pack("<BB", len(name), 1) + name.encode("utf-16-le") for name in sheets}
    start = len(opening) + sum(len(head) + 10 for head in heads.values()) + 4
    listed = b""
    for name, head in heads.items():
        listed += record(0x0085, struct.pack("<IBB", start, name in set(hidden), 0) + head)
        start += len(sheets[name])
    return opening + listed + record(0x000A) + b"".join(sheets.values())


def ole(streams: Mapping[str, bytes]) -> bytes:
    """Return an OLE file with these streams, each long enough to lie outside the small ones."""
    padded = {name: body + b"\0" * (-len(body) % SECTOR) for name, body in streams.items()}
    padded = {name: body + b"\0" * max(0, 4096 - len(body)) for name, body in padded.items()}
    fat, entries, at = [0xFFFFFFFD, 0xFFFFFFFE], [_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)], 2
    for number, (name, body) in enumerate(padded.items(), start=2):
        count = len(body) // SECTOR
        following = number if number <= len(padded) else 0xFFFFFFFF
        entries.append(_entry(name, 2, at, len(body), right=following))
        fat += [*range(at + 1, at + count), 0xFFFFFFFE]
        at += count
    assert len(fat) <= SECTOR // 4, "one table of sectors is enough for a test"
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    table = struct.pack(f"<{SECTOR // 4}I", *fat, *[0xFFFFFFFF] * (SECTOR // 4 - len(fat)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0") + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return head + table + directory + b"".join(padded.values())


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    made = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, right, child)
    return made.ljust(116, b"\0") + struct.pack("<II4x", start, size)


def workbook(sheets: Mapping[str, bytes], hidden: Iterable[str] = (), first: bytes = b"") -> bytes:
    """Return an .xls."""
    return ole({"Workbook": stream(sheets, hidden, first)})
