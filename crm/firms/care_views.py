"""Where the care for one firm is seen to: who has it in hand, what stops it, where it belongs, its group, its tags."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from crm.domain.access import Permission
from crm.domain.care import DUTY_LABELS, LIFTER_LABELS, Duty
from crm.domain.places import ELSEWHERE
from crm.domain.records import JURISDICTION_LABELS, Jurisdiction
from crm.firms import assignments, derived, groups, moves, queries, stops, tags
from crm.firms.care_forms import ActForm, AssignForm, JoinForm, LeaveForm, LiftForm, MoveForm, StopForm, TagForm
from crm.kit import clock, tables
from crm.kit.access import requires
from crm.kit.pages import page, words

bp = Blueprint("care", __name__)


def _shown(template: str, firm: Any, form: Any = None, **context: Any) -> ResponseReturnValue:
    return page(template, form, firm=firm, head=queries.head(firm, clock.today()), **context)


def _back(firm_id: int) -> ResponseReturnValue:
    return redirect(url_for("firms.care.show", firm_id=firm_id))


@bp.get("/<int:firm_id>/care")
@requires(Permission.FIRM_CARE_READ)
def show(firm_id: int) -> ResponseReturnValue:
    """Show who cares for the firm and what marks its file carries, with their history."""
    firm = queries.get(firm_id, current_user)
    today = clock.today()
    flags = stops.history(firm.id)
    return _shown(
        "firms/care.html",
        firm,
        day=today,
        flags=flags,
        liftable={flag.id for flag in flags if stops.liftable_by(flag, current_user)},
        lifters=LIFTER_LABELS,
        hands=assignments.history(firm.id),
        duties=DUTY_LABELS,
        moves=queries.moves(firm),
        jurisdictions=JURISDICTION_LABELS,
        elsewhere=ELSEWHERE,
        membership=groups.of_firm(firm, current_user, today),
        tags=tags.of([firm.id]).get(firm.id, []),
        suggested=[tag.name for tag, _count in tags.in_use(current_user)[:50]],
        missing=derived.missing(firm),
        tag_form=TagForm(formdata=None),
        act=ActForm(formdata=None),
    )


@bp.route("/<int:firm_id>/care/stop", methods=["GET", "POST"])
@requires(Permission.FIRM_FLAG)
def stop(firm_id: int) -> ResponseReturnValue:
    """Stop working for the firm, for a reason."""
    firm = queries.get(firm_id, current_user)
    form = StopForm()
    if request.method == "GET":
        form.since_on.data = clock.today()
    if form.posted():
        with form.refusals():
            stops.put(firm, current_user, form.values(), clock.today())
            flash(_("已设置暂停标记，每页顶部都会显示"), "good")
            return _back(firm.id)
    return _shown("firms/stop.html", firm, form)


@bp.route("/<int:firm_id>/care/stops/<int:stop_id>/lift", methods=["GET", "POST"])
@requires(Permission.FIRM_FLAG)
def lift(firm_id: int, stop_id: int) -> ResponseReturnValue:
    """Lift a stop flag."""
    firm = queries.get(firm_id, current_user)
    flag = stops.get(stop_id, firm)
    form = LiftForm()
    if form.posted():
        with form.refusals():
            stops.lift(flag, current_user, form.why.data or "", clock.today())
            flash(_("已解除暂停标记"), "good")
            return _back(firm.id)
    return _shown("firms/lift.html", firm, form, flag=flag, lifters=LIFTER_LABELS)


@bp.route("/<int:firm_id>/care/move", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def move(firm_id: int) -> ResponseReturnValue:
    """Move the firm to another district, out of the city, or back."""
    firm = queries.get(firm_id, current_user)
    form = MoveForm()
    if request.method == "GET":
        form.since_on.data = clock.today()
    if form.posted():
        with form.refusals():
            values = form.values()
            purposes = [purpose for purpose in Jurisdiction if values[purpose.value]]
            today, since = clock.today(), values["since_on"]
            told = {"place": values["place"], "reason": values["reason"]}
            moves.move(firm, current_user, purposes, values["district"], since, today, **told)
            flash(_("已登记迁移") if since <= today else _("已登记，到 %(day)s 自动生效", day=since), "good")
            if queries.sees(firm.id, current_user):
                return _back(firm.id)
            flash(_("“%(name)s”已归新的区管理，您在“迁出名单”里还能看到这一行", name=firm.name), "warn")
            return redirect(url_for("firms.care.moved_out"))
    return _shown("firms/move.html", firm, form, jurisdictions=JURISDICTION_LABELS)


@bp.post("/<int:firm_id>/care/moves/<int:move_id>/cancel")
@requires(Permission.FIRM_EDIT)
def cancel_move(firm_id: int, move_id: int) -> ResponseReturnValue:
    """Call off a move that waits for its day."""
    firm = queries.get(firm_id, current_user)
    moves.cancel(
        next((row for row in queries.moves(firm) if row.id == move_id), None) or abort(404), firm, current_user
    )
    flash(_("已撤销，档案保持原样"), "good")
    return _back(firm.id)


@bp.route("/<int:firm_id>/care/assign", methods=["GET", "POST"])
@requires(Permission.FIRM_ASSIGN)
def assign(firm_id: int) -> ResponseReturnValue:
    """Put the firm into other hands."""
    firm = queries.get(firm_id, current_user)
    form = AssignForm()
    form.person.choices = _people(firm)  # type: ignore[assignment]
    if request.method == "GET":
        form.since_on.data = clock.today()
        form.person.data = f"officer:{firm.officer_id or ''}"
    if form.posted():
        with form.refusals():
            duty, _colon, number = form.person.data.partition(":")
            person_id = int(number) if number else None
            since, today = form.since_on.data, clock.today()
            [outcome] = assignments.assign(
                [firm.id], Duty(duty), person_id, since, current_user, today, reason=form.reason.data or ""
            )
            if outcome.done:
                flash(_("已换人") if since <= today else _("已登记，到 %(day)s 自动生效", day=since), "good")
                return _back(firm.id)
            form.form_errors.append(words(outcome.why, **outcome.params))
    return _shown("firms/assign.html", firm, form)


def _people(firm: Any) -> dict[str, list[SelectChoice]]:
    nobody = _("未指定")
    officers = [SelectChoice(f"officer:{user.id}", user.name) for user in queries.officers(firm)]
    agencies = [SelectChoice(f"agency:{agency.id}", agency.name) for agency in queries.agencies()]
    return {
        _("服务专员"): [SelectChoice("officer:", nobody), *officers],
        _("服务机构"): [SelectChoice("agency:", nobody), *agencies],
    }


@bp.post("/<int:firm_id>/care/assignments/<int:assignment_id>/cancel")
@requires(Permission.FIRM_ASSIGN)
def cancel_assignment(firm_id: int, assignment_id: int) -> ResponseReturnValue:
    """Call off a change of hands that waits for its day."""
    firm = queries.get(firm_id, current_user)
    found = next((row for row, _name in assignments.history(firm.id) if row.id == assignment_id), None)
    assignments.cancel(found or abort(404), current_user)
    flash(_("已撤销，档案保持原样"), "good")
    return _back(firm.id)


@bp.post("/<int:firm_id>/care/tags")
@requires(Permission.FIRM_EDIT)
def tag(firm_id: int) -> ResponseReturnValue:
    """Put a tag on the file."""
    firm = queries.get(firm_id, current_user)
    form = TagForm()
    if form.posted():
        with form.refusals():
            [outcome] = tags.tag([firm.id], tags.named(form.tag.data or "", current_user), current_user)
            flash(_("已加标签") if outcome.done else words(outcome.why), "good" if outcome.done else "warn")
            return _back(firm.id)
    return _shown("firms/tag.html", firm, form, suggested=[tag.name for tag, _count in tags.in_use(current_user)[:50]])


@bp.post("/<int:firm_id>/care/tags/<int:tag_id>/remove")
@requires(Permission.FIRM_EDIT)
def untag(firm_id: int, tag_id: int) -> ResponseReturnValue:
    """Take a tag off the file."""
    firm = queries.get(firm_id, current_user)
    tags.untag([firm.id], tags.get(tag_id), current_user)
    flash(_("已去掉标签"), "good")
    return _back(firm.id)


@bp.route("/<int:firm_id>/care/group", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def group(firm_id: int) -> ResponseReturnValue:
    """Join a group, or make one."""
    firm = queries.get(firm_id, current_user)
    form = JoinForm()
    if request.method == "GET":
        form.since_on.data = clock.today()
    if form.posted():
        with form.refusals():
            groups.join(firm, form.name.data or "", current_user, form.since_on.data)
            flash(_("已登记集团"), "good")
            return _back(firm.id)
    return _shown("firms/join.html", firm, form, names=groups.named_like(current_user))


@bp.route("/<int:firm_id>/care/group/leave", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def leave(firm_id: int) -> ResponseReturnValue:
    """Leave the group."""
    firm = queries.get(firm_id, current_user)
    form = LeaveForm()
    if request.method == "GET":
        form.until_on.data = clock.today()
    if form.posted():
        with form.refusals():
            groups.leave(firm, current_user, form.until_on.data)
            flash(_("已登记退出集团"), "good")
            return _back(firm.id)
    return _shown("firms/leave.html", firm, form, membership=groups.of_firm(firm, current_user, clock.today()))


@bp.get("/moved-out")
@requires(Permission.FIRM_CARE_READ)
def moved_out() -> ResponseReturnValue:
    """List who has left the reader's districts: a line each, the file belongs to the new district."""
    found = moves.moved_out(current_user, tables.page_number())
    return page("firms/moved_out.html", found=found, elsewhere=ELSEWHERE)
