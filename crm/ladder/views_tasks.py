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
from crm.domain.tasks import TASK_OUTCOME_LABELS, TaskOutcome
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.pages import page, words
from crm.ladder import service, todo
from crm.ladder.service import Gap
from crm.tasks import about as making
from crm.tasks import queries as tasks
from crm.tasks.forms import OwnerForm
from crm.tasks.service import Row

bp = Blueprint("tasks", __name__)


class GapTasksForm(OwnerForm):
    """Who is to close the gap, by when; which criteria are ticked boxes of their own."""

    due_on = DateField(_l("期限"), [Optional()])


def offer(firm: Firm, gap: Gap, today: date) -> dict[str, Any]:
    """Return what the form needs: the criteria not met, the open tasks about them, who may do it by when."""
    window = gap.policy.next_window(today, firm.registration_district or "") if gap.policy else None
    form = GapTasksForm(owner_id=firm.officer_id or current_user.id, due_on=window.closes if window else None)
    lacking = gap.by_state()["not_met"]
    there = tasks.open_about([firm.id]).get(firm.id, {}) if lacking else {}
    keys = {c.id: todo.about(gap.assessment.policy.id, c) for c in lacking} if gap.assessment else {}
    return {
        "task_form": form.offer(tasks.owners(current_user) if lacking else []),
        "lacking": lacking,
        "open_tasks": {key: there[about] for key, about in keys.items() if about in there},
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
            wanted = [todo.of_criterion(record.id, gap.assessment, c) for c in known["lacking"] if c.id in ticked]
            if not wanted:
                raise Refused("请至少勾选一项未满足的条件")
            rows = making.create(
                wanted,
                owner_id=form.owner_id.data,
                due_on=form.due_on.data,
                actor=current_user,
                key=form.act_key.data[:32],
                today=today,
            )
            _say(rows)
            return redirect(url_for("ladder.firm", firm_id=record.id, rung=gap.rung))
    ticked = ticked if request.method == "POST" else {c.id for c in known["lacking"]}
    head = firms.head(record, today)
    return page("ladder/tasks.html", form, firm=record, head=head, gap=gap, day=today, ticked=ticked, **known)


def _say(rows: list[Row]) -> None:
    for outcome, kind in (
        (TaskOutcome.MADE, "good"),
        (TaskOutcome.OPEN, "warn"),
        (TaskOutcome.OWNER_CANNOT_SEE, "bad"),
    ):
        count = sum(row.outcome is outcome for row in rows)
        if count:
            flash(_("%(what)s %(count)s 条", what=words(TASK_OUTCOME_LABELS[outcome]), count=count), kind)
