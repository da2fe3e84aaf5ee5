"""Where one enters."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.views import own_address
from crm.domain.access import Permission, Role
from crm.domain.places import DISTRICTS
from crm.domain.records import VisitKind
from crm.domain.requests import (
    HAND_OUTCOME_LABELS,
    REQUEST_ACTION_LABELS,
    REQUEST_KIND_LABELS,
    REQUEST_RESULT_LABELS,
    REQUEST_SOURCE_LABELS,
    REQUEST_STATUS_LABELS,
    REQUEST_WORKFLOW,
    HandOutcome,
    RequestAction,
    RequestKind,
    RequestSource,
)
from crm.firms import queries as firms
from crm.kit import clock, tables
from crm.kit.access import can, requires
from crm.kit.pages import page, words
from crm.requests import counts, queries, service
from crm.requests.forms import MOVE_FORMS, BulkForm, RecordForm
from crm.visits import queries as visits

bp = Blueprint("requests", __name__)

ANY_ACTION = f"<any({', '.join(map(repr, map(str, RequestAction)))}):action>"
# A fortnight to answer, unless somebody says otherwise.
DAYS_TO_ANSWER = timedelta(days=14)
LABELS = {
    "kinds": REQUEST_KIND_LABELS,
    "sources": REQUEST_SOURCE_LABELS,
    "statuses": REQUEST_STATUS_LABELS,
    "results": REQUEST_RESULT_LABELS,
    "actions": REQUEST_ACTION_LABELS,
}


@bp.app_context_processor
def names() -> dict[str, Any]:
    """Give the page of a firm's meetings what the firm asked, and every page the words for it."""
    return {"requests_of": lambda firm_id: queries.of_firm(firm_id, current_user), "request_labels": LABELS}


@bp.get("/requests")
@requires(Permission.REQUEST_READ)
def index() -> ResponseReturnValue:
    """List requests: one's own unless the address asks for somebody's or all."""
    today = clock.today()
    heap = request.args.get("heap", queries.Heap.UNANSWERED, type=queries.Heap)
    owner, filters = _asked()
    owners = firms.officers()
    bulk = BulkForm(formdata=None)
    bulk.offer(owners)
    return page(
        "requests/index.html",
        found=queries.listing(current_user, heap, filters, today, tables.page_number()),
        counts=queries.due(current_user, today, filters),
        heap=heap,
        owner=owner,
        filters=filters,
        owners=owners,
        bulk=bulk,
        day=today,
    )


def _asked() -> tuple[str, queries.Filters]:
    """Return whose requests the address asks for, as it says it, and its filters; nonsense narrows nothing."""
    own = current_user.role is Role.OFFICER
    owner = request.args.get("owner", "me" if own else "all")
    district = request.args.get("district", "")
    return owner, queries.Filters(
        owner_id=current_user.id if owner == "me" else tables.record_number("owner"),
        kind=request.args.get("kind", type=RequestKind),
        source=request.args.get("source", type=RequestSource),
        district=district if district in DISTRICTS else "",
        q=request.args.get("q", "").strip()[:100],
    )


@bp.get("/requests/counts", endpoint="counts")
@requires(Permission.REQUEST_READ)
def show_counts() -> ResponseReturnValue:
    """Count what came, what was answered, what was solved in a period; this year unless the address says otherwise."""
    today = clock.today()
    since = _day("since", date(today.year, 1, 1))
    until = _day("until", today)
    by = request.args.get("by", counts.By.SOURCE, type=counts.By)
    found = counts.lines(current_user, since, until, by)
    return page(
        "requests/counts.html",
        since=since,
        until=until,
        by=by,
        lines=found,
        total=counts.total(found),
        people={user.id: user.name for user in firms.officers()},
    )


