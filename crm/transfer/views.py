"""Where one enters."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from crm.domain.access import Permission
from crm.kit.access import requires
from crm.kit.pages import page
from crm.transfer import queries, rules, service
from crm.transfer.forms import ExportForm

bp = Blueprint("transfer", __name__)


@bp.route("/register", methods=["GET", "POST"])
@requires(Permission.REGISTER_EXPORT)
def export() -> ResponseReturnValue:
    """Take the whole register out, with a reason; show who did so before."""
    form = ExportForm()
    if form.posted():
        job = service.start_export(current_user, form.reason.data or "")
        return redirect(url_for("desk.job", job_id=job.id))
    return page(
        "transfer/export.html",
        form,
        exports=queries.exports(),
        stays=rules.STAYS,
        emptied=rules.EMPTIED,
    )
