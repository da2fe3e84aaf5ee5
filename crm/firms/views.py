"""Where one enters."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from crm.domain.access import FIRM_ROLES, Permission, Role
from crm.domain.clusters import GUANGZHOU_2025
from crm.domain.errors import Refused
from crm.domain.industries import SECTIONS, TECH_FIELDS, section_of
from crm.domain.ladder import RUNG_LABELS, RUNG_SHORT
from crm.domain.places import DISTRICTS
from crm.domain.records import (
    ACHIEVEMENT_LABELS,
    COUNT_FIGURES,
    FIGURES,
    FIRM_STATUS_LABELS,
    JURISDICTION_LABELS,
    LEVEL_LABELS,
    MONEY_FIGURES,
    SOURCE_LABELS,
    FirmStatus,
)
from crm.firms import figures, queries, service
from crm.firms.forms import AttachmentForm, FirmForm, RemoveForm, ReturnForm
from crm.firms.parts import PARTS, tri
from crm.kit import clock, files
from crm.kit.access import can, requires
from crm.kit.forms import yes_no
from crm.kit.pages import page

bp = Blueprint("firms", __name__, url_prefix="/firms")
ANY_PART = f"<any({', '.join(repr(name) for name in PARTS)}):part>"
TRI_FIELDS = ("resident_enterprise", "audited_collection", "restricted_product")


@bp.app_context_processor
def names() -> dict[str, Any]:
    """Give every template the words for closed lists."""
    return {
        "rung_labels": RUNG_LABELS,
        "rung_short": RUNG_SHORT,
        "districts": DISTRICTS,
        "firm_tabs": _tabs,
        "source_labels": SOURCE_LABELS,
    }


def _tabs(firm_id: int) -> list[tuple[str, str, bool]]:
    """Return the tabs of a firm's file that the reader may open: (url, label, active)."""
    tabs = [
        ("desk.firm", _("概览"), Permission.FIRM_READ),
        ("firms.file", _("基本信息"), Permission.FIRM_READ),
        ("firms.figures", _("年度数据"), Permission.FIRM_READ),
        ("ladder.firm", _("资质与梯度"), Permission.LADDER_READ),
        ("visits.firm", _("诉求与走访"), Permission.VISIT_READ),
        ("letters.firm", _("文书"), Permission.PROFILE_PRINT),
        ("desk.timeline", _("时间线"), Permission.FIRM_READ),
    ]
    return [
        (url_for(endpoint, firm_id=firm_id), label, request.endpoint == endpoint)
        for endpoint, label, permission in tabs
        if can(permission) and endpoint in current_app.view_functions
    ]


@bp.app_errorhandler(queries.MergedError)
def merged_away(moved: queries.MergedError) -> ResponseReturnValue:
    """Lead from a merged file to the one in use; what was typed for it is not silently put elsewhere."""
    if request.method == "GET":
        asked = {**request.args.to_dict(flat=False), **(request.view_args or {}), "firm_id": moved.kept.id}
        flash(_("您打开的档案已并入这一份"), "good")
        return redirect(url_for(str(request.endpoint), **asked))
    refusal = Refused("这份档案已并入“{name}”，您填写的内容没有保存：请到那一份里再做", name=moved.kept.name)
    return current_app.handle_user_exception(refusal)


def _firm_form(firm: Any = None) -> FirmForm:
    """Return the form with its choices of people, filled from ``firm`` on the way in."""
    form = FirmForm(obj=firm) if firm is not None else FirmForm()
    nobody = SelectChoice("", _("未指定"))
    form.officer_id.choices = [nobody, *(SelectChoice(str(u.id), u.name) for u in queries.officers(firm))]
    form.agency_id.choices = [nobody, *(SelectChoice(str(a.id), a.name) for a in queries.agencies())]
    if not form.is_submitted() and firm is not None:
        for name in TRI_FIELDS:
            form[name].data = tri(getattr(firm, name))
        for name in ("officer_id", "agency_id"):
            form[name].data = str(getattr(firm, name) or "")
        form.status.data = firm.status.value
    return form


def _firm_values(form: FirmForm) -> dict[str, Any]:
    """Return what was typed as the service takes it."""
    values = form.values()
    for name in TRI_FIELDS:
        values[name] = yes_no(values[name])
    for name in ("officer_id", "agency_id"):
        values[name] = int(values[name]) if values[name] else None
    for name in ("registration_district", "tax_district", "statistics_district", "tech_field"):
        values[name] = values[name] or None
    return {**values, "status": FirmStatus(values["status"])}


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.FIRM_CREATE)
def create() -> ResponseReturnValue:
    """Open a file."""
    form = _firm_form()
    if form.posted():
        with form.refusals():
            firm = service.create(current_user, _firm_values(form), clock.today())
            flash(_("已建档"), "good")
            return redirect(url_for("desk.firm", firm_id=firm.id))
    return page("firms/create.html", form, **_suggestions())


