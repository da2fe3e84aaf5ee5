"""Where one enters."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from crm.domain.access import BUREAU_ROLES, Permission
from crm.domain.errors import Refused
from crm.domain.records import FIGURES
from crm.firms import stops
from crm.kit import clock, tables
from crm.kit.access import can, requires
from crm.kit.pages import is_fragment, page, words
from crm.lists import (
    bulk_views,
    cell_views,
    choices,
    columns,
    composing,
    conditions,
    export_views,
    fields,
    gap_acts,
    kept,
    loading,
    queries,
    saved,
    saved_views,
    telling,
)
from crm.lists.acts import ACTS, register
from crm.lists.addresses import address, asked_of, query_of
from crm.lists.asked import MOST_COLUMNS, MOST_SORTS, SHORT, Asked, condition
from crm.lists.composing import Draft
from crm.lists.conditions import Group
from crm.lists.inputs import Input

bp = Blueprint("lists", __name__)
bp.register_blueprint(saved_views.bp)
bp.register_blueprint(export_views.bp)
bp.register_blueprint(cell_views.bp)
bp.register_blueprint(bulk_views.bp)
register(gap_acts.GAP_TASK)
YEARS_OFFERED = 6


@bp.get("/firms")
@requires(Permission.FIRM_LIST)
def index() -> ResponseReturnValue:
    """List the firms the reader may see."""
    today = clock.today()
    views = g.views = saved.shown(current_user)  # the side bar shows those that are pinned
    asked, view = _asked(request.args, views)
    day = asked.day(today)
    rows = queries.page(current_user, asked, tables.page_number(), day)
    shown = columns.shown(current_user, ("name", "uscc", *asked.columns))
    names = {**choices.names([asked.where], current_user), "officer": choices.of("officer", current_user)}
    return page(
        "lists/index.html",
        asked=asked,
        rows=rows,
        columns=shown[2:],
        drawn=_drawn(rows, shown, asked, day) if rows.items else "",
        usual=_usual(asked, names),
        chips=_chips(asked, names),
        tree=_tree(asked, asked.where, names),
        faults=[words(refusal.message, **refusal.params) for refusal in asked.faults],
        sorts=_sorts(asked),
        views=views,
        view=view,
        changed=view is not None and asked != _of_view(view),
        query=query_of(asked),
        may_share=current_user.role in BUREAU_ROLES,
        cleared=address(Asked(columns=asked.columns, sort=asked.sort)),
        acts=ACTS,
        address=address,
    )


def _drawn(rows: tables.Page, shown: list[columns.Column], asked: Asked, day: date) -> Markup:
    """Return the rows of a page as HTML, kept like what was found: they say nothing that is not in the register."""

    def draw() -> Markup:
        firms_shown = queries.firms_of(rows.items)
        drawn = render_template(
            "lists/_rows.html",
            firms=firms_shown,
            columns=shown[2:],
            values=loading.values(firms_shown, shown, day),
            stopped=stops.of_firms(rows.items, day),
            last_year=day.year - 1,
        )
        return Markup(drawn)  # noqa: S704 - escaped by its own template

    how = (tuple(column.key for column in shown), str(get_locale()), can(Permission.FIRM_EDIT))
    return kept.once(current_user, asked, day, ("rows", rows.page, *how), draw)


def _asked(arguments: Any, views: list[saved.Shown]) -> tuple[Asked, saved.Shown | None]:
    """Return what the address asks. One that names a view only stands for it; one that names nothing, for the first."""
    asked = Asked.read(arguments, clock.today())
    if not set(arguments) - {"page"}:
        first = next((view for view in views if view.first), None)
        return (_of_view(first), first) if first else (asked, None)
    view = next((view for view in views if view.id == asked.view), None)
    if view and not set(arguments) - {"page", "view"}:
        return _of_view(view), view
    return asked, view


def _of_view(view: saved.Shown) -> Asked:
    return asked_of(view.query, clock.today()).but(view=view.id)


def _usual(asked: Asked, names: telling.Names) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the usual filters: (name, label, options); several values at once are one more option."""
    days = [("90", _("90天内")), ("180", _("180天内")), ("365", _("一年内"))]
    found = []
    for name in ("rung", "district", "officer", "field", "section", "expiring"):
        key, _test = SHORT[name]
        field = fields.FIELDS[key]
        known = names[key].items() if field.open_to else ((v, words(label)) for v, label in field.options.items())
        options = days if name == "expiring" else [(fields.ME, _("我"))] * (name == "officer") + list(known)
        label = _("资质到期") if name == "expiring" else words(field.label)
        stands = asked.short_value(name)
        if stands and stands not in dict(options):
            told = (
                _("%(days)s天内", days=stands)
                if name == "expiring"
                else _("、").join(telling.told_option(field, value, names) for value in stands.split(","))
            )
            options = [*options, (stands, told)]
        found.append((name, label, options))
    return found


def _chips(asked: Asked, names: telling.Names) -> list[tuple[str, str]]:
    """Return (words, the list without it) for each usual filter in force."""
    found = [(_("“%(text)s”", text=asked.q), asked.but(q=""))] if asked.q else []
    for pair in asked.short:
        rest = tuple(other for other in asked.short if other != pair)
        found.append((telling.told(condition(*pair), names), asked.but(short=rest)))
    if asked.on:
        found.append((_("梯度截至 %(day)s", day=asked.on.isoformat()), asked.but(on=None)))
    return [(text, address(rest)) for text, rest in found]


