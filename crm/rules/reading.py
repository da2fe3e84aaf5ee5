"""Packs: YAML in, policies out, typed and checked; every complaint names file and line."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from crm.rules import document
from crm.rules.fitting import unfit
from crm.rules.pack import Policy

OWN = Path(__file__).parent / "packs"
TEMPLATES = Path(__file__).parent / "templates"


@dataclass
class PackError(Exception):
    """A pack that cannot be used, and every reason: (line, what)."""

    path: str
    faults: tuple[tuple[int, str], ...]

    def __str__(self) -> str:
        return "\n".join(f"{self.path}:{line}: {what}" for line, what in self.faults)


def read(path: Path) -> Policy:
    """Return the policy in ``path``. Raises PackError with file, line and reason of every fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PackError(path.name, ((1, "not UTF-8"),)) from None
    return parse(text, path.name)


def parse(text: str, name: str, *, activated: bool = False) -> Policy:
    """Return the policy that ``text`` states; ``name`` is the file that faults are told of. Raises PackError.

    ``activated``: two people have put the text in force, so that its unverified versions count as well.
    """
    try:
        data, node = document.read(text)
    except document.DocumentError as error:
        raise PackError(name, ((error.line, error.what),)) from None
    if not isinstance(data, dict):
        raise PackError(name, ((1, "a pack is a mapping with id, name, versions …"),))
    lines = dict(_lines(node)) if node is not None else {}
    data |= {"digest": sha256(text.encode()).hexdigest(), "activated": activated}
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        slips = [(_line(fault["loc"], lines), _words(fault)) for fault in error.errors()]
        raise PackError(name, tuple(sorted(slips))) from None
    faults = sorted((_line(place, lines), what) for place, what in unfit(policy))
    if faults:
        raise PackError(name, tuple(faults))
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
    for policy in policies.values():
        for version in policy.versions:
            named = {*version.award.stacks_with, *version.award.excludes} if version.award else set()
            if named - policies.keys():
                raise PackError(f"{policy.id}.yaml", ((1, f"no policy {', '.join(sorted(named - policies.keys()))}"),))
    return policies


@lru_cache
def texts() -> dict[str, str]:
    """Return {digest: text} of the product's own packs."""
    own = [file.read_text(encoding="utf-8") for file in sorted(OWN.rglob("*.yaml"))]
    return {sha256(text.encode()).hexdigest(): text for text in own}


@lru_cache
def templates() -> dict[str, str]:
    """Return {policy id: the text to begin with} of policies whose conditions only a city can write; none is loaded."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(TEMPLATES.glob("*.yaml"))}


def _lines(node: yaml.Node, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Return the line of every place; an item with an id is found by it as well."""
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*place, key.value))
            if key.value == "id" and isinstance(value, yaml.ScalarNode):
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
