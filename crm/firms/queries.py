"""How firms are found. Everything that shows or changes a firm begins with ``visible_to``."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from crm.accounts.models import Agency, User
from crm.domain.access import FIRM_ROLES, Role
from crm.domain.ladder import RANK, RUNGS, Rung
from crm.firms import stops
from crm.firms.award_models import AwardGiven
from crm.firms.care_models import FirmTag, StopFlag, Tag
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
from crm.kit.db import db, writing

IN_A_RANGE = 32_768


def visible_to(user: User) -> Select[tuple[Firm]]:
    """Return the firms ``user`` may see: the one function every list, page, search, export and job goes through.

    Officers and managers see the districts they work on (by place of registration), or the whole city; auditors see
    all; agencies see the firms assigned to them; firms see themselves; nobody else sees any. A file that was merged
    into another is in nobody's sight: ``follow`` and ``gone_into`` lead from it to the one in use.
    """
    return select(Firm).where(in_sight(user))


def in_sight(user: User) -> ColumnElement[bool]:
    """Return what ``visible_to`` asks of a firm, for a query that has joined it: cheaper than a list of all numbers."""
    current = Firm.merged_into_id.is_(None)
    if user.role in FIRM_ROLES:
        return and_(current, Firm.id == user.firm_id)
    if user.role is Role.AGENCY:
        return and_(current, Firm.agency_id == user.agency_id)
    if user.role is Role.AUDITOR or (user.role in {Role.OFFICER, Role.MANAGER} and user.whole_city):
        return current
    if user.role in {Role.OFFICER, Role.MANAGER}:
        return and_(current, Firm.registration_district.in_(user.districts))
    return false()


def id_ranges() -> list[range]:
    """Return the ids of all firms in ranges, for reading that would be too much at once; one at the least."""
    first, last = db.session.execute(select(func.min(Firm.id), func.max(Firm.id))).one()
    first, end = first or 1, (last or 1) + 1
    return [range(start, min(start + IN_A_RANGE, end)) for start in range(first, end, IN_A_RANGE)]


def within(ids: range, firm_ids: Select[Any]) -> Select[Any]:
    """Return those of ``firm_ids`` that lie in a range."""
    return firm_ids.where(Firm.id.between(ids.start, ids.stop - 1))


class MergedError(Exception):
    """The file asked for is part of ``kept`` now, which the reader may see."""

    def __init__(self, kept: Firm) -> None:
        super().__init__(f"merged into {kept.id}")
        self.kept = kept


def get(firm_id: int, user: User) -> Firm:
    """Return one firm of ``visible_to(user)``; NotFound (404) when there is none: not yours and not there are one.

    Raises MergedError for a file that went into one of ``visible_to(user)``; a page turns it into a redirect.
    """
    query = visible_to(user).where(Firm.id == firm_id)
    if writing():
        # Whoever changes a file holds it to the end: two saves, or a save and a merge, come one after the other.
        query = query.with_for_update(key_share=True)
    firm = db.session.scalars(query).first()
    kept = None if firm else gone_into(user, Firm.id == firm_id).get(firm_id)
    if kept is not None:
        raise MergedError(kept)
    return firm or db.one_or_404(query)


def follow(firm_id: int) -> int:
    """Return the file in use for an id: itself, or the file it was merged into."""
    return db.session.scalar(select(Firm.merged_into_id).where(Firm.id == firm_id)) or firm_id


def lineage(firm_id: int) -> list[int]:
    """Return a file and those that were merged into it."""
    return [firm_id, *db.session.scalars(select(Firm.id).where(Firm.merged_into_id == firm_id).order_by(Firm.id))]


def gone_into(user: User, *called: ColumnElement[bool]) -> dict[int, Firm]:
    """Return {id of a merged file: the file in use}, of merged files that fit ``called``, as far as ``user`` sees them.

    >>> gone_into(user, Firm.uscc.in_(codes))  # doctest: +SKIP
    """
    merged = select(Firm.id, Firm.merged_into_id).where(Firm.merged_into_id.is_not(None), *called)
    into = {gone: kept for gone, kept in db.session.execute(merged)}
    kept = {firm.id: firm for firm in db.session.scalars(visible_to(user).where(Firm.id.in_(set(into.values()))))}
    return {gone: kept[firm_id] for gone, firm_id in into.items() if firm_id in kept}


def sees(firm_id: int, user: User) -> bool:
    """Return whether the firm is among those ``user`` may see."""
    return db.session.scalar(visible_to(user).with_only_columns(Firm.id).where(Firm.id == firm_id)) is not None


def called(user: User, text: str, *, but: Firm, limit: int = 20) -> list[Firm]:
    """Return firms of ``user`` other than ``but`` by any part of name, former name or code, the shortest name first."""
    former = select(FormerName.firm_id).where(FormerName.name.icontains(text, autoescape=True))
    named = or_(
        Firm.name.icontains(text, autoescape=True), Firm.uscc.icontains(text, autoescape=True), Firm.id.in_(former)
    )
    query = visible_to(user).where(named, Firm.id != but.id).order_by(func.length(Firm.name), Firm.id)
    return list(db.session.scalars(query.limit(limit)))


def merged_file(firm_id: int) -> Firm:
    """Return a file that went into another, or came apart from it again, whoever asks: for the page of that merge."""
    return db.session.get_one(Firm, firm_id)


@dataclass(frozen=True)
class Head:
    """What stands at the top of every page of a firm."""

    rung: Rung | None
    expires_on: date | None
    days_left: int | None
    officer: str | None
    agency: str | None
    former_names: tuple[str, ...]
    stop: StopFlag | None
    tags: tuple[str, ...]


def head(firm: Firm, on: date) -> Head:
    """Return the firm's standing on a day: its highest valid certificate, what stops it, and who looks after it."""
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
    tags = select(Tag.name).join(FirmTag, FirmTag.tag_id == Tag.id).where(FirmTag.firm_id == firm.id)
    return Head(
        rung=found.kind if found else None,
        expires_on=expires,
        days_left=(expires - on).days if expires else None,
        officer=officer,
        agency=agency,
        former_names=tuple(name.name for name in firm.former_names),
        stop=stops.in_force(firm.id, on),
        tags=tuple(db.session.scalars(tags.order_by(Tag.name))),
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


def officers(firm: Firm | None = None) -> list[User]:
    """Return who may be put in charge of a firm, and who has ``firm`` in hand now, closed account or not."""
    at_work = and_(User.role.in_([Role.OFFICER, Role.MANAGER]), User.active)
    held = User.id == firm.officer_id if firm is not None else false()
    return list(db.session.scalars(select(User).where(or_(at_work, held)).order_by(User.name)))


def agencies() -> list[Agency]:
    """Return the service agencies."""
    return list(db.session.scalars(select(Agency).order_by(Agency.name)))


def parks() -> list[str]:
    """Return the parks in use, by name, for suggestions."""
    return list(db.session.scalars(select(Firm.park).where(Firm.park.is_not(None)).distinct().order_by(Firm.park)))


def incubators() -> list[str]:
    """Return the incubators in use, by name, for suggestions."""
    query = select(Firm.incubator).where(Firm.incubator.is_not(None)).distinct().order_by(Firm.incubator)
    return list(db.session.scalars(query))


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


def awards(firm: Firm) -> list[AwardGiven]:
    """Return the money the firm was given, the newest year first."""
    return _of(AwardGiven, firm, AwardGiven.year.desc(), AwardGiven.id.desc())


def credit_checks(firm: Firm) -> list[CreditCheck]:
    """Return the checks of the public registers, the newest first."""
    return _of(CreditCheck, firm, CreditCheck.checked_on.desc(), CreditCheck.id.desc())


def attachments(firm: Firm) -> list[Attachment]:
    """Return the firm's files, the newest first."""
    return _of(Attachment, firm, Attachment.id.desc())


def part(table: Any, firm: Firm, part_id: int) -> Any:
    """Return one record of the firm's file; NotFound (404) when it belongs to another firm."""
    return db.one_or_404(select(table).where(table.id == part_id, table.firm_id == firm.id))
