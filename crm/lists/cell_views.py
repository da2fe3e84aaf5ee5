"""Where one fact of a firm is changed in its row; without the script, or on a phone, on a small page of its own."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.industries import TECH_FIELDS
from crm.firms import queries as firms
from crm.firms import tags
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.pages import is_fragment, page, words
from crm.lists import cells, columns, loading
from crm.lists.forms import ChoiceCellForm, NoteCellForm, TextCellForm

bp = Blueprint("cells", __name__, url_prefix="/firms/<int:firm_id>/cell")
ANY_CELL = f"<any({', '.join(repr(key) for key in sorted(columns.EDITABLE))}):cell>"


@bp.route(f"/{ANY_CELL}", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def edit(firm_id: int, cell: str) -> ResponseReturnValue:
    """Change one cell."""
    firm = firms.get(firm_id, current_user)
    column = columns.COLUMNS[cell]
    if request.args.get("show"):
        return _shown(firm, column)
    form = _form(firm, cell)
    if form.posted():
        with form.refusals():
            try:
                cells.put(firm, current_user, cell, form.seen.data or "", form.value.data or "")
            except Refused:
                # Seen beside what is there now, a second save is a decision.
                form.seen.data = cells.text_of(firm, cell)
                raise
            if is_fragment():
                return _shown(firm, column)
            flash(_("已保存"), "good")
            return redirect(url_for("desk.firm", firm_id=firm.id))
    answer: ResponseReturnValue = page(
        "lists/_cell.html" if is_fragment() else "lists/cell.html",
        form,
        firm=firm,
        column=column,
        suggestions=_suggestions(cell),
        head=None if is_fragment() else firms.head(firm, clock.today()),
    )
    return answer


def _form(firm: Any, key: str) -> Any:
    kind = {"officer": ChoiceCellForm, "tech_field": ChoiceCellForm, "note": NoteCellForm}.get(key, TextCellForm)
    text = cells.text_of(firm, key)
    form = kind(value=text, seen=text)
    form.value.label.text = words(columns.COLUMNS[key].label)
    if key == "officer":
        options = [(str(person.id), person.name) for person in firms.officers(firm)]
        form.value.choices = [SelectChoice("", _("未指定")), *(SelectChoice(*option) for option in options)]
    elif key == "tech_field":
        known = {**{value: words(label) for value, label in TECH_FIELDS.items()}}
        known |= {text: text} if text and text not in known else {}
        form.value.choices = [SelectChoice("", _("未知")), *(SelectChoice(*option) for option in known.items())]
    return form


def _suggestions(key: str) -> list[str]:
    if key == "tags":
        return [tag.name for tag, _count in tags.in_use(current_user)]
    return {"park": firms.parks, "incubator": firms.incubators}[key]() if key in {"park", "incubator"} else []


def _shown(firm: Any, column: columns.Column) -> ResponseReturnValue:
    row = loading.values([firm], [column], clock.today())[firm.id]
    return page("lists/_shown.html", firm=firm, column=column, row=row)
