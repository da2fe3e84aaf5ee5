"""What a policy is, as data (crm.rules.reading takes it from a file).

A policy has dated versions; a version says from when until when it holds, for which actions, and holds a tree of
criteria (``all``, ``any``, conditions), the scores its conditions may ask for, and how much money is given, if any is.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from crm.domain.errors import Refused
from crm.rules import windows as calendar
from crm.rules.awards import Award
from crm.rules.bands import Choice
from crm.rules.conditions import Condition
from crm.rules.windows import Month, Window
from crm.rules.words import Source, Strict, Words


class Action(StrEnum):
    """What the firm asks for: a first certificate, or the renewal of one."""

    NEW = "new"
    RENEWAL = "renewal"


class AllOf(Strict):
    """Every child must be met."""

    id: str
    label: Words
    clause: str
    all: list["Node"] = Field(min_length=1)
    hint: Words | None = None


class AnyOf(Strict):
    """One child is enough."""

    id: str
    label: Words
    clause: str
    any: list["Node"] = Field(min_length=1)
    hint: Words | None = None


def _kind_of_node(value: Any) -> str:
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", ())
    return "all" if "all" in keys else "any" if "any" in keys else "condition"


Node = Annotated[
    Annotated[AllOf, Tag("all")] | Annotated[AnyOf, Tag("any")] | Annotated[Condition, Tag("condition")],
    Discriminator(_kind_of_node),
]


class Part(Strict):
    """One item of a score: the best of its choices, a range that only a panel can fill, or another score (``of``)."""

    id: str
    label: Words
    clause: str
    most: float
    best_of: list[Choice] | None = Field(None, min_length=1)
    panel: tuple[float, float] | None = None
    of: str | None = None
    group: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Part":
        if sum(way is not None for way in (self.best_of, self.panel, self.of)) != 1:
            raise ValueError("a part has one of best_of, panel and of")
        return self


class Score(Strict):
    """A sum of parts. ``caps``: the most that the parts of one group may add up to."""

    label: Words
    most: float
    parts: list[Part] = Field(min_length=1)
    caps: dict[str, float] = Field(default_factory=dict)

    @property
    def blocks(self) -> list[str]:
        """The scores it is the sum of; none for one of plain parts."""
        return [part.of for part in self.parts if part.of is not None]


class Version(Strict):
    """What holds from ``since`` until ``until`` (both days included) for ``actions``.

    ``note`` says what of the text is not in the rule, or what to check before it is used.
    """

    id: str
    since: date
    until: date | None = None
    actions: list[Action] = Field(min_length=1)
    sources: list[Source] = Field(min_length=1)
    note: Words | None = None
    scores: dict[str, Score] = Field(default_factory=dict)
    criteria: AllOf
    award: Award | None = None

    @property
    def verified(self) -> bool:
        """Whether anybody has read one of its sources; a version that is not is shown and judges nobody."""
        return any(source.verified for source in self.sources)

    def holds(self, on: date, action: Action) -> bool:
        """Whether its days and its actions include these."""
        return action in self.actions and self.since <= on and (self.until is None or on <= self.until)


class Policy(Strict):
    """One policy and its versions, oldest first.

    ``kind``: a certificate that is granted, money that is given, a published list of firms, or a sign that calls for a
    look on the spot (met means: go there). ``windows`` are the announced days to file; ``expected_months`` those in
    which the next is expected while none is announced. ``area`` is the division it is made for, by the leading digits
    of the code: whoever is registered elsewhere is no concern of it. ``digest`` is what the text is known by,
    ``activated`` whether two people have put it in force: neither is read from the text.
    """

    id: str = Field(pattern="^[a-z][a-z0-9_]{1,39}$")
    name: Words
    kind: Literal["recognition", "award", "list", "check"] = "recognition"
    level: Literal["national", "province", "city", "district"]
    issuer: str
    subject: Literal["firm"]
    area: str = Field("", pattern=r"^\d{0,6}$")
    windows: list[Window] = Field(default_factory=list)
    expected_months: list[Month] = Field(default_factory=list)
    versions: list[Version] = Field(min_length=1)
    digest: str = ""
    activated: bool = False

    def judges(self, version: Version) -> bool:
        """Whether one may judge by a version: somebody has verified it, or two people have activated the text."""
        return version.verified or self.activated

    def next_window(self, on: date, area: str = "") -> Window | None:
        """Return the window open on a day, or the next announced, for firms in ``area`` (a division code)."""
        return calendar.next_window(self.windows, on, area)

    def next_expected_month(self, on: date) -> tuple[int, int] | None:
        """Return (year, month) in which a window is expected next; None when nobody expects one."""
        return calendar.next_expected(self.expected_months, self.windows, on)

    @model_validator(mode="after")
    def _dates(self) -> "Policy":
        for action in Action:
            held = sorted((v for v in self.versions if action in v.actions), key=lambda v: v.since)
            for older, newer in pairwise(held):
                if older.until is None or older.until >= newer.since:
                    raise ValueError(f"versions {older.id} and {newer.id} overlap for {action}")
                if (newer.since - older.until).days != 1:
                    raise ValueError(f"no version holds for {action} between {older.until} and {newer.since}")
        return self


def version_on(policy: Policy, on: date, action: Action = Action.NEW, *, unverified: bool = False) -> Version:
    """Return what holds on a day. Raises Refused when nothing does.

    A version that nobody has verified counts as nothing unless ``unverified``: to be looked at, not to judge by.
    """
    version = next((version for version in policy.versions if version.holds(on, action)), None)
    if version is None:
        raise Refused("{day}没有生效的“{policy}”规则", day=on.isoformat(), policy=policy.name.zh)
    if not (policy.judges(version) or unverified):
        raise Refused("“{policy}”的出处还没有人核对过，不能据此判断", policy=policy.name.zh)
    return version


def in_force(policies: Iterable[Policy], on: date, action: Action = Action.NEW) -> Iterator[tuple[Policy, Version]]:
    """Return the policies by which one may judge on a day, each with its version; the others are passed over."""
    for policy in policies:
        version = next((v for v in policy.versions if v.holds(on, action) and policy.judges(v)), None)
        if version is not None:
            yield policy, version


def counting(node: AllOf | AnyOf) -> list[Node]:
    """Return the children of a group that decide its outcome."""
    children = node.all if isinstance(node, AllOf) else node.any
    return [child for child in children if not isinstance(child, Condition) or child.counts]


def conditions(node: Node) -> Iterator[Condition]:
    """Return the leaves of a tree, in the order of the document."""
    match node:
        case AllOf(all=children) | AnyOf(any=children):
            for child in children:
                yield from conditions(child)
        case Condition():
            yield node


def groups(node: Node) -> Iterator[AllOf | AnyOf]:
    """Return the groups of a tree, itself first."""
    if isinstance(node, AllOf | AnyOf):
        yield node
        for child in node.all if isinstance(node, AllOf) else node.any:
            yield from groups(child)
