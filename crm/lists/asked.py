"""What a list was asked: words, conditions, columns, order, day. All of it stands in the address.

The usual filters have short names there (``rung=high_tech&district=440106&expiring=90``); each is one condition, see
SHORT. All others stand in ``where`` (crm.lists.conditions). ``columns=rung,district`` chooses the columns,
``sort=-rung,name`` orders by several, ``on=2025-12-31`` looks at a past day, ``view=3`` says which saved view this is
or was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

from crm.domain.errors import Refused
from crm.lists import conditions, fields
from crm.lists.columns import DEFAULT as DEFAULT_COLUMNS
from crm.lists.columns import find, sorter
from crm.lists.conditions import Condition, Group

# Short name: the field and the test it stands for; it takes one value or several ("440106,440112").
SHORT: dict[str, tuple[str, str]] = {
    "rung": ("rung", "is"),
    "cert": ("certificate", "held"),
    "expiring": ("certificate", "expiring"),
    "district": ("district", "is"),
    "officer": ("officer", "is"),
    "agency": ("agency", "is"),
    "section": ("section", "is"),
    "field": ("tech_field", "is"),
    "status": ("status", "is"),
}
EVERYTHING = Group()
DEFAULT_SORT = ("name",)
MOST_COLUMNS = 16
MOST_SORTS = 4


@dataclass(frozen=True)
class Asked:
    """What a list was asked. ``faults`` are the parts of an address that nobody can read; they narrow nothing."""

    q: str = ""
    short: tuple[tuple[str, tuple[str, ...]], ...] = ()
    where: Group = EVERYTHING
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    sort: tuple[str, ...] = DEFAULT_SORT
    on: date | None = None
    view: int | None = field(default=None, compare=False)
    faults: tuple[Refused, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, arguments: Mapping[str, Any], today: date) -> Self:
        """Read an address (a MultiDict or a plain mapping). What is not allowed narrows nothing."""
        where, faults = _where(arguments.get("where", ""))
        short = ((name, _known(name, _texts(arguments, name))) for name in SHORT)
        return cls(
            q=arguments.get("q", "").strip()[:100],
            short=tuple((name, values) for name, values in short if values),
            where=where,
            columns=_columns(arguments.get("columns", "")),
            sort=_sort(arguments.get("sort", "")),
            on=_day(arguments.get("on", ""), today),
            view=_view(arguments.get("view", "")),
            faults=faults,
        )

    def arguments(self) -> dict[str, Any]:
        """Return what the address carries: the inverse of ``read``, less what is as usual."""
        found: dict[str, Any] = {
            "q": self.q,
            **{name: ",".join(values) for name, values in self.short},
            "where": self.where.inside(),
            "columns": ",".join(self.columns) if self.columns != DEFAULT_COLUMNS else "",
            "sort": ",".join(self.sort) if self.sort != DEFAULT_SORT else "",
            "on": self.on.isoformat() if self.on else "",
            "view": "" if self.view is None else str(self.view),
        }
        return {name: value for name, value in found.items() if value}

    def conditions(self) -> Group:
        """Return every condition in force as one tree; the words of ``q`` are one of them."""
        words = (Condition("name", "has", (self.q,)),) if self.q else ()
        return Group("all", (*words, *(condition(*pair) for pair in self.short), *self.where.parts))

    def short_value(self, name: str) -> str:
        """Return what the select of a usual filter stands on."""
        return ",".join(dict(self.short).get(name, ()))

    def day(self, today: date) -> date:
        """Return the day the list is about."""
        return self.on or today

    @property
    def narrowed(self) -> bool:
        """Whether anything is narrowed."""
        return bool(self.conditions())

    def but(self, **changes: Any) -> Self:
        """Return the same question with some parts changed."""
        return replace(self, **changes)


def _texts(arguments: Mapping[str, Any], name: str) -> list[str]:
    several = getattr(arguments, "getlist", None)
    texts = several(name) if several else [arguments.get(name, "")]
    return [value for text in texts for value in text[:1000].split(",")][:40]


def condition(name: str, values: tuple[str, ...]) -> Condition:
    """Return what a usual filter stands for."""
    key, test = SHORT[name]
    return Condition(key, test, (values[0], "any") if name == "expiring" else values)


def _known(name: str, values: list[str]) -> tuple[str, ...]:
    """Keep the values the filter knows, each once."""

    def known(value: str) -> bool:
        try:
            fields.read(condition(name, (value,)))
        except Refused:
            return False
        return True

    kept = tuple(value for value in dict.fromkeys(values) if known(value))
    return kept[:1] if name == "expiring" else kept


def _view(text: str) -> int | None:
    return int(text) if fields.is_number(text) else None


def _where(text: str) -> tuple[Group, tuple[Refused, ...]]:
    """Read the conditions; one that cannot be read is left out of its group and told."""
    try:
        tree = conditions.parse(text)
    except Refused as refusal:
        return EVERYTHING, (refusal,)
    faults: list[Refused] = []

    def known(group: Group) -> Group:
        kept: list[Condition | Group] = []
        for part in group.parts:
            if isinstance(part, Group):
                kept += [inner] if (inner := known(part)) else []
                continue
            try:
                fields.read(part)
            except Refused as refusal:
                faults.append(refusal)
            else:
                kept.append(part)
        return Group(group.kind, tuple(kept))

    return known(tree), tuple(faults)


def _columns(text: str) -> tuple[str, ...]:
    chosen = [key for key in dict.fromkeys(text[:1000].split(",")) if find(key)]
    return tuple(chosen[:MOST_COLUMNS]) or DEFAULT_COLUMNS


def _sort(text: str) -> tuple[str, ...]:
    chosen: dict[str, str] = {}
    for key in text[:400].split(","):
        plain = key.removeprefix("-")
        if plain not in chosen and sorter(plain):
            chosen[plain] = key
    return tuple(chosen.values())[:MOST_SORTS] or DEFAULT_SORT


def _day(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < today else None
