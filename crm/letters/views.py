"""Where one enters."""

import io

from flask import Blueprint, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from crm.domain.access import Permission
from crm.firms import queries as firms
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.pages import page
from crm.kit.tables import asked_day
from crm.letters import profile as paper
from crm.letters import service
from crm.lists import picked

bp = Blueprint("letters", __name__)


@bp.get("/firms/<int:firm_id>/papers")
@requires(Permission.PROFILE_PRINT)
def firm(firm_id: int) -> ResponseReturnValue:
    """Offer what can be printed of a firm."""
    today = clock.today()
    record = firms.get(firm_id, current_user)
    return page("letters/firm.html", firm=record, head=firms.head(record, today), today=today)


@bp.get("/firms/<int:firm_id>/papers/profile.pdf")
@requires(Permission.PROFILE_PRINT)
def profile(firm_id: int) -> ResponseReturnValue:
    """Print a firm's profile as of a day; a look, not an act: nothing is numbered, so nothing is recorded."""
    record = firms.get(firm_id, current_user)
    content = paper.render(record, current_user, asked_day(clock.today()))
    return send_file(io.BytesIO(content), "application/pdf", download_name=paper.file_name(record))


@bp.post("/papers/profiles")
@requires(Permission.PROFILE_PRINT_MANY)
def profiles() -> ResponseReturnValue:
    """Print the firms picked on a list, or all that its filters match."""
    today = clock.today()
    chosen = picked.read(current_user, request.form, today, service.MOST)
    job = service.print_many(current_user, chosen.ids, today)
    return redirect(url_for("desk.job", job_id=job.id))
