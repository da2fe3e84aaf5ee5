"""What a list would do, row by row, without writing: the dry run, and the same again at the moment of applying.

One function makes the plan for both, so what the page shows is what happens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.ladder import Rung
from crm.domain.lists import RowOutcome
from crm.domain.records import Source
from crm.domain.words import N_
from crm.firms.models import AnnualReturn, Certification, Contact, Firm, FormerName
from crm.firms.queries import visible_to
from crm.imports.recognise import Row
from crm.journal.service import plain
from crm.kit.db import db

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
CERTIFICATE = ("cert_number", "cert_batch", "cert_issued_on", "cert_expires_on")
CHUNK = 500


@dataclass
class Planned:
    """What becomes of one row. ``changes`` is {field: [before, after]}, yearly figures as 'revenue@2025'.

    ``version`` is that of the firm found, ``held`` the statement by earlier lists of each year the row speaks of.
    """

    row: Row
    outcome: RowOutcome
    uscc: str | None = None
    name: str | None = None
    firm_id: int | None = None
    version: int = 0
    held: dict[int, AnnualReturn] = field(default_factory=dict)
    changes: dict[str, list[Any]] = field(default_factory=dict)


@dataclass
class Known:
    """What the register knows of the firms a list names; filled with a fixed number of queries."""

    firms: dict[str, Firm]
    foreign: set[str]
    by_name: dict[str, list[Firm]]
    returns: dict[tuple[int, int], AnnualReturn]
    certificates: dict[tuple[int, Rung, str], Certification]
    contacts: set[tuple[int, str, str | None]]
    former: set[tuple[int, str]]


def make(rows: Sequence[Row], owner: User, confirmed: Mapping[int, int]) -> list[Planned]:
    """Plan every row. ``confirmed`` {row number: firm id}: whom somebody has said an unsure row to be."""
    known = _known(rows, owner)
    seen: dict[tuple[Any, ...], int] = {}
    started: dict[str, int] = {}
    return [_plan(row, owner, known, seen, started, confirmed) for row in rows]


def _plan(
    row: Row,
    owner: User,
    known: Known,
    seen: dict[tuple[Any, ...], int],
    started: dict[str, int],
    confirmed: Mapping[int, int],
) -> Planned:
    code, name = row.values.get("uscc"), row.values.get("name")
    planned = Planned(row, RowOutcome.REJECT, code, name)
    if row.errors:
        return planned
    if code is None:
        return _by_name(planned, known, confirmed)
    mark = (code, tuple(sorted(row.figures)), row.values.get("cert_kind"), row.values.get("cert_number"))
    if mark in seen:
        return _reject(planned, "uscc", N_("与第{row}行重复：同一企业、同一年度、同一证书只能有一行"), row=seen[mark])
    seen[mark] = row.number
    firm = known.firms.get(code)
    if firm is None and code in known.foreign:
        return _reject(planned, "uscc", N_("这家企业不归您管理：请交给它所在区的专员导入"))
    if firm is None:
        return _new(planned, owner, started)
    planned.firm_id = firm.id
    return _update(planned, firm, owner, known)


def _by_name(planned: Planned, known: Known, confirmed: Mapping[int, int]) -> Planned:
    """A row without a code: never applied by itself; one firm of that name makes it a question."""
    if planned.name is None:
        return _reject(planned, "name", N_("既没有统一社会信用代码也没有企业名称"))
    candidates = known.by_name.get(planned.name, [])
    if not candidates:
        return _reject(planned, "uscc", N_("没有统一社会信用代码，库里也没有同名企业：请补填代码"))
    if len(candidates) > 1:
        return _reject(
            planned, "uscc", N_("没有统一社会信用代码，库里有{count}家同名企业：请补填代码"), count=len(candidates)
        )
    firm = candidates[0]
    planned.firm_id = firm.id
    if confirmed.get(planned.row.number) != firm.id:
        planned.outcome = RowOutcome.UNSURE
        return planned
    # Found by a former name, the row's name is an old one and must not rename the firm.
    planned.row.values.pop("name", None)
    return _update(planned, firm, None, known)


def _new(planned: Planned, owner: User, started: dict[str, int]) -> Planned:
    row = planned.row
    if planned.uscc in started:
        planned.outcome = RowOutcome.UPDATE
    else:
        if planned.name is None:
            return _reject(planned, "name", N_("新企业要有企业名称"))
        district = row.values.get("registration_district")
        if district is None and not owner.whole_city:
            return _reject(planned, "registration_district", N_("新企业要写明注册区，才知道归谁管理"))
        if not owner.whole_city and district not in owner.districts:
            return _reject(planned, "registration_district", N_("注册区不在您管理的范围内"))
        planned.outcome = RowOutcome.CREATE
        started[str(planned.uscc)] = row.number
        planned.changes = {key: [None, plain(row.values[key])] for key in IDENTITY if key in row.values}
    problem = _certificate_problem(row)
    if problem:
        return _reject(planned, *problem)
    for year, figures in sorted(row.figures.items()):
        planned.changes |= {f"{key}@{year}": [None, value] for key, value in figures.items()}
    if row.values.get("cert_kind"):
        planned.changes["certificate"] = [None, _certificate_words(row)]
    return planned


def _update(planned: Planned, firm: Firm, owner: User | None, known: Known) -> Planned:
    row = planned.row
    problem = _certificate_problem(row)
    if problem:
        return _reject(planned, *problem)
    moved = row.values.get("registration_district")
    if owner is not None and moved and not owner.whole_city and moved not in owner.districts:
        return _reject(planned, "registration_district", N_("要迁往的区不在您管理的范围内：请由市级专员办理"))
    for key in IDENTITY:
        if key in row.values and getattr(firm, key) != row.values[key]:
            planned.changes[key] = [plain(getattr(firm, key)), plain(row.values[key])]
    planned.version = firm.version
    for year, figures in sorted(row.figures.items()):
        held = known.returns.get((firm.id, year))
        if held is not None:
            planned.held[year] = held
        for key, value in figures.items():
            before = getattr(held, key) if held else None
            if before != value:
                planned.changes[f"{key}@{year}"] = [before, value]
    kind = row.values.get("cert_kind")
    if kind:
        held_certificate = known.certificates.get((firm.id, kind, row.values["cert_number"]))
        if held_certificate is None:
            planned.changes["certificate"] = [None, _certificate_words(row)]
        else:
            for key, column in (
                ("cert_batch", "batch"),
                ("cert_issued_on", "issued_on"),
                ("cert_expires_on", "expires_on"),
            ):
                if key in row.values and getattr(held_certificate, column) != row.values[key]:
                    planned.changes[key] = [plain(getattr(held_certificate, column)), plain(row.values[key])]
    contact = row.values.get("contact_name")
    if contact and (firm.id, contact, row.values.get("contact_phone")) not in known.contacts:
        planned.changes["contact_name"] = [None, contact]
    former = row.values.get("former_name")
    if former and (firm.id, former) not in known.former and former != firm.name:
        planned.changes["former_name"] = [None, former]
    planned.outcome = RowOutcome.UPDATE if planned.changes else RowOutcome.SAME
    return planned


def _certificate_problem(row: Row) -> tuple[str, str] | None:
    values = row.values
    given = [key for key in CERTIFICATE if key in values]
    if not given and "cert_kind" not in values:
        return None
    if "cert_kind" not in values:
        return "cert_kind", N_("有证书信息，却没有写是哪一种资质")
    if "cert_number" not in values:
        return "cert_number", N_("证书要有编号")
    if "cert_issued_on" not in values:
        return "cert_issued_on", N_("证书要有发证日期")
    expires = values.get("cert_expires_on")
    if expires is not None and expires < values["cert_issued_on"]:
        return "cert_expires_on", N_("有效期早于发证日期")
    return None


def _certificate_words(row: Row) -> str:
    kind: Rung = row.values["cert_kind"]
    issued: date = row.values["cert_issued_on"]
    return f"{kind.value} {row.values['cert_number']} {issued.isoformat()}"


def _reject(planned: Planned, key: str, message: str, **params: object) -> Planned:
    planned.outcome = RowOutcome.REJECT
    planned.changes = {}
    refusal = Refused(message, **params)
    planned.row.errors.append(
        {"index": None, "field": key, "heading": "", "value": "", "message": refusal.message, "params": plain(params)}
    )
    return planned


def _known(rows: Sequence[Row], owner: User) -> Known:
    """Read what is needed in chunks: SQLite takes a limited number of values in one statement."""
    wanted = sorted({row.values["uscc"] for row in rows if "uscc" in row.values})
    names = sorted({row.values["name"] for row in rows if "name" in row.values and "uscc" not in row.values})
    firms: dict[str, Firm] = {}
    everywhere: set[str] = set()
    for part in _chunks(wanted):
        firms |= {firm.uscc: firm for firm in db.session.scalars(visible_to(owner).where(Firm.uscc.in_(part)))}
        everywhere |= set(db.session.scalars(select(Firm.uscc).where(Firm.uscc.in_(part))))
    by_name: dict[str, list[Firm]] = {}
    for part in _chunks(names):
        for firm in db.session.scalars(visible_to(owner).where(Firm.name.in_(part))):
            by_name.setdefault(firm.name, []).append(firm)
        former = select(FormerName.name, Firm).join(Firm, Firm.id == FormerName.firm_id)
        mine = visible_to(owner).with_only_columns(Firm.id)
        for name, firm in db.session.execute(former.where(FormerName.name.in_(part), Firm.id.in_(mine))):
            if firm not in by_name.setdefault(name, []):
                by_name[name].append(firm)
    ids = sorted({firm.id for firm in firms.values()} | {f.id for fs in by_name.values() for f in fs})
    returns: dict[tuple[int, int], AnnualReturn] = {}
    certificates: dict[tuple[int, Rung, str], Certification] = {}
    contacts: set[tuple[int, str, str | None]] = set()
    former_names: set[tuple[int, str]] = set()
    for part in _chunks(ids):
        stated = select(AnnualReturn).where(AnnualReturn.firm_id.in_(part), AnnualReturn.source == Source.IMPORT)
        for item in db.session.scalars(stated.order_by(AnnualReturn.version)):
            returns[item.firm_id, item.year] = item
        for held in db.session.scalars(select(Certification).where(Certification.firm_id.in_(part))):
            certificates[held.firm_id, held.kind, held.number] = held
        people = select(Contact.firm_id, Contact.name, Contact.phone).where(Contact.firm_id.in_(part))
        contacts |= {tuple(person) for person in db.session.execute(people)}
        old = select(FormerName.firm_id, FormerName.name).where(FormerName.firm_id.in_(part))
        former_names |= {tuple(name) for name in db.session.execute(old)}
    return Known(firms, everywhere - set(firms), by_name, returns, certificates, contacts, former_names)


def _chunks(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
