"""Packs: YAML in, policies out, typed and checked; every complaint names file and line."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES, with_scores
from crm.rules.pack import Policy, conditions, counting, groups

OWN = Path(__file__).parent / "packs"


@dataclass
class PackError(Exception):
    """A pack that cannot be used, and every reason: (line, what)."""

    path: str
    faults: tuple[tuple[int, str], ...]

    def __str__(self) -> str:
        return "\n".join(f"{self.path}:{line}: {what}" for line, what in self.faults)


def read(path: Path) -> Policy:
    """Return the policy in ``path``. Raises PackError with file, line and reason of every fault."""
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, name: str) -> Policy:
    """Return the policy that ``text`` states; ``name`` is the file that faults are told of. Raises PackError."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PackError(name, ((mark.line + 1 if mark else 1, f"not YAML: {error}"),)) from None
    if not isinstance(data, dict):
        raise PackError(name, ((1, "a pack is a mapping with id, name, versions …"),))
    lines = dict(_lines(node)) if node is not None else {}
    data["digest"] = sha256(text.encode()).hexdigest()
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        raise PackError(name, tuple((_line(fault["loc"], lines), _words(fault)) for fault in error.errors())) from None
    faults = tuple((_line(place, lines), what) for place, what in _unknown(policy))
    if faults:
        raise PackError(name, faults)
    return policy


@lru_cache
def load(extra: tuple[Path, ...] = ()) -> dict[str, Policy]:
    """Return every policy by id: the product's own, then those in the ``extra`` folders. Raises PackError."""
    files = [file for folder in (OWN, *extra) for file in sorted(folder.rglob("*.yaml"))]
    policies: dict[str, Policy] = {}
    for file in files:
        policy = read(file)
        if policy.id in policies:
            raise PackError(file.name, ((1, f"a policy {policy.id} exists already"),))
        policies[policy.id] = policy
    return policies


def _unknown(policy: Policy) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Return what the types cannot see: metrics that do not exist, comparisons that do not fit their metric."""
    for v, version in enumerate(policy.versions):
        known = with_scores({key: score.label.zh for key, score in version.scores.items()})
        known |= with_scores({part.id: part.label.zh for score in version.scores.values() for part in score.parts})
        place: tuple[Any, ...] = ("versions", v)
        for group in groups(version.criteria):
            if not counting(group):
                yield (*place, group.id), f"{group.id} holds no verified condition: nothing would decide it"
        seen: set[str] = set()
        for condition in conditions(version.criteria):
            where = (*place, condition.id)
            if condition.id in seen:
                yield where, f"id {condition.id} is used twice"
            seen.add(condition.id)
            figure = known.get(condition.metric)
            if figure is None:
                yield where, f"unknown metric {condition.metric}"
            elif (condition.comparison in {"is_", "in_"}) != (figure.kind in {Kind.BOOL, Kind.TEXT}):
                yield (
                    where,
                    f"{condition.comparison.rstrip('_')} does not fit {condition.metric}, which is a {figure.kind}",
                )
            if condition.at_least_by is not None and condition.at_least_by.metric not in FIGURES:
                yield where, f"unknown metric {condition.at_least_by.metric}"
        for name, score in version.scores.items():
            for part in score.parts:
                for choice in part.best_of or ():
                    if choice.metric not in FIGURES:
                        yield (*place, "scores", name, part.id), f"unknown metric {choice.metric}"
                if part.of is not None and any(p.of for p in getattr(version.scores.get(part.of), "parts", [part])):
                    yield (*place, "scores", name, part.id), f"{part.of} is no score made of plain parts"


def _lines(node: yaml.Node, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Return the line of every place; an item with an id is found by it as well."""
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*place, key.value))
            if key.value == "id":
                yield (*place[:2], value.value), value.start_mark.line + 1
                yield (*place[:4], value.value), value.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines(item, (*place, index))


def _line(place: tuple[Any, ...], lines: dict[tuple[Any, ...], int]) -> int:
    """Return the line of the nearest place there is: a missing key is told at its mapping."""
    plain: list[Any] = []
    for part in place:  # the tags of pydantic's unions stand in no file and are passed over
        if (*plain, part) in lines:
            plain.append(part)
    return lines.get(tuple(plain), 1)


def _words(fault: Any) -> str:
    name = ".".join(str(part) for part in fault["loc"] if part not in {"condition"})
    return f"{name}: {fault['msg'].removeprefix('Value error, ')}"