def _tree(asked: Asked, group: Group, names: telling.Names, way: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    """Return the parts of a group for the page: their words, where each is changed and what the list is without it."""
    found = []
    for index, part in enumerate(group.parts):
        place = (*way, index)
        here = ".".join(map(str, place))
        item = {"without": address(asked.but(where=asked.where.without(place)))}
        if isinstance(part, Group):
            item |= {"kind": part.kind, "parts": _tree(asked, part, names, place)}
            item["add"] = address(asked, "lists.compose", into=here)
        else:
            item |= {"text": telling.told(part, names), "edit": address(asked, "lists.compose", place=here)}
        found.append(item)
    return found


def _sorts(asked: Asked) -> list[dict[str, Any]]:
    """Return the order in force for the page: each key's column, direction, and the list turned or without it."""
    found = []
    for index, key in enumerate(asked.sort):
        plain, down = key.removeprefix("-"), key.startswith("-")
        turned = (*asked.sort[:index], plain if down else f"-{plain}", *asked.sort[index + 1 :])
        rest = asked.sort[:index] + asked.sort[index + 1 :]
        found.append({"column": columns.find(plain), "down": down, "turned": turned, "rest": rest})
    return found


def sorted_by(asked: Asked, key: str) -> str:
    """Return the list ordered by a column first; what it was ordered by stays behind it. A second click turns it."""
    turned = f"-{key}" if asked.sort[0] == key else key
    rest = tuple(other for other in asked.sort if other.removeprefix("-") != key)
    return address(asked.but(sort=(turned, *rest)[:MOST_SORTS]))


bp.app_template_global("sorted_by")(sorted_by)


@bp.get("/firms/condition")
@requires(Permission.FIRM_LIST)
def compose() -> ResponseReturnValue:
    """Put a condition together; nothing is kept but in the address it leads to."""
    today = clock.today()
    asked = Asked.read(request.args, today)
    draft = Draft.read(request.args, asked)
    fault = ""
    if request.args.get("go"):
        try:
            return redirect(address(draft.made(asked)))
        except Refused as refusal:
            fault = words(refusal.message, **refusal.params)
    names = choices.names([asked.where], current_user)
    answer, status = page(
        "lists/_compose.html" if is_fragment() else "lists/compose.html",
        asked=asked,
        draft=draft,
        offered=composing.offered(current_user),
        options=_options(draft),
        years=_years(today.year),
        groups={
            place: telling.told(group, names)
            for place, group in composing.groups(asked.where).items()
            if place.count(".") < conditions.DEEPEST
        },
        Input=Input,
        fault=fault,
        back=address(asked),
    )
    return answer, 422 if fault else status


def _options(draft: Draft) -> Mapping[str, str]:
    if draft.field is None or Input.OPTIONS not in draft.takes:
        return {}
    if not draft.field.open_to:
        return {value: words(label) for value, label in draft.field.options.items()}
    found = choices.of(draft.field.key, current_user)
    mine = {fields.ME: _("我")} if draft.field.key in {"officer", "agency"} else {}
    gone = {value: _("其他") for value in draft.options if value not in found and value not in mine}
    return {**mine, **found, **gone}


def _years(this_year: int) -> dict[str, str]:
    relative = {value: telling.told_year(value) for value in ("-1", "-2", "-3")}
    return relative | {str(year): telling.told_year(str(year)) for year in range(this_year, this_year - 8, -1)}


@bp.get("/firms/columns")
@requires(Permission.FIRM_LIST)
def layout() -> ResponseReturnValue:
    """Choose the columns of a list and their order; nothing is kept but in the address it leads to."""
    today = clock.today()
    asked = Asked.read(request.args, today)
    name, year = request.args.get("figure", ""), request.args.get("year", "")
    added = f"{name}.{year}" if name in FIGURES and year else ""
    if columns.find(added) and added not in asked.columns:
        asked = asked.but(columns=(*asked.columns, added)[:MOST_COLUMNS])
    chosen = columns.shown(current_user, asked.columns)
    return page(
        "lists/_layout.html" if is_fragment() else "lists/layout.html",
        asked=asked,
        chosen=[(column, _moves(asked, column.key)) for column in chosen],
        offered=columns.offered(current_user),
        with_column=lambda key: address(asked.but(columns=(*asked.columns, key)[:MOST_COLUMNS]), "lists.layout"),
        full=len(asked.columns) >= MOST_COLUMNS,
        limit=MOST_COLUMNS,
        figures=FIGURES,
        years=range(today.year, today.year - YEARS_OFFERED, -1),
        usual=address(asked.but(columns=columns.DEFAULT), "lists.layout"),
        back=address(asked),
    )


def _moves(asked: Asked, key: str) -> dict[str, str]:
    """Return the lists with a column one step further left, right, and gone."""
    place, rest = asked.columns.index(key), tuple(other for other in asked.columns if other != key)

    def at(index: int) -> str:
        moved = (*rest[:index], key, *rest[index:])
        return address(asked.but(columns=moved), "lists.layout")

    found = {"out": address(asked.but(columns=rest), "lists.layout")} if rest else {}
    return found | ({"left": at(place - 1)} if place else {}) | ({"right": at(place + 1)} if place < len(rest) else {})
