"""From what a firm lacks to what is to be done about it."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import DateField
from wtforms.validators import Optional

from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.ladder import POLICY_OF, Rung
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.pages import page, told
from crm.ladder import service, telling
from crm.ladder.service import Gap
from crm.rules.explain import Criterion
from crm.tasks import queries as tasks
from crm.tasks import service as making
from crm.tasks.forms import OwnerForm

bp = Blueprint("tasks", __name__)


class GapTasksForm(OwnerForm):
    """Who is to close the gap, by when; which criteria are ticked boxes of their own."""

    due_on = DateField(_l("期限"), [Optional()])


def about(gap: Gap, criterion: Criterion) -> str:
    """Return the key of the task that a criterion asks for."""
    return f"{POLICY_OF[gap.rung]}:{criterion.id}"


def offer(firm: Firm, gap: Gap, today: date) -> dict[str, Any]:
    """Return what the form needs: the criteria not met, the open tasks about them, who may do it by when."""
    window = gap.policy.next_window(today, firm.registration_district or "") if gap.policy else None
    form = GapTasksForm(owner_id=firm.officer_id or current_user.id, due_on=window.closes if window else None)
    lacking = gap.by_state()["not_met"]
    there = tasks.open_about([firm.id]).get(firm.id, {}) if lacking else {}
    return {
        "task_form": form.offer(tasks.owners(current_user) if lacking else []),
        "lacking": lacking,
        "open_tasks": {c.id: there[about(gap, c)] for c in lacking if about(gap, c) in there},
    }


@bp.route("/firms/<int:firm_id>/ladder/tasks", methods=["GET", "POST"])
@requires(Permission.TASK_WORK)
def create(firm_id: int) -> ResponseReturnValue:
    """Make tasks of the criteria that are ticked; one that an open task is about already is passed over."""
    today = clock.today()
    record = firms.get(firm_id, current_user)
    asked = request.args.get("rung", "")
    gap = service.gap(record, today, Rung(asked) if asked in set(POLICY_OF) else None)
    known = offer(record, gap, today)
    form, ticked = known["task_form"], set(request.form.getlist("criteria"))
    if form.posted():
        with form.refusals():
            wanted = [_wanted(gap, c) for c in known["lacking"] if c.id in ticked]
            if not wanted:
                raise Refused("请至少勾选一项未满足的条件")
            made = making.create_about(
                record,
                wanted,
                owner_id=form.owner_id.data,
                due_on=form.due_on.data,
                actor=current_user,
                key=form.act_key.data[:32],
                today=today,
            )
            _say(len(made), len(wanted) - len(made))
            return redirect(url_for("ladder.firm", firm_id=record.id, rung=gap.rung))
    ticked = ticked if request.method == "POST" else {c.id for c in known["lacking"]}
    head = firms.head(record, today)
    return page("ladder/tasks.html", form, firm=record, head=head, gap=gap, day=today, ticked=ticked, **known)


def _wanted(gap: Gap, criterion: Criterion) -> making.Wanted:
    name = gap.policy.name if gap.policy else None
    lines = [
        telling.closes(criterion, gap),
        _("现为 %(value)s", value=telling.shown(criterion, criterion.value)) if criterion.value is not None else "",
        _("要求 %(asked)s", asked=telling.asked(criterion)) if criterion.threshold is not None else "",
        f"{told(name)} · {criterion.clause}" if name else criterion.clause,
    ]
    title = _("%(criterion)s：%(short)s", criterion=told(criterion.label), short=telling.short(criterion))
    return making.Wanted(about(gap, criterion), title, "\n".join(line for line in lines if line))


def _say(made: int, there: int) -> None:
    if made:
        flash(_("已建 %(count)s 条待办", count=made), "good")
    if there:
        flash(_("%(count)s 项条件已有未办结的待办，没有重复建", count=there), "warn")
