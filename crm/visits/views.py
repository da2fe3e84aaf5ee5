"""Where one enters."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.views import own_address
from crm.domain.access import Permission
from crm.domain.places import DISTRICTS
from crm.domain.records import VISIT_LABELS, VisitKind
from crm.firms import queries as firms
from crm.kit import clock, tables
from crm.kit.access import requires
from crm.kit.pages import page
from crm.visits import queries, service
from crm.visits.forms import VisitForm

bp = Blueprint("visits", __name__)


@bp.get("/visits")
@requires(Permission.VISIT_READ)
def index() -> ResponseReturnValue:
    """Show what was promised and comes due, and the latest meetings; ``due`` shows one heap of promises alone."""
    today = clock.today()
    number = tables.page_number()
    who = {"by_id": tables.record_number("by"), "kind": request.args.get("kind", type=VisitKind)}
    heap = request.args.get("due")
    spans = {
        "overdue": {"until": today - queries.DAY},
        "near": {"after": today, "until": today + queries.NEAR},
        "open": {},
    }
    context = {
        "authors": queries.authors(current_user),
        "labels": VISIT_LABELS,
        "kinds": [(kind.value, _(label)) for kind, label in VISIT_LABELS.items()],
        "day": today,
        "heap": heap,
    }
    if heap is not None:
        if heap not in spans:
            abort(404)
        return page(
            "visits/promised.html", promised=queries.promised(current_user, number, **spans[heap], **who), **context
        )
    soon = queries.promised(current_user, 1, until=today + queries.NEAR, size=10, **who)
    latest = queries.latest(current_user, number, **who)
    return page(
        "visits/index.html",
        soon=soon,
        latest=latest,
        counts=queries.due(current_user, today),
        silent=queries.count_silent(current_user, today),
        silent_days=queries.SILENT_DAYS,
        **context,
    )


@bp.get("/visits/silent")
@requires(Permission.VISIT_READ)
def silent() -> ResponseReturnValue:
    """List the firms nobody has met for half a year, or ever."""
    today = clock.today()
    found, last_on = queries.silent_firms(current_user, today, tables.page_number())
    return page(
        "visits/silent.html", firms=found, last_on=last_on, days=queries.SILENT_DAYS, day=today, districts=DISTRICTS
    )


@bp.get("/firms/<int:firm_id>/visits")
@requires(Permission.VISIT_READ)
def firm(firm_id: int) -> ResponseReturnValue:
    """Show the meetings with one firm, with a form for the next."""
    return _firm_page(firm_id, VisitForm(formdata=None, visited_on=clock.today()))


@bp.post("/firms/<int:firm_id>/visits")
@requires(Permission.VISIT_RECORD)
def record(firm_id: int) -> ResponseReturnValue:
    """Keep a meeting."""
    firm = firms.get(firm_id, current_user)
    form = VisitForm().offer(service.kinds_for(current_user))
    if form.posted():
        with form.refusals():
            service.record(firm.id, current_user, form.values(), clock.today())
            flash(_("已登记"), "good")
            return redirect(url_for(".firm", firm_id=firm.id))
    return _firm_page(firm_id, form)


@bp.route("/visits/<int:visit_id>/edit", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def edit(visit_id: int) -> ResponseReturnValue:
    """Correct one's own entry."""
    visit = queries.get(visit_id, current_user)
    if visit.by_id != current_user.id:
        abort(403)
    form = VisitForm(obj=visit).offer(service.kinds_for(current_user))
    if form.posted():
        with form.refusals():
            service.edit(visit, current_user, form.values(), clock.today())
            flash(_("已保存"), "good")
            return redirect(url_for(".firm", firm_id=visit.firm_id, _anchor=f"visit-{visit.id}"))
    return page("visits/edit.html", form, visit=visit, firm=visit.firm, head=firms.head(visit.firm, clock.today()))


@bp.post("/visits/<int:visit_id>/settle")
@requires(Permission.VISIT_RECORD)
def settle(visit_id: int) -> ResponseReturnValue:
    """Note that a promise has been kept."""
    visit = queries.get(visit_id, current_user)
    service.settle(visit, current_user, clock.today())
    flash(_("已办结：%(step)s", step=visit.next_step), "good")
    return redirect(own_address(request.form.get("next") or url_for(".firm", firm_id=visit.firm_id)))


def _firm_page(firm_id: int, form: VisitForm) -> ResponseReturnValue:
    firm = firms.get(firm_id, current_user)
    return page(
        "visits/firm.html",
        form.offer(service.kinds_for(current_user)),
        firm=firm,
        head=firms.head(firm, clock.today()),
        visits=queries.of_firm(firm.id, current_user),
        labels=VISIT_LABELS,
        day=clock.today(),
    )
