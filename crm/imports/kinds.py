"""What a row can state beside the firm itself: one table says for each record where a row's fields are kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm.domain.errors import Refused
from crm.domain.lists import ListKind
from crm.domain.names import plain
from crm.domain.records import FIGURES
from crm.domain.words import N_
from crm.firms.award_models import AwardGiven
from crm.firms.care_models import Assignment
from crm.firms.models import AnnualReturn, Certification, Contact, FormerName, IntellectualProperty, Move
from crm.imports.image import Held, Table
from crm.visits.models import Visit

IDENTITY = (
    "name",
    "legal_representative",
    "registered_capital",
    "established_on",
    "address",
    "registration_district",
    "tax_district",
    "statistics_district",
    "industry_code",
    "main_product",
)
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A kind of record of a firm.

    ``fields`` {the row's field: column}. A row states such a record when it has a field of ``marks``. ``find`` returns
    the one it speaks of among those the firm has; ``needs`` {field: sentence} is what a new one is nothing without;
    ``check`` raises Refused for fields that contradict each other. A field in ``fixed`` tells records apart and is
    never changed.
    """

    table: Table
    fields: Mapping[str, str]
    marks: frozenset[str]
    needs: Mapping[str, str]
    find: Callable[[Sequence[Held], Values], Held | None]
    check: Callable[[Values, date], None] = lambda stated, today: None
    fixed: frozenset[str] = field(default=frozenset())

    def stated(self, values: Values) -> dict[str, Any]:
        """Return what a row says of the record, {column: value}; nothing when it speaks of none."""
        if not self.marks & values.keys():
            return {}
        return {column: values[name] for name, column in self.fields.items() if name in values}


def _same(*columns: str) -> Callable[[Sequence[Held], Values], Held | None]:
    """Find the record that agrees in all ``columns``."""

    def find(there: Sequence[Held], stated: Values) -> Held | None:
        return next((h for h in there if all(h.values.get(c) == stated.get(c) for c in columns)), None)

    return find


def _contact(there: Sequence[Held], stated: Values) -> Held | None:
    """Somebody of that name; of two who share it, the one with the phone."""
    named = [held for held in there if held.values["name"] == stated.get("name")]
    if len(named) < 2:
        return named[0] if named else None
    return next((held for held in named if held.values.get("phone") == stated.get("phone")), None)


def _former_name(there: Sequence[Held], stated: Values) -> Held | None:
    return next((held for held in there if plain(held.values["name"]) == plain(stated["name"])), None)


def _period(stated: Values, today: date) -> None:
    issued, expires = stated.get("issued_on"), stated.get("expires_on")
    if issued and expires and expires < issued:
        raise Refused("有效期早于发证日期", field="cert_expires_on")


def _grant(stated: Values, today: date) -> None:
    applied, granted = stated.get("applied_on"), stated.get("granted_on")
    if applied and granted and granted < applied:
        raise Refused("授权日期早于申请日期", field="ip_granted_on")


def _award(stated: Values, today: date) -> None:
    if (stated.get("amount") or 0) < 0:
        raise Refused("金额不能为负：追回的钱请写在备注里", field="award_amount")


def _visit(stated: Values, today: date) -> None:
    if stated["visited_on"] > today:
        raise Refused("日期不能晚于今天：尚未发生的请写在“下一步”", field="visited_on")
    next_on = stated.get("next_on")
    if next_on and not stated.get("next_step"):
        raise Refused("定了日期，请写明下一步做什么", field="visit_next_step")
    if next_on and next_on < stated["visited_on"]:
        raise Refused("下一步的日期不能早于这次见面", field="visit_next_on")


CERTIFICATE = Part(
    Certification,
    {
        "cert_kind": "kind",
        "cert_number": "number",
        "cert_batch": "batch",
        "cert_issued_on": "issued_on",
        "cert_expires_on": "expires_on",
    },
    frozenset({"cert_kind", "cert_number", "cert_batch", "cert_issued_on", "cert_expires_on"}),
    {
        "cert_kind": N_("有证书信息，却没有写是哪一种资质"),
        "cert_number": N_("证书要有编号"),
        "cert_issued_on": N_("证书要有发证日期"),
    },
    _same("kind", "number"),
    _period,
    frozenset({"cert_kind", "cert_number"}),
)
CONTACT = Part(
    Contact,
    {
        "contact_name": "name",
        "contact_post": "post",
        "contact_phone": "phone",
        "contact_email": "email",
        "contact_main": "main",
    },
    frozenset({"contact_name"}),
    {},
    _contact,
    fixed=frozenset({"contact_name"}),
)
FORMER_NAME = Part(
    FormerName,
    {"former_name": "name"},
    frozenset({"former_name"}),
    {},
    _former_name,
    fixed=frozenset({"former_name"}),
)
RIGHT = Part(
    IntellectualProperty,
    {
        "ip_kind": "kind",
        "ip_number": "number",
        "ip_title": "title",
        "ip_applied_on": "applied_on",
        "ip_granted_on": "granted_on",
        "ip_lapsed_on": "lapsed_on",
        "ip_origin": "origin",
        "ip_core": "core",
    },
    frozenset({"ip_kind", "ip_number", "ip_title"}),
    {
        "ip_kind": N_("没有写是哪一类知识产权"),
        "ip_number": N_("知识产权要有编号"),
        "ip_title": N_("知识产权要有名称"),
    },
    _same("kind", "number"),
    _grant,
    frozenset({"ip_kind", "ip_number"}),
)
AWARD = Part(
    AwardGiven,
    {
        "award_year": "year",
        "award_type": "title",
        "award_batch": "batch",
        "award_level": "level",
        "award_amount": "amount",
        "award_given_on": "given_on",
        "award_note": "note",
    },
    frozenset({"award_type", "award_amount"}),
    {
        "award_type": N_("有奖补金额，却没有写是什么奖补"),
        "award_year": N_("没有写是哪一年的奖补"),
    },
    _same("year", "title", "batch", "level"),
    _award,
    frozenset({"award_year", "award_type", "award_batch", "award_level"}),
)
VISIT = Part(
    Visit,
    {
        "visit_kind": "kind",
        "visited_on": "visited_on",
        "visit_by_id": "by_id",
        "visit_met": "met",
        "visit_summary": "summary",
        "visit_next_step": "next_step",
        "visit_next_on": "next_on",
    },
    frozenset({"visited_on", "visit_summary"}),
    {
        "visited_on": N_("没有写哪一天走访"),
        "visit_kind": N_("没有写是走访、电话还是辅导"),
        "visit_summary": N_("没有写走访情况"),
    },
    _same("kind", "visited_on", "summary"),
    _visit,
    frozenset({"visited_on", "visit_kind", "visit_summary", "visit_by_id"}),
)
PARTS = (CERTIFICATE, CONTACT, FORMER_NAME, RIGHT, AWARD, VISIT)

# Lists that may open the file of a firm that has none yet; the others speak of firms one knows.
OPENING = frozenset({ListKind.FIRMS, ListKind.FIGURES, ListKind.CERTIFICATES, ListKind.ENTRIES})


def tables_of(fields: set[str], *, figures: bool) -> list[Table]:
    """Return the tables to read for a list whose rows have these fields."""
    wanted: list[Table] = [FormerName, Move]
    wanted += [part.table for part in PARTS if part.marks & fields and part.table is not FormerName]
    wanted += [Assignment] if "registration_district" in fields else []
    return [*wanted, AnnualReturn] if figures else wanted


__all__ = ["FIGURES", "IDENTITY", "OPENING", "PARTS", "VISIT", "Part", "tables_of"]
