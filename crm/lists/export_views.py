"""Where one takes a list out."""

from flask import Blueprint, abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.exports import FORMAT_LABELS, ROW_LABELS, FileFormat
from crm.domain.money import UNIT_LABELS
from crm.kit import clock, files, jobs
from crm.kit.access import can, requires
from crm.kit.pages import is_fragment, page
from crm.lists import export, export_columns, layouts, picked
from crm.lists.export_forms import UNITS, ExportForm, entries, layout_asked, places
from crm.lists.export_models import Export

bp = Blueprint("exports", __name__)


@bp.post("/firms/exports")
@requires(Permission.LIST_EXPORT)
def start() -> ResponseReturnValue:
    """Take down which firms are to go out; the columns come next."""
    found = picked.read(current_user, request.form, clock.today(), export.MOST)
    query = request.form.get("query", "")[:4000]
    item = export.start(current_user, found, query)
    return redirect(url_for(".show", export_id=item.id))


@bp.get("/exports")
@requires(Permission.LIST_EXPORT)
def index() -> ResponseReturnValue:
    """List one's own exports."""
    return page("exports/index.html", exports=export.latest(current_user), formats=FORMAT_LABELS)


@bp.route("/exports/<int:export_id>", methods=["GET", "POST"])
@requires(Permission.LIST_EXPORT)
def show(export_id: int) -> ResponseReturnValue:
    """Choose columns and say why; once made, show the file."""
    item = export.get(current_user, export_id)
    if item.row_kind is not None and request.method == "GET":
        template = "exports/_state.html" if is_fragment() else "exports/made.html"
        return page(template, export=item, job=_job(item), formats=FORMAT_LABELS, kept_days=files.KEPT_FOR.days)
    every = [
        layouts.of_list(export.list_of(item), current_user),
        *layouts.BUILT_IN.values(),
        *layouts.saved(current_user),
    ]
    layout = layout_asked(request.args.get("layout", ""), every)
    chosen = list(layout.places)
    form = ExportForm().offer()
    kind = layout.row_kind
    if request.method == "POST":
        chosen = places(request.form, kind, current_user)
    if form.posted():
        with form.refusals():
            if "save" in request.form:
                row = layouts.save(current_user, form.name.data or "", kind, chosen, shared=form.shared.data)
                flash(_("版式已保存：%(name)s", name=row.name), "good")
                return redirect(url_for(".show", export_id=item.id, layout=row.id))
            wanted = export.Wanted(kind, chosen, FileFormat(form.file_format.data), form.reason.data or "")
            export.make(current_user, item, wanted)
            return redirect(url_for(".show", export_id=item.id))
    return page(
        "exports/choose.html",
        form,
        export=item,
        layouts=every,
        layout=layout,
        entries=entries(kind, chosen, current_user),
        heading=export_columns.heading,
        rows=ROW_LABELS,
        units=[(unit, UNIT_LABELS[unit]) for unit in UNITS],
        default_unit=UNITS[0],
        masked=not can(Permission.LIST_EXPORT_PEOPLE),
    )


def _job(item: Export) -> jobs.Job | None:
    return jobs.get(item.job_id, current_user.id) if item.job_id and item.done_at is None else None


@bp.get("/exports/<int:export_id>/file")
@requires(Permission.LIST_EXPORT)
def file(export_id: int) -> ResponseReturnValue:
    """Hand the file to who made it, never to be opened in place."""
    item = export.get(current_user, export_id)
    if item.file_key is None or not files.path_of(item.file_key).exists():
        abort(404)
    return send_file(
        files.path_of(item.file_key),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=item.file_name,
        etag=False,
    )


@bp.post("/exports/layouts/<int:layout_id>/remove")
@requires(Permission.LIST_EXPORT)
def remove(layout_id: int) -> ResponseReturnValue:
    """Forget one of one's own layouts."""
    layouts.remove(current_user, layout_id)
    flash(_("版式已删除"), "good")
    return redirect(request.form.get("next") if _here(request.form.get("next", "")) else url_for(".index"))


def _here(address: str) -> bool:
    return address.startswith("/exports/") and "//" not in address
