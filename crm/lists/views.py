"""Where one enters."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.industries import SECTIONS, TECH_FIELDS
from crm.firms import queries as firms
from crm.kit import clock, tables
from crm.kit.access import requires
from crm.kit.forms import Form
from crm.kit.pages import page, words
from crm.lists import columns, queries, telling
from crm.lists.asked import SHORT, Asked

bp = Blueprint("lists", __name__)


class BulkForm(Form):
    """What is sent along with the firms picked."""


@bp.get("/firms")
@requires(Permission.FIRM_LIST)
def index() -> ResponseReturnValue:
    """List the firms the reader may see."""
    today = clock.today()
    asked = Asked.read(request.args, today)
    day = asked.day(today)
    rows = queries.page(current_user, asked, tables.page_number(), day)
    shown = columns.shown(current_user, ("name", "uscc", *asked.columns))
    officers = firms.officers()
    return page(
        "lists/index.html",
        asked=asked,
        rows=rows,
        columns=shown[2:],
        values=columns.values(rows.items, shown, day),
        officers=officers,
        sections=SECTIONS,
        fields=TECH_FIELDS,
        chips=_chips(asked, {"officer": {str(user.id): user.name for user in officers}}),
        faults=[words(refusal.message, **refusal.params) for refusal in asked.faults],
        bulk=BulkForm(),
    )


def _chips(asked: Asked, names: telling.Names) -> list[tuple[str, str]]:
    """Return (words, the list without it) for each condition in force."""
    found = [(_("“%(text)s”", text=asked.q), asked.but(q=""))] if asked.q else []
    for name in SHORT:
        if any(key == name for key, _value in asked.short):
            alone = Asked(short=tuple(pair for pair in asked.short if pair[0] == name)).conditions().parts[0]
            rest = tuple(pair for pair in asked.short if pair[0] != name)
            found.append((telling.told(alone, names), asked.but(short=rest)))
    for place, part in enumerate(asked.where.parts):
        found.append((telling.told(part, names), asked.but(where=asked.where.without((place,)))))
    if asked.on:
        found.append((_("梯度截至 %(day)s", day=asked.on.isoformat()), asked.but(on=None)))
    return [(text, address(rest)) for text, rest in found]


def address(asked: Asked, **more: Any) -> str:
    """Return where a list stands."""
    return url_for("lists.index", **asked.arguments(), **more)
