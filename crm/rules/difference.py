"""What one text of a policy changes against another: rule by rule, not line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm.rules.conditions import Condition
from crm.rules.pack import AllOf, AnyOf, Node, Part, Policy, Version
from crm.rules.words import Words


class What(StrEnum):
    """What of a rule was changed. ``before`` and ``after`` of a Change are what the pack states there."""

    ABOUT = "about"  # name, issuer, level or kind of the policy: texts
    BEGUN = "begun"  # a version that was not there: None, Version
    ENDED = "ended"  # a version that is gone: Version, None
    AREA = "area"  # where the firms are that a policy concerns: division codes
    WINDOWS = "windows"  # when one may file: texts
    NOTE = "note"  # what a version says it leaves out: texts
    PERIOD = "period"  # the days a version holds: Versions
    ACTIONS = "actions"  # what a version holds for: Versions
    SOURCES = "sources"  # where a version was read: Versions
    ADDED = "added"  # None, Condition or group
    REMOVED = "removed"  # Condition or group, None
    ASKED = "asked"  # metric, comparison or threshold: Conditions
    JOINED = "joined"  # all of a group, or any: groups
    PLACED = "placed"  # under another group: groups or None
    WORDED = "worded"  # label, clause, hint or source: texts
    PART_ADDED = "part added"  # None, Part
    PART_REMOVED = "part removed"  # Part, None
    POINTS = "points"  # how a part gives points: Parts
    MONEY = "money"  # what a part of an award gives: AwardParts or None
    TERMS = "terms"  # what holds for an award as a whole: Awards or None
    SCORE = "score"  # the most a score or a group of its parts can give: texts


@dataclass(frozen=True)
class Change:
    """One change: in which version, about what (the label of the rule), before and after."""

    version: Version | None
    what: What
    label: Words | None
    before: Any
    after: Any
    clause: str = ""


def changes(before: Policy | None, after: Policy) -> list[Change]:
    """Return what ``after`` changes. A version that begins is told against the one that held before it."""
    if before is None:
        return [Change(version, What.BEGUN, None, None, version) for version in after.versions]
    found = list(_about(before, after))
    old = {version.id: version for version in before.versions}
    kept = {version.id for version in after.versions}
    found += [Change(None, What.ENDED, None, version, None) for version in before.versions if version.id not in kept]
    for version in after.versions:
        if version.id in old:
            found += _inside(old[version.id], version, headed=True)
            continue
        found.append(Change(version, What.BEGUN, None, None, version))
        earlier = _followed(before, version)
        if earlier is not None:
            found += _inside(earlier, version, headed=False)
    return found


def _about(before: Policy, after: Policy) -> Iterator[Change]:
    for name in ("name", "issuer", "level", "kind"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            told = (f"{was.zh} / {was.en}", f"{now.zh} / {now.en}") if name == "name" else (was, now)
            yield Change(None, What.ABOUT, Words(zh=name, en=name), *told)
    if before.area != after.area:
        yield Change(None, What.AREA, None, before.area, after.area)
    if (before.windows, before.expected_months) != (after.windows, after.expected_months):
        yield Change(None, What.WINDOWS, None, _days(before), _days(after))


def _days(policy: Policy) -> str:
    windows = [
        f"{window.opens or ''}–{window.closes}{window.area and f' ({window.area})'}" for window in policy.windows
    ]
    return "; ".join([*windows, *(f"{month:02d}" for month in policy.expected_months)])


def _followed(policy: Policy, version: Version) -> Version | None:
    """Return the version that held last before ``version`` for one of its actions."""
    held = [v for v in policy.versions if set(v.actions) & set(version.actions) and v.since <= version.since]
    return max(held, key=lambda v: v.since, default=None)


def _inside(was: Version, now: Version, *, headed: bool) -> Iterator[Change]:
    if headed and (was.since, was.until) != (now.since, now.until):
        yield Change(now, What.PERIOD, None, was, now)
    if headed and was.actions != now.actions:
        yield Change(now, What.ACTIONS, None, was, now)
    if headed and was.note != now.note:
        yield Change(now, What.NOTE, None, *(f"{v.note.zh} / {v.note.en}" if v.note else "" for v in (was, now)))
    if was.sources != now.sources:
        yield Change(now, What.SOURCES, None, was, now)
    yield from _criteria(was, now)
    yield from _scores(was, now)
    yield from _award(was, now)


def _award(was: Version, now: Version) -> Iterator[Change]:
    old, new = ({part.id: part for part in v.award.parts} if v.award else {} for v in (was, now))
    for part in [*old.values(), *(part for name, part in new.items() if name not in old)]:
        before, after = old.get(part.id), new.get(part.id)
        if before != after:
            told = after or part
            yield Change(now, What.MONEY, told.label, before, after, told.clause)
    terms = [v.award.model_copy(update={"parts": []}) if v.award else None for v in (was, now)]
    if terms[0] != terms[1]:
        yield Change(now, What.TERMS, None, was.award, now.award)


def _placed(node: Node, above: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    yield node, above
    if isinstance(node, AllOf | AnyOf):
        for child in node.all if isinstance(node, AllOf) else node.any:
            yield from _placed(child, node)


def _criteria(was: Version, now: Version) -> Iterator[Change]:
    old = {node.id: (node, above) for node, above in _placed(was.criteria)}
    new = {node.id: (node, above) for node, above in _placed(now.criteria)}
    for name, (node, _above) in old.items():
        if name not in new:
            yield Change(now, What.REMOVED, node.label, node, None, node.clause)
    for name, (node, above) in new.items():
        if name not in old:
            yield Change(now, What.ADDED, node.label, None, node, node.clause)
            continue
        before, was_above = old[name]
        if above is not None and was_above is not None and above.id != was_above.id:
            yield Change(now, What.PLACED, node.label, was_above, above, node.clause)
        yield from _node(now, before, node)


def _node(version: Version, was: Node, now: Node) -> Iterator[Change]:
    if isinstance(was, Condition) and isinstance(now, Condition):
        if _asks(was) != _asks(now):
            yield Change(version, What.ASKED, now.label, was, now, now.clause)
    elif type(was) is not type(now):
        yield Change(version, What.JOINED, now.label, was, now, now.clause)
    for before, after in zip(_words(was), _words(now), strict=True):
        if before != after:
            yield Change(version, What.WORDED, now.label, before, after, now.clause)


def _asks(condition: Condition) -> tuple[Any, ...]:
    return condition.metric, condition.comparison, getattr(condition, condition.comparison)


def _words(node: Node) -> tuple[str, ...]:
    source = node.source if isinstance(node, Condition) else None
    return (
        f"{node.label.zh} / {node.label.en}",
        node.clause,
        f"{node.hint.zh} / {node.hint.en}" if node.hint else "",
        f"{source.document} ({source.grade.value})" if source else "",
    )


def _scores(was: Version, now: Version) -> Iterator[Change]:
    old = {part.id: part for score in was.scores.values() for part in score.parts}
    new = {part.id: part for score in now.scores.values() for part in score.parts}
    for name, part in old.items():
        if name not in new:
            yield Change(now, What.PART_REMOVED, part.label, part, None, part.clause)
    for name, part in new.items():
        if name not in old:
            yield Change(now, What.PART_ADDED, part.label, None, part, part.clause)
            continue
        if _points(old[name]) != _points(part):
            yield Change(now, What.POINTS, part.label, old[name], part, part.clause)
        if old[name].clause != part.clause:
            yield Change(now, What.WORDED, part.label, old[name].clause, part.clause, part.clause)
    for key, score in now.scores.items():
        before = was.scores.get(key)
        if before is not None and (before.most, before.caps) != (score.most, score.caps):
            yield Change(now, What.SCORE, score.label, _most(before.most, before.caps), _most(score.most, score.caps))


def _points(part: Part) -> tuple[Any, ...]:
    return part.best_of, part.panel, part.of, part.most, part.group


def _most(most: float, caps: dict[str, float]) -> str:
    return "; ".join([f"{most:g}", *(f"{name} {cap:g}" for name, cap in caps.items())])
