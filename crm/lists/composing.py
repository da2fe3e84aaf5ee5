"""A condition being put together on the page: what was chosen so far, and the list it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from crm.domain.errors import Refused
from crm.lists import conditions, fields
from crm.lists.asked import Asked
from crm.lists.conditions import Condition, Group
from crm.lists.inputs import Input


@dataclass(frozen=True)
class Draft:
    """Field, test and values as chosen so far. ``place``: the condition that is changed; ``into``: the group it joins.

    ``into`` is written "0.1", the way down the tree, or "any:0.1" for a new group of that kind there.
    """

    field: fields.Field | None = None
    test: str = ""
    typed: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    place: str = ""
    into: str = ""

    @classmethod
    def read(cls, arguments: Any, asked: Asked) -> Self:
        """Read a draft from the page's form, or begin one from the condition at ``place``."""
        place, key = arguments.get("place", ""), arguments.get("f", "")
        old = asked.where.at(way(place) or (-1,)) if place else None
        if not key and isinstance(old, Condition):
            known = fields.FIELDS[old.field]
            takes = known.tests[old.test].takes
            count = sum(kind is not Input.OPTIONS for kind in takes)
            return cls(known, old.test, old.values[:count], old.values[count:], place)
        known = fields.FIELDS.get(key)
        test = arguments.get("t", "")
        if known and test not in known.tests:
            test = next(iter(known.tests))
        typed, options = tuple(arguments.getlist("v")[:8]), tuple(arguments.getlist("o")[:60])
        return cls(known, test, typed, options, place, arguments.get("into", "")[:40])

    @property
    def takes(self) -> tuple[Input, ...]:
        """What the chosen test asks for."""
        return self.field.tests[self.test].takes if self.field else ()

    def typed_at(self, number: int) -> str:
        """Return what stands in the ``number``-th input that is no list of options."""
        return self.typed[number] if number < len(self.typed) else ""

    def made(self, asked: Asked) -> Asked:
        """Return the list with this condition in it. Raises Refused for one that is not complete, or one too many."""
        if self.field is None:
            raise Refused("请先选择条件")
        count = sum(kind is not Input.OPTIONS for kind in self.takes)
        values = [value.strip() for value in self.typed[:count]]
        takes_options = Input.OPTIONS in self.takes
        condition = Condition(self.field.key, self.test, (*values, *(self.options if takes_options else ())))
        fields.read(condition)
        if self.place:
            where = asked.where.put(way(self.place) or (-1,), condition)
        else:
            kind, _, place = self.into.rpartition(":")
            part = Group(kind, (condition,)) if kind in conditions.GROUPS else condition
            where = asked.where.add(way(place), part)
        conditions.parse(where.inside())
        return asked.but(where=where)


def way(text: str) -> tuple[int, ...]:
    """Read "0.1"; nonsense is ()."""
    steps = text.split(".")[:10] if text else []
    return tuple(int(step) for step in steps) if all(step.isdigit() and len(step) < 4 for step in steps) else ()


def groups(where: Group) -> dict[str, Group]:
    """Return every group a condition can join besides the whole list, by its place."""

    def inside(group: Group, place: str) -> dict[str, Group]:
        found: dict[str, Group] = {}
        for index, part in enumerate(group.parts):
            if isinstance(part, Group):
                here = f"{place}.{index}" if place else str(index)
                found |= {here: part} | inside(part, here)
        return found

    return inside(where, "")


def offered(user: Any) -> Mapping[str, list[fields.Field]]:
    """Return the fields ``user`` may ask about, by the head they stand under."""
    found: dict[str, list[fields.Field]] = {}
    for item in fields.FIELDS.values():
        if item.open_for(user):
            found.setdefault(item.group, []).append(item)
    return found
