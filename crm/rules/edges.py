"""The numbers of a pack that a what-if may turn: thresholds and the edges of bands, found in the text and set there.

The text is changed where the numbers stand and nowhere else, so notes and layout stay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import yaml

from crm.rules import document
from crm.rules.awards import Award
from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES
from crm.rules.pack import Version, conditions
from crm.rules.words import Words

PLAIN = ("at_least", "above", "at_most", "below")
AWARD: dict[str, Kind] = {"flat": Kind.MONEY, "rate": Kind.RATIO, "cap": Kind.MONEY, "floor": Kind.MONEY}


@dataclass(frozen=True)
class Edge:
    """One number: the same edge of two bands that meet is one.

    ``key`` finds it again in the same text; ``of`` is the metric it is held against, "" for an amount of an award;
    ``kind`` says its unit (money in 万元). ``sign`` is the comparison of a threshold, which number of an award it is
    (one of AWARD, "value"), None for an edge of bands; ``step`` the place of the band that gives a value. ``spots``
    are places in the text, from and to.
    """

    key: str
    label: Words
    clause: str
    of: str
    kind: Kind
    sign: str | None
    value: Decimal
    spots: tuple[tuple[int, int], ...]
    step: int | None = None


def edges(text: str, version: Version) -> list[Edge]:
    """Return the numbers of one version of a text, in the order of the document."""
    _data, root = document.read(text)
    node = next(item for item in _items(_get(root, "versions")) if _text(_get(item, "id")) == version.id)
    labels = {c.id: (c.label, c.clause, c.metric) for c in conditions(version.criteria)}
    parts = {part.id: part for score in version.scores.values() for part in score.parts}
    found: list[Edge] = []
    for item in _mappings(_get(node, "criteria")):
        name = _text(_get(item, "id"))
        if name in labels:
            found += _threshold(item, name, *labels[name])
    for item in _mappings(_get(node, "scores")):
        name = _text(_get(item, "id"))
        if name in parts:
            for number, choice in enumerate(_items(_get(item, "best_of"))):
                part = parts[name]
                metric = _text(_get(choice, "metric"))
                found += _bands(choice, f"{name}.{number}", part.label, part.clause, metric)
    if version.award is not None:
        found += _award(_get(node, "award"), version.award, version.criteria.label)
    return found


def _award(node: yaml.Node | None, award: Award, label: Words) -> Iterator[Edge]:
    yield from _amounts(node, "award", label, "")
    for item in _items(_get(node, "parts")):
        part = next(part for part in award.parts if part.id == _text(_get(item, "id")))
        yield from _amounts(item, part.id, part.label, part.clause)
        if part.bands is not None:
            yield from _bands(item, part.id, part.label, part.clause, part.over[0])
            kind = Kind.RATIO if part.marginal else Kind.MONEY
            yield from _values(item, part.id, part.label, part.clause, "", kind, "value")
        for wanted in _items(_get(item, "when")):
            condition = next(c for c in part.when if c.id == _text(_get(wanted, "id")))
            yield from _threshold(wanted, condition.id, condition.label, condition.clause, condition.metric)


def _amounts(node: yaml.Node | None, key: str, label: Words, clause: str) -> Iterator[Edge]:
    for name, kind in AWARD.items():
        number = _number(_get(node, name))
        if number is not None:
            yield Edge(f"{key}.{name}", label, clause, "", kind, name, number[0], (number[1],))


def _values(
    holder: yaml.Node | None, key: str, label: Words, clause: str, of: str, kind: Kind, sign: str
) -> Iterator[Edge]:
    """Return what each band gives."""
    for place, band in enumerate(_items(_get(holder, "bands"))):
        number = _number(_get(band, "value"))
        if number is not None:
            yield Edge(f"{key}.value.{place}", label, clause, of, kind, sign, number[0], (number[1],), place)


def _kind(metric: str) -> Kind:
    return FIGURES[metric].kind if metric in FIGURES else Kind.SCORE


def replaced(text: str, found: list[Edge], values: Mapping[str, Decimal]) -> str:
    """Return the text with the numbers of ``values`` ({key: number}) set in the places of their edges."""
    spots = {spot: values[edge.key] for edge in found if edge.key in values for spot in edge.spots}
    for (start, end), value in sorted(spots.items(), reverse=True):
        text = f"{text[:start]}{value:f}{text[end:]}"
    return text


def _threshold(item: yaml.Node, name: str, label: Words, clause: str, metric: str) -> Iterator[Edge]:
    for sign in PLAIN:
        number = _number(_get(item, sign))
        if number is not None:
            yield Edge(f"{name}.{sign}", label, clause, metric, _kind(metric), sign, number[0], (number[1],))
    by = _get(item, "at_least_by")
    if by is None:
        return
    yield from _values(by, name, label, clause, metric, _kind(metric), "at_least")
    yield from _bands(by, f"{name}.by", label, clause, _text(_get(by, "metric")))


def _bands(holder: yaml.Node, key: str, label: Words, clause: str, metric: str) -> Iterator[Edge]:
    """Return the edges of bands, the lowest first; an edge stands where two bands meet, and where it is disputed."""
    at: dict[Decimal, set[tuple[int, int]]] = {}
    places: list[tuple[yaml.Node, tuple[str, ...]]] = [(band, PLAIN) for band in _items(_get(holder, "bands"))]
    places += [(dispute, ("at",)) for dispute in _items(_get(holder, "disputed"))]
    for band, names in places:
        for name in names:
            number = _number(_get(band, name))
            if number is not None:
                at.setdefault(number[0], set()).add(number[1])
    for place, value in enumerate(sorted(at)):
        yield Edge(f"{key}.{place}", label, clause, metric, _kind(metric), None, value, tuple(sorted(at[value])))


def _number(node: yaml.Node | None) -> tuple[Decimal, tuple[int, int]] | None:
    if not isinstance(node, yaml.ScalarNode):
        return None
    try:
        return Decimal(node.value), (node.start_mark.index, node.end_mark.index)
    except InvalidOperation:
        return None


def _get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _text(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _mappings(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """Return every mapping below a node, in the order of the document."""
    if isinstance(node, yaml.MappingNode):
        yield node
        for _key, value in node.value:
            yield from _mappings(value)
    for item in _items(node):
        yield from _mappings(item)
