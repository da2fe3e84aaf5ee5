"""What a list can show of each firm: the columns, and their values in a constant number of statements."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts.models import Agency, User
from crm.domain.access import Role
from crm.domain.clusters import GUANGZHOU_2025
from crm.domain.industries import SECTIONS, TECH_FIELDS, section_of
from crm.domain.ladder import RANK, RUNG_LABELS
from crm.domain.places import DISTRICTS
from crm.domain.records import COUNT_FIGURES, FIGURES, FIRM_STATUS_LABELS
from crm.domain.words import N_
from crm.firms import figures
from crm.firms.models import Certification, Contact, Firm
from crm.firms.queries import rung_rank, valid_on
from crm.kit.db import db

# Who may see who the people at a firm are; the others' lists do not offer these columns.
MAY_SEE_PEOPLE = frozenset({Role.OFFICER, Role.MANAGER, Role.AGENCY})
NEWEST_WITHIN = 3  # years: an older figure is no figure of today
_DATED = re.compile(r"([a-z_]+)\.((?:19|20)[0-9]{2})")


@dataclass(frozen=True)
class Column:
    """One column. ``kind`` says how a value is written: text, code, rung, option, options, day, moment, wan, number.

    ``of`` takes the firm and what ``needs`` has loaded for it; ``labels`` are the words of an option.
    """

    key: str
    label: str
    kind: str
    of: Callable[[Firm, Any], Any]
    needs: str = ""
    labels: Mapping[Any, str] | None = None
    personal: bool = False
    year: int | None = None

    @property
    def sortable(self) -> bool:
        """Whether a list can be ordered by it."""
        return self.key in SORTS

    @property
    def numeric(self) -> bool:
        """Whether it stands to the right."""
        return self.kind in {"wan", "number"}


def _plain(key: str, label: str, kind: str = "text", labels: Mapping[Any, str] | None = None) -> Column:
    attribute = {"district": "registration_district", "established": "established_on", "updated": "updated_at"}
    name = attribute.get(key, key)
    return Column(key, label, kind, lambda firm, _: getattr(firm, name), labels=labels)


def _figure(name: str, year: int | None = None) -> Column:
    key = f"{name}.{year}" if year else name
    kind = "number" if name in COUNT_FIGURES else "wan"

    def of(_firm: Firm, years: dict[int, dict[str, Any]]) -> Any:
        found = years.get(year) if year else years[max(years)] if years else None
        return found[name] if found else None

    return Column(key, FIGURES[name], kind, of, needs="figures", year=year)


def _newest_year(_firm: Firm, years: dict[int, dict[str, Any]]) -> int | None:
    return max(years) if years else None


def _rung(_firm: Firm, held: Sequence[Any]) -> Any:
    return held[0].kind if held else None


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        _plain("name", N_("企业名称")),
        _plain("uscc", N_("统一社会信用代码"), "code"),
        Column(
            "rung", N_("梯度"), "rung", lambda _f, held: held[0].kind if held else None, "certificates", RUNG_LABELS
        ),
        Column("expires", N_("有效期至"), "day", lambda _f, held: held[0].expires_on if held else None, "certificates"),
        _plain("district", N_("注册地"), "option", DISTRICTS),
        _plain("tax_district", N_("税务"), "option", DISTRICTS),
        _plain("statistics_district", N_("统计"), "option", DISTRICTS),
        Column("officer", N_("服务专员"), "text", lambda firm, names: names.get(firm.officer_id), "officers"),
        Column("agency", N_("服务机构"), "text", lambda firm, names: names.get(firm.agency_id), "agencies"),
        Column("section", N_("行业门类"), "option", lambda f, _: section_of(f.industry_code or ""), labels=SECTIONS),
        _plain("industry_code", N_("行业代码"), "code"),
        Column("tech_field", N_("技术领域"), "option", lambda f, _: (f.tech_field or "")[:1], labels=TECH_FIELDS),
        _plain("clusters", N_("产业集群"), "options", GUANGZHOU_2025),
        _plain("main_product", N_("主要产品")),
        _plain("status", N_("登记状态"), "option", FIRM_STATUS_LABELS),
        _plain("legal_representative", N_("法定代表人")),
        _plain("registered_capital", N_("注册资本（万元）"), "wan"),
        _plain("established", N_("成立日期"), "day"),
        _plain("address", N_("注册地址")),
        Column("figures_year", N_("数据年度"), "text", _newest_year, "figures"),
        *(_figure(name) for name in FIGURES),
        Column("contact", N_("联系人"), "text", lambda _f, person: person and person.name, "contacts", personal=True),
        Column("phone", N_("电话"), "code", lambda _f, person: person and person.phone, "contacts", personal=True),
        _plain("updated", N_("更新"), "moment"),
    )
}
DEFAULT = ("rung", "district", "revenue", "rd_hte", "employees_total", "officer", "updated")

# What a list can be ordered by; each takes the day of the list.
SORTS: dict[str, Callable[[date], Any]] = {
    "name": lambda _: Firm.name,
    "uscc": lambda _: Firm.uscc,
    "rung": rung_rank,
    "district": lambda _: Firm.registration_district,
    "tax_district": lambda _: Firm.tax_district,
    "statistics_district": lambda _: Firm.statistics_district,
    "industry_code": lambda _: Firm.industry_code,
    "registered_capital": lambda _: Firm.registered_capital,
    "established": lambda _: Firm.established_on,
    "updated": lambda _: Firm.updated_at,
}


def find(key: str) -> Column | None:
    """Return a column by its key: one of COLUMNS, or a figure of a given year ("revenue.2025")."""
    dated = _DATED.fullmatch(key)
    if dated and dated[1] in FIGURES:
        return _figure(dated[1], int(dated[2]))
    return COLUMNS.get(key)


def offered(user: User) -> dict[str, Column]:
    """Return the columns ``user`` may choose."""
    people = user.role in MAY_SEE_PEOPLE
    return {key: column for key, column in COLUMNS.items() if people or not column.personal}


def shown(user: User, keys: Sequence[str]) -> list[Column]:
    """Return the columns of ``keys`` that ``user`` may see, in their order."""
    found = (find(key) for key in keys)
    people = user.role in MAY_SEE_PEOPLE
    return [column for column in found if column and (people or not column.personal)]


def values(firms: Sequence[Firm], columns: Sequence[Column], on: date) -> dict[int, dict[str, Any]]:
    """Return {firm id: {column key: value}} as kept: days, fen, members of closed lists; None is not known.

    At most one statement for each kind of record behind the columns, however many the firms.
    """
    needed = {column.needs for column in columns if column.needs}
    loaded = {need: LOADERS[need](firms, columns, on) for need in needed}
    by_firm = {"officers", "agencies", ""}

    def behind(firm: Firm, need: str) -> Any:
        return loaded.get(need) if need in by_firm else loaded[need].get(firm.id, () if need != "figures" else {})

    return {firm.id: {c.key: c.of(firm, behind(firm, c.needs)) for c in columns} for firm in firms}


def _ids(firms: Sequence[Firm]) -> list[int]:
    return [firm.id for firm in firms]


def _certificates(firms: Sequence[Firm], _columns: Sequence[Column], on: date) -> dict[int, list[Any]]:
    """The certificates each firm holds on the day, the highest first, of one rung the longest first."""
    query = select(Certification.firm_id, Certification.kind, Certification.expires_on)
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(query.where(Certification.firm_id.in_(_ids(firms)), valid_on(on))):
        found.setdefault(row.firm_id, []).append(row)
    for held in found.values():
        held.sort(key=lambda row: (RANK[row.kind], row.expires_on or date.max), reverse=True)
    return found


def _figures(firms: Sequence[Firm], columns: Sequence[Column], on: date) -> dict[int, dict[int, dict[str, Any]]]:
    years = {column.year for column in columns if column.year}
    since = min({on.year - NEWEST_WITHIN} | years)
    ids = select(Firm.id).where(Firm.id.in_(_ids(firms)))
    found: dict[int, dict[int, dict[str, Any]]] = {}
    for row in figures.in_force(figures.read(ids, since, on.year)).iter_rows(named=True):
        found.setdefault(row["firm_id"], {})[row["year"]] = row
    return found


def _contacts(firms: Sequence[Firm], _columns: Sequence[Column], _on: date) -> dict[int, Contact]:
    query = select(Contact).where(Contact.firm_id.in_(_ids(firms))).order_by(Contact.main, Contact.id.desc())
    return {person.firm_id: person for person in db.session.scalars(query)}


def _officers(firms: Sequence[Firm], _columns: Sequence[Column], _on: date) -> dict[int, str]:
    ids = {firm.officer_id for firm in firms if firm.officer_id}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())


def _agencies(firms: Sequence[Firm], _columns: Sequence[Column], _on: date) -> dict[int, str]:
    ids = {firm.agency_id for firm in firms if firm.agency_id}
    return dict(db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(ids))).all())


LOADERS: dict[str, Callable[[Sequence[Firm], Sequence[Column], date], dict[int, Any]]] = {
    "certificates": _certificates,
    "figures": _figures,
    "contacts": _contacts,
    "officers": _officers,
    "agencies": _agencies,
}
