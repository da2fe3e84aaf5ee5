"""An assessment as plain data: what ``flask rules assess --json`` prints. Money in 万元, as facts files give it."""

from datetime import date
from typing import Any

from crm.rules.awarded import AwardResult
from crm.rules.explain import Assessment, Criterion, Reading, ScoreResult
from crm.rules.figure import FEN_PER_WAN, Kind


def to_json(assessment: Assessment) -> dict[str, Any]:
    """Return the assessment as plain data; money in 万元, as facts files give it."""
    return {
        "firm": assessment.firm,
        "policy": assessment.policy.id,
        "version": assessment.version.id,
        "digest": assessment.policy.digest,
        "on": assessment.on.isoformat(),
        "action": assessment.action.value,
        "outcome": assessment.outcome,
        "missing": list(assessment.missing),
        "scores": {score.id: _score_json(score) for score in assessment.scores},
        "criteria": [_json(child) for child in assessment.root.children],
        **({"award": _award_json(assessment.award)} if assessment.award else {}),
    }


def _award_json(due: AwardResult) -> dict[str, Any]:
    award = due.award
    return {
        "gives": award.gives,
        "min": _wan(due.least),
        "max": _wan(due.most),
        "cap": award.cap,
        "once": award.once,
        "shares": dict(award.shares),
        "stacks_with": award.stacks_with,
        "excludes": award.excludes,
        "missing": list(due.missing),
        "parts": [
            {
                "id": part.id,
                "label": part.label.zh,
                "clause": part.clause,
                "given": part.given,
                "min": _wan(part.least),
                "max": _wan(part.most),
                "cap": _wan(part.cap),
                "up_to": part.up_to,
                "missing": list(part.missing),
                "readings": [
                    {"metric": r.metric, "value": _wan(r.value), "min": _wan(r.least), "max": _wan(r.most)}
                    for r in part.readings
                ],
            }
            for part in due.parts
        ],
    }


def _wan(fen: int | None) -> float | None:
    return None if fen is None else fen / FEN_PER_WAN


def _score_json(score: ScoreResult) -> dict[str, Any]:
    return {
        "label": score.label.zh,
        "min": score.least,
        "max": score.most,
        "full": score.full,
        "parts": [
            {
                "id": p.id,
                "label": p.label.zh,
                "clause": p.clause,
                "min": p.least,
                "max": p.most,
                "full": p.full,
                "panel": p.panel,
                "readings": [_reading(reading) for reading in p.readings],
            }
            for p in score.parts
        ],
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "words": reading.words.zh,
        "min": reading.least,
        "max": reading.most,
        "source": reading.source.document if reading.source else None,
    }


def _json(criterion: Criterion) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "id": criterion.id,
        "label": criterion.label.zh,
        "clause": criterion.clause,
        "outcome": criterion.outcome,
        "counts": criterion.counts,
    }
    if criterion.children:
        return plain | {"group": criterion.group, "criteria": [_json(child) for child in criterion.children]}
    plain |= {
        "metric": criterion.metric,
        "comparison": criterion.comparison.removesuffix("_").removesuffix("_by"),
        "value": _outside(criterion.value, criterion.kind),
        "threshold": _outside(criterion.threshold, criterion.kind),
        "shortfall": _outside(criterion.shortfall, criterion.kind),
        "unit": criterion.unit,
        "missing": list(criterion.missing),
    }
    if criterion.score is not None:
        plain["score"] = _score_json(criterion.score)
    return plain


def _outside(value: Any, kind: Kind | None) -> Any:
    if value is not None and kind is Kind.MONEY:
        return value / FEN_PER_WAN
    return value.isoformat() if isinstance(value, date) else value
