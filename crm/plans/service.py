"""What is done with plans: draw one up, set goals, agree it, note progress, end it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.plans import FULL, PLAN_WORKFLOW, PlanAction, PlanStatus
from crm.domain.words import N_
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.journal.service import changes, record
from crm.kit import clock
from crm.kit.db import db
from crm.plans import queries
from crm.plans.models import Plan, PlanGoal, PlanNote

HEADER = ("title", "since_year", "until_year", "note", "owner_id")
GOAL = ("what", "target", "rung", "due_on", "owner_id")
STANDING = ("status", "agreed_on", "agreed_with", "closed_on", "summary")
ACTS = {
    PlanAction.AGREE: "agreed",
    PlanAction.REDRAFT: "redrafted",
    PlanAction.CLOSE: "closed",
    PlanAction.REOPEN: "reopened",
}


class ChangedMeanwhileError(Refused):
    """Somebody has changed the plan or goal since the page was opened; ``version`` is its version now."""

    def __init__(self, version: int) -> None:
        super().__init__(N_("您打开之后别人改过：下面列出了现在的内容，您写的都还在；核对后再次保存即以您的为准"))
        self.version = version


def create(firm: Firm, actor: User, values: Mapping[str, Any]) -> Plan:
    """Draw up a plan; ``values`` are the HEADER.

    Raises Refused for years that another plan of the firm covers, or an owner who may not see the firm.
    """
    _check(values, firm.id, None)
    kept = {name: values[name] for name in HEADER}
    plan = Plan(firm_id=firm.id, status=PLAN_WORKFLOW.start, made_by_id=actor.id, made_at=clock.now(), **kept)
    db.session.add(plan)
    db.session.flush()
    record("plan.created", actor, "plan", plan.id, firm.id, changes=changes({}, kept))
    return plan


def edit(plan: Plan, actor: User, version: int, values: Mapping[str, Any]) -> None:
    """Change the HEADER of a draft. Raises Refused as ``create`` does, and once the plan is agreed."""
    _check_draft(plan)
    _check_version(plan, version)
    _check(values, plan.firm_id, plan.id)
    _set(plan, plan, actor, "plan.edited", {name: values[name] for name in HEADER})


def move(plan: Plan, actor: User, version: int, action: PlanAction, values: Mapping[str, Any], today: date) -> None:
    """Do ``action``; ``values`` are what its form asks for.

    Raises Refused when the table knows no such move, for an agreement without goals or on a day to come.
    """
    _check_version(plan, version)
    PLAN_WORKFLOW.after(plan.status, action)
    if action is PlanAction.AGREE:
        if not plan.goals:
            raise Refused("还没有目标，先写下至少一个目标")
        if values["agreed_on"] > today:
            raise Refused("商定日期不能晚于今天", field="agreed_on")
    before = {name: getattr(plan, name) for name in STANDING}
    match action:
        case PlanAction.AGREE:
            plan.agreed_on, plan.agreed_with = values["agreed_on"], values["agreed_with"]
        case PlanAction.REDRAFT:
            plan.agreed_on = plan.agreed_with = None
        case PlanAction.CLOSE:
            plan.closed_on, plan.summary = today, values["summary"]
        case PlanAction.REOPEN:
            plan.closed_on = None
    plan.status = PLAN_WORKFLOW.after(plan.status, action)
    changed = changes(before, {name: getattr(plan, name) for name in STANDING})
    reason = {"reason": values["reason"]} if values.get("reason") else {}
    record(f"plan.{ACTS[action]}", actor, "plan", plan.id, plan.firm_id, changes=changed, **reason)


def add_goal(plan: Plan, actor: User, values: Mapping[str, Any]) -> None:
    """Set one more goal of a draft; ``values`` are GOAL. Raises Refused as ``edit`` does."""
    _check_draft(plan)
    _check_owner(values["owner_id"], plan.firm_id)
    kept = {name: values[name] for name in GOAL}
    db.session.add(PlanGoal(plan_id=plan.id, progress=0, **kept))
    told = {name: value for name, value in kept.items() if value is not None}
    record("plan.goal_added", actor, "plan", plan.id, plan.firm_id, changes=changes({}, told))


def edit_goal(plan: Plan, goal: PlanGoal, actor: User, version: int, values: Mapping[str, Any]) -> None:
    """Change a goal of a draft. Raises Refused as ``edit`` does."""
    _check_draft(plan)
    _check_version(goal, version)
    _check_owner(values["owner_id"], plan.firm_id)
    _set(goal, plan, actor, "plan.goal_edited", {name: values[name] for name in GOAL})


def remove_goal(plan: Plan, goal: PlanGoal, actor: User) -> None:
    """Take a goal out of a draft; the trail keeps what it said. Raises Refused when progress has been noted on it."""
    _check_draft(plan)
    if goal.notes:
        raise Refused("这个目标已经记过进展，不能删除：可以改写，或在结束时说明")
    gone = {name: [getattr(goal, name), None] for name in GOAL if getattr(goal, name) is not None}
    record("plan.goal_removed", actor, "plan", plan.id, plan.firm_id, changes=gone)
    db.session.delete(goal)


def note(plan: Plan, goal: PlanGoal, actor: User, values: Mapping[str, Any], today: date) -> None:
    """Note how far a goal has come: ``progress`` 0-100, ``note``, ``noted_on``; every note stays.

    Raises Refused when the plan is not agreed, or for a day to come or before the latest note.
    """
    if plan.status is not PlanStatus.AGREED:
        raise Refused("计划商定之后、结束之前才记进展")
    if values["noted_on"] > today:
        raise Refused("日期不能晚于今天", field="noted_on")
    if goal.notes and values["noted_on"] < goal.notes[0].noted_on:
        raise Refused("日期不能早于上一条进展（{day}）", day=goal.notes[0].noted_on.isoformat(), field="noted_on")
    kept = {name: values[name] for name in ("progress", "note", "noted_on")}
    db.session.add(PlanNote(goal_id=goal.id, by_id=actor.id, at=clock.now(), **kept))
    before = goal.progress
    goal.progress = values["progress"]
    goal.done_on = values["noted_on"] if goal.progress == FULL else None
    told = {"progress": [before, goal.progress]}
    record("plan.noted", actor, "plan", plan.id, plan.firm_id, name=goal.what, reason=values["note"], changes=told)


def _check(values: Mapping[str, Any], firm_id: int, but: int | None) -> None:
    if values["until_year"] < values["since_year"]:
        raise Refused("截止年度不能早于起始年度", field="until_year")
    other = queries.overlapping(firm_id, values["since_year"], values["until_year"], but)
    if other is not None:
        raise Refused("“{title}”已经包含这些年度，一个时期一份计划", title=other.title, field="since_year")
    _check_owner(values["owner_id"], firm_id)


def _check_owner(owner_id: int, firm_id: int) -> None:
    owner = next((user for user in firms.officers() if user.id == owner_id), None)
    if owner is None:
        raise Refused("请选择负责人", field="owner_id")
    if not db.session.scalar(select(firms.visible_to(owner).where(Firm.id == firm_id).exists())):
        raise Refused("{name}看不到这家企业，不能负责", name=owner.name, field="owner_id")


def _check_draft(plan: Plan) -> None:
    if plan.status is not PlanStatus.DRAFT:
        raise Refused("计划已经商定：要改目标，先退回修改")


def _check_version(item: Plan | PlanGoal, version: int) -> None:
    if version != item.version:
        raise ChangedMeanwhileError(item.version)


def _set(item: Plan | PlanGoal, plan: Plan, actor: User, action: str, values: Mapping[str, Any]) -> None:
    changed = changes({name: getattr(item, name) for name in values}, values)
    if not changed:
        return
    for name, value in values.items():
        setattr(item, name, value)
    record(action, actor, "plan", plan.id, plan.firm_id, changes=changed)
