"""Where one types: a firm's identity and the records of its file, two people at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.records import FirmStatus
from crm.firms import history, queries, service, together
from crm.firms.blueprint import bp
from crm.firms.forms import FirmForm, RemoveForm
from crm.firms.models import Firm
from crm.firms.parts import PARTS, tri
from crm.firms.telling import Teller
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.forms import EditForm, yes_no
from crm.kit.pages import page

ANY_PART = f"<any({', '.join(repr(name) for name in PARTS)}):part>"
TRI_FIELDS = ("resident_enterprise", "audited_collection", "restricted_product")


def _firm_form(firm: Any = None) -> FirmForm:
    """Return the form with its choices of people, filled from ``firm`` on the way in."""
    form = FirmForm(obj=firm) if firm is not None else FirmForm()
    nobody = SelectChoice("", _("未指定"))
    form.officer_id.choices = [nobody, *(SelectChoice(str(u.id), u.name) for u in queries.officers(firm))]
    form.agency_id.choices = [nobody, *(SelectChoice(str(a.id), a.name) for a in queries.agencies())]
    if not form.is_submitted() and firm is not None:
        for name, value in _shown(firm).items():
            form[name].data = value
    return form


def _shown(firm: Any) -> dict[str, Any]:
    """Return what the selects of the form show of a firm."""
    people = {name: str(getattr(firm, name) or "") for name in ("officer_id", "agency_id")}
    return {**{name: tri(getattr(firm, name)) for name in TRI_FIELDS}, **people, "status": firm.status.value}


def _firm_values(form: FirmForm) -> dict[str, Any]:
    """Return what was typed as the service takes it."""
    values = form.values()
    for name in TRI_FIELDS:
        values[name] = yes_no(values[name])
    for name in ("officer_id", "agency_id"):
        values[name] = int(values[name]) if values[name] else None
    for name in ("registration_district", "tax_district", "statistics_district", "tech_field"):
        values[name] = values[name] or None
    return {**values, "status": FirmStatus(values["status"])}


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.FIRM_CREATE)
def create() -> ResponseReturnValue:
    """Open a file."""
    form = _firm_form()
    if form.posted():
        with form.refusals():
            firm = service.create(current_user, _firm_values(form), clock.today())
            flash(_("已建档"), "good")
            return redirect(url_for("desk.firm", firm_id=firm.id))
    return page("firms/create.html", form, **_suggestions())


@bp.route("/<int:firm_id>/edit", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def edit(firm_id: int) -> ResponseReturnValue:
    """Change a firm's identity."""
    position = history.position(firm_id)
    firm = queries.get(firm_id, current_user)
    form = _begun(_firm_form(firm), position)
    both = None
    if form.posted():
        with form.refusals():
            typed = _firm_values(form)
            both = _weigh(form, firm, {name: typed[name] for name in service.EDITABLE}, _shown(firm))
            both.settle()
            values = {**both.weighed.values, "moved_on": typed["moved_on"]}
            service.edit(firm, current_user, values, clock.today())
            flash(both.saved(), "good")
            return redirect(url_for("firms.file", firm_id=firm.id))
    head = queries.head(firm, clock.today())
    return page("firms/edit.html", form, firm=firm, head=head, both=both, **_suggestions())


def _suggestions() -> dict[str, list[str]]:
    return {"parks": queries.parks(), "incubators": queries.incubators()}


