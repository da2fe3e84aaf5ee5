"""What a firm is due under an award, part by part: the amounts of one evaluated row, and why they are a range."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.rules.awards import CANNOT_TELL, LEAST, MET, MOST, NOT_MET, Award, AwardPart, in_fen, reading
from crm.rules.words import Words

Missing = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True)
class AmountReading:
    """What a part gives if the text means this metric; in fen, ``most`` None where nothing bounds it."""

    metric: str
    value: int | None
    least: int
    most: int | None


@dataclass(frozen=True)
class AwardPartResult:
    """One item of an award. ``least`` and ``most`` in fen; ``missing`` are the facts that keep it a range.

    ``given``: whether its conditions hold: met, not_met, cannot_tell. ``cap`` in fen, where the part has one.
    """

    id: str
    label: Words
    clause: str
    least: int
    most: int | None
    given: str
    up_to: bool
    cap: int | None
    missing: tuple[str, ...]
    readings: tuple[AmountReading, ...]
    hint: Words | None


@dataclass(frozen=True)
class AwardResult:
    """What is due in all, in fen; a firm that does not meet the criteria is due nothing."""

    award: Award
    least: int
    most: int | None
    parts: tuple[AwardPartResult, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that would make the range narrower, each once."""
        return tuple(dict.fromkeys(key for part in self.parts for key in part.missing))


def explain(award: Award, row: Mapping[str, Any], missing: Missing) -> AwardResult:
    """Return what one evaluated row is due; ``missing`` says which facts an unknown metric lacks."""
    return AwardResult(award, row[LEAST], row[MOST], tuple(_part(part, row, missing) for part in award.parts))


def _part(part: AwardPart, row: Mapping[str, Any], missing: Missing) -> AwardPartResult:
    least, most = row[f"{part.id}.least"], row[f"{part.id}.most"]
    outcomes = [row[condition.id] for condition in part.when]
    given = min(outcomes, default=MET)
    lacking: list[str] = []
    if least != most:
        unsure = [c.metric for c, outcome in zip(part.when, outcomes, strict=True) if outcome == CANNOT_TELL]
        lacking = [key for metric in (*unsure, *part.metrics) for key in missing(metric)]
    readings = [
        AmountReading(metric, row[metric], row[f"{reading(part, metric)}.least"], row[f"{reading(part, metric)}.most"])
        for metric in (part.over if len(part.over) > 1 else ())
    ]
    return AwardPartResult(
        part.id,
        part.label,
        part.clause,
        least,
        most,
        ("not_met", "cannot_tell", "met")[given],
        part.up_to,
        None if part.cap is None else in_fen(part.cap),
        tuple(dict.fromkeys(lacking)),
        tuple(readings) if given != NOT_MET else (),
        part.hint,
    )


def in_all(due: Sequence[tuple[str, int, int | None]], excludes: Mapping[str, Sequence[str]]) -> tuple[int, int | None]:
    """Return the least and the most a firm is due under several policies, (id, least, most) each, in fen.

    Of policies that exclude each other only the highest counts (从高不重复): the sum is that of the best choice.
    """
    barred = {frozenset((one, other)) for one, others in excludes.items() for other in others}

    def best(left: Sequence[tuple[str, int]]) -> int:
        if not left:
            return 0
        (name, amount), rest = left[0], left[1:]
        beside = [other for other in rest if frozenset((name, other[0])) not in barred]
        taken = amount + best(beside)
        return taken if len(beside) == len(rest) else max(taken, best(rest))

    least = best([(name, low) for name, low, _most in due])
    highest = [(name, most) for name, _least, most in due if most is not None]
    return least, best(highest) if len(highest) == len(due) else None
