"""Where somebody has to go and look: the visits that signs in the files call for."""

from collections.abc import Iterator
from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.places import DISTRICTS
from crm.firms import queries as firms
from crm.kit import clock, tables
from crm.kit.access import requires
from crm.kit.pages import page
from crm.ladder import many, telling
from crm.rules.explain import Criterion
from crm.rules.figure import Kind
from crm.screening import words as saying
from crm.screening import worklist

bp = Blueprint("worklist", __name__, url_prefix="/visits/worklist")
DAYS = (30, 90, 180, 365)
USUAL = 90
TOLD = 3  # grounds of one sign


@bp.get("")
@requires(Permission.VISIT_READ)
def index() -> ResponseReturnValue:
    """List the firms with a sign that nobody has answered by a visit, and why."""
    today = clock.today()
    signs = worklist.signs()
    owner, district, policy = (request.args.get(name, "") for name in ("officer", "district", "policy"))
    days = request.args.get("days", USUAL, type=int)
    filters = worklist.Filters(
        days=days if days in DAYS else USUAL,
        district=district if district in DISTRICTS else "",
        officer_id=current_user.id if owner == "me" else tables.record_number("officer"),
        policy_id=policy if policy in signs else "",
    )
    wanted = [filters.policy_id] if filters.policy_id else signs
    found = worklist.listing(current_user, today, filters, wanted, tables.page_number())
    return page(
        "desk/worklist.html",
        found=found,
        grounds=_grounds(found.items, today),
        filters=filters,
        owner=owner,
        officers=firms.officers(),
        days=DAYS,
        policies=[(key, saying.policy_name(key)) for key in signs],
        policy_name=saying.policy_name,
        list_url=_list_url(filters, wanted),
        day=today,
    )


def _grounds(calls: list[worklist.Call], on: date) -> dict[tuple[int, str], list[str]]:
    """Return {(firm, policy): what in the file is the sign, in words}."""
    wanted = {policy_id for call in calls for policy_id in call.signs}
    if not wanted:
        return {}
    judged = many.judged([call.firm.id for call in calls], on, lambda _held: wanted)
    return {
        (firm_id, one.policy.id): [_ground(leaf) for leaf in _met(one.assessment.root)][:TOLD]
        for firm_id, some in judged.items()
        for one in some
    }


def _met(criterion: Criterion) -> Iterator[Criterion]:
    """Return the leaves that make a criterion met: not those of a way that is only half there."""
    if criterion.outcome != "met" or not criterion.counts:
        return
    if not criterion.children:
        yield criterion
    for child in criterion.children:
        yield from _met(child)


def _ground(leaf: Criterion) -> str:
    label = telling.told(leaf.label)
    if leaf.kind is Kind.BOOL:  # the label says it all
        return label
    return _("%(label)s：%(value)s", label=label, value=telling.shown(leaf, leaf.value))


def _list_url(filters: worklist.Filters, wanted: list[str]) -> str:
    """Return the same firms as a list, to be worked on and exported."""
    if not wanted:
        return ""
    where = [f"screening.unanswered({filters.days},{','.join(wanted)})"]
    if filters.district:
        where.append(f"district.is({filters.district})")
    if filters.officer_id is not None:
        where.append(f"officer.is({filters.officer_id})")
    columns = ",".join(["rung", "district", *(f"screening.{key}" for key in wanted[:6]), "officer", "last_contact_on"])
    return url_for("lists.index", where=",".join(where), columns=columns, sort="last_contact_on")
