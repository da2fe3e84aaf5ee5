"""A list in words: headings, changes, faults, notes and reasons as people read them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from crm.domain.ladder import RUNG_LABELS, Rung
from crm.domain.lists import QUESTION_LABELS
from crm.domain.places import DISTRICTS
from crm.domain.records import (
    AWARD_LEVEL_LABELS,
    IP_LABELS,
    IP_ORIGIN_LABELS,
    MONEY_FIGURES,
    VISIT_LABELS,
    AwardLevel,
    IpKind,
    IpOrigin,
    VisitKind,
)
from crm.firms.labels import FIELD_LABELS, SUBJECT_LABELS
from crm.imports.models import ImportRow
from crm.imports.vocabulary import HEADINGS
from crm.kit import sheets
from crm.kit.pages import UNKNOWN, number, show_datetime, wan, words


def heading(name: str) -> str:
    """Return the word for a target field."""
    return HEADINGS[name][0] if name in HEADINGS else name


def field_label(key: str) -> str:
    """Return the label of a changed field: 'revenue@2025' is 2025 营业收入."""
    name, at, year = key.partition("@")
    label = words(FIELD_LABELS[name]) if name in FIELD_LABELS else heading(name)
    return f"{year} {label}" if at else label


_CHOICES: dict[str, Callable[[str], str]] = {
    "cert_kind": lambda value: words(RUNG_LABELS[Rung(value)]),
    "ip_kind": lambda value: words(IP_LABELS[IpKind(value)]),
    "ip_origin": lambda value: words(IP_ORIGIN_LABELS[IpOrigin(value)]),
    "award_level": lambda value: words(AWARD_LEVEL_LABELS[AwardLevel(value)]),
    "visit_kind": lambda value: words(VISIT_LABELS[VisitKind(value)]),
}


def show_change(key: str, value: Any) -> str | None:
    """Return a changed value as people write it: money in 万元, districts and kinds by name."""
    name = key.partition("@")[0]
    if value is None:
        return None
    if name in MONEY_FIGURES or name in {"registered_capital", "award_amount"}:
        return _("%(amount)s 万元", amount=wan(int(value)))
    if name.endswith("_district"):
        return words(DISTRICTS.get(value, value))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name in _CHOICES:
        return _CHOICES[name](value)
    return number(value) if isinstance(value, int) and name != "award_year" else str(value)


def diff(row: ImportRow) -> list[tuple[str, str | None, str | None]]:
    """Return (field, before, after) of what a row changes; whose hands a firm left is told by a note, by name."""
    return [
        (field_label(key), show_change(key, before), show_change(key, after))
        for key, (before, after) in row.changes.items()
        if key != "officer_id"
    ]


def fault(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a cell and how to mend it."""
    return words(error["message"]).format(**error["params"])


def error_words(error: Mapping[str, Any]) -> str:
    """Return an error of a cell: where, what, how to mend it."""
    message = fault(error)
    if error["index"] is None:
        return message
    where = sheets.column_letters(error["index"])
    return _("%(column)s列“%(heading)s”：%(message)s", column=where, heading=error["heading"], message=message)


def note_words(note: Mapping[str, Any]) -> str:
    """Return a note, or the reason why a row was not taken back; tables, fields and moments by their words."""
    params = dict(note["params"])
    if "table" in params:
        params["table"] = words(SUBJECT_LABELS.get(params["table"], params["table"]))
    if "field" in params:
        params["field"] = words(FIELD_LABELS.get(params["field"], params["field"]))
    if "at" in params:
        params["at"] = show_datetime(datetime.fromisoformat(params["at"]))
    return words(note["message"]).format(**params)


def told(row: ImportRow) -> str:
    """Return all that is said of a row in one line: faults, question, changes, notes, why it was not taken back."""
    parts = [error_words(error) for error in row.errors]
    parts += [words(QUESTION_LABELS[row.question])] if row.question else []
    parts += [f"{field} {before or UNKNOWN} → {after or UNKNOWN}" for field, before, after in diff(row)]
    parts += [note_words(note) for note in [*row.notes, *(row.kept_because or [])]]
    return "；".join(parts)


def stem(file_name: str) -> str:
    """Return the name of a file without its ending."""
    name, dot, _ending = file_name.rpartition(".")
    return name if dot else file_name
