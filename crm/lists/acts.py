"""What can be done to many firms at once: each act says how it looks beforehand, how it is done, how it is undone.

A room above this one adds its own by ``register``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from crm.accounts.models import Agency, User
from crm.domain.access import Permission
from crm.domain.care import Duty
from crm.domain.tasks import TASK_OUTCOME_LABELS, TaskOutcome
from crm.domain.words import N_
from crm.firms import assignments, tags, unassign
from crm.firms.models import Firm
from crm.firms.outcomes import NOT_YOURS, Outcome
from crm.firms.queries import visible_to
from crm.kit.db import db
from crm.tasks import service as tasks

MOST = 20_000
Told = list[tuple[str, Any]]


@dataclass(frozen=True)
class Work:
    """Some firms of one act: who acts, on which day, what was typed, what each firm had before (for an undo)."""

    user: User
    firm_ids: Sequence[int]
    given: Mapping[str, Any]
    key: str
    today: date
    before: Mapping[int, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """One kind of act. ``preview`` changes nothing; ``apply`` and ``undo`` say what became of each firm.

    ``before`` tells what an undo will need and a preview shows; ``told`` says what was typed as (label, value).
    ``actions`` are its words in the trail, by which an undo finds who has been there since. ``begin`` stands instead of
    ``apply``: it queues work that ends in a file, reports by ``bulk.settle``, and returns the number of the job.
    """

    key: str
    label: str
    icon: str
    permission: Permission
    preview: Callable[[Work], list[Outcome]]
    apply: Callable[[Work], list[Outcome]] | None = None
    undo: Callable[[Work], list[Outcome]] | None = None
    before: Callable[[Work], dict[int, dict[str, Any]]] = lambda _work: {}
    told: Callable[[Mapping[str, Any]], Told] = lambda _given: []
    begin: Callable[[User, int, Sequence[int], date], int] | None = None
    actions: tuple[str, ...] = ()
    asks: bool = True
    most: int = MOST


ACTS: dict[str, Act] = {}
TAGGED = ("firm.tagged", "firm.untagged")


def register(act: Act) -> None:
    """Offer an act."""
    ACTS[act.key] = act


# Hand over: officer or agency.


def _assign(duty: Duty, work: Work) -> list[Outcome]:
    return assignments.assign(
        work.firm_ids, duty, work.given["person_id"], _day(work), work.user, work.today, reason=work.given["reason"]
    )


def _assign_preview(duty: Duty, work: Work) -> list[Outcome]:
    return assignments.preview(work.firm_ids, duty, work.given["person_id"], _day(work), work.user, work.today)


def _assign_undo(duty: Duty, work: Work) -> list[Outcome]:
    before = {firm_id: held["person_id"] for firm_id, held in work.before.items()}
    return unassign.take_back(work.firm_ids, duty, work.given["person_id"], _day(work), before, work.user)


def _held(duty: Duty, work: Work) -> dict[int, dict[str, Any]]:
    person: Any = User if duty is Duty.OFFICER else Agency
    column = assignments.HELD[duty]
    query = select(Firm.id, column, person.name).outerjoin(person, person.id == column)
    rows = db.session.execute(query.where(Firm.id.in_(work.firm_ids)))
    return {firm_id: {"person_id": person_id, "name": name} for firm_id, person_id, name in rows}


def _assign_told(duty: Duty, given: Mapping[str, Any]) -> Told:
    person: Any = User if duty is Duty.OFFICER else Agency
    name = db.session.scalar(select(person.name).where(person.id == given["person_id"]))
    return [(N_("交给"), name or N_("不指定")), (N_("生效日期"), given["since_on"]), (N_("事由"), given["reason"])]


def _day(work: Work) -> date:
    return date.fromisoformat(work.given["since_on"])


# Tags.


def _tag(work: Work) -> list[Outcome]:
    return tags.tag(work.firm_ids, tags.named(work.given["tag"], work.user), work.user)


def _untag(work: Work) -> list[Outcome]:
    return tags.untag(work.firm_ids, tags.named(work.given["tag"], work.user), work.user)


def _tag_preview(put: bool, work: Work) -> list[Outcome]:
    return tags.preview(work.firm_ids, work.given["tag"], work.user, put=put)


def _tag_told(given: Mapping[str, Any]) -> Told:
    return [(N_("标签"), given["tag"])]


# Tasks.


def _task(work: Work) -> list[Outcome]:
    due_on = date.fromisoformat(work.given["due_on"]) if work.given["due_on"] else None
    rows = tasks.create(
        work.firm_ids,
        title=work.given["title"],
        owner_id=work.given["owner_id"],
        due_on=due_on,
        note=work.given["note"],
        actor=work.user,
        key=work.key,
        today=work.today,
    )
    return outcomes(rows, {TaskOutcome.MADE, TaskOutcome.SAME})


def undo_tasks(work: Work) -> list[Outcome]:
    """Take the tasks of the act back."""
    # Withdrawn at the first call, all of them: what is not there any more is taken back.
    rows = {row.firm_id: row for row in tasks.withdraw(work.key, work.user) if row.firm_id in set(work.firm_ids)}
    gone = [Outcome(firm_id, "", done=True) for firm_id in work.firm_ids if firm_id not in rows]
    return [*outcomes(list(rows.values()), {TaskOutcome.WITHDRAWN}), *gone]


def outcomes(rows: Sequence[tasks.Row], done: set[TaskOutcome]) -> list[Outcome]:
    """Return what became of tasks as what became of their firms."""
    return [
        Outcome(
            row.firm_id or 0,
            row.name or "",
            done=row.outcome in done,
            why="" if row.outcome in done else TASK_OUTCOME_LABELS[row.outcome],
        )
        for row in rows
    ]


def _task_preview(work: Work) -> list[Outcome]:
    owner = db.session.get_one(User, work.given["owner_id"])
    return [
        outcome if not outcome.done or outcome.firm_id in owned else _unseen_by_owner(outcome)
        for owned in [_visible(owner, work.firm_ids)]
        for outcome in seen(work)
    ]


def _unseen_by_owner(outcome: Outcome) -> Outcome:
    why = TASK_OUTCOME_LABELS[TaskOutcome.OWNER_CANNOT_SEE]
    return Outcome(outcome.firm_id, outcome.name, done=False, why=why)


def task_told(given: Mapping[str, Any]) -> Told:
    """Return who is to do it, by when."""
    owner = db.session.scalar(select(User.name).where(User.id == given["owner_id"]))
    return [(N_("负责人"), owner), (N_("期限"), given["due_on"])]


def _told(given: Mapping[str, Any]) -> Told:
    return [(N_("要做什么"), given["title"]), *task_told(given), (N_("备注"), given["note"])]


def seen(work: Work, user_id: int | None = None) -> list[Outcome]:
    """Say of each firm whether who acts (or somebody else) may see it now: the preview of what only looks."""
    names = _visible(db.session.get_one(User, user_id) if user_id else work.user, work.firm_ids)
    return [
        Outcome(firm_id, names[firm_id], done=True)
        if firm_id in names
        else Outcome(firm_id, "", done=False, why=NOT_YOURS)
        for firm_id in work.firm_ids
    ]


def _visible(user: User, firm_ids: Sequence[int]) -> dict[int, str]:
    query = visible_to(user).where(Firm.id.in_(firm_ids)).with_only_columns(Firm.id, Firm.name)
    return dict(db.session.execute(query).all())


def _hand_over(duty: Duty, label: str, icon: str) -> Act:
    return Act(
        duty.value,
        label,
        icon,
        Permission.FIRM_ASSIGN,
        preview=partial(_assign_preview, duty),
        apply=partial(_assign, duty),
        undo=partial(_assign_undo, duty),
        before=partial(_held, duty),
        told=partial(_assign_told, duty),
        actions=("firm.assigned", "firm.assignment_planned", "firm.edited"),
    )


register(_hand_over(Duty.OFFICER, N_("换服务专员"), icon="user-share"))
register(_hand_over(Duty.AGENCY, N_("换服务机构"), icon="building-community"))
register(
    Act(
        "tag",
        N_("加标签"),
        icon="tag",
        permission=Permission.FIRM_FLAG,
        preview=partial(_tag_preview, True),
        apply=_tag,
        undo=_untag,
        told=_tag_told,
        actions=TAGGED,
    )
)
register(
    Act(
        "untag",
        N_("去标签"),
        icon="tag-off",
        permission=Permission.FIRM_FLAG,
        preview=partial(_tag_preview, False),
        apply=_untag,
        undo=_tag,
        told=_tag_told,
        actions=TAGGED,
    )
)
register(
    Act(
        "task",
        N_("建待办"),
        icon="checklist",
        permission=Permission.TASK_WORK,
        preview=_task_preview,
        apply=_task,
        undo=undo_tasks,
        told=_told,
        actions=("task.done", "task.edited", "task.handed", "task.reopened"),
        most=tasks.MOST,
    )
)