@bp.route("/<int:firm_id>/edit", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def edit(firm_id: int) -> ResponseReturnValue:
    """Change a firm's identity."""
    firm = queries.get(firm_id, current_user)
    form = _firm_form(firm)
    theirs: list[tuple[str, str, str]] = []
    if form.posted():
        with form.refusals():
            version = int(form.version.data) if (form.version.data or "").isdigit() else 0
            try:
                service.edit(firm, current_user, version, _firm_values(form), clock.today())
            except service.ChangedMeanwhileError as changed:
                theirs = _differences(form, _firm_values(form), firm)
                # Seen side by side, a second save is a decision.
                form.version.data = str(changed.version)
                raise
            flash(_("已保存"), "good")
            return redirect(url_for("firms.file", firm_id=firm.id))
    head = queries.head(firm, clock.today())
    return page("firms/edit.html", form, firm=firm, head=head, theirs=theirs, **_suggestions())


def _suggestions() -> dict[str, list[str]]:
    return {"parks": queries.parks(), "incubators": queries.incubators()}


def _differences(form: FirmForm, typed: dict[str, Any], firm: Any) -> list[tuple[str, str, str]]:
    """Return (label, what the file says now, what was typed) where the two differ."""
    return [
        (form[name].label.text, str(getattr(firm, name) or "—"), str(typed[name] or "—"))
        for name in service.EDITABLE
        if name in typed and (getattr(firm, name) or None) != (typed[name] or None)
    ]


@bp.get("/<int:firm_id>/file")
@requires(Permission.FIRM_READ)
def file(firm_id: int) -> ResponseReturnValue:
    """Show the identity and what hangs on it."""
    firm = queries.get(firm_id, current_user)
    return page(
        "firms/file.html",
        firm=firm,
        head=queries.head(firm, clock.today()),
        contacts=queries.contacts(firm),
        moves=queries.moves(firm),
        achievements=queries.achievements(firm),
        credit_checks=queries.credit_checks(firm),
        attachments=queries.attachments(firm),
        plain_contacts=current_user.role in {Role.OFFICER, Role.MANAGER, Role.AGENCY} | FIRM_ROLES,
        mask=mask_phone,
        section=SECTIONS.get(section_of(firm.industry_code or "") or ""),
        fields=TECH_FIELDS,
        clusters=GUANGZHOU_2025,
        statuses=FIRM_STATUS_LABELS,
        jurisdictions=JURISDICTION_LABELS,
        achievement_labels=ACHIEVEMENT_LABELS,
        levels=LEVEL_LABELS,
        attachment_form=AttachmentForm(),
    )


def mask_phone(phone: str | None) -> str | None:
    """Show the ends of a number only."""
    return phone and (phone[:3] + "*" * max(len(phone) - 5, 3) + phone[-2:])


@bp.get("/<int:firm_id>/figures", endpoint="figures")
@requires(Permission.FIRM_READ)
def show_figures(firm_id: int) -> ResponseReturnValue:
    """Show yearly figures: the one in force, where it came from, what the others say."""
    firm = queries.get(firm_id, current_user)
    return page(
        "firms/figures.html",
        firm=firm,
        head=queries.head(firm, clock.today()),
        years=figures.of_firm(firm.id)[:5],
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


@bp.route(f"/<int:firm_id>/{ANY_PART}/new", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def add(firm_id: int, part: str) -> ResponseReturnValue:
    """Add one record to the file."""
    firm, kind = queries.get(firm_id, current_user), PARTS[part]
    form = kind.form()
    if form.posted():
        with form.refusals():
            values = kind.read(form.values())
            if part == "credit-checks":
                values["checked_by"] = current_user.name
            service.add(kind.table, firm, current_user, values)
            flash(_("已登记"), "good")
            return redirect(url_for(kind.home, firm_id=firm.id))
    return page("firms/part.html", form, firm=firm, head=queries.head(firm, clock.today()), part=kind, item=None)


@bp.route(f"/<int:firm_id>/{ANY_PART}/<int:part_id>/edit", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def amend(firm_id: int, part: str, part_id: int) -> ResponseReturnValue:
    """Change one record of the file."""
    firm, kind = queries.get(firm_id, current_user), PARTS[part]
    item = queries.part(kind.table, firm, part_id)
    form = kind.form(obj=item)
    if request.method == "GET":
        for name, value in kind.show(item).items():
            form[name].data = value
    if form.posted():
        with form.refusals():
            service.amend(item, current_user, kind.read(form.values()))
            flash(_("已保存"), "good")
            return redirect(url_for(kind.home, firm_id=firm.id))
    head = queries.head(firm, clock.today())
    return page("firms/part.html", form, firm=firm, head=head, part=kind, item=item, name=part, remove=RemoveForm())


@bp.post(f"/<int:firm_id>/{ANY_PART}/<int:part_id>/remove")
@requires(Permission.FIRM_EDIT)
def remove(firm_id: int, part: str, part_id: int) -> ResponseReturnValue:
    """Take one record out of the file."""
    firm, kind = queries.get(firm_id, current_user), PARTS[part]
    if not kind.removable:
        abort(404)
    service.remove(queries.part(kind.table, firm, part_id), current_user)
    flash(_("已删除，时间线里留有原内容"), "good")
    return redirect(url_for(kind.home, firm_id=firm.id))


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