def _day(name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise


@bp.get("/firms/<int:firm_id>/requests")
@requires(Permission.FIRM_READ)
def firm(firm_id: int) -> ResponseReturnValue:
    """Show a firm what became of what it asked."""
    record = firms.get(firm_id, current_user)
    return page(
        "requests/firm.html",
        firm=record,
        head=firms.head(record, clock.today()),
        told=queries.told(record.id, current_user),
    )


@bp.route("/firms/<int:firm_id>/requests/new", methods=["GET", "POST"])
@requires(Permission.REQUEST_RECORD)
def create(firm_id: int) -> ResponseReturnValue:
    """Record what a firm asked, out of a meeting if the address names one."""
    firm = firms.get(firm_id, current_user)
    today = clock.today()
    visit_id = tables.record_number("visit")
    visit = visits.get(visit_id, current_user) if visit_id is not None else None
    visit = visit if visit and visit.firm_id == firm.id else None
    owners = firms.officers()
    form = RecordForm(data=_suggested(firm, visit, today, {user.id for user in owners}))
    form.offer(owners)
    if form.posted():
        with form.refusals():
            kept = service.record(firm, current_user, form.values(), today, visit.id if visit else None)
            flash(_("已登记诉求"), "good")
            return redirect(url_for(".show", request_id=kept.id))
    return page("requests/create.html", form, firm=firm, head=firms.head(firm, today), visit=visit)


def _suggested(firm: Any, visit: Any, today: date, owners: set[int]) -> dict[str, Any]:
    """Return what stands in the form at first: today and a fortnight, the firm's officer, the words of the meeting."""
    owner = firm.officer_id if firm.officer_id in owners else current_user.id
    values = {"asked_on": today, "due_on": today + DAYS_TO_ANSWER, "owner_id": owner}
    if visit:
        source = RequestSource.CALL if visit.kind is VisitKind.CALL else RequestSource.VISIT
        values |= {"asked_on": visit.visited_on, "asked_by": visit.met, "text": visit.summary, "source": source}
    return values


@bp.get("/requests/<int:request_id>")
@requires(Permission.REQUEST_READ)
def show(request_id: int) -> ResponseReturnValue:
    """Show one request, how it went, and what can be done with it now."""
    found = queries.get(request_id, current_user)
    return page(
        "requests/show.html",
        asked=found,
        firm=found.firm,
        head=firms.head(found.firm, clock.today()),
        steps=queries.steps(found),
        moves=REQUEST_WORKFLOW.actions(found.status) if can(Permission.REQUEST_WORK) else (),
        take=MOVE_FORMS[RequestAction.TAKE](formdata=None, obj=found),
        day=clock.today(),
    )


@bp.route(f"/requests/<int:request_id>/{ANY_ACTION}", methods=["GET", "POST"])
@requires(Permission.REQUEST_WORK)
def move(request_id: int, action: str) -> ResponseReturnValue:
    """Do one move of the table; what it asks for is asked on a page of its own."""
    found, act, today = queries.get(request_id, current_user), RequestAction(action), clock.today()
    form = MOVE_FORMS[act](obj=found)
    if "owner_id" in form:
        form.offer(firms.officers())  # type: ignore[attr-defined]
    if "confirmed_on" in form and form.confirmed_on.data is None:
        form.confirmed_on.data = today
    theirs = None
    if form.posted():
        with form.refusals():
            values = form.values()
            try:
                service.move(found, current_user, values.pop("version"), act, values, today)
            except service.ChangedMeanwhileError as changed:
                theirs = queries.steps(found)[0]
                # Seen side by side, a second save is a decision.
                form.version.data = changed.version
                raise
            flash(_("%(act)s：已完成", act=words(REQUEST_ACTION_LABELS[act])), "good")
            return redirect(url_for(".show", request_id=found.id))
    return page(
        "requests/move.html",
        form,
        asked=found,
        firm=found.firm,
        head=firms.head(found.firm, today),
        action=act,
        possible=act in REQUEST_WORKFLOW.actions(found.status),
        theirs=theirs,
        day=today,
    )


@bp.post("/requests/hand")
@requires(Permission.REQUEST_WORK)
def hand() -> ResponseReturnValue:
    """Hand the requests picked on a list over to another owner."""
    back = own_address(request.form.get("next") or url_for(".index"))
    picked = [int(text) for text in request.form.getlist("request_ids") if text.isascii() and text.isdigit()]
    form = BulkForm()
    form.offer(firms.officers())
    if not form.posted():
        flash(_("请选择负责人并写明原因"), "bad")
        return redirect(back)
    found = queries.picked(picked[: queries.PER_PAGE], current_user)
    rows = service.hand_over(found, form.owner_id.data, form.note.data, current_user, clock.today())
    for outcome, label in HAND_OUTCOME_LABELS.items():
        subjects = [row.subject for row in rows if row.outcome is outcome]
        if outcome is HandOutcome.HANDED and subjects:
            flash(_("%(what)s %(count)s 件", what=words(label), count=len(subjects)), "good")
        elif subjects:
            listed = "；".join(subjects)
            flash(
                _("%(what)s：%(count)s 件（%(names)s）", what=words(label), count=len(subjects), names=listed), "warn"
            )
    return redirect(back)
