"""Where one enters."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.views import own_address
from crm.domain.access import Permission
from crm.domain.tasks import TASK_OUTCOME_LABELS, TaskOutcome
from crm.firms import queries as firms
from crm.kit import clock, tables
from crm.kit.access import can, requires
from crm.kit.pages import page, words
from crm.tasks import queries, service
from crm.tasks.forms import OwnerForm, PlainForm, TaskForm

bp = Blueprint("tasks", __name__, url_prefix="/tasks")

NAMED = 5


@bp.get("")
@requires(Permission.TASK_READ)
def index() -> ResponseReturnValue:
    """List tasks: one's own unless the address asks for somebody's or all."""
    today = clock.today()
    heap = request.args.get("heap", queries.Heap.OPEN, type=queries.Heap)
    working = can(Permission.TASK_WORK)
    firm = _firm()
    owner = request.args.get("owner", "me" if working and not firm else "all")
    whose = queries.Whose(
        current_user.id if owner == "me" else tables.record_number("owner"), firm.id if firm else None
    )
    owners = queries.owners(current_user) if working else []
    return page(
        "tasks/index.html",
        tasks=queries.listing(current_user, heap, today, tables.page_number(), whose),
        counts=queries.due(current_user, today, whose),
        heap=heap,
        owner=owner,
        firm=firm,
        owners=owners,
        hand=OwnerForm(formdata=None).offer(owners),
        day=today,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.TASK_WORK)
def create() -> ResponseReturnValue:
    """Make one task, for the firm the address names or for none."""
    firm = _firm()
    form = TaskForm(owner_id=current_user.id).offer(queries.owners(current_user))
    back = url_for("desk.firm", firm_id=firm.id) if firm else url_for(".index")
    if form.posted():
        with form.refusals():
            values = _values(form)
            key = form.act_key.data[:32]
            if firm:
                service.create_one(firm.id, values, current_user, key, clock.today())
            else:
                service.create_alone(values, current_user, key, clock.today())
            flash(_("已建待办"), "good")
            return redirect(back)
    return page("tasks/create.html", form, firm=firm, back=back)


@bp.route("/<int:task_id>/edit", methods=["GET", "POST"])
@requires(Permission.TASK_WORK)
def edit(task_id: int) -> ResponseReturnValue:
    """Change a task, or hand it on."""
    task = queries.get(task_id, current_user)
    offered = {user.id: user for user in [task.owner, *queries.owners(current_user)]}
    form = TaskForm(obj=task).offer(offered.values())
    theirs: list[tuple[str, str, str]] = []
    if form.posted():
        with form.refusals():
            try:
                service.edit(task, current_user, form.version.data, _values(form), clock.today())
            except service.ChangedMeanwhileError as changed:
                theirs = _differences(form, task, {user.id: user.name for user in offered.values()})
                # Seen side by side, a second save is a decision.
                form.version.data = changed.version
                raise
            flash(_("已保存"), "good")
            return redirect(own_address(request.args.get("next") or url_for(".index")))
    siblings = queries.of_act(task.act, current_user) if task.made_by_id == current_user.id else []
    return page(
        "tasks/edit.html",
        form,
        task=task,
        theirs=theirs,
        untouched=sum(sibling.version == 1 for sibling in siblings),
        plain=PlainForm(formdata=None),
        back=own_address(request.args.get("next") or url_for(".index")),
    )


@bp.post("/<int:task_id>/done")
@requires(Permission.TASK_WORK)
def done(task_id: int) -> ResponseReturnValue:
    """Note that a task is done."""
    task = queries.get(task_id, current_user)
    service.done(task, current_user, clock.today())
    flash(_("已办结：%(step)s", step=task.title), "good")
    return redirect(own_address(request.form.get("next") or url_for(".index")))


@bp.post("/<int:task_id>/reopen")
@requires(Permission.TASK_WORK)
def reopen(task_id: int) -> ResponseReturnValue:
    """Open a task again."""
    task = queries.get(task_id, current_user)
    service.reopen(task, current_user)
    flash(_("已重新打开：%(title)s", title=task.title), "good")
    return redirect(own_address(request.form.get("next") or url_for(".index")))


@bp.post("/hand")
@requires(Permission.TASK_WORK)
def hand() -> ResponseReturnValue:
    """Hand the tasks picked on a list on to another owner."""
    back = own_address(request.form.get("next") or url_for(".index"))
    picked = [int(text) for text in request.form.getlist("task_ids") if text.isascii() and text.isdigit()]
    form = OwnerForm().offer(queries.owners(current_user))
    if not form.posted():
        flash(_("请选择负责人"), "bad")
        return redirect(back)
    found = queries.picked(picked[: queries.PER_PAGE], current_user)
    _tell(service.hand(found, form.owner_id.data, current_user))
    return redirect(back)


@bp.post("/withdraw")
@requires(Permission.TASK_WORK)
def withdraw() -> ResponseReturnValue:
    """Take back what one of the reader's own acts has made, as far as nobody has touched it."""
    rows = service.withdraw(request.form.get("act", "")[:32], current_user)
    if rows:
        _tell(rows)
    else:
        flash(_("没有可撤回的待办"), "warn")
    return redirect(own_address(request.form.get("next") or url_for(".index")))


def _firm() -> Any:
    """Return the firm that the address names; a file merged into another stands for that one."""
    firm_id = tables.record_number("firm")
    return None if firm_id is None else firms.get(firms.follow(firm_id), current_user)


def _values(form: TaskForm) -> dict[str, Any]:
    return {name: value for name, value in form.values().items() if name in service.EDITABLE}


def _differences(form: TaskForm, task: Any, names: dict[int, str]) -> list[tuple[str, str, str]]:
    """Return (label, what the task says now, what was typed) where the two differ."""
    typed = _values(form)
    pairs = [(name, getattr(task, name), typed[name]) for name in service.EDITABLE]
    return [
        (form[name].label.text, *(str(names.get(v, v) if name == "owner_id" else v or "—") for v in (now, mine)))
        for name, now, mine in pairs
        if (now or None) != (mine or None)
    ]


def _tell(rows: list[service.Row]) -> None:
    """Say how many of each outcome, and name the first few of those left as they were."""
    moved = {TaskOutcome.MADE, TaskOutcome.HANDED, TaskOutcome.WITHDRAWN}
    for outcome, label in TASK_OUTCOME_LABELS.items():
        names = [row.name or _("未关联企业") for row in rows if row.outcome is outcome]
        if outcome in moved and names:
            flash(_("%(what)s %(count)s 条", what=words(label), count=len(names)), "good")
        elif names:
            listed = "、".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")
            flash(_("%(what)s：%(count)s 条（%(names)s）", what=words(label), count=len(names), names=listed), "warn")
