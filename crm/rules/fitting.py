"""What the types of a pack cannot see: figures that do not exist, comparisons that do not fit, names given twice."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from crm.rules.awards import AwardPart
from crm.rules.bands import Choice
from crm.rules.conditions import Condition
from crm.rules.evaluate import judge
from crm.rules.figure import Figure, Kind
from crm.rules.metrics import FIGURES, prepare, with_scores
from crm.rules.pack import Policy, Version, conditions, counting, groups

Place = tuple[Any, ...]
Fault = tuple[Place, str]
NO_NUMBER = frozenset({Kind.BOOL, Kind.TEXT, Kind.DATE})
# What a range can be held against: a score is one, from what is certain to what is still possible.
OF_SCORES = frozenset({"at_least", "above"})


def unfit(policy: Policy) -> Iterator[Fault]:
    """Return (place, what) of every fault."""
    for number, version in enumerate(policy.versions):
        place: Place = ("versions", number)
        found = [*_names(version, place), *_criteria(version, place), *_scores(version, place), *_award(version, place)]
        yield from found
        if not found:
            yield from _tried(version, place)


def _names(version: Version, place: Place) -> Iterator[Fault]:
    """Every criterion, score and part is a column of its own when firms are judged, and none hides a figure."""
    parts = [(*place, "scores", name, part.id) for name, score in version.scores.items() for part in score.parts]
    named = [
        *((*place, "scores", name) for name in version.scores),
        *parts,
        *((*place, node.id) for node in (*groups(version.criteria), *conditions(version.criteria))),
        *((*place, name) for part in _award_parts(version) for name in (part.id, *(c.id for c in part.when))),
    ]
    seen: set[str] = set()
    for where in named:
        name = where[-1]
        if not name.isidentifier():
            yield where, f"{name} is no id: letters, digits and _ only, and a letter first"
        elif name in seen:
            yield where, f"id {name} is used twice"
        elif name in FIGURES and where[-2:-1] != ("scores",):
            yield where, f"id {name} is the name of a figure"
        seen.add(name)


def _criteria(version: Version, place: Place) -> Iterator[Fault]:
    known = with_scores({key: score.label.zh for key, score in version.scores.items()})
    known |= with_scores({part.id: part.label.zh for score in version.scores.values() for part in score.parts})
    for group in groups(version.criteria):
        if not counting(group):
            yield (*place, group.id), f"{group.id} holds no verified condition: nothing would decide it"
    for condition in conditions(version.criteria):
        yield from _condition((*place, condition.id), condition, known)


def _condition(where: Place, condition: Condition, known: Mapping[str, Figure]) -> Iterator[Fault]:
    figure = known.get(condition.metric)
    if figure is None:
        yield where, f"unknown metric {condition.metric}"
    elif not _fits(condition, figure):
        name = condition.comparison.rstrip("_")
        yield where, f"{name} does not fit {condition.metric}, which is a {figure.kind}"
    if condition.at_least_by is not None:
        yield from ((where, what) for what in _number(condition.at_least_by.metric))


def _award_parts(version: Version) -> list[AwardPart]:
    return version.award.parts if version.award else []


def _award(version: Version, place: Place) -> Iterator[Fault]:
    """Shares and bounds are of amounts; the rest of a part is held against numbers."""
    for part in _award_parts(version):
        where = (*place, part.id)
        yield from ((where, what) for metric in part.metrics for what in _number(metric))
        for metric in (*(part.over if part.bands is None or part.marginal else ()), *part.within):
            if metric in FIGURES and FIGURES[metric].kind is not Kind.MONEY:
                yield where, f"{metric} is no amount of money"
        for condition in part.when:
            yield from _condition((*place, condition.id), condition, FIGURES)


def _fits(condition: Condition, figure: Figure) -> bool:
    match condition.comparison:
        case "is_":
            return figure.kind is (Kind.BOOL if isinstance(condition.is_, bool) else Kind.TEXT)
        case "in_":
            return figure.kind is Kind.TEXT
        case comparison if figure.kind is Kind.SCORE:
            return comparison in OF_SCORES
        case _:
            return figure.kind not in NO_NUMBER


def _number(metric: str) -> Iterator[str]:
    if metric not in FIGURES:
        yield f"unknown metric {metric}"
    elif FIGURES[metric].kind in NO_NUMBER:
        yield f"bands do not fit {metric}, which is a {FIGURES[metric].kind}"


def _scores(version: Version, place: Place) -> Iterator[Fault]:
    for name, score in version.scores.items():
        for part in score.parts:
            where = (*place, "scores", name, part.id)
            for choice in part.best_of or ():
                yield from ((where, what) for what in _choice(choice))
            if part.of is not None and any(p.of for p in getattr(version.scores.get(part.of), "parts", [part])):
                yield where, f"{part.of} is no score made of plain parts"


def _choice(choice: Choice) -> Iterator[str]:
    if choice.bands is not None:
        yield from _number(choice.metric)
    elif choice.metric not in FIGURES:
        yield f"unknown metric {choice.metric}"
    elif FIGURES[choice.metric].kind is not Kind.BOOL:
        yield f"when_true does not fit {choice.metric}, which is a {FIGURES[choice.metric].kind}"


def _tried(version: Version, place: Place) -> Iterator[Fault]:
    """Judge a firm of which nothing is known: what cannot judge it can judge none."""
    try:
        judge(version, prepare(pl.DataFrame({"firm": [None]}, schema={"firm": pl.String}), version.since)).rows()
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        yield place, f"{version.id} cannot be evaluated: {error}"
