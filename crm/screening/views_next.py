"""The shortest way to the next rung first."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.ladder import Rung
from crm.domain.places import DISTRICTS
from crm.firms import queries as firms
from crm.kit import clock, tables
from crm.kit.access import requires
from crm.kit.pages import page
from crm.ladder import many, telling
from crm.screening import nearest
from crm.screening import words as saying

bp = Blueprint("next", __name__)
TOLD = 4  # criteria and facts of one firm
NEAR = "no"  # unless asked: those that are not there yet


@bp.get("/next")
@requires(Permission.SCREENING_READ)
def index() -> ResponseReturnValue:
    """List firms by how near they are to their next rung, each with what it is short of in words."""
    today = clock.today()
    ways = nearest.ways_up()
    filters, owner = _filters(set(ways.values()))
    found = nearest.listing(current_user, today, filters, ways, tables.page_number())
    judged = many.judged([row[0].id for row in found.items], today, many.next_of()) if found.items else {}
    return page(
        "screening/next.html",
        found=found,
        told_of={firm_id: _told(one, today.year) for firm_id, (one, *_rest) in judged.items()},
        filters=filters,
        owner=owner,
        met=request.args.get("met", NEAR),
        officers=firms.officers(),
        policies=[(policy_id, saying.policy_name(policy_id)) for policy_id in dict.fromkeys(ways.values())],
        standing=saying.standing,
        policy_name=saying.policy_name,
        list_url=_list_url(filters, ways),
        districts=DISTRICTS,
    )


def _filters(policy_ids: set[str]) -> tuple[nearest.Filters, str]:
    owner, district, policy = (request.args.get(name, "") for name in ("officer", "district", "policy"))
    officer_id = current_user.id if owner == "me" else tables.record_number("officer")
    return nearest.Filters(
        district=district if district in DISTRICTS else "",
        officer_id=officer_id,
        policy_id=policy if policy in policy_ids else "",
        met={"yes": True, "no": False}.get(request.args.get("met", NEAR)),
    ), owner


def _told(one: many.Judged, year: int) -> dict[str, Any]:
    """Return what a firm is short of and what is unknown of it: [(criterion, how much)], [fact], how many more."""
    top = one.assessment.root.children
    short = [(telling.told(c.label), telling.short(c)) for c in top if c.counts and c.outcome == "not_met"]
    facts = [telling.fact_name(key, year) for key in one.asks]
    more = max(0, len(short) - TOLD), max(0, len(facts) - TOLD)
    return {"short": short[:TOLD], "facts": facts[:TOLD], "more": more}


def _list_url(filters: nearest.Filters, ways: dict[Rung | None, str]) -> str:
    """Return the same firms as a list, in the same order, to be worked on and exported; for one policy only."""
    if not filters.policy_id:
        return ""
    rungs = [rung.value if rung else "none" for rung, policy_id in ways.items() if policy_id == filters.policy_id]
    where = [f"rung.is({','.join(rungs)})"]
    if filters.district:
        where.append(f"district.is({filters.district})")
    if filters.officer_id is not None:
        where.append(f"officer.is({filters.officer_id})")
    if filters.met is not None:
        met = f"screening.met({filters.policy_id})"
        where.append(met if filters.met else f"none({met})")
    column = f"screening.{filters.policy_id}"
    columns = f"rung,district,{column},officer,last_contact_on"
    return url_for("lists.index", where=",".join(where), columns=columns, sort=column)
