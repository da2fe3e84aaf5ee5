"""What is done with tasks: make one or many, do, reopen, edit, hand on, take back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.tasks import TaskOutcome
from crm.domain.words import N_
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.journal.service import Entry, changes, record, record_many
from crm.kit import clock
from crm.kit.db import db
from crm.tasks import queries
from crm.tasks.models import Task

# One statement holds the keys of so many firms on either database; a longer list is worked off in parts.
MOST = 10_000
EDITABLE = ("title", "owner_id", "due_on", "note")


@dataclass(frozen=True)
class Row:
    """What a bulk act did for one firm. ``name`` is None for a firm out of sight, or for a task of no firm."""

    firm_id: int | None
    name: str | None
    outcome: TaskOutcome


class ChangedMeanwhileError(Refused):
    """Somebody has changed the task since the edit began; ``version`` is the task's now."""

    def __init__(self, version: int) -> None:
        super().__init__(N_("您打开之后别人改过这条待办：下面列出了现在的内容，核对后再次保存即以您的为准"))
        self.version = version


class OwnerCannotSeeError(Refused):
    """The owner may not see the firm the task is for."""

    def __init__(self, owner: User) -> None:
        super().__init__(N_("{name}看不到这家企业，不能负责"), name=owner.name, field="owner_id")


def create_one(firm_id: int, values: Mapping[str, Any], actor: User, key: str, today: date) -> None:
    """Make a task of one firm; ``values`` are the EDITABLE. Raises Refused as ``create`` does."""
    [row] = create([firm_id], **values, actor=actor, key=key, today=today)
    if row.outcome is TaskOutcome.OWNER_CANNOT_SEE:
        raise OwnerCannotSeeError(owner_of(values["owner_id"], actor))


def create(
    firm_ids: Sequence[int],
    *,
    title: str,
    owner_id: int,
    due_on: date | None,
    note: str | None,
    actor: User,
    key: str,
    today: date,
) -> list[Row]:
    """Make one task a firm and say what became of each, in the order given; a constant number of statements.

    ``key`` (32 characters at most) names the act: sent again it makes nothing twice. A firm that actor or owner may
    not see gets none. Raises Refused for an owner who may not be given tasks, a day that is over, or over MOST firms.
    """
    if len(firm_ids) > MOST:
        raise Refused("一次最多 {most} 家，请分批", most=MOST)
    values = {"title": title, "owner_id": owner_id, "due_on": due_on, "note": note}
    check_day(due_on, today)
    owner = owner_of(owner_id, actor)
    names = names_of(firm_ids, actor)
    owned = names if owner.id == actor.id else names_of(firm_ids, owner)
    there = set(db.session.scalars(select(Task.firm_id).where(Task.act == key)))
    rows: list[Row] = []
    wanted: list[int] = []
    for firm_id in dict.fromkeys(firm_ids):
        if firm_id not in names:
            outcome = TaskOutcome.UNSEEN
        elif firm_id in there:
            outcome = TaskOutcome.SAME
        elif firm_id not in owned:
            outcome = TaskOutcome.OWNER_CANNOT_SEE
        else:
            outcome = TaskOutcome.MADE
            wanted.append(firm_id)
        rows.append(Row(firm_id, names.get(firm_id), outcome))
    insert_rows([{**values, "firm_id": firm_id, "act": key} for firm_id in wanted], actor)
    return rows


def create_alone(values: Mapping[str, Any], actor: User, key: str, today: date) -> None:
    """Make a task of no firm; ``values`` are the EDITABLE. Raises Refused as ``create`` does."""
    check_day(values["due_on"], today)
    owner_of(values["owner_id"], actor)
    if not db.session.scalars(select(Task.id).where(Task.act == key)).first():
        insert_rows([{**values, "firm_id": None, "act": key}], actor)


def done(task: Task, actor: User, today: date) -> None:
    """Note that a task is done, by whoever did it; done once, it stays done."""
    if task.done_on is None:
        task.about = None
        _set(task, actor, "task.done", {"done_on": today, "done_by_id": actor.id})


def reopen(task: Task, actor: User) -> None:
    """Open a task again. It is about what it came from again, unless another open one is."""
    if task.done_on is not None:
        if task.firm_id and task.came_of not in queries.open_about([task.firm_id]).get(task.firm_id, {}):
            task.about = task.came_of
        _set(task, actor, "task.reopened", {"done_on": None, "done_by_id": None})


