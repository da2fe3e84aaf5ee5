"""Where firms are handed over: who has how many, from whom to whom, which and when, with a look before and an undo."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from crm.domain.access import Permission
from crm.domain.care import DUTY_LABELS, Duty
from crm.domain.places import DISTRICTS
from crm.firms import handovers, queries
from crm.firms.care_forms import ActForm, HandoverForm
from crm.firms.outcomes import Outcome
from crm.kit import clock, tables
from crm.kit.access import requires
from crm.kit.pages import page

bp = Blueprint("handovers", __name__, url_prefix="/handovers")
REFUSALS_SHOWN = 20


@bp.get("")
@requires(Permission.FIRM_ASSIGN)
def index() -> ResponseReturnValue:
    """Show who has how many firms in hand, and the hand-overs made."""
    duty = _duty()
    return page(
        "firms/handovers.html",
        duty=duty,
        duties=DUTY_LABELS,
        portfolios=handovers.portfolios(current_user, duty),
        found=handovers.listing(current_user, tables.page_number()),
        day=clock.today(),
    )


@bp.get("/new")
@requires(Permission.FIRM_ASSIGN)
def create() -> ResponseReturnValue:
    """Choose what goes from somebody's hands, to whom, when."""
    form = _form(fresh=True)
    form.since_on.data = clock.today()
    return _choose(form)


@bp.route("/confirm", methods=["GET", "POST"])
@requires(Permission.FIRM_ASSIGN)
def confirm() -> ResponseReturnValue:
    """Show what a hand-over would do, row by row where it would not; then do it. The address says what is asked."""
    form = _form()
    asked = _asked()
    if not form.validate():
        return _choose(form)
    today = clock.today()
    to_id = int(form.to.data) if form.to.data else None
    parts = (current_user, asked.duty, asked.from_id, to_id, asked.firm_ids)
    outcomes: list[Outcome] = []
    act = ActForm()
    with act.refusals():
        if not asked.any:
            form.form_errors.append(_("请勾选要交接的企业，或勾选“全部”"))
            return _choose(form)
        if act.posted():
            made = handovers.make(*parts, form.since_on.data, today, form.reason.data or "")
            flash(
                _("已办理交接") if made.since_on <= today else _("已登记，到 %(day)s 自动生效", day=made.since_on),
                "good",
            )
            return redirect(url_for("firms.handovers.show", handover_id=made.id))
        outcomes = handovers.preview(*parts, form.since_on.data, today)
    refused = [outcome for outcome in outcomes if not outcome.done]
    return page(
        "firms/handover_confirm.html",
        act,
        asked=asked,
        typed=form,
        giver=handovers.name_of(asked.duty, asked.from_id),
        taker=handovers.name_of(asked.duty, to_id),
        going=len(outcomes) - len(refused),
        refused=refused[:REFUSALS_SHOWN],
        more=max(0, len(refused) - REFUSALS_SHOWN),
        duties=DUTY_LABELS,
        day=today,
    )


@bp.get("/<int:handover_id>")
@requires(Permission.FIRM_ASSIGN)
def show(handover_id: int) -> ResponseReturnValue:
    """Show one hand-over: what went, what stayed and why."""
    return _shown(handover_id, ActForm())


@bp.post("/<int:handover_id>/undo")
@requires(Permission.FIRM_ASSIGN)
def undo(handover_id: int) -> ResponseReturnValue:
    """Call a hand-over off before its day."""
    told = handovers.get(handover_id, current_user)
    form = ActForm()
    if form.posted():
        with form.refusals():
            handovers.undo(told.Handover, current_user, clock.today())
            flash(_("已撤销，%(count)s 家企业保持原样", count=told.Handover.count), "good")
            return redirect(url_for("firms.handovers.show", handover_id=handover_id))
    return _shown(handover_id, form)


def _shown(handover_id: int, form: ActForm) -> ResponseReturnValue:
    told = handovers.get(handover_id, current_user)
    return page(
        "firms/handover.html",
        form,
        told=told,
        handover=told.Handover,
        firms=handovers.firms_of(told.Handover, current_user, tables.page_number()),
        refused=told.Handover.refused,
        names=handovers.names_of_refused(told.Handover, current_user),
        duties=DUTY_LABELS,
        day=clock.today(),
    )


@dataclass(frozen=True)
class Asked:
    """What the address asks: whose firms, of which district, ticked ones (``firm_ids``) or all of them (None)."""

    duty: Duty
    from_id: int | None
    district: str
    firm_ids: list[int] | None

    @property
    def any(self) -> bool:
        """Whether anything is picked."""
        return self.firm_ids is None or bool(self.firm_ids)


def _asked() -> Asked:
    duty, from_id = _duty(), tables.record_number("from")
    district = request.args.get("district", "")
    district = district if district in DISTRICTS else ""
    if not request.args.get("all"):
        ticked = [int(text) for text in request.args.getlist("firm_ids") if text.isascii() and text.isdigit()]
        return Asked(duty, from_id, district, ticked[:1000])
    everything = handovers.ids(current_user, duty, from_id, district) if district else None
    return Asked(duty, from_id, district, everything)


def _duty() -> Duty:
    return Duty.AGENCY if request.args.get("duty") == Duty.AGENCY.value else Duty.OFFICER


def _form(*, fresh: bool = False) -> HandoverForm:
    form = HandoverForm(None if fresh else request.args)
    people: list[Any] = queries.officers() if _duty() is Duty.OFFICER else queries.agencies()
    form.to.choices = [SelectChoice("", _("未指定")), *(SelectChoice(str(person.id), person.name) for person in people)]
    return form


def _choose(form: HandoverForm) -> ResponseReturnValue:
    asked = _asked()
    return page(
        "firms/handover_new.html",
        form,
        asked=asked,
        giver=handovers.name_of(asked.duty, asked.from_id),
        found=handovers.portfolio(current_user, asked.duty, asked.from_id, asked.district, tables.page_number()),
        duties=DUTY_LABELS,
    )
