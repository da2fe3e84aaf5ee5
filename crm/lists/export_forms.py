"""What is typed to take a list out."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from crm.accounts.models import User
from crm.domain.exports import FORMAT_LABELS, LONGEST_REASON, FileFormat, RowKind
from crm.domain.money import Unit
from crm.kit.forms import Form
from crm.lists import export_columns
from crm.lists.columns import Column
from crm.lists.layouts import LONGEST_HEADING, Layout, Place

UNITS = (Unit.WAN, Unit.YUAN)
LAST = 999


class ExportForm(Form):
    """The kind of file and the reason; the columns are read by ``places``."""

    file_format = RadioField(_l("文件"), default=FileFormat.XLSX.value, coerce=FileFormat)
    reason = TextAreaField(_l("事由"), [Length(max=LONGEST_REASON)])
    name = StringField(_l("版式名称"), [Length(max=60)])
    shared = BooleanField(_l("让同事也能用"))

    def offer(self) -> "ExportForm":
        """Offer the kinds of file."""
        self.file_format.choices = [(kind, gettext(label)) for kind, label in FORMAT_LABELS.items()]
        return self


def places(typed: MultiDict[str, str], kind: RowKind, user: User) -> list[Place]:
    """Read the columns ticked, in the order of their numbers, each with its heading and unit."""
    keys = [key for key in dict.fromkeys(typed.getlist("use")) if export_columns.find(key, kind, user)]
    keys.sort(key=lambda key: _number(typed.get(f"at-{key}", "")))
    return [
        Place(key, typed.get(f"heading-{key}", "").strip()[:LONGEST_HEADING], _unit(typed.get(f"unit-{key}", "")))
        for key in keys
    ]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else LAST


def _unit(text: str) -> Unit:
    return Unit(text) if text in UNITS else Unit.WAN


def entries(kind: RowKind, chosen: Sequence[Place], user: User) -> list[tuple[Column, Place | None, int]]:
    """Return (column, its place or None, its number) of all that can be chosen: those chosen first, in their order."""
    found: list[tuple[Column, Place | None, int]] = []
    for place in chosen:
        column = export_columns.find(place.column, kind, user)
        if column:
            found.append((column, place, len(found) + 1))
    used = {column.key for column, _place, _at in found}
    rest: list[Any] = [column for key, column in export_columns.offered(kind, user).items() if key not in used]
    return [*found, *((column, None, len(found) + at) for at, column in enumerate(rest, start=1))]


def layout_asked(key: str, layouts: Sequence[Layout]) -> Layout:
    """Return the layout an address asks for; nonsense is the first."""
    return next((layout for layout in layouts if layout.key == key), layouts[0])
