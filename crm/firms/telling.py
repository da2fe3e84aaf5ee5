"""The trail in words: acts, fields and values as people call them, for every page that tells what happened."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask_babel import gettext as _

from crm.accounts import queries as accounts
from crm.domain.access import ROLE_LABELS
from crm.domain.care import LIFTER_LABELS
from crm.domain.clusters import GUANGZHOU_2025
from crm.domain.industries import TECH_FIELDS
from crm.domain.ladder import RUNG_LABELS
from crm.domain.places import DISTRICTS
from crm.domain.plans import PLAN_STATUS_LABELS
from crm.domain.records import (
    ACHIEVEMENT_LABELS,
    AWARD_LEVEL_LABELS,
    FIRM_STATUS_LABELS,
    IP_LABELS,
    IP_ORIGIN_LABELS,
    JURISDICTION_LABELS,
    LEVEL_LABELS,
    MONEY_FIGURES,
    SOURCE_LABELS,
    VISIT_LABELS,
)
from crm.domain.requests import (
    REQUEST_KIND_LABELS,
    REQUEST_RESULT_LABELS,
    REQUEST_SOURCE_LABELS,
    REQUEST_STATUS_LABELS,
)
from crm.firms.labels import ACTION_LABELS, FIELD_LABELS, SUBJECT_LABELS, VERB_LABELS
from crm.journal.models import Event
from crm.kit.pages import UNKNOWN, number, told, wan, words
from crm.policies.queries import known

_OF_SUBJECT: dict[tuple[str, str], dict[Any, str]] = {
    ("award_given", "level"): AWARD_LEVEL_LABELS,
    ("plan", "status"): PLAN_STATUS_LABELS,
    ("plan", "rung"): RUNG_LABELS,
    ("request", "source"): REQUEST_SOURCE_LABELS,
    ("request", "status"): REQUEST_STATUS_LABELS,
    ("request", "result"): REQUEST_RESULT_LABELS,
}
_KINDS: dict[str, dict[Any, str]] = {
    "request": REQUEST_KIND_LABELS,
    "certification": RUNG_LABELS,
    "visit": VISIT_LABELS,
    "intellectual_property": IP_LABELS,
    "achievement": ACHIEVEMENT_LABELS,
}
_CHOICES: dict[str, dict[Any, str]] = {
    "status": FIRM_STATUS_LABELS,
    "tech_field": TECH_FIELDS,
    "clusters": GUANGZHOU_2025,
    "jurisdiction": JURISDICTION_LABELS,
    "origin": IP_ORIGIN_LABELS,
    "level": LEVEL_LABELS,
    "source": SOURCE_LABELS,
    "role": ROLE_LABELS,
    "lifter": LIFTER_LABELS,
    "cert_kind": RUNG_LABELS,
    "award_level": AWARD_LEVEL_LABELS,
}
_DISTRICTS = {"registration_district", "tax_district", "statistics_district", "district", "districts"}
_PEOPLE = ("officer_id", "owner_id", "done_by_id", "answered_by_id", "confirmed_by_id")
_YEARS = {"year", "since_year", "until_year", "award_year"}
_MONEY = {*MONEY_FIGURES, "registered_capital", "amount", "award_amount"}
# Fields the office keeps for itself, and those that are somebody's personal data.
OFFICE_FIELDS = frozenset({"note", "award_note", "tag", "reason", "lifter", "lifted_why"})
PERSONAL = frozenset(
    {
        ("contact", "name"),
        ("contact", "phone"),
        ("contact", "email"),
        ("firm", "contact_name"),
        ("firm", "contact_phone"),
    }
)
MASK = "＊＊＊"
# What an act says of itself beside what it changed: told as it is.
STATED = (
    *("year", "source", "name", "since_on", "place", "count", "reason"),
    *("filter", "firms", "rows", "columns", "personal", "files", "sha256"),
)


class Line(NamedTuple):
    """One field of a change, as people read it."""

    field: str
    before: str
    after: str


def act_in_words(action: str) -> str:
    """Return what was done: by its own name, or put together of verb and subject; else as the trail keeps it."""
    subject, _dot, verb = action.partition(".")
    if action in ACTION_LABELS:
        return words(ACTION_LABELS[action])
    if subject in SUBJECT_LABELS and verb in VERB_LABELS:
        return _("%(verb)s%(subject)s", verb=words(VERB_LABELS[verb]), subject=words(SUBJECT_LABELS[subject]))
    return action


class Teller:
    """Tells events in words; ``names`` are the people and agencies the events speak of, found once for all of them."""

    def __init__(
        self, events: Iterable[Event], *, office: bool, contacts: bool, also: Iterable[tuple[str, Any]] = ()
    ) -> None:
        self.office = office
        self.contacts = contacts
        pairs = [(field, value) for field, value in also if field in {"officer_id", "agency_id"} and value] + [
            (field, value)
            for event in events
            for field, both in _changes(event).items()
            if field in {*_PEOPLE, "agency_id"}
            for value in both
            if value is not None
        ]
        self.names = {
            **dict.fromkeys(_PEOPLE, accounts.names_of({value for field, value in pairs if field in _PEOPLE})),
            "agency_id": accounts.agency_names_of({value for field, value in pairs if field == "agency_id"}),
        }

    def act(self, event: Event) -> str:
        """Return what was done."""
        act = act_in_words(event.action)
        if event.subject == "firm" and event.detail.get("undone"):
            return _("撤销导入（表格第 %(row)s 行）", row=event.detail.get("row"))
        if event.subject == "firm" and "import" in event.detail:
            return _("%(act)s（表格第 %(row)s 行）", act=act, row=event.detail.get("row"))
        return act

    def lines(self, event: Event) -> list[Line]:
        """Return each field that changed, before and after; fields the reader may not see are left out or masked."""
        return [
            Line(
                _field(field),
                self.value(event.subject, field.partition("@")[0], before),
                self.value(event.subject, field.partition("@")[0], after),
            )
            for field, (before, after) in _changes(event).items()
            if self.office or field not in OFFICE_FIELDS
        ]

    def value(self, subject: str, field: str, value: Any) -> str:
        """Return one value of a field as people read it."""
        if value is None or value == []:
            return UNKNOWN
        if (subject, field) in PERSONAL and not self.contacts:
            return MASK
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if isinstance(value, list):
            return "、".join(self.value(subject, field, item) for item in value)
        if field in _MONEY and isinstance(value, int):
            return _("%(amount)s 万元", amount=wan(value))
        if field == "policy_id" and value in known():
            return told(known()[value].name)
        if field in _DISTRICTS:
            return words(DISTRICTS.get(value, value))
        if field in self.names:
            return self.names[field].get(value, str(value))
        choices = _KINDS.get(subject, {}) if field == "kind" else _CHOICES.get(field, {})
        choices = _OF_SUBJECT.get((subject, field), choices)
        if value in choices:
            return words(choices[value])
        return number(value) if isinstance(value, int) and field not in _YEARS else str(value)


def _field(field: str) -> str:
    """Return what a field is called; ``revenue@2025`` is the figure of a year."""
    name, _at, year = field.partition("@")
    label = words(FIELD_LABELS.get(name, name))
    return f"{year} {label}" if year else label


def _changes(event: Event) -> dict[str, list[Any]]:
    """Return {field: [before, after]}, done or planned; what was stated or added at once has no before."""
    detail = event.detail
    stated = {name: detail[name] for name in STATED if name in detail} | detail.get("figures", {})
    return {
        **{name: [None, value] for name, value in stated.items()},
        **detail.get("planned", {}),
        **detail.get("changes", {}),
    }
