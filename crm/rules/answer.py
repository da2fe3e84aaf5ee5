"""An assessment as plain data: what ``flask rules assess --json`` prints. Money in 万元, as facts files give it."""

from datetime import date
from typing import Any

from crm.rules.evaluate import FEN_PER_WAN
from crm.rules.explain import Assessment, Criterion, Reading, ScoreResult
from crm.rules.figure import Kind


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
    }


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
