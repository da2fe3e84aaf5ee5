"""Where one says how a file is to be read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.ladder import RUNG_LABELS
from crm.domain.lists import LIST_LABELS, ListKind
from crm.domain.money import UNIT_LABELS, Unit
from crm.domain.places import DISTRICTS
from crm.domain.records import AWARD_LEVEL_LABELS, FIGURES, IP_LABELS, VISIT_LABELS
from crm.imports import cells, mapping, queries, service
from crm.imports.blueprint import bp
from crm.imports.doubts import Doubt
from crm.imports.forms import DecideForm
from crm.imports.layout import Column, Layout
from crm.imports.mapping import Asked, Look
from crm.imports.models import Import
from crm.imports.recognise import PASSED_LABELS
from crm.imports.vocabulary import FIELDS, LABEL_OF, LABELS, MONEY, NOT_KEPT, CellKind
from crm.kit import clock, sheets
from crm.kit.access import requires
from crm.kit.pages import page, wan, words
from crm.kit.sheets import Cell

NOT_READ = "-"
OF_CONTACT = ("contact_post", "contact_phone", "contact_email", "contact_main")
SHORT = 40  # characters of a cell that the page shows
HEADING_LIMIT = 200
CHOICES: dict[CellKind, Mapping[str, str]] = {
    CellKind.RUNG: RUNG_LABELS,
    CellKind.IP_KIND: IP_LABELS,
    CellKind.VISIT_KIND: VISIT_LABELS,
    CellKind.AWARD_LEVEL: AWARD_LEVEL_LABELS,
    CellKind.DISTRICT: DISTRICTS,
}


@dataclass(frozen=True)
class Typed:
    """What was typed on the page: the layout it makes, and what could not be read {field said once: sentence}."""

    layout: Layout
    faults: Mapping[str, str]


@bp.get("/<int:import_id>/reading")
@requires(Permission.IMPORT_RUN)
def reading(import_id: int) -> ResponseReturnValue:
    """Show how the file is read; ?sheet, kind, heading_row and hidden ask for another proposal."""
    item = queries.get(import_id, current_user)
    pages = mapping.pages_of(item)
    asked = _asked(request.args)
    if asked is None:
        plan = service.layout_of(item)
    else:
        plan = mapping.propose(mapping.page_of(pages, asked.sheet), asked, current_user, item.sender)
    return _page(item, DecideForm(), mapping.look(pages, plan, current_user), {})


@bp.post("/<int:import_id>/decide")
@requires(Permission.IMPORT_RUN)
def decide(import_id: int) -> ResponseReturnValue:
    """Take what was said of the file, and check it again that way; ask on while something is open."""
    item = queries.get(import_id, current_user)
    form, pages = DecideForm(), mapping.pages_of(item)
    asked = _asked(request.form)
    if asked is None:
        raise Refused("这一页没有传完整：请重新打开再试")
    sheet = mapping.page_of(pages, asked.sheet)
    typed = _typed(mapping.propose(sheet, asked, current_user, item.sender))
    look = mapping.look(pages, typed.layout, current_user)
    if form.posted():
        if typed.faults or look.doubts or not typed.layout.complete:
            form.form_errors.append(_("还有没有说明的地方：见下面标出的各项"))
        else:
            with form.refusals():
                service.decide(item, current_user, typed.layout)
                return redirect(url_for("imports.show", import_id=item.id))
    return _page(item, form, look, typed.faults)


@bp.post("/<int:import_id>/another")
@requires(Permission.IMPORT_RUN)
def another(import_id: int) -> ResponseReturnValue:
    """Bring another sheet of the same file in as a list of its own."""
    item = queries.get(import_id, current_user)
    beside = service.another(item, current_user, request.form.get("sheet", ""))
    return redirect(url_for("imports.reading", import_id=beside.id))


def _asked(said: Mapping[str, str]) -> Asked | None:
    """Return what the address or the form asks for; None when it names no sheet."""
    if "sheet" not in said:
        return None
    kind, row = said.get("kind", ""), said.get("heading_row", "")
    return Asked(
        said["sheet"],
        ListKind(kind) if kind in set(ListKind) else None,
        int(row) if row.isdecimal() and 0 < int(row) <= HEADING_LIMIT else None,
        bool(said.get("hidden")),
    )


def _typed(plan: Layout) -> Typed:
    """Return ``plan`` with the columns and the answers for the whole list as the form has them."""
    columns = tuple(_column(c) for c in plan.columns)
    typed = replace(plan, columns=columns, sure=True)
    given: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name in typed.may_be_given:
        text = request.form.get(f"given-{name}", "").strip()
        if text:
            try:
                given[name] = cells.read(name, text, None, clock.today().year)
            except Refused as refusal:
                faults[name] = words(refusal.message, **refusal.params)
    return Typed(replace(typed, given=given), faults)


def _column(c: Column) -> Column:
    said = request.form.get(f"field-{c.index}")
    if said is None:
        return c
    name = said if said in FIELDS else None
    unit, year = request.form.get(f"unit-{c.index}", ""), request.form.get(f"year-{c.index}", str(c.year or ""))
    return replace(
        c,
        field=name,
        unit=(Unit(unit) if unit in set(Unit) else c.unit) if name in MONEY or not said else None,
        year=int(year) if re.fullmatch(r"(19|20)[0-9]{2}", year) else None,
        choices=() if said == NOT_READ or (name and name not in c.choices) else c.choices,
        sure=f"sure-{c.index}" in request.form,
    )


def _page(item: Import, form: DecideForm, look: Look, faults: Mapping[str, str]) -> ResponseReturnValue:
    plan = look.layout
    return page(
        "imports/reading.html",
        form,
        item=item,
        look=look,
        layout=plan,
        open=service.may_be_read_anew(item),
        others=[sheet for sheet in look.pages if sheet.name != plan.sheet],
        kinds=LIST_LABELS,
        labels=LABELS,
        label_of=LABEL_OF,
        units=UNIT_LABELS,
        passed_labels=PASSED_LABELS,
        problems={c.index: _problems(c, look) for c in plan.columns},
        letters=sheets.column_letters,
        sample=_sample,
        money=MONEY,
        figures=FIGURES,
        not_read=NOT_READ,
        not_kept=NOT_KEPT,
        lonely=() if "contact_name" in plan.fields else OF_CONTACT,
        questions=[_question(name, plan, faults) for name in plan.may_be_given],
        lacking=[name for name in plan.lacks if name not in plan.may_be_given],
        old=item.file_name.lower().endswith(".xls"),
    )


def _sample(values: Sequence[Cell]) -> str:
    """Return the first cells of a column as they stand in the sheet."""
    return " · ".join(text if len(text) <= SHORT else f"{text[:SHORT]}…" for text in map(str, values))


def _question(name: str, plan: Layout, faults: Mapping[str, str]) -> dict[str, Any]:
    """Return what is asked once for the whole list: a day, a choice, or text."""
    kind, value = FIELDS[name].kind, plan.given.get(name)
    typed = request.form.get(f"given-{name}", "")
    return {
        "name": name,
        "label": words(LABEL_OF[name]),
        "type": "date" if kind is CellKind.DAY else "text",
        "choices": {key: words(label) for key, label in CHOICES.get(kind, {}).items()},
        "value": value.isoformat() if isinstance(value, date) else str(value) if value is not None else typed,
        "needed": name in plan.lacks,
        "fault": faults.get(name),
    }


def _problems(c: Column, look: Look) -> list[str]:
    """Return what is still open about a column, in words."""
    found = []
    if c.choices and c.field is None:
        found.append(_("是哪个口径？"))
    if c.field in MONEY and c.unit is None:
        found.append(_("单位是什么？"))
    clash = look.layout.clashes.get(c.index)
    if clash is not None:
        found.append(_("与 %(column)s 列重复：同一内容只能读一列", column=sheets.column_letters(clash)))
    doubt = look.doubts.get(c.index)
    if doubt is not None:
        found.append(_doubt(doubt))
    return found


def _doubt(doubt: Doubt) -> str:
    params = {"middle": wan(doubt.middle), "usual": wan(doubt.usual)}
    if doubt.suggests:
        params["unit"] = words(UNIT_LABELS[doubt.suggests])
        if doubt.of_register:
            return _("中位数 %(middle)s 万元，库中企业是 %(usual)s 万元：单位像是%(unit)s", **params)
        return _("中位数 %(middle)s 万元，其他金额列是 %(usual)s 万元：单位像是%(unit)s", **params)
    if doubt.of_register:
        return _("中位数 %(middle)s 万元，库中企业是 %(usual)s 万元：单位对吗？", **params)
    return _("中位数 %(middle)s 万元，其他金额列是 %(usual)s 万元：单位对吗？", **params)
