"""How a sheet is to be read: where its headings are, what each column is, what holds for the whole list."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from crm.domain.lists import ListKind
from crm.domain.money import Unit
from crm.domain.records import FIGURES
from crm.imports import cells
from crm.imports.vocabulary import AMBIGUOUS, GIVEN, MONEY, NEEDED, meaning, plain

LAST_YEAR = 9000  # what was checked when it was kept is not checked again

YEAR = re.compile(r"(?<!\d)(20\d{2})年?度?(?!\d)")
UNITS = {
    "亿元": Unit.YI,
    "亿": Unit.YI,
    "百万元": Unit.BAIWAN,
    "万元": Unit.WAN,
    "万": Unit.WAN,
    "千元": Unit.QIAN,
    "元": Unit.YUAN,
}
_BRACKETS = re.compile(r"[(\[【](.*?)[)\]】]")
_UNIT = re.compile(r"(百万元|千元|亿元|万元|元|亿|万)")
_TRAILING = re.compile(r"[/,，]?(百万元|千元|亿元|万元|元)$")


@dataclass(frozen=True)
class Column:
    """One column: ``field`` is None when it is not read; ``unit`` None when money does not say its unit.

    ``choices`` are the fields an ambiguous heading could mean; then ``field`` is None until somebody decides. ``sure``:
    somebody has said that the unit is right although the amounts look a thousandfold off.
    """

    index: int
    heading: str
    field: str | None
    unit: Unit | None = None
    year: int | None = None
    choices: tuple[str, ...] = ()
    sure: bool = False

    @property
    def asks(self) -> bool:
        """Whether somebody must decide before the list can be read."""
        return bool(self.choices and self.field is None) or (self.field in MONEY and self.unit is None)

    @property
    def key(self) -> str:
        """The heading as next year's list will write it too: half-width, no blanks, # for the year."""
        return YEAR.sub("#", plain(self.heading))


@dataclass(frozen=True)
class Layout:
    """How a sheet is to be read. ``heading_row``, the last row of the headings, counts from 1 as Excel shows it.

    ``kind`` says what a row is about. ``given`` {field: typed value} is what holds for every row that does not say
    otherwise: the issue date of a batch, the year of the figures. ``hidden_rows``: read what is hidden too. ``sure`` is
    False where headings were found by a guess that somebody must look at. ``learned``: read as the last time.
    """

    sheet: str
    heading_row: int
    columns: tuple[Column, ...]
    kind: ListKind = ListKind.FIRMS
    given: Mapping[str, Any] = field(default_factory=dict)
    hidden_rows: bool = False
    sure: bool = True
    learned: bool = False

    @property
    def complete(self) -> bool:
        """Whether nothing has to be asked."""
        return self.sure and self.names_firms and not (any(c.asks for c in self.columns) or self.clashes or self.lacks)

    @property
    def fields(self) -> set[str]:
        """The fields that some column holds."""
        return {column.field for column in self.columns if column.field}

    @property
    def money(self) -> set[str]:
        """The fields with amounts that some column holds."""
        return self.fields & MONEY

    @property
    def names_firms(self) -> bool:
        """Whether a column says whose row it is."""
        return bool(self.fields & {"uscc", "name"})

    @property
    def clashes(self) -> dict[int, int]:
        """{column: the earlier column that already holds the same}: two telephones, one figure twice."""
        seen: dict[tuple[str, int | None], int] = {}
        found = {}
        for c in self.columns:
            what = (c.field or "", c.year if c.field in FIGURES else None)
            if c.field and seen.setdefault(what, c.index) != c.index:
                found[c.index] = seen[what]
        return found

    @property
    def dateless(self) -> bool:
        """Whether a column has figures of a year that neither its heading nor another column says."""
        return "year" not in self.fields and any(c.field in FIGURES and c.year is None for c in self.columns)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What a list of this kind is nothing without, and no column says; ``may_be_given`` can be said once."""
        wanted = (*NEEDED.get(self.kind, ()), *(("year",) if self.dateless else ()))
        return tuple(name for name in wanted if name not in self.fields and name not in self.given)

    @property
    def may_be_given(self) -> tuple[str, ...]:
        """What can be said once for the whole list, because no column says it."""
        offered = (name for name in GIVEN.get(self.kind, ()) if name not in self.fields)
        return (*(("year",) if self.dateless else ()), *offered)


def column(index: int, parts: str | tuple[str, ...], kind: ListKind = ListKind.FIRMS) -> Column:
    """Return what a heading says: its field, the unit and the year written in it.

    ``parts`` are the headings one below the other, the lowest last; what the lowest does not say the upper ones may.
    """
    parts = (parts,) if isinstance(parts, str) else parts
    heading = " / ".join(parts)
    year = unit = None
    bare = []
    for part in reversed(parts):
        text, its_year, its_unit = _taken_apart(part)
        year, unit = year or its_year, unit or its_unit
        bare.insert(0, text)
    joined, last = "".join(bare), bare[-1] or (bare[-2] if len(bare) > 1 else "")
    candidates = [form for text in dict.fromkeys((joined, last)) for form in (text, _BRACKETS.sub("", text))]
    for candidate in candidates:
        name = meaning(candidate, kind)
        if name:
            return Column(index, heading, name, unit if name in MONEY else None, year)
    for candidate in candidates:
        if candidate in AMBIGUOUS:
            return Column(index, heading, None, unit, year, AMBIGUOUS[candidate])
    return Column(index, heading, None)


def _taken_apart(heading: str) -> tuple[str, int | None, Unit | None]:
    """Return a heading without its year and its unit, and these."""
    text = plain(heading)
    year = YEAR.search(text)
    bare = YEAR.sub("", text)
    unit = next((UNITS[u] for b in _BRACKETS.findall(bare) for u in _UNIT.findall(b)), None)
    trailing = _TRAILING.search(bare)
    if unit is None and trailing:
        unit, bare = UNITS[trailing[1]], bare[: trailing.start()]
    bare = _BRACKETS.sub(lambda m: "" if _UNIT.search(m[1]) or not m[1] else m[0], bare)
    return bare, int(year[1]) if year else None, unit


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
    kind = ListKind(kept.get("kind", ListKind.FIRMS))
    return Layout(**{**kept, "columns": columns, "given": given, "kind": kind})
