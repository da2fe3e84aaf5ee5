"""Where the headings of a sheet are: one row or several, below a title, merged or not."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from crm.domain.lists import ListKind
from crm.imports.layout import UNITS, Column, Layout, column
from crm.imports.vocabulary import MONEY, kind_of, plain
from crm.kit.sheets import Sheet
from crm.kit.sheets_out import MARK

SEARCHED = 20
TALLEST = 3

_SHEET_UNIT = re.compile(r"单位[:：\s]*(百万元|千元|亿元|万元|元)")


@dataclass(frozen=True)
class _Band:
    """Rows of headings, as texts one below the other by column.

    ``loose``: columns whose upper text is not held over them by a merged cell. ``guessed``: one was taken to reach on.
    """

    texts: Mapping[int, tuple[str, ...]]
    loose: frozenset[int] = frozenset()
    guessed: bool = False


def find(sheet: Sheet, kind: ListKind | None = None, heading_row: int | None = None) -> Layout | None:
    """Return how the sheet seems to be laid out, or None when no row among the first ``SEARCHED`` names firms.

    ``kind`` and ``heading_row`` (the last row of the headings) are what somebody has said already; then there always is
    an answer, however little of it is recognised.
    """
    bottoms = [heading_row] if heading_row else range(1, min(SEARCHED, len(sheet.rows)) + 1)
    best: tuple[tuple[int, int, int, int], Layout] | None = None
    for bottom in bottoms:
        for height in range(1, min(TALLEST, bottom) + 1):
            band = _band(sheet, bottom, height)
            found = _layout(sheet, bottom, height, band, kind) if band else None
            if found is None:
                continue
            known = {(c.field, c.year) for c in found.columns if c.field}
            told = sum(1 for c in found.columns if c.year or c.unit)
            worth = (len(known) + sum(bool(c.choices) for c in found.columns), told, -height, -bottom)
            named = found.names_firms and len(found.fields) >= 2
            if (named or heading_row) and (best is None or worth > best[0]):
                best = (worth, found)
    return best[1] if best else None


def likely_heading(sheet: Sheet) -> int:
    """Return the first row that could be one of headings, for somebody to correct: at least two texts side by side."""
    for number, line in enumerate(sheet.rows[:SEARCHED], start=1):
        if sum(isinstance(cell, str) and bool(cell.strip()) for cell in line) >= 2:
            return number
    return 1


def title_of(sheet: Sheet, heading_row: int) -> str:
    """Return what is written above the headings, with the name of the sheet; who took our own list out is no title."""
    above = [cell for line in sheet.rows[: heading_row - 1] for cell in line if isinstance(cell, str)]
    texts = [text for text in above if not text.startswith(MARK)]
    return unicodedata.normalize("NFKC", " ".join([sheet.name, *texts]))


def _layout(sheet: Sheet, bottom: int, height: int, band: _Band, said: ListKind | None) -> Layout | None:
    title = title_of(sheet, bottom - height + 1)
    words = {plain("".join(parts)) for parts in band.texts.values()} | {plain(p[-1]) for p in band.texts.values()}
    kind = said or kind_of(words, title)
    columns = tuple(column(index, parts, kind) for index, parts in sorted(band.texts.items()))
    if any(c.field in {"uscc", "name"} and c.index in band.loose for c in columns):
        return None  # a title that nobody merged stands above the names
    written = _SHEET_UNIT.search(title)
    if written:
        columns = tuple(_in_unit(c, written[1]) for c in columns)
    return Layout(sheet.name, bottom, columns, kind, sure=not band.guessed)


def _in_unit(c: Column, unit: str) -> Column:
    return replace(c, unit=UNITS[unit]) if c.unit is None and (c.field in MONEY or c.choices) else c


def _band(sheet: Sheet, bottom: int, height: int) -> _Band | None:
    """Return the texts of ``height`` rows that end at ``bottom``; None when these rows cannot be headings."""
    top, width = bottom - height, max(map(len, sheet.rows[:bottom]), default=0)
    grid = [[_text(sheet, row, index) for index in range(width)] for row in range(top, bottom)]
    if height > 1 and (_count(grid[0]) < 2 or _count(grid[-1]) < 2):
        return None
    over: set[tuple[int, int]] = set()
    titles = []
    for first, left, last, right in sheet.merged:
        if last < top or first >= bottom:
            continue
        if first < top or last >= bottom:
            return None  # these rows cut a merged cell in two
        for row in range(first, last + 1):
            for index in range(left, min(right, width - 1) + 1):
                grid[row - top][index] = grid[first - top][left]
                over.add((row - top, index))
        titles.append((left, right))
    used = [index for index, text in enumerate(grid[-1]) if text]
    if any(left <= min(used, default=0) and right >= max(used, default=0) for left, right in titles if right > left):
        return None  # a title over the whole list
    guessed = _reach_right(grid, over)
    texts = {}
    for index in range(width):
        parts = tuple(dict.fromkeys(line[index] for line in grid if line[index]))
        if parts:
            texts[index] = parts
    loose = {i for i, parts in texts.items() if len(parts) > 1 and any((n, i) not in over for n in range(height - 1))}
    return _Band(texts, frozenset(loose), guessed)


def _count(line: list[str]) -> int:
    return sum(bool(text) for text in line)


def _text(sheet: Sheet, row: int, index: int) -> str:
    """The text of a cell of headings; a year may stand there as a number."""
    line = sheet.rows[row]
    cell = line[index] if index < len(line) else None
    if isinstance(cell, int) and 2000 < cell < 2100:
        return f"{cell}年"
    return cell.strip() if isinstance(cell, str) else ""


def _reach_right(grid: list[list[str]], over: set[tuple[int, int]]) -> bool:
    """Take an upper heading that is not merged to stand over the columns on its right that have only lower ones."""
    guessed = False
    for number, line in enumerate(grid[:-1]):
        lower = grid[number + 1 :]
        for index in range(1, len(line)):
            alone = not line[index] and not {(number, index), (number, index - 1)} & over
            both_below = all(any(row[i] for row in lower) for i in (index - 1, index))
            if alone and line[index - 1] and both_below:
                line[index] = line[index - 1]
                guessed = True
    return guessed
