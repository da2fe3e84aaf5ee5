"""Where one sees what each field has held, and puts a former value back."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import BUREAU_ROLES, FIRM_ROLES, Permission, Role
from crm.firms import history, queries, service
from crm.firms.blueprint import bp
from crm.firms.labels import FIELD_LABELS
from crm.firms.models import Firm
from crm.firms.parts import PARTS
from crm.firms.telling import OFFICE_FIELDS, Teller
from crm.firms.views_edit import ANY_PART
from crm.journal.service import plain
from crm.kit import clock, tables
from crm.kit.access import can, requires
from crm.kit.pages import page


@bp.get("/<int:firm_id>/history", endpoint="history")
@requires(Permission.FIRM_READ)
def show_history(firm_id: int) -> ResponseReturnValue:
    """Show what the fields of a firm's identity have held; ``field`` narrows to one."""
    firm = queries.get(firm_id, current_user)
    office = can(Permission.VISIT_READ)
    fields = [field for field in service.EDITABLE if office or field not in OFFICE_FIELDS]
    back = url_for("firms.file", firm_id=firm.id)
    return _history(firm, firm, fields, url_for("firms.restore", firm_id=firm.id), back)


@bp.get(f"/<int:firm_id>/{ANY_PART}/<int:part_id>/history")
@requires(Permission.FIRM_READ)
def part_history(firm_id: int, part: str, part_id: int) -> ResponseReturnValue:
    """Show what the fields of one record of the file have held."""
    firm, item = _record(firm_id, part, part_id)
    fields = [c.key for c in item.__table__.columns if c.key not in {"id", "firm_id"}]
    restore = url_for("firms.restore_part", firm_id=firm.id, part=part, part_id=part_id)
    return _history(firm, item, fields, restore, url_for(PARTS[part].home, firm_id=firm.id))


@bp.post("/<int:firm_id>/history/restore")
@requires(Permission.FIRM_EDIT)
def restore(firm_id: int) -> ResponseReturnValue:
    """Put a field of the identity back to what it held before an act."""
    firm = queries.get(firm_id, current_user)
    return _restore(firm, url_for("firms.history", firm_id=firm.id))


@bp.post(f"/<int:firm_id>/{ANY_PART}/<int:part_id>/history/restore")
@requires(Permission.FIRM_EDIT)
def restore_part(firm_id: int, part: str, part_id: int) -> ResponseReturnValue:
    """Put a field of one record back to what it held before an act."""
    firm, item = _record(firm_id, part, part_id)
    return _restore(item, url_for("firms.part_history", firm_id=firm.id, part=part, part_id=part_id))


def _record(firm_id: int, part: str, part_id: int) -> tuple[Firm, Any]:
    firm = queries.get(firm_id, current_user)
    return firm, queries.part(PARTS[part].table, firm, part_id)


def _history(firm: Firm, item: Any, fields: list[str], restore: str, back: str) -> ResponseReturnValue:
    events = history.of_record(item)
    changes = history.changes(events, fields)
    changed = {change.field for change in changes}
    asked = request.args.get("field", "")
    shown = [change for change in changes if not asked or change.field == asked]
    contacts = current_user.role in {Role.OFFICER, Role.MANAGER, Role.AGENCY} | FIRM_ROLES
    return page(
        "firms/history.html",
        firm=firm,
        head=queries.head(firm, clock.today()),
        found=history.page_of(shown, tables.page_number()),
        fields=[field for field in fields if field in changed or field == asked],
        asked=asked,
        labels=FIELD_LABELS,
        now={field: plain(getattr(item, field)) for field in fields},
        subject=item.__tablename__,
        teller=Teller(events, office=current_user.role in BUREAU_ROLES, contacts=contacts),
        restore=restore,
        back=back,
    )


def _restore(item: Any, back: str) -> ResponseReturnValue:
    event, field = request.form.get("event", ""), request.form.get("field", "")
    if not (event.isascii() and event.isdigit() and len(event) < 19):
        abort(422)
    history.restore(item, current_user, int(event), field, clock.today())
    flash(_("已恢复旧值，时间线里记有出处"), "good")
    return redirect(back)
