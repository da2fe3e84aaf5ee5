"""What a firm lacks as something to be done: the words of a task."""

from collections.abc import Sequence

from flask_babel import gettext as _

from crm.ladder import telling
from crm.ladder.telling import told
from crm.rules.explain import Assessment, Criterion
from crm.tasks.about import Wanted


def about(policy_id: str, criterion: Criterion) -> str:
    """Return the key of the task that a criterion asks for."""
    return f"{policy_id}:{criterion.id}"


def of_criterion(firm_id: int, assessment: Assessment, criterion: Criterion) -> Wanted:
    """Return the task of one criterion that is not met."""
    name = told(assessment.policy.name)
    lines = [*_lines(assessment, criterion), f"{name} · {criterion.clause}"]
    return Wanted(firm_id, about(assessment.policy.id, criterion), _title(criterion), "\n".join(lines))


def of_all(firm_id: int, assessment: Assessment, criteria: Sequence[Criterion]) -> Wanted:
    """Return one task of all the criteria that are not met; of a single one it is that criterion's own."""
    if len(criteria) == 1:
        return of_criterion(firm_id, assessment, criteria[0])
    name = told(assessment.policy.name)
    title = _("补齐“%(policy)s”的 %(count)s 项差距", policy=name, count=len(criteria))
    lines = [f"{_title(criterion)}（{criterion.clause}）" for criterion in criteria]
    return Wanted(firm_id, f"{assessment.policy.id}:*", title, "\n".join(lines))


def _title(criterion: Criterion) -> str:
    return _("%(criterion)s：%(short)s", criterion=told(criterion.label), short=telling.short(criterion))


def _lines(assessment: Assessment, criterion: Criterion) -> list[str]:
    lines = [telling.closes(criterion, assessment)]
    if criterion.value is not None:
        lines.append(_("现为 %(value)s", value=telling.shown(criterion, criterion.value)))
    if criterion.threshold is not None:
        lines.append(_("要求 %(asked)s", asked=telling.asked(criterion)))
    return [line for line in lines if line]
