"""Where one enters."""

from typing import Any

from flask import abort, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import FIRM_ROLES, Permission, Role
from crm.domain.clusters import GUANGZHOU_2025
from crm.domain.finding import mask_phone
from crm.domain.industries import SECTIONS, TECH_FIELDS, section_of
from crm.domain.records import (
    ACHIEVEMENT_LABELS,
    AWARD_LEVEL_LABELS,
    CLASS_ONE,
    COUNT_FIGURES,
    FIGURES,
    FIRM_STATUS_LABELS,
    IP_LABELS,
    JURISDICTION_LABELS,
    LEVEL_LABELS,
    MONEY_FIGURES,
)
from crm.firms import (  # noqa: F401 - each registers its pages
    care_views,
    figures,
    group_views,
    handover_views,
    merge,
    past,
    queries,
    service,
    views_edit,
    views_history,
    views_merge,
)
from crm.firms.blueprint import bp
from crm.firms.forms import AttachmentForm, ReturnForm
from crm.kit import clock, files, tables
from crm.kit.access import requires
from crm.kit.pages import page
from crm.policies.queries import known

for _part in (care_views, group_views, handover_views):
    bp.register_blueprint(_part.bp)


@bp.get("/<int:firm_id>/file")
@requires(Permission.FIRM_READ)
def file(firm_id: int) -> ResponseReturnValue:
    """Show the identity and what hangs on it; ``on`` asks for the file as it was on a past day."""
    firm = queries.get(firm_id, current_user)
    today = clock.today()
    on = tables.asked_day(today)
    then = past.on_day(firm, on) if on < today else None
    if then is not None:
        return _file(then.firm, then.head, then.moves, then.parts, on=on, merged_later=then.merged_later, today=today)
    if on < today:
        opened = past.day_of(firm.created_at)
        flash(_("这份档案 %(day)s 才建立，此前没有记录", day=opened.isoformat()), "warn")
        return redirect(url_for("firms.file", firm_id=firm.id))
    parts = {
        "contacts": queries.contacts(firm),
        "achievements": queries.achievements(firm),
        "awards": queries.awards(firm),
        "credit_checks": queries.credit_checks(firm),
        "attachments": queries.attachments(firm),
    }
    head, merges = queries.head(firm, today), merge.of_firm(firm.id)
    return _file(firm, head, queries.moves(firm), parts, on=None, merges=merges, today=today)


def _file(firm: Any, head: queries.Head, moves: list[Any], parts: dict[str, Any], **told: Any) -> ResponseReturnValue:
    return page(
        "firms/file.html",
        firm=firm,
        head=head,
        moves=moves,
        plain_contacts=current_user.role in {Role.OFFICER, Role.MANAGER, Role.AGENCY} | FIRM_ROLES,
        mask=mask_phone,
        section=SECTIONS.get(section_of(firm.industry_code or "") or ""),
        fields=TECH_FIELDS,
        clusters=GUANGZHOU_2025,
        statuses=FIRM_STATUS_LABELS,
        jurisdictions=JURISDICTION_LABELS,
        achievement_labels=ACHIEVEMENT_LABELS,
        levels=LEVEL_LABELS,
        award_levels=AWARD_LEVEL_LABELS,
        policies=known(),
        ip_labels=IP_LABELS,
        class_one=CLASS_ONE,
        attachment_form=AttachmentForm(),
        **parts,
        **told,
    )


@bp.get("/<int:firm_id>/figures", endpoint="figures")
@requires(Permission.FIRM_READ)
def show_figures(firm_id: int) -> ResponseReturnValue:
    """Show yearly figures: the one in force, where it came from, what the others say."""
    firm = queries.get(firm_id, current_user)
    today = clock.today()
    on = tables.asked_day(today)
    return page(
        "firms/figures.html",
        firm=firm,
        head=queries.head(firm, today),
        on=on if on < today else None,
        years=figures.of_firm(firm.id, as_of=past.end_of(on))[:5],
        labels=FIGURES,
        money_figures=MONEY_FIGURES,
    )


@bp.route("/<int:firm_id>/figures/state", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def state(firm_id: int) -> ResponseReturnValue:
    """Enter what one source states of a year."""
    firm = queries.get(firm_id, current_user)
    form = ReturnForm()
    if form.year.data is None:
        form.year.data = clock.today().year - 1
    doubtful = False
    if form.posted():
        stated = {name: form[name].data for name in FIGURES}
        doubtful = bool(service.slips(firm, form.year.data, stated))
        with form.refusals():
            sure = bool(form.confirm.data)
            service.state(firm, current_user, form.year.data, form.source.data, stated, sure=sure)
            flash(_("已录入"), "good")
            return redirect(url_for("firms.figures", firm_id=firm.id))
    return page(
        "firms/state.html",
        form,
        firm=firm,
        head=queries.head(firm, clock.today()),
        money_figures=MONEY_FIGURES,
        count_figures=COUNT_FIGURES,
        doubtful=doubtful,
    )


@bp.post("/<int:firm_id>/attachments")
@requires(Permission.FIRM_EDIT)
def attach(firm_id: int) -> ResponseReturnValue:
    """Take a file of the firm in."""
    firm = queries.get(firm_id, current_user)
    form = AttachmentForm()
    if form.posted():
        with form.refusals():
            service.attach(firm, current_user, form.file.data.filename or "", form.file.data.read())
            flash(_("已上传"), "good")
            return redirect(url_for("firms.file", firm_id=firm.id))
    head = queries.head(firm, clock.today())
    return page("firms/attach.html", form, firm=firm, head=head)


@bp.get("/<int:firm_id>/attachments/<int:attachment_id>")
@requires(Permission.FIRM_READ)
def attachment(firm_id: int, attachment_id: int) -> ResponseReturnValue:
    """Give a file out, as a download only."""
    firm = queries.get(firm_id, current_user)
    item = next((a for a in queries.attachments(firm) if a.id == attachment_id), None)
    if item is None:
        abort(404)
    answer = send_file(files.path_of(item.key), item.media_type, as_attachment=True, download_name=item.name)
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


@bp.post("/<int:firm_id>/attachments/<int:attachment_id>/remove")
@requires(Permission.FIRM_EDIT)
def detach(firm_id: int, attachment_id: int) -> ResponseReturnValue:
    """Take a file out of the firm's file."""
    firm = queries.get(firm_id, current_user)
    item = next((a for a in queries.attachments(firm) if a.id == attachment_id), None)
    if item is None:
        abort(404)
    service.remove(item, current_user)
    flash(_("已删除，时间线里留有记录"), "good")
    return redirect(url_for("firms.file", firm_id=firm.id))
