"""Where one does one thing to many firms."""

import io
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.bulk import BULK_STATUS_LABELS, ROW_STATE_LABELS, BulkStatus, RowState
from crm.kit import clock, jobs, sheets, tables
from crm.kit.access import can, requires
from crm.kit.forms import Form
from crm.kit.pages import is_fragment, page, show_datetime, words
from crm.lists import bulk, bulk_queries, export, picked
from crm.lists.acts import ACTS
from crm.lists.bulk_forms import of as form_of
from crm.lists.bulk_models import BulkAct, BulkRow

bp = Blueprint("bulk", __name__, url_prefix="/bulk")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.post("/new/<kind>")
@requires(Permission.FIRM_LIST)
def start(kind: str) -> ResponseReturnValue:
    """Take down which firms are meant, and go where it is said what is to be done."""
    act = ACTS.get(kind) or abort(404)
    if not can(act.permission):
        abort(403)
    today = clock.today()
    found = picked.read(current_user, request.form, today, act.most)
    told = export.about(found.asked, current_user) if found.asked else export.TICKED
    item = bulk.start(current_user, act, found, request.form.get("query", "")[:4000], told)
    if not act.asks:
        bulk.look(current_user, item, {}, today)
    return redirect(url_for(".show", bulk_id=item.id))


@bp.get("")
@requires(Permission.FIRM_LIST)
def index() -> ResponseReturnValue:
    """List what one did to many firms."""
    return page(
        "bulk/index.html",
        items=bulk_queries.latest(current_user),
        acts=ACTS,
        statuses=BULK_STATUS_LABELS,
        states=ROW_STATE_LABELS,
    )


@bp.route("/<int:bulk_id>", methods=["GET", "POST"])
@requires(Permission.FIRM_LIST)
def show(bulk_id: int) -> ResponseReturnValue:
    """Say what is to be done; look at what would become of each firm; see what did."""
    item = bulk_queries.get(current_user, bulk_id)
    act = ACTS[item.kind]
    draft = item.status is BulkStatus.DRAFT
    form = form_of(item.kind, current_user, item.given) if draft else None
    if form is not None and form.posted():
        with form.refusals():
            bulk.look(current_user, item, form.given(), clock.today())
            return redirect(url_for(".show", bulk_id=item.id))
    if form is not None and (item.given is None or "change" in request.args or form.errors or form.form_errors):
        return page("bulk/choose.html", form, item=item, act=act, count=sum(bulk_queries.counts(item).values()))
    return _result(item)


def _result(item: BulkAct) -> ResponseReturnValue:
    state = request.args.get("state", type=RowState)
    rows = bulk_queries.page(item, state, tables.page_number())
    job = jobs.get(item.job_id, current_user.id) if item.job_id else None
    act = ACTS[item.kind]
    return page(
        "bulk/_state.html" if is_fragment() else "bulk/show.html",
        item=item,
        act=act,
        told=act.told(item.given or {}) if item.given else [],
        counts=bulk_queries.counts(item),
        rows=rows,
        state=state,
        names=bulk_queries.names(current_user, [row.firm_id for row in rows.items]),
        why=_why,
        job=job,
        working=item.status in {BulkStatus.WORKING, BulkStatus.UNDOING},
        statuses=BULK_STATUS_LABELS,
        states=ROW_STATE_LABELS,
        sign=Form(),
    )


def _why(row: BulkRow) -> str:
    """Return why not, in words, and who has changed it since."""
    if not row.why:
        return ""
    params = dict(row.params or {})
    by, at = params.pop("by", None), params.pop("at", None)
    text = words(row.why, **params)
    if not by:
        return text
    moment = show_datetime(datetime.fromisoformat(at)) if at else ""
    return _("%(why)s（%(by)s，%(at)s）", why=text, by=by, at=moment)


@bp.post("/<int:bulk_id>/go")
@requires(Permission.FIRM_LIST)
def go(bulk_id: int) -> ResponseReturnValue:
    """Do it."""
    item = _allowed(bulk_id)
    bulk.go(current_user, item, clock.today())
    return redirect(url_for(".show", bulk_id=item.id))


@bp.post("/<int:bulk_id>/undo")
@requires(Permission.FIRM_LIST)
def undo(bulk_id: int) -> ResponseReturnValue:
    """Take it back."""
    item = _allowed(bulk_id)
    bulk.undo(current_user, item, clock.today())
    return redirect(url_for(".show", bulk_id=item.id))


@bp.post("/<int:bulk_id>/resume")
@requires(Permission.FIRM_LIST)
def resume(bulk_id: int) -> ResponseReturnValue:
    """Go on with what stopped half-way."""
    item = _allowed(bulk_id)
    bulk.resume(current_user, item, clock.today())
    flash(_("已继续"), "info")
    return redirect(url_for(".show", bulk_id=item.id))


def _allowed(bulk_id: int) -> BulkAct:
    item = bulk_queries.get(current_user, bulk_id)
    if not can(ACTS[item.kind].permission):
        abort(403)
    return item


@bp.get("/<int:bulk_id>/rows.xlsx")
@requires(Permission.FIRM_LIST)
def rows(bulk_id: int) -> ResponseReturnValue:
    """Give every row with what became of it."""
    item = bulk_queries.get(current_user, bulk_id)
    found = bulk_queries.every(item)
    names = bulk_queries.names(current_user, [row.firm_id for row in found])
    lines = [(*names.get(row.firm_id, ("", "")), words(ROW_STATE_LABELS[row.state]), _why(row)) for row in found]
    content = sheets.write_xlsx([_("企业名称"), _("统一社会信用代码"), _("结果"), _("原因")], lines)
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=f"bulk-{item.id}.xlsx")
