"""Where a firm stands and what it lacks; the same for a page, a print and a whole register."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import select

from crm.domain.errors import Refused
from crm.domain.ladder import POLICY_OF, RANK, RUNGS, Rung
from crm.firms.models import Firm
from crm.firms.queries import Head
from crm.ladder import facts
from crm.rules import evaluate as engine
from crm.rules.explain import Assessment, assess
from crm.rules.metrics import FACTS, Kind
from crm.rules.pack import Action, load, version_on

RENEWAL_DAYS = 365


@dataclass(frozen=True)
class Gap:
    """The next rung of a firm and what the rule in force says of it. ``refused`` when no rule holds on the day."""

    rung: Rung
    on: date
    renewal: bool
    assessment: Assessment | None
    refused: str | None = None


def next_rung(head: Head) -> tuple[Rung, bool]:
    """Return the rung to look at, and whether it is a renewal.

    The lowest rung with a rule above the firm's own; a firm above all of them, or whose certificate runs out within a
    year, looks at the highest rung with a rule that it stands on.
    """
    assessed = [rung for rung in RUNGS if rung in POLICY_OF]
    if (
        head.rung in POLICY_OF
        and head.days_left is not None
        and head.days_left <= RENEWAL_DAYS
        and head.rung != RUNGS[0]
    ):
        return head.rung, True  # type: ignore[return-value]
    held = RANK[head.rung] if head.rung else 0
    above = [rung for rung in assessed if RANK[rung] > held]
    return (above[0], False) if above else (assessed[-1], True)


def gap(firm: Firm, head: Head, on: date, rung: Rung | None = None, changed: Mapping[str, Any] | None = None) -> Gap:
    """Assess one firm for its next rung, or for ``rung``, on a day.

    ``changed`` {fact: value in the unit of the facts frame} are what-if figures: they win and are kept nowhere.
    """
    target, renewal = (rung, False) if rung else next_rung(head)
    frame = facts.build(select(Firm.id).where(Firm.id == firm.id), on)
    if changed:
        known = {key: value for key, value in changed.items() if key in FACTS}
        frame = frame.with_columns([pl.lit(value).alias(key) for key, value in known.items()])
    try:
        return Gap(target, on, renewal, assess(frame, POLICY_OF[target], on)[0])
    except Refused as refusal:
        return Gap(target, on, renewal, None, str(refusal))


def assess_everyone(on: date) -> int:
    """Evaluate every firm for every policy in force on a day; return the number of firms."""
    frame = facts.build(select(Firm.id), on)
    for policy in load().values():
        engine.evaluate(version_on(policy, on, Action.NEW), frame, on)
    return frame.height


def what_if_fields(assessment: Assessment) -> list[tuple[str, Kind, Any]]:
    """Return the facts worth trying: numbers the criteria rest on, last year's first: (key, kind, current value)."""
    keys = dict.fromkeys(key for leaf in assessment.root.leaves() for key in leaf.inputs)
    numbers = [key for key in keys if key in FACTS and FACTS[key].kind in {Kind.MONEY, Kind.COUNT}]
    numbers.sort(key=lambda key: (key[-3:] if key[-3:] in {"_y1", "_y2", "_y3"} else "_y0", list(FACTS).index(key)))
    return [(key, FACTS[key].kind, assessment.figures.get(key)) for key in numbers]
