"""Where one enters: what firms are due and were not given, for all and for one."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.awards import queries
from crm.domain.access import Permission
from crm.firms import queries as firms
from crm.kit import clock
from crm.kit.access import can, requires
from crm.kit.pages import page, wan
from crm.ladder.telling import fact_name
from crm.policies.queries import in_force, known
from crm.rules.catalogue import STATED
from crm.screening.queries import last_pass

bp = Blueprint("awards", __name__)


@bp.app_context_processor
def tellers() -> dict[str, Any]:
    """Give templates the words for a range of money."""
    return {"money_span": span}


def span(least: int | None, most: int | None) -> str:
    """Return a range of fen in 万元; one that nothing bounds says so."""
    if least is None:
        return wan(None)
    if most is None:
        return _("%(least)s 以上", least=wan(least))
    return wan(least) if least == most else f"{wan(least)}–{wan(most)}"


@bp.get("/awards")
@requires(Permission.SCREENING_READ)
def index() -> ResponseReturnValue:
    """Show for each policy in force who is due what, what was given, and who was missed; each number has its list."""
    today = clock.today()
    sheets = queries.sheets(current_user, today)
    waiting = [policy for policy, _version in queries.paying(known(), today) if policy.id not in in_force()]
    return page(
        "awards/index.html",
        money=[sheet for sheet in sheets if _gives(sheet) == "money"],
        deductions=[sheet for sheet in sheets if _gives(sheet) == "deduction"],
        waiting=waiting,
        link=_link,
        year=today.year,
        last=last_pass(),
    )


def _gives(sheet: queries.Sheet) -> str:
    return next(version.award.gives for version in reversed(sheet.policy.versions) if version.award)


def _link(policy_id: str, *where: str) -> str:
    columns = f"rung,district,screening.{policy_id},due.{policy_id},due_most.{policy_id},awards,officer"
    return url_for("lists.index", where=",".join(where), columns=columns)


@bp.get("/firms/<int:firm_id>/awards")
@requires(Permission.LADDER_READ)
def firm(firm_id: int) -> ResponseReturnValue:
    """Show what one firm is due by every policy that gives money, part by part, and what it was given."""
    today = clock.today()
    record = firms.get(firm_id, current_user)
    dues = queries.of(record, today)
    return page(
        "awards/firm.html",
        firm=record,
        head=firms.head(record, today),
        open=[due for due in dues if due.counts and due.assessment.outcome != "not_met"],
        shut=[due for due in dues if due.counts and due.assessment.outcome == "not_met"],
        unverified=[due for due in dues if not due.counts],
        total=queries.total(dues, "met"),
        possible=queries.total(dues, "met", "cannot_tell"),
        awards=firms.awards(record),
        doors=_doors(firm_id) if can(Permission.FIRM_EDIT) else {},
        fact_name=fact_name,
        year=today.year,
    )


def _doors(firm_id: int) -> dict[str, str]:
    """Return where each fact that is stated one by one is entered."""
    return {key: url_for("ladder.state_fact", firm_id=firm_id, key=key) for key in STATED}
