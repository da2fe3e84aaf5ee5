"""What a policy is, as data (crm.rules.reading takes it from a file).

A policy has dated versions; a version says from when until when it holds, for which actions, and holds a tree of
criteria (``all``, ``any``, conditions) and the scores its conditions may ask for. Bands say on which side their edges
stand.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from crm.domain.errors import Refused


class Action(StrEnum):
    """What the firm asks for: a first certificate, or the renewal of one."""

    NEW = "new"
    RENEWAL = "renewal"


class Grade(StrEnum):
    """How well the source of a rule was checked."""

    OFFICIAL = "official text"
    RESTATED = "restated"
    UNVERIFIED = "unverified"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """A label in both languages."""

    zh: str
    en: str


class Source(_Strict):
    """Where a rule comes from: the document, where it was read, how well it was checked."""

    document: str
    title: str
    grade: Grade
    ids: list[str]
    url: str


class Band(_Strict):
    """An interval and what it gives. Edges are closed (``at_least``, ``at_most``) or open (``above``, ``below``).

    ``points`` is one number, or [least, most] where a panel judges; ``value`` is a threshold.
    """

    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    points: float | tuple[float, float] | None = None
    value: float | None = None

    @property
    def low(self) -> tuple[float, bool]:
        """The lower edge and whether it belongs to the band; -inf when open-ended."""
        if self.at_least is not None:
            return self.at_least, True
        return (self.above, False) if self.above is not None else (float("-inf"), False)

    @property
    def high(self) -> tuple[float, bool]:
        """The upper edge and whether it belongs to the band; +inf when open-ended."""
        if self.at_most is not None:
            return self.at_most, True
        return (self.below, False) if self.below is not None else (float("inf"), False)

    @property
    def span(self) -> tuple[float, float]:
        """The least and the most points."""
        if isinstance(self.points, tuple):
            return self.points
        return (self.points or 0.0, self.points or 0.0)


def _check_bands(bands: Sequence[Band]) -> None:
    """Refuse bands that overlap, leave a gap, or do not reach from end to end; order is from the lowest up."""
    ordered = sorted(bands, key=lambda band: band.low[0])
    if ordered[0].low[0] != float("-inf"):
        raise ValueError("the lowest band must be open below (give it no at_least or above)")
    if ordered[-1].high[0] != float("inf"):
        raise ValueError("the highest band must be open above (give it no at_most or below)")
    for lower, upper in pairwise(ordered):
        (edge, closed), (start, begins) = lower.high, upper.low
        if edge > start or (edge == start and closed and begins):
            raise ValueError(f"bands overlap at {start:g}")
        if edge < start or not (closed or begins):
            raise ValueError(f"bands leave a gap at {edge:g}")


class Threshold(_Strict):
    """A threshold that depends on another metric (32号第十一条(五): R&D share by sales)."""

    metric: str
    bands: list[Band]

    @model_validator(mode="after")
    def _whole(self) -> "Threshold":
        _check_bands(self.bands)
        if any(band.value is None for band in self.bands):
            raise ValueError("every band of a threshold needs a value")
        return self


COMPARISONS = ("at_least", "at_most", "above", "below", "is_", "in_", "at_least_by")


class Condition(_Strict):
    """A metric compared with a threshold. Exactly one comparison."""

    id: str
    label: Words
    clause: str
    metric: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    is_: bool | str | None = Field(None, alias="is")
    in_: list[str] | None = Field(None, alias="in")
    at_least_by: Threshold | None = None
    source: Source | None = None
    hint: Words | None = None

    @property
    def counts(self) -> bool:
        """Whether it decides anything: a clause whose text nobody has verified is worked out and shown, no more."""
        return self.source is None or self.source.grade is not Grade.UNVERIFIED

    @property
    def comparison(self) -> str:
        """Which comparison is used."""
        return next(name for name in COMPARISONS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_comparison(self) -> "Condition":
        used = [name for name in COMPARISONS if getattr(self, name) is not None]
        if len(used) != 1:
            raise ValueError(f"a condition needs exactly one comparison, this has {len(used)}")
        return self


class AllOf(_Strict):
    """Every child must be met."""

    id: str
    label: Words
    clause: str
    all: list["Node"]
    hint: Words | None = None


class AnyOf(_Strict):
    """One child is enough."""

    id: str
    label: Words
    clause: str
    any: list["Node"]
    hint: Words | None = None


def _kind_of_node(value: Any) -> str:
    keys = value if isinstance(value, dict) else value.__class__.model_fields
    return "all" if "all" in keys else "any" if "any" in keys else "condition"


Node = Annotated[
    Annotated[AllOf, Tag("all")] | Annotated[AnyOf, Tag("any")] | Annotated[Condition, Tag("condition")],
    Discriminator(_kind_of_node),
]


class Choice(_Strict):
    """Bands over one metric, one of the ways to earn a part's points."""

    metric: str
    bands: list[Band] | None = None
    when_true: float | tuple[float, float] | None = None
    when_false: float | tuple[float, float] | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Choice":
        if (self.bands is None) == (self.when_true is None):
            raise ValueError("give either bands or when_true and when_false")
        if self.bands is not None:
            _check_bands(self.bands)
            if any(band.points is None for band in self.bands):
                raise ValueError("every band of a score needs points")
        return self


class Part(_Strict):
    """One item of a score: the best of its choices, a range that only a panel can fill, or another score (``of``)."""

    id: str
    label: Words
    clause: str
    most: float
    best_of: list[Choice] | None = None
    panel: tuple[float, float] | None = None
    of: str | None = None
    group: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Part":
        if sum(way is not None for way in (self.best_of, self.panel, self.of)) != 1:
            raise ValueError("a part has one of best_of, panel and of")
        return self


class Score(_Strict):
    """A sum of parts. ``caps``: the most that the parts of one group may add up to."""

    label: Words
    most: float
    parts: list[Part]
    caps: dict[str, float] = {}

    @property
    def blocks(self) -> list[str]:
        """The scores it is the sum of; none for one of plain parts."""
        return [part.of for part in self.parts if part.of is not None]


class Version(_Strict):
    """What holds from ``since`` until ``until`` (both days included) for ``actions``."""

    id: str
    since: date
    until: date | None = None
    actions: list[Action]
    sources: list[Source]
    scores: dict[str, Score] = {}
    criteria: AllOf


class Policy(_Strict):
    """One policy and its versions, oldest first.

    ``kind``: a certificate that is granted, money that is given, a published list of firms, or a sign that calls for a
    look on the spot (met means: go there).
    """

    id: str
    name: Words
    kind: Literal["recognition", "award", "list", "check"] = "recognition"
    level: Literal["national", "province", "city", "district"]
    issuer: str
    subject: Literal["firm"]
    versions: list[Version]
    digest: str = ""

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


def version_on(policy: Policy, on: date, action: Action = Action.NEW) -> Version:
    """Return what holds on a day. Raises Refused when nothing does."""
    for version in policy.versions:
        if action in version.actions and version.since <= on and (version.until is None or on <= version.until):
            return version
    raise Refused("{day}没有生效的“{policy}”规则", day=on.isoformat(), policy=policy.name.zh)


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