@bp.route(f"/<int:firm_id>/{ANY_PART}/new", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def add(firm_id: int, part: str) -> ResponseReturnValue:
    """Add one record to the file."""
    firm, kind = queries.get(firm_id, current_user), PARTS[part]
    form = kind.form()
    if form.posted():
        with form.refusals():
            values = kind.read(form.values())
            if part == "credit-checks":
                values["checked_by"] = current_user.name
            service.add(kind.table, firm, current_user, values)
            flash(_("已登记"), "good")
            return redirect(url_for(kind.home, firm_id=firm.id))
    return page(
        "firms/part.html", form, firm=firm, head=queries.head(firm, clock.today()), part=kind, item=None, both=None
    )


@bp.route(f"/<int:firm_id>/{ANY_PART}/<int:part_id>/edit", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def amend(firm_id: int, part: str, part_id: int) -> ResponseReturnValue:
    """Change one record of the file."""
    position = history.position(firm_id)
    firm, kind = queries.get(firm_id, current_user), PARTS[part]
    item = queries.part(kind.table, firm, part_id)
    form = _begun(kind.form(obj=item), position)
    both = None
    if request.method == "GET":
        for name, value in kind.show(item).items():
            form[name].data = value
    if form.posted():
        with form.refusals():
            both = _weigh(form, item, kind.read(form.values()), kind.show(item))
            both.settle()
            service.amend(item, current_user, both.weighed.values)
            flash(both.saved(), "good")
            return redirect(url_for(kind.home, firm_id=firm.id))
    head, remove = queries.head(firm, clock.today()), RemoveForm(formdata=None)
    return page(
        "firms/part.html", form, firm=firm, head=head, part=kind, item=item, name=part, remove=remove, both=both
    )


@bp.post(f"/<int:firm_id>/{ANY_PART}/<int:part_id>/remove")
@requires(Permission.FIRM_EDIT)
def remove(firm_id: int, part: str, part_id: int) -> ResponseReturnValue:
    """Take one record out of the file."""
    firm, kind = queries.get(firm_id, current_user), PARTS[part]
    if not kind.removable:
        abort(404)
    service.remove(queries.part(kind.table, firm, part_id), current_user)
    flash(_("已删除，时间线里留有原内容"), "good")
    return redirect(url_for(kind.home, firm_id=firm.id))


def _begun(form: EditForm, position: int) -> Any:
    """Note in a form that is handed out how far the trail has come."""
    if not form.is_submitted():
        form.seen.data = form.shown.data = str(position)
    return form


@dataclass(frozen=True)
class Side:
    """A field both changed, in words: as it was when my edit began, theirs with who and when, mine."""

    field: str
    label: str
    before: str
    theirs: str
    mine: str
    who: str
    at: datetime
    mine_taken: bool


@dataclass(frozen=True)
class SideBySide:
    """Both edits, weighed and put into words."""

    weighed: together.Weighed
    sides: list[Side]
    kept: list[str]
    who: str

    def settle(self) -> None:
        """Go on when nothing is left to choose. Raises Refused otherwise."""
        if self.weighed.undecided:
            raise Refused("您填写期间，{who}保存过这份档案。两人都改了的项目请逐项选择，其余已合在一起", who=self.who)

    def saved(self) -> str:
        """Say what was saved, and whose changes were left standing."""
        if not self.kept:
            return _("已保存")
        return _("已保存；%(who)s同时改过的 %(fields)s 保留", who=self.who, fields=" · ".join(self.kept))


def _weigh(form: EditForm, item: Any, typed: Mapping[str, Any], shown: Mapping[str, Any]) -> SideBySide:
    """Weigh what was typed against what others saved meanwhile; the form then shows theirs where only they changed."""
    now = {name: getattr(item, name) for name in typed}
    seen, last = _number(form.seen.data), _number(form.shown.data)
    taken = {name: request.form.get(f"take-{name}", "") for name in typed}
    weighed = together.weigh(now, history.of_record(item), typed, seen, max(seen, last), taken)
    for name in weighed.kept:
        form[name].data, form[name].raw_data = shown.get(name, now[name]), None
    if weighed.undecided:
        form.shown.data = str(history.position(item.id if isinstance(item, Firm) else item.firm_id))
    subject = item.__tablename__
    people = [(one.field, value) for one in weighed.both for value in (one.before, one.theirs, one.mine)]
    teller = Teller(weighed.others, office=True, contacts=True, also=people)
    sides = [
        Side(
            one.field,
            str(form[one.field].label.text),
            *(teller.value(subject, one.field, value) for value in (one.before, one.theirs, one.mine)),
            one.event.actor_name,
            one.event.at,
            one.mine_taken,
        )
        for one in weighed.both
    ]
    who = " · ".join(dict.fromkeys(event.actor_name for event in weighed.others))
    return SideBySide(weighed, sides, [str(form[name].label.text) for name in weighed.kept], who)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