def edit(task: Task, actor: User, version: int, values: Mapping[str, Any], today: date) -> None:
    """Save what was typed; another owner means handing the task on.

    Raises ChangedMeanwhileError when ``version`` is not the task's any more, Refused as ``create`` does.
    """
    if version != task.version:
        raise ChangedMeanwhileError(task.version)
    if values["due_on"] != task.due_on:
        check_day(values["due_on"], today)
    if values["owner_id"] != task.owner_id:
        owner = owner_of(values["owner_id"], actor)
        if task.firm_id and not names_of([task.firm_id], owner):
            raise OwnerCannotSeeError(owner)
    _set(task, actor, "task.edited", {name: values[name] for name in EDITABLE})


def hand(tasks: Collection[Task], owner_id: int, actor: User) -> list[Row]:
    """Hand tasks on to another owner, and say what became of each; a constant number of statements.

    Raises Refused for an owner who may not be given tasks.
    """
    owner = owner_of(owner_id, actor)
    owned = names_of([task.firm_id for task in tasks if task.firm_id], owner)
    rows, handed = [], []
    for task in tasks:
        if task.done_on is not None:
            outcome = TaskOutcome.DONE
        elif task.owner_id == owner.id:
            outcome = TaskOutcome.SAME
        elif task.firm_id is not None and task.firm_id not in owned:
            outcome = TaskOutcome.OWNER_CANNOT_SEE
        else:
            outcome = TaskOutcome.HANDED
            handed.append(task)
        rows.append(Row(task.firm_id, task.firm.name if task.firm else None, outcome))
    entries = [
        Entry("task.handed", "task", task.id, task.firm_id, {"changes": {"owner_id": [task.owner_id, owner.id]}})
        for task in handed
    ]
    moved = update(Task).where(Task.id.in_([task.id for task in handed]))
    db.session.execute(moved.values(owner_id=owner.id, version=Task.version + 1))
    record_many(entries, actor)
    return rows


def withdraw(key: str, actor: User) -> list[Row]:
    """Take back what one act of ``actor`` has made, except what somebody has touched since; say what became of each.

    The trail keeps what the tasks said.
    """
    tasks = queries.of_act(key, actor)
    rows = [
        Row(
            task.firm_id,
            task.firm.name if task.firm else None,
            TaskOutcome.WITHDRAWN if task.version == 1 else TaskOutcome.TOUCHED,
        )
        for task in tasks
    ]
    gone = [task for task in tasks if task.version == 1]
    told = [
        Entry("task.withdrawn", "task", task.id, task.firm_id, {"changes": changes(_told(task), _NOTHING)})
        for task in gone
    ]
    db.session.execute(delete(Task).where(Task.id.in_([task.id for task in gone])))
    record_many(told, actor)
    return rows


_NOTHING = dict.fromkeys(EDITABLE)


def _told(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in EDITABLE}


def names_of(firm_ids: Collection[int], user: User) -> dict[int, str]:
    """Return {firm id: name} of those that ``user`` may see."""
    query = firms.visible_to(user).where(Firm.id.in_(firm_ids)).with_only_columns(Firm.id, Firm.name)
    return dict(db.session.execute(query).all())


def owner_of(owner_id: int, actor: User) -> User:
    """Return who is to do it. Raises Refused for somebody ``actor`` may not give tasks to."""
    owner = next((user for user in queries.owners(actor) if user.id == owner_id), None)
    if owner is None:
        raise Refused("请选择负责人", field="owner_id")
    return owner


def check_day(due_on: date | None, today: date) -> None:
    """Refuse a day that is over."""
    if due_on and due_on < today:
        raise Refused("期限不能早于今天", field="due_on")


def insert_rows(rows: Sequence[Mapping[str, Any]], actor: User) -> None:
    """Make tasks out of EDITABLE, firm_id, act and, for one that comes from something, about: one statement for all."""
    if not rows:
        return
    made = {"about": None, "made_by_id": actor.id, "made_at": clock.now(), "version": 1}
    # By the table: for a mapped class that counts versions, each row would be a statement of its own.
    db.session.execute(insert(Task.__table__), [{**made, **row, "came_of": row.get("about")} for row in rows])
    told = {(row["act"], row["firm_id"]): {name: row[name] for name in EDITABLE} for row in rows}
    query = select(Task.act, Task.firm_id, Task.id).where(Task.act.in_({row["act"] for row in rows}))
    entries = [
        Entry("task.created", "task", id_, firm_id, {"changes": changes({}, _said(told[act, firm_id]))})
        for act, firm_id, id_ in db.session.execute(query.order_by(Task.id))
        if (act, firm_id) in told
    ]
    record_many(entries, actor)


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _set(task: Task, actor: User, action: str, values: Mapping[str, Any]) -> None:
    changed = changes({name: getattr(task, name) for name in values}, values)
    if not changed:
        return
    for name, value in values.items():
        setattr(task, name, value)
    record(action, actor, "task", task.id, task.firm_id, changes=changed)
