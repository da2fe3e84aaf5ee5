"""Tasks out of what each of many firms lacks for a policy: one a firm, in words of its own."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import force_locale

from crm.domain.access import Permission
from crm.domain.tasks import TASK_OUTCOME_LABELS, TaskOutcome
from crm.domain.words import N_
from crm.firms.outcomes import Outcome
from crm.ladder import many, todo
from crm.lists.acts import Act, Told, Work, outcomes, seen, task_told, undo_tasks
from crm.policies import queries as policies
from crm.tasks import about as tasks
from crm.tasks import queries as open_tasks

MOST = 5_000
NOTHING = N_("没有未满足的条件")


def _wanted(work: Work) -> dict[int, tasks.Wanted]:
    """Return what each firm lacks and no open task is about, as one task; a firm that lacks nothing is not in it."""
    judged = many.judged(work.firm_ids, work.today, lambda _held: [work.given["policy"]])
    there = open_tasks.open_about(work.firm_ids)
    found: dict[int, tasks.Wanted] = {}
    with force_locale(work.user.locale or "zh_CN"):
        for firm_id, (one,) in judged.items():
            lacking = [c for c in one.assessment.root.children if c.counts and c.outcome == "not_met"]
            fresh = [c for c in lacking if todo.about(one.policy.id, c) not in there.get(firm_id, {})]
            if fresh:
                found[firm_id] = todo.of_all(firm_id, one.assessment, fresh)
            elif lacking:  # there are tasks about all of it: none is made
                found[firm_id] = todo.of_criterion(firm_id, one.assessment, lacking[0])
    return found


def _preview(work: Work) -> list[Outcome]:
    wanted, there = _wanted(work), open_tasks.open_about(work.firm_ids)
    owned = {outcome.firm_id for outcome in seen(work, work.given["owner_id"]) if outcome.done}
    return [_seen(outcome, wanted.get(outcome.firm_id), there, owned) for outcome in seen(work)]


def _seen(
    outcome: Outcome, wanted: tasks.Wanted | None, there: Mapping[int, Mapping[str, int]], owned: set[int]
) -> Outcome:
    if not outcome.done:
        return outcome
    why = ""
    if wanted is None:
        why = NOTHING
    elif outcome.firm_id not in owned:
        why = TASK_OUTCOME_LABELS[TaskOutcome.OWNER_CANNOT_SEE]
    elif wanted.about in there.get(outcome.firm_id, {}):
        why = TASK_OUTCOME_LABELS[TaskOutcome.OPEN]
    return Outcome(outcome.firm_id, outcome.name, done=not why, why=why)


def _apply(work: Work) -> list[Outcome]:
    wanted = _wanted(work)
    rows = tasks.create(
        list(wanted.values()),
        owner_id=work.given["owner_id"],
        due_on=date.fromisoformat(work.given["due_on"]) if work.given["due_on"] else None,
        actor=work.user,
        key=work.key,
        today=work.today,
    )
    made = outcomes(rows, {TaskOutcome.MADE})
    return [*made, *(Outcome(i, "", done=False, why=NOTHING) for i in work.firm_ids if i not in wanted)]


def _told(given: Mapping[str, Any]) -> Told:
    policy = policies.known().get(given["policy"])
    name = policy.name.zh if policy else given["policy"]
    return [(N_("政策"), name), *task_told(given)]


GAP_TASK = Act(
    "gap_task",
    N_("由差距建待办"),
    icon="list-check",
    permission=Permission.TASK_WORK,
    preview=_preview,
    apply=_apply,
    undo=undo_tasks,
    told=_told,
    actions=("task.done", "task.edited", "task.handed", "task.reopened"),
    most=MOST,
)
