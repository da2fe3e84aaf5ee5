"""How firms are found. Everything that shows or changes a firm begins with ``visible_to``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from crm.accounts.models import Agency, User
from crm.domain.access import FIRM_ROLES, Role
from crm.domain.industries import divisions_of
from crm.domain.ladder import RANK, RUNGS, Rung
from crm.domain.records import FirmStatus
from crm.firms.models import (
    Achievement,
    Attachment,
    Certification,
    Contact,
    CreditCheck,
    Firm,
    FormerName,
    IntellectualProperty,
    Move,
)
from crm.kit.db import db
from crm.kit.tables import Page, order, paginate


def visible_to(user: User) -> Select[tuple[Firm]]:
    """Return the firms ``user`` may see: the one function every list, page, search, export and job goes through.

    Officers and managers see the districts they work on (by place of registration), or the whole city; auditors see
    all; agencies see the firms assigned to them; firms see themselves; nobody else sees any.
    """
    query = select(Firm)
    if user.role in FIRM_ROLES:
        return query.where(Firm.id == user.firm_id)
    if user.role is Role.AGENCY:
        return query.where(Firm.agency_id == user.agency_id)
    if user.role is Role.AUDITOR or (user.role in {Role.OFFICER, Role.MANAGER} and user.whole_city):
        return query
    if user.role in {Role.OFFICER, Role.MANAGER}:
        return query.where(Firm.registration_district.in_(user.districts))
    return query.where(false())


def get(firm_id: int, user: User) -> Firm:
    """Return one firm of ``visible_to(user)``; NotFound (404) when there is none: not yours and not there are one."""
    return db.one_or_404(visible_to(user).where(Firm.id == firm_id))


@dataclass(frozen=True)
class Head:
    """What stands at the top of every page of a firm."""

    rung: Rung | None
    expires_on: date | None
    days_left: int | None
    officer: str | None
    agency: str | None
    former_names: tuple[str, ...]


def head(firm: Firm, on: date) -> Head:
    """Return the firm's standing on a day: its highest valid certificate, and who looks after it."""
    best = (
        select(Certification.kind, Certification.expires_on)
        .where(Certification.firm_id == firm.id, valid_on(on))
        .order_by(certificate_rank(Certification.kind).desc(), Certification.expires_on.desc().nulls_first())
    )
    found = db.session.execute(best).first()
    officer, agency = db.session.execute(
        select(
            select(User.name).where(User.id == firm.officer_id).scalar_subquery(),
            select(Agency.name).where(Agency.id == firm.agency_id).scalar_subquery(),
        )
    ).one()
    expires = found.expires_on if found else None
    return Head(
        rung=found.kind if found else None,
        expires_on=expires,
        days_left=(expires - on).days if expires else None,
        officer=officer,
        agency=agency,
        former_names=tuple(name.name for name in firm.former_names),
    )


def valid_on(on: date, of: Any = Certification) -> ColumnElement[bool]:
    """A certificate counts from the day of issue to the day of expiry, both included, unless revoked by then."""
    return and_(
        of.issued_on <= on,
        or_(of.expires_on.is_(None), of.expires_on >= on),
        or_(of.revoked_on.is_(None), of.revoked_on > on),
    )


def certificate_rank(kind: Any) -> ColumnElement[int]:
    """The rank of a kind of certificate as a column."""
    return case({rung.value: RANK[rung] for rung in Rung}, value=kind)


def rung_rank(on: date) -> ColumnElement[int | None]:
    """The rank (1 lowest) of a firm's rung on a day as a column; null for a firm on no rung."""
    held = aliased(Certification)
    best = select(func.max(certificate_rank(held.kind))).where(held.firm_id == Firm.id, valid_on(on, held))
    return best.correlate(Firm).scalar_subquery()


def rung_of(rank: int | None) -> Rung | None:
    """Return the rung of a rank."""
    return RUNGS[rank - 1] if rank else None


