"""Where one enters."""

import io

from flask import Blueprint, send_file
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
from crm.lists import acts

bp = Blueprint("letters", __name__)
# The list of firms offers what this room prints of many.
acts.register(service.PROFILES)


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
