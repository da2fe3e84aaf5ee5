"""Where one enters."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.decisions import queries, service
from crm.decisions.forms import KeepForm
from crm.domain.access import Permission
from crm.domain.ladder import POLICY_OF, Rung
from crm.firms import queries as firms
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.pages import page
from crm.kit.tables import asked_day
from crm.ladder import service as ladder
from crm.policies import queries as policies
from crm.screening.words import policy_name

bp = Blueprint("decisions", __name__, url_prefix="/firms/<int:firm_id>/decisions")


@bp.get("")
@requires(Permission.DECISION_READ)
def index(firm_id: int) -> ResponseReturnValue:
    """List what was kept of a firm."""
    record = firms.get(firm_id, current_user)
    kept = queries.of_firm(record)
    return page(
        "decisions/index.html",
        firm=record,
        head=firms.head(record, clock.today()),
        decisions=kept,
        rung_of=queries.rung_of,
        policy_name=policy_name,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.DECISION_KEEP)
def keep(firm_id: int) -> ResponseReturnValue:
    """Keep the assessment that the address names, as it stands, with what is decided on it."""
    today = clock.today()
    day = asked_day(today)
    record = firms.get(firm_id, current_user)
    rung, policy_id = request.args.get("rung", ""), request.args.get("policy", "")
    if policy_id and policy_id not in policies.in_force():
        abort(404)
    if policy_id:
        gap = ladder.towards(record, day, policy_id)
    else:
        gap = ladder.gap(record, day, Rung(rung) if rung in set(POLICY_OF) else None)
    form = KeepForm()
    mark = service.seen(gap)
    if form.posted():
        with form.refusals():
            service.check_seen(form.seen.data, gap)
            decision = service.keep(record, gap, current_user, form.purpose.data)
            flash(_("已留存"), "good")
            return redirect(url_for(".show", firm_id=record.id, decision_id=decision.id))
    # What is shown now is what a second look will have seen.
    form.seen.data = mark
    return page(
        "decisions/keep.html",
        form,
        firm=record,
        head=firms.head(record, today),
        gap=gap,
        day=day,
        today=today,
        written=queries.purposes(queries.of_firm(record)),
    )


@bp.get("/<int:decision_id>")
@requires(Permission.DECISION_READ)
def show(firm_id: int, decision_id: int) -> ResponseReturnValue:
    """Show a kept assessment as it was read then, and whether it still stands as it was kept."""
    record = firms.get(firm_id, current_user)
    decision = queries.get(decision_id, record)
    faults = service.faults_of(decision)
    readable = not {fault.what for fault in faults} - {"differs"}
    policy = policies.in_force().get(decision.policy_id)
    return page(
        "decisions/show.html",
        firm=record,
        head=firms.head(record, clock.today()),
        decision=decision,
        faults=faults,
        gap=queries.as_kept(decision) if readable else None,
        rung=queries.rung_of(decision),
        policy_name=policy_name,
        changed_since=policy is None or policy.digest != decision.pack_digest,
    )