@dataclass(frozen=True)
class Filters:
    """What a list of firms is narrowed by; None and "" narrow nothing. ``rung``, ``district``: or "none"."""

    q: str = ""
    rung: str = ""
    cert: str = ""
    expiring: int | None = None
    district: str = ""
    officer: int | None = None
    agency: int | None = None
    section: str = ""
    field: str = ""
    status: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is narrowed."""
        return self != Filters()


SORTS = ("name", "uscc", "district", "rung", "established", "updated")


def matching(user: User, filters: Filters, on: date) -> Select[tuple[Firm]]:
    """Return the firms of ``user`` that pass ``filters`` on a day."""
    query = visible_to(user)
    if filters.q:
        query = query.where(_named(filters.q))
    if filters.rung:
        query = query.where(_on_rung(filters.rung, on))
    if filters.cert in set(Rung):
        query = query.where(Firm.id.in_(_holders([Rung(filters.cert)], on)))
    if filters.expiring is not None:
        until = on + timedelta(days=filters.expiring)
        query = query.where(Firm.id.in_(_holders(list(Rung), on, Certification.expires_on <= until)))
    if filters.district == "none":
        query = query.where(Firm.registration_district.is_(None))
    elif filters.district:
        query = query.where(Firm.registration_district == filters.district)
    if filters.officer is not None:
        query = query.where(Firm.officer_id == filters.officer)
    if filters.agency is not None:
        query = query.where(Firm.agency_id == filters.agency)
    if filters.section:
        prefixes = divisions_of(filters.section)
        query = query.where(or_(false(), *(Firm.industry_code.startswith(prefix) for prefix in prefixes)))
    if filters.field:
        query = query.where(or_(Firm.tech_field == filters.field, Firm.tech_field.startswith(f"{filters.field}.")))
    if filters.status in set(FirmStatus):
        query = query.where(Firm.status == FirmStatus(filters.status))
    return query


def _named(text: str) -> ColumnElement[bool]:
    return or_(
        Firm.name.contains(text, autoescape=True),
        Firm.uscc.contains(text.upper(), autoescape=True),
        Firm.id.in_(select(FormerName.firm_id).where(FormerName.name.contains(text, autoescape=True))),
    )


def _holders(rungs: Sequence[Rung], on: date, *conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(Certification.firm_id).where(Certification.kind.in_(rungs), valid_on(on), *conditions)


def _on_rung(rung: str, on: date) -> ColumnElement[bool]:
    """On exactly this rung: holds it, and holds no higher one. Set against set, so that it stays fast for all firms."""
    if rung == "none":
        return Firm.id.not_in(_holders(list(Rung), on))
    if rung not in set(Rung):
        return false()
    place = RUNGS.index(Rung(rung))
    return and_(Firm.id.in_(_holders([RUNGS[place]], on)), Firm.id.not_in(_holders(RUNGS[place + 1 :], on)))


def listing(user: User, filters: Filters, sort: str, page: int, on: date) -> tuple[Page, str]:
    """Return one page of rows (Firm, rank, officer's name) and the order in force."""
    rank = rung_rank(on)
    sorts = {
        "name": Firm.name,
        "uscc": Firm.uscc,
        "district": Firm.registration_district,
        "rung": rank,
        "established": Firm.established_on,
        "updated": Firm.updated_at,
    }
    chosen, by = order(sorts, sort, "name")
    found = matching(user, filters, on)
    count = found.with_only_columns(func.count(), maintain_column_froms=True)
    # Which firms stand on the page is settled first: the rung is then worked out for fifty of them, not for all.
    ids = found.with_only_columns(Firm.id, maintain_column_froms=True).order_by(by, Firm.id)
    shown = paginate(ids, page, count=count)
    rows = (
        select(Firm, rank.label("rank"), User.name.label("officer"))
        .outerjoin(User, User.id == Firm.officer_id)
        .where(Firm.id.in_(shown.items))
        .order_by(by, Firm.id)
    )
    return replace(shown, items=list(db.session.execute(rows))), chosen


def officers() -> list[User]:
    """Return who may be put in charge of a firm."""
    query = select(User).where(User.role.in_([Role.OFFICER, Role.MANAGER]), User.active).order_by(User.name)
    return list(db.session.scalars(query))


def agencies() -> list[Agency]:
    """Return the service agencies."""
    return list(db.session.scalars(select(Agency).order_by(Agency.name)))


def by_uscc(code: str) -> Firm | None:
    """Return the firm of a code, whoever may see it: for the check that a code is not used twice."""
    return db.session.scalars(select(Firm).where(Firm.uscc == code)).first()


def _of(table: Any, firm: Firm, *by: Any) -> list[Any]:
    return list(db.session.scalars(select(table).where(table.firm_id == firm.id).order_by(*by)))


def certifications(firm: Firm) -> list[Certification]:
    """Return every certificate, the newest first."""
    return _of(Certification, firm, Certification.issued_on.desc(), Certification.id)


def intellectual_property(firm: Firm) -> list[IntellectualProperty]:
    """Return every right and application, the newest grant first."""
    return _of(IntellectualProperty, firm, IntellectualProperty.granted_on.desc().nulls_last(), IntellectualProperty.id)


def contacts(firm: Firm) -> list[Contact]:
    """Return the people at the firm, the main one first."""
    return _of(Contact, firm, Contact.main.desc(), Contact.id)


def moves(firm: Firm) -> list[Move]:
    """Return where the firm belonged and since when, the newest first."""
    return _of(Move, firm, Move.since_on.desc(), Move.id.desc())


def achievements(firm: Firm) -> list[Achievement]:
    """Return awards, institutions, standards."""
    return _of(Achievement, firm, Achievement.given_on.desc(), Achievement.id)


def credit_checks(firm: Firm) -> list[CreditCheck]:
    """Return the checks of the public registers, the newest first."""
    return _of(CreditCheck, firm, CreditCheck.checked_on.desc(), CreditCheck.id.desc())


def attachments(firm: Firm) -> list[Attachment]:
    """Return the firm's files, the newest first."""
    return _of(Attachment, firm, Attachment.id.desc())


def part(table: Any, firm: Firm, part_id: int) -> Any:
    """Return one record of the firm's file; NotFound (404) when it belongs to another firm."""
    return db.one_or_404(select(table).where(table.id == part_id, table.firm_id == firm.id))
