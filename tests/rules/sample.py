"""One firm that meets a policy, changed fact by fact: how the tests of the packs ask."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crm.rules.explain import Assessment, Criterion, assess
from crm.rules.pack import Action

WAN = 1_000_000  # fen


def judge(policy: str, good: Mapping[str, Any], on: date, action: Action = Action.NEW, **changed: Any) -> Assessment:
    """Assess the good firm with some facts changed; None takes a fact away."""
    return assess([{**good, **changed}], policy, on, action)[0]


def leaf(result: Assessment, name: str) -> Criterion:
    """Return a condition by its id."""
    return next(item for item in result.root.leaves() if item.id == name)


def points(result: Assessment, name: str) -> tuple[float, float]:
    """Return the least and the most points of a part or a score."""
    for score in result.scores:
        if score.id == name:
            return score.least, score.most
        for part in score.parts:
            if part.id == name:
                return part.least, part.most
    raise KeyError(name)
