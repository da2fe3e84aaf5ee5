"""Where one enters."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission, Role
from crm.domain.ladder import RUNG_LABELS
from crm.domain.places import DISTRICTS
from crm.domain.plans import PLAN_ACTION_LABELS, PLAN_STATUS_LABELS, PLAN_WORKFLOW, PlanAction, PlanStatus
from crm.firms import queries as firms
from crm.kit import clock, tables
from crm.kit.access import can, requires
from crm.kit.pages import page
from crm.plans import queries, service
from crm.plans.forms import MOVE_FORMS, GoalForm, NoteForm, PlanForm

bp = Blueprint("plans", __name__)

ANY_ACTION = f"<any({', '.join(map(repr, map(str, PlanAction)))}):action>"


@bp.app_context_processor
def names() -> dict[str, Any]:
    """Give pages the words for plans."""
    return {"plan_statuses": PLAN_STATUS_LABELS, "plan_actions": PLAN_ACTION_LABELS}


@bp.get("/plans")
@requires(Permission.PLAN_READ)
def index() -> ResponseReturnValue:
    """List plans with how far they have come and what is late."""
    today = clock.today()
    own = current_user.role in {Role.OFFICER, Role.MANAGER}
    owner = request.args.get("owner", "")
    district = request.args.get("district", "")
    filters = queries.Filters(
        status=request.args.get("status", type=PlanStatus),
        owner_id=current_user.id if owner == "me" else tables.record_number("owner"),
        year=_year(request.args.get("year", "")),
        district=district if district in DISTRICTS else "",
        late=request.args.get("late") == "1",
    )
    return page(
        "plans/index.html",
        plans=queries.listing(current_user, filters, today, tables.page_number()),
        counts=queries.due(current_user, today) if own else None,
        filters=filters,
        owner=owner,
        owners=firms.officers(),
        years=range(today.year + 1, today.year - 4, -1),
        day=today,
    )


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


@bp.get("/firms/<int:firm_id>/plans")
@requires(Permission.PLAN_READ)
def firm(firm_id: int) -> ResponseReturnValue:
    """Show the plans of one firm."""
    firm = firms.get(firm_id, current_user)
    today = clock.today()
    plans = queries.of_firm(firm.id, current_user)
    return page("plans/firm.html", firm=firm, head=firms.head(firm, today), plans=plans, day=today)


@bp.route("/firms/<int:firm_id>/plans/new", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def create(firm_id: int) -> ResponseReturnValue:
    """Draw up a plan."""
    firm, today = firms.get(firm_id, current_user), clock.today()
    owners = firms.officers()
    owner = firm.officer_id if firm.officer_id in {user.id for user in owners} else current_user.id
    title = _("%(year)s 年一企一策", year=today.year)
    form = PlanForm(data={"owner_id": owner, "since_year": today.year, "until_year": today.year, "title": title})
    form.offer(owners)
    if form.posted():
        with form.refusals():
            plan = service.create(firm, current_user, form.values())
            flash(_("已起草，接着写目标"), "good")
            return redirect(url_for(".show", plan_id=plan.id))
    return page("plans/edit.html", form, firm=firm, head=firms.head(firm, today), plan=None, theirs=[])


@bp.get("/plans/<int:plan_id>")
@requires(Permission.PLAN_READ)
def show(plan_id: int) -> ResponseReturnValue:
    """Show one plan: its goals, how far each has come, and what can be done with it now."""
    plan = queries.get(plan_id, current_user)
    moves = PLAN_WORKFLOW.actions(plan.status) if can(Permission.PLAN_WRITE) else ()
    return _of("plans/show.html", plan, moves=moves, plain=MOVE_FORMS[PlanAction.AGREE](formdata=None))


@bp.route("/plans/<int:plan_id>/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def edit(plan_id: int) -> ResponseReturnValue:
    """Change what a draft is called, its years, who leads it."""
    plan = queries.get(plan_id, current_user)
    form = PlanForm(obj=plan)
    form.offer(firms.officers())
    theirs: list[tuple[str, Any, Any]] = []
    if form.posted():
        with form.refusals():
            try:
                service.edit(plan, current_user, form.version.data, form.values())
            except service.ChangedMeanwhileError as changed:
                theirs = _differences(form, plan, service.HEADER, changed.version)
                raise
            flash(_("已保存"), "good")
            return redirect(url_for(".show", plan_id=plan.id))
    return _of("plans/edit.html", plan, form, theirs=theirs)


@bp.route("/plans/<int:plan_id>/goals/new", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def add_goal(plan_id: int) -> ResponseReturnValue:
    """Set one more goal of a draft."""
    plan = queries.get(plan_id, current_user)
    form = GoalForm(data={"owner_id": plan.owner_id})
    form.offer(firms.officers())
    if form.posted():
        with form.refusals():
            service.add_goal(plan, current_user, form.values())
            flash(_("已加目标"), "good")
            return redirect(url_for(".show", plan_id=plan.id))
    return _of("plans/goal.html", plan, form, goal=None, theirs=[])


@bp.route("/plans/<int:plan_id>/goals/<int:goal_id>/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def edit_goal(plan_id: int, goal_id: int) -> ResponseReturnValue:
    """Change a goal of a draft."""
    plan, goal = _goal(plan_id, goal_id)
    form = GoalForm(obj=goal)
    form.offer(firms.officers())
    theirs: list[tuple[str, Any, Any]] = []
    if form.posted():
        with form.refusals():
            try:
                service.edit_goal(plan, goal, current_user, form.version.data, form.values())
            except service.ChangedMeanwhileError as changed:
                theirs = _differences(form, goal, service.GOAL, changed.version)
                raise
            flash(_("已保存"), "good")
            return redirect(url_for(".show", plan_id=plan.id))
    return _of("plans/goal.html", plan, form, goal=goal, theirs=theirs)


@bp.post("/plans/<int:plan_id>/goals/<int:goal_id>/remove")
@requires(Permission.PLAN_WRITE)
def remove_goal(plan_id: int, goal_id: int) -> ResponseReturnValue:
    """Take a goal out of a draft."""
    plan, goal = _goal(plan_id, goal_id)
    service.remove_goal(plan, goal, current_user)
    flash(_("已删除，时间线里留有原内容"), "good")
    return redirect(url_for(".show", plan_id=plan.id))


@bp.route("/plans/<int:plan_id>/goals/<int:goal_id>/note", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def note(plan_id: int, goal_id: int) -> ResponseReturnValue:
    """Note how far a goal has come."""
    plan, goal = _goal(plan_id, goal_id)
    form = NoteForm(data={"progress": goal.progress, "noted_on": clock.today()})
    if form.posted():
        with form.refusals():
            service.note(plan, goal, current_user, form.values(), clock.today())
            flash(_("已记进展"), "good")
            return redirect(url_for(".show", plan_id=plan.id))
    return _of("plans/note.html", plan, form, goal=goal)


@bp.route(f"/plans/<int:plan_id>/{ANY_ACTION}", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def move(plan_id: int, action: str) -> ResponseReturnValue:
    """Do one move of the table; what it asks for is asked on a page of its own."""
    plan, act, today = queries.get(plan_id, current_user), PlanAction(action), clock.today()
    form = MOVE_FORMS[act](obj=plan)
    if "agreed_on" in form and form.agreed_on.data is None:
        form.agreed_on.data = today
    if form.posted():
        with form.refusals():
            values = form.values()
            try:
                service.move(plan, current_user, values.pop("version"), act, values, today)
            except service.ChangedMeanwhileError as changed:
                form.version.data = changed.version
                raise
            flash(_("已保存"), "good")
            return redirect(url_for(".show", plan_id=plan.id))
    return _of("plans/move.html", plan, form, action=act)


def _goal(plan_id: int, goal_id: int) -> tuple[Any, Any]:
    plan = queries.get(plan_id, current_user)
    return plan, next((goal for goal in plan.goals if goal.id == goal_id), None) or abort(404)


def _differences(form: Any, item: Any, fields: tuple[str, ...], version: int) -> list[tuple[str, Any, Any]]:
    """Return (label, what is kept now, what was typed) where the two differ; a second save is a decision."""
    form.version.data = version
    people = {user.id: user.name for user in firms.officers()}

    def shown(name: str, value: Any) -> Any:
        return (
            people.get(value, value)
            if name == "owner_id"
            else _(RUNG_LABELS[value])
            if name == "rung" and value
            else value
        )

    return [
        (form[name].label.text, shown(name, now), shown(name, mine))
        for name in fields
        if (now := getattr(item, name)) != (mine := form[name].data)
    ]


def _of(template: str, plan: Any, form: Any = None, **context: Any) -> ResponseReturnValue:
    today = clock.today()
    head = firms.head(plan.firm, today)
    return page(template, form, plan=plan, firm=plan.firm, head=head, rungs=RUNG_LABELS, day=today, **context)
