"""Where one enters."""

import io

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue
from flask_login import current_user

from crm.domain.access import Permission
from crm.firms import queries as firms
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.pages import page
from crm.kit.tables import asked_day
from crm.ladder import questions as asking
from crm.letters import profile as paper
from crm.letters import questions, service
from crm.lists import acts

bp = Blueprint("letters", __name__)
# The list of firms offers what this room prints of many.
acts.register(service.PROFILES)
acts.register(questions.QUESTIONS)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


@bp.get("/firms/<int:firm_id>/papers/questions")
@requires(Permission.PROFILE_PRINT)
def ask(firm_id: int) -> ResponseReturnValue:
    """Show what to ask a firm: for its next rung, for one policy, or for all."""
    today = clock.today()
    record = firms.get(firm_id, current_user)
    asked = _asked(record.id)
    return page(
        "letters/questions.html",
        firm=record,
        head=firms.head(record, today),
        asked=asked,
        text=questions.plain(asked, today),
        policies=asking.offered().values(),
        policy=_policy(),
        every=_every(),
        ALL=asking.ALL,
        on=today,
        **questions.shown(asked),
    )


@bp.get("/firms/<int:firm_id>/papers/questions.pdf")
@requires(Permission.PROFILE_PRINT)
def ask_paper(firm_id: int) -> ResponseReturnValue:
    """Print the questions to a firm."""
    record = firms.get(firm_id, current_user)
    content = questions.paper(record, _asked(record.id), current_user, clock.today())
    return send_file(io.BytesIO(content), "application/pdf", download_name=f"questions-{record.uscc}.pdf")


@bp.get("/firms/<int:firm_id>/papers/questions.xlsx")
@requires(Permission.PROFILE_PRINT)
def ask_sheet(firm_id: int) -> ResponseReturnValue:
    """Give the questions to a firm as a list that can be filled in and brought in again."""
    record = firms.get(firm_id, current_user)
    content = questions.workbook([questions.Asked(record.uscc, record.name, _asked(record.id))], clock.today())
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=f"questions-{record.uscc}.xlsx")


def _policy() -> str:
    """Return the policy the address asks about, ALL, or nothing: the next rung."""
    asked = request.args.get("policy", "")
    return asked if asked == asking.ALL or asked in asking.offered() else ""


def _every() -> bool:
    return request.args.get("every") == "1"


def _asked(firm_id: int) -> list[asking.Question]:
    return asking.of_firms([firm_id], clock.today(), _policy(), every=_every())[firm_id]
