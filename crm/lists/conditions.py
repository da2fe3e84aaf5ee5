"""Conditions as data: a tree of groups and tests, and how it is written in an address.

    where = part *("," part)                                   all of them hold
    part  = ("all" | "any" | "none") "(" where ")"             all, at least one, not one of them holds
          | field "." test "(" [value *("," value)] ")"

    where=any(tax_district.is(440106),officer.missing()),revenue.between(-1,2000,40000)

A value may be any text: "," "(" ")" and "~" in it are written with a "~" before them. Which fields, tests and values
there are, crm.lists.fields says; nothing of an address ever becomes SQL.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from crm.domain.errors import Refused

LONGEST = 2_000
DEEPEST = 3
MOST = 40
GROUPS = ("all", "any", "none")
_NAME = re.compile(r"[a-z_0-9]{1,40}")
_SPECIAL = re.compile(r"([~,()])")


@dataclass(frozen=True)
class Condition:
    """One test of one field: ``district.is(440106,440112)``; what the values mean is the field's to say."""

    field: str
    test: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        typed = ",".join(_SPECIAL.sub(r"~\1", value) for value in self.values)
        return f"{self.field}.{self.test}({typed})"


@dataclass(frozen=True)
class Group:
    """Conditions and groups that hold together: ``kind`` is all, any or none."""

    kind: str = "all"
    parts: tuple["Condition | Group", ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}({self.inside()})"

    def __bool__(self) -> bool:
        return bool(self.parts)

    def inside(self) -> str:
        """Write the parts as an address carries them."""
        return ",".join(str(part) for part in self.parts)

    def every(self) -> Iterator[Condition]:
        """Return every condition of the tree."""
        for part in self.parts:
            yield from [part] if isinstance(part, Condition) else part.every()

    def without(self, place: tuple[int, ...]) -> Self:
        """Return the tree less the part at ``place``; a group left empty goes too."""
        return self._replaced(place, None)

    def put(self, place: tuple[int, ...], part: "Condition | Group") -> Self:
        """Return the tree with ``part`` instead of what stands at ``place``."""
        return self._replaced(place, part)

    def add(self, place: tuple[int, ...], part: "Condition | Group") -> Self:
        """Return the tree with ``part`` at the end of the group at ``place``; () is the tree itself."""
        if not place:
            return type(self)(self.kind, (*self.parts, part))
        inner = self.at(place)
        return self.put(place, inner.add((), part)) if isinstance(inner, Group) else self

    def at(self, place: tuple[int, ...]) -> "Condition | Group | None":
        """Return what stands at ``place``, or None."""
        found: Condition | Group | None = self
        for index in place:
            parts = found.parts if isinstance(found, Group) else ()
            found = parts[index] if 0 <= index < len(parts) else None
        return found

    def _replaced(self, place: tuple[int, ...], part: "Condition | Group | None") -> Self:
        if not place or not 0 <= place[0] < len(self.parts):
            return self
        first, rest = place[0], place[1:]
        old = self.parts[first]
        new = old._replaced(rest, part) if rest and isinstance(old, Group) else part
        keep = () if new is None or (isinstance(new, Group) and not new.parts) else (new,)
        return type(self)(self.kind, (*self.parts[:first], *keep, *self.parts[first + 1 :]))


def parse(text: str) -> Group:
    """Read ``where``; the inverse of ``Group.inside``. Raises Refused for what is not written as above says."""
    if len(text) > LONGEST:
        raise Refused("筛选条件太长")
    reader = _Reader(text)
    parts = reader.parts(1) if text else ()
    if reader.place != len(text):
        raise Refused("看不懂筛选条件中的“{text}”", text=text[reader.place :][:40])
    return Group("all", parts)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.count = 0

    def parts(self, depth: int) -> tuple[Condition | Group, ...]:
        if depth > DEEPEST:
            raise Refused("筛选条件最多嵌套{limit}层", limit=DEEPEST)
        found = [self.part(depth)]
        while self.take(","):
            found.append(self.part(depth))
        return tuple(found)

    def part(self, depth: int) -> Condition | Group:
        self.count += 1
        if self.count > MOST:
            raise Refused("筛选条件最多{limit}项", limit=MOST)
        name = self.name()
        if name in GROUPS and self.take("("):
            group = Group(name, self.parts(depth + 1))
            self.need(")")
            return group
        self.need(".")
        test = self.name()
        self.need("(")
        values = () if self.take(")") else self.values()
        return Condition(name, test, values)

    def values(self) -> tuple[str, ...]:
        found, letters = [], []
        while self.place < len(self.text):
            letter = self.text[self.place]
            self.place += 1
            if letter == "~" and self.place < len(self.text):
                letters.append(self.text[self.place])
                self.place += 1
            elif letter in ",)":
                found.append("".join(letters))
                letters = []
                if letter == ")":
                    return tuple(found)
            else:
                letters.append(letter)
        raise Refused("看不懂筛选条件中的“{text}”", text=self.text[-40:])

    def name(self) -> str:
        found = _NAME.match(self.text, self.place)
        if not found:
            raise Refused("看不懂筛选条件中的“{text}”", text=self.text[self.place :][:40])
        self.place = found.end()
        return found.group()

    def take(self, mark: str) -> bool:
        if self.text[self.place : self.place + 1] != mark:
            return False
        self.place += 1
        return True

    def need(self, mark: str) -> None:
        if not self.take(mark):
            raise Refused("看不懂筛选条件中的“{text}”", text=self.text[self.place :][:40])
