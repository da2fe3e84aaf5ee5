"""Where the headings of a sheet are and what each column is: fields by kind of list, years and units in headings."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from crm.domain.errors import Refused
from crm.domain.lists import ListKind
from crm.domain.money import Unit
from crm.imports import cells
from crm.imports.vocabulary import AMBIGUOUS, MONEY, kind_of, meaning, plain
from crm.kit.sheets import Cell

SEARCHED = 20
LAST_YEAR = 9999  # what was checked when it was kept is not checked again

_BRACKETS = re.compile(r"[(\[【](.*?)[)\]】]")
_YEAR = re.compile(r"(?<!\d)(20\d{2})年?度?(?!\d)")
_UNIT = re.compile(r"(百万元|千元|亿元|万元|元|亿|万)")
_UNITS = {
    "亿元": Unit.YI,
    "亿": Unit.YI,
    "百万元": Unit.BAIWAN,
    "万元": Unit.WAN,
    "万": Unit.WAN,
    "千元": Unit.QIAN,
    "元": Unit.YUAN,
}


@dataclass(frozen=True)
class Column:
    """One column: ``field`` is None when it is not recognised; ``unit`` None when money does not say its unit.

    ``choices`` are the fields an ambiguous heading could mean; then ``field`` is None until somebody decides.
    """

    index: int
    heading: str
    field: str | None
    unit: Unit | None = None
    year: int | None = None
    choices: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether somebody must decide before the list can be read."""
        return bool(self.choices and self.field is None) or (self.field in MONEY and self.unit is None)


@dataclass(frozen=True)
class Layout:
    """How a sheet is to be read. ``heading_row``, the last row of the headings, counts from 1 as Excel shows it.

    ``kind`` says what a row is about. ``given`` {field: typed value} is what holds for every row that does not say
    otherwise: the issue date of a batch, the year of the figures.
    """

    sheet: str
    heading_row: int
    columns: tuple[Column, ...]
    kind: ListKind = ListKind.FIRMS
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether nothing has to be asked."""
        return not any(column.asks for column in self.columns)

    @property
    def fields(self) -> set[str]:
        """The fields that some column holds."""
        return {column.field for column in self.columns if column.field}


def column(index: int, heading: str, kind: ListKind = ListKind.FIRMS) -> Column:
    """Return what a heading says: its field, the unit and the year written in it."""
    text = plain(heading)
    year = _YEAR.search(text)
    bare = _YEAR.sub("", text)
    unit = next((_UNITS[u] for b in _BRACKETS.findall(bare) for u in _UNIT.findall(b)), None)
    trailing = re.search(r"[/,，]?(百万元|千元|亿元|万元|元)$", bare)
    if unit is None and trailing:
        unit = _UNITS[trailing.group(1)]
        bare = bare[: trailing.start()]
    without = _BRACKETS.sub(lambda m: "" if _UNIT.search(m[1]) else m[0], bare)
    candidates = (without, _BRACKETS.sub("", without))
    of = int(year[1]) if year else None
    for candidate in candidates:
        name = meaning(candidate, kind)
        if name:
            return Column(index, heading, name, unit if name in MONEY else None, of)
    for candidate in candidates:
        if candidate in AMBIGUOUS:
            return Column(index, heading, None, unit, of, AMBIGUOUS[candidate])
    return Column(index, heading, None)


def find(name: str, rows: Sequence[Sequence[Cell]]) -> Layout | None:
    """Find the row of headings among the first ``SEARCHED``; None when no row names firms."""
    best: tuple[int, int, ListKind, tuple[Column, ...]] | None = None
    for number, line in enumerate(rows[:SEARCHED], start=1):
        headings = {i: c for i, c in enumerate(line) if isinstance(c, str) and c.strip()}
        kind = kind_of({plain(text) for text in headings.values()}, _above(rows, number, name))
        columns = tuple(column(i, text, kind) for i, text in headings.items())
        fields = {c.field for c in columns if c.field}
        if fields & {"uscc", "name"} and len(fields) >= 2 and (best is None or len(fields) > best[0]):
            best = (len(fields), number, kind, columns)
    if best is None:
        return None
    _, number, kind, columns = best
    written = re.search(r"单位[:：\s]*(百万元|千元|亿元|万元|元)", _above(rows, number, ""))
    if written:
        columns = tuple(
            replace(c, unit=_UNITS[written[1]]) if c.unit is None and (c.field in MONEY or c.choices) else c
            for c in columns
        )
    return Layout(name, number, columns, kind)


def _above(rows: Sequence[Sequence[Cell]], number: int, name: str) -> str:
    """What is written above the headings: the title, the unit of the sheet."""
    texts = [str(c) for row in rows[: number - 1] for c in row if isinstance(c, str)]
    return unicodedata.normalize("NFKC", " ".join([name, *texts]))


def decide(kept: Layout, answers: Mapping[int, tuple[str | None, Unit | None]]) -> Layout:
    """Return the layout with the answers {column index: (field, unit)}. Raises Refused while some are open."""
    columns = []
    for c in kept.columns:
        name, unit = answers.get(c.index, (None, None))
        if name and c.choices and name not in c.choices:
            raise Refused("每个有疑问的列都要选定含义")
        columns.append(replace(c, field=name or c.field, unit=unit or c.unit))
    decided = replace(kept, columns=tuple(columns))
    if not decided.complete:
        raise Refused("每个金额列都要选定单位：元、万元还是亿元")
    return decided


def dump(kept: Layout) -> dict[str, Any]:
    """Return a layout as JSON can hold it; ``load`` reads it back."""
    given = {name: cells.show(name, value) for name, value in kept.given.items()}
    return {**asdict(kept), "given": given}


def load(kept: Mapping[str, Any]) -> Layout:
    """Return the layout that ``dump`` wrote."""
    columns = tuple(
        Column(**{**c, "unit": Unit(c["unit"]) if c["unit"] else None, "choices": tuple(c["choices"])})
        for c in kept["columns"]
    )
    given = {name: cells.read(name, text, Unit.YUAN, LAST_YEAR) for name, text in kept.get("given", {}).items()}
    return Layout(kept["sheet"], kept["heading_row"], columns, ListKind(kept.get("kind", ListKind.FIRMS)), given)
