"""Where one enters: what firms are due and were not given, for all and for one."""

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.awards import past, queries
from crm.domain.access import Permission
from crm.domain.words import N_
from crm.firms import queries as firms
from crm.kit import clock
from crm.kit.access import can, requires
from crm.kit.pages import page, url_with, wan, words
from crm.kit.tables import page_number
from crm.ladder.telling import fact_name
from crm.policies.queries import known
from crm.rules.catalogue import STATED
from crm.screening.queries import last_pass

bp = Blueprint("awards", __name__)
YEARS_BACK = 4
WHO_LABELS = {
    "missed": N_("符合而未获得"),
    "met": N_("符合"),
    "given": N_("已获得"),
    "cannot_tell": N_("无法判断"),
}


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
    """Show for each policy in force who is due what, what was given, and who was missed; each number has its list.

    This year is told by the screening; ``year`` asks about one gone by, as of its last day.
    """
    today = clock.today()
    year = _year(today)
    gone = year < today.year
    sheets = past.sheets(current_user, year) if gone else queries.sheets(current_user, today)
    day = past.last_day(year) if gone else today
    judged_by = {policy.id for policy, _version in queries.judging(day)}
    waiting = [policy for policy, _version in queries.paying(known(), day) if policy.id not in judged_by]
    return page(
        "awards/index.html",
        money=[sheet for sheet in sheets if _gives(sheet) == "money"],
        deductions=[sheet for sheet in sheets if _gives(sheet) == "deduction"],
        waiting=waiting,
        link=partial(_link_past, year) if gone else _link,
        year=year,
        years=range(today.year, today.year - YEARS_BACK, -1),
        day=day if gone else None,
        last=last_pass(),
    )


@bp.get("/awards/firms")
@requires(Permission.SCREENING_READ)
def firms_of_year() -> ResponseReturnValue:
    """List the firms behind a number of a year gone by."""
    year, asked = _year(clock.today()), request.args.get("who", "")
    who = asked if asked in past.WHO else past.WHO[0]
    policy, pages = past.firms(current_user, year, request.args.get("policy", ""), who, page_number())
    tabs = [(url_with(who=key, page=None), words(WHO_LABELS[key]), key == who) for key in past.WHO]
    return page("awards/firms.html", policy=policy, pages=pages, year=year, day=past.last_day(year), tabs=tabs)


def _year(today: date) -> int:
    """Return the year the address asks about; nonsense and years to come are this one."""
    text = request.args.get("year", "")
    return (
        min(max(int(text), past.FIRST_YEAR), today.year)
        if text.isascii() and text.isdigit() and len(text) == 4
        else today.year
    )


def _gives(sheet: queries.Sheet) -> str:
    return next(version.award.gives for version in reversed(sheet.policy.versions) if version.award)


def _link(policy_id: str, who: str) -> str:
    met, paid = f"screening.met({policy_id})", f"award.{{}}({policy_id})"
    where = {
        "met": met,
        "missed": f"{met},{paid.format('not_under')}",
        "given": paid.format("under"),
        "cannot_tell": f"screening.cannot_tell({policy_id})",
    }[who]
    columns = f"rung,district,screening.{policy_id},due.{policy_id},due_most.{policy_id},awards,officer"
    return url_for("lists.index", where=where, columns=columns)


def _link_past(year: int, policy_id: str, who: str) -> str:
    return url_for("awards.firms_of_year", year=year, policy=policy_id, who=who)


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
        received=firms.awards(record),
        doors=_doors(firm_id) if can(Permission.FIRM_EDIT) else {},
        fact_name=fact_name,
        year=today.year,
    )


def _doors(firm_id: int) -> dict[str, str]:
    """Return where each fact that is stated one by one is entered."""
    return {key: url_for("ladder.state_fact", firm_id=firm_id, key=key) for key in STATED}
