"""What the checks found: counts of the last walk, lists of now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, literal, or_, select
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.domain.access import Role
from crm.domain.money import Unit, show
from crm.firms import kept
from crm.firms.models import Firm
from crm.firms.queries import visible_to
from crm.kit.db import db
from crm.kit.tables import Page, paginate
from crm.lists import queries as lists
from crm.quality.checks import PAIRS, Check
from crm.quality.models import QualityCount, Settled, SuspectedPair

NOBODY = "none"


@dataclass(frozen=True)
class Narrowed:
    """Which part of a check's findings is asked for; "" asks for all, NOBODY for those without."""

    officer: str = ""
    district: str = ""


def findings(user: User, check: Check, on: date) -> Select[tuple[Firm]]:
    """Return the firms of ``user`` that a check finds on a day and nobody has settled."""
    settled = select(Settled.firm_id).where(Settled.check_key == check.key)
    return visible_to(user).where(check.finds(on), Firm.id.not_in(settled))


def page(user: User, check: Check, narrowed: Narrowed, number: int, on: date) -> Page:
    """Return one page of a check's firms by name."""
    ids = _narrow(findings(user, check, on), narrowed).with_only_columns(Firm.id, maintain_column_froms=True)
    about = (check.key, narrowed, on, number)
    found = kept.once(user, "quality", about, lambda: paginate(ids.order_by(Firm.name, Firm.id), number))
    return replace(found, items=lists.firms_of(found.items))


def _narrow(query: Select[Any], narrowed: Narrowed, of: Any = Firm) -> Select[Any]:
    if narrowed.officer == NOBODY:
        query = query.where(of.officer_id.is_(None))
    elif narrowed.officer:
        query = query.where(of.officer_id == int(narrowed.officer))
    if narrowed.district == NOBODY:
        query = query.where(of.registration_district.is_(None))
    elif narrowed.district:
        query = query.where(of.registration_district == narrowed.district)
    return query


def evidence(check: Check, firm_ids: Sequence[int], on: date) -> dict[int, list[tuple[Any, ...]]]:
    """Return {firm id: what the check saw, ready to be put into its words}, with one statement."""
    if check.evidence is None:
        return {}
    found: dict[int, list[tuple[Any, ...]]] = {}
    query = check.evidence(on)
    for firm_id, *seen in db.session.execute(query.where(query.selected_columns[0].in_(firm_ids))):
        values = tuple(
            ("—" if value is None else show(value, Unit.WAN))
            if place in check.money
            else "—"
            if value is None
            else value
            for place, value in enumerate(seen)
        )
        found.setdefault(firm_id, []).append(values)
    return {firm_id: sorted(seen, key=str) for firm_id, seen in found.items()}


@dataclass(frozen=True)
class Suspects:
    """Two files that may be of one firm."""

    first: Firm
    second: Firm
    why: str


def suspects(user: User, narrowed: Narrowed, number: int) -> Page:
    """Return one page of suspected pairs of which ``user`` may see both files; the first is what they are sorted by."""
    pairs = _pairs_of(user)
    shown = paginate(
        _narrow(pairs, narrowed).order_by(Firm.name, SuspectedPair.first_id, SuspectedPair.second_id), number
    )
    ids = {firm_id for row in shown.items for firm_id in (row.first_id, row.second_id)}
    firms = {firm.id: firm for firm in db.session.scalars(visible_to(user).where(Firm.id.in_(ids)))}
    items = [Suspects(firms[row.first_id], firms[row.second_id], row.why) for row in shown.items]
    return Page(items, shown.page, shown.size, shown.total)


def _pairs_of(user: User) -> Select[Any]:
    """Return (first_id, second_id, why) of the pairs in sight that nobody has settled."""
    in_sight = visible_to(user).with_only_columns(Firm.id)
    settled = select(literal(1)).where(
        Settled.check_key == PAIRS,
        Settled.firm_id == SuspectedPair.first_id,
        Settled.other_id == SuspectedPair.second_id,
    )
    query = visible_to(user).join(SuspectedPair, SuspectedPair.first_id == Firm.id)
    query = query.where(SuspectedPair.second_id.in_(in_sight), ~settled.correlate(SuspectedPair).exists())
    columns = (SuspectedPair.first_id, SuspectedPair.second_id, SuspectedPair.why)
    return query.with_only_columns(*columns, maintain_column_froms=True)


def counts(user: User) -> list[QualityCount]:
    """Return the counts of the last walk that ``user`` may see: firms are visible by district, and so are counts."""
    query = select(QualityCount)
    if not (user.role is Role.AUDITOR or user.whole_city):
        query = query.where(QualityCount.district.in_(user.districts))
    return list(db.session.scalars(query))


def counted_at() -> datetime | None:
    """Return when the checks were last walked."""
    return db.session.scalar(select(func.max(QualityCount.counted_at)))


def settled(user: User, check: str, number: int) -> Page:
    """Return one page of what was settled of a check, the latest first: (Settled, firm, other firm or None)."""
    other = aliased(Firm)
    query = visible_to(user).join(Settled, Settled.firm_id == Firm.id).outerjoin(other, other.id == Settled.other_id)
    in_sight = visible_to(user).with_only_columns(Firm.id)
    query = query.where(Settled.check_key == check, or_(Settled.other_id == 0, Settled.other_id.in_(in_sight)))
    shown = query.with_only_columns(Settled, Firm, other, maintain_column_froms=True)
    return paginate(shown.order_by(Settled.id.desc()), number)


def get_settled(user: User, settled_id: int) -> Settled:
    """Return one settled finding about a firm of ``user``; NotFound (404) when there is none."""
    query = visible_to(user).join(Settled, Settled.firm_id == Firm.id).where(Settled.id == settled_id)
    return db.one_or_404(query.with_only_columns(Settled, maintain_column_froms=True))
