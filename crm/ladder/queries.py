"""What a firm holds on a day, and how many stand on each rung."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Subquery, case, func, or_, select

from crm.accounts.models import User
from crm.domain.ladder import RANK, RUNGS, Rung
from crm.firms import kept
from crm.firms.models import Certification, Firm
from crm.firms.queries import certificate_rank, in_sight, rung_of, valid_on, visible_to
from crm.kit.db import db


@dataclass(frozen=True)
class Standing:
    """How many firms of a district stood on one rung then and stand on another now; None: on none."""

    district: str | None
    was: Rung | None
    now: Rung | None
    firms: int


def held(firm_id: int, on: date) -> dict[Rung, date | None]:
    """Return the rungs a firm holds on a day with the last day of each; None is for good."""
    query = select(Certification.kind, Certification.expires_on).where(Certification.firm_id == firm_id, valid_on(on))
    found: dict[Rung, date | None] = {}
    for rung, expires_on in db.session.execute(query):
        ends = [found.get(rung, expires_on), expires_on]
        found[rung] = None if None in ends else max(end for end in ends if end)
    return found


def holders(firm_ids: Sequence[int], on: date) -> dict[int, frozenset[Rung]]:
    """Return the rungs that firms hold on a day; those that hold none are not in it."""
    query = select(Certification.firm_id, Certification.kind)
    found: dict[int, frozenset[Rung]] = {}
    for firm_id, rung in db.session.execute(query.where(Certification.firm_id.in_(firm_ids), valid_on(on))):
        found[firm_id] = found.get(firm_id, frozenset()) | {rung}
    return found


def highest(*days: date) -> Subquery:
    """The rank of the highest rung each firm holds on each of the days, ``rank_0``, ``rank_1`` …; null for none."""
    rank = certificate_rank(Certification.kind)
    ranks = (func.max(case((valid_on(day), rank))).label(f"rank_{place}") for place, day in enumerate(days))
    query = select(Certification.firm_id, *ranks).where(or_(*map(valid_on, days)))
    return query.group_by(Certification.firm_id).subquery()


def standings(user: User, since: date, on: date) -> list[Standing]:
    """Count the firms ``user`` may see by where they stand; the rung is each firm's highest. One statement."""
    return kept.once(user, "ladder", ("standings", since, on), lambda: _standings(user, since, on))


def _standings(user: User, since: date, on: date) -> list[Standing]:
    best = highest(since, on)
    by = (Firm.registration_district, best.c.rank_0, best.c.rank_1)
    query = select(*by, func.count()).outerjoin(best, best.c.firm_id == Firm.id).where(in_sight(user)).group_by(*by)
    return [
        Standing(district, rung_of(was), rung_of(now), count) for district, was, now, count in db.session.execute(query)
    ]


def by_district(standings: Iterable[Standing]) -> dict[str | None, Counter[Rung | None]]:
    """Return {district: {rung: firms}}."""
    found: dict[str | None, Counter[Rung | None]] = {}
    for one in standings:
        found.setdefault(one.district, Counter())[one.now] += one.firms
    return found


def moved(standings: Iterable[Standing]) -> Counter[str]:
    """Return how many firms went up, went down or off the ladder, and stayed the same."""
    found = Counter({"up": 0, "down": 0, "same": 0})
    for one in standings:
        before, after = (RANK[rung] if rung else 0 for rung in (one.was, one.now))
        found["up" if after > before else "down" if after < before else "same"] += one.firms
    return found


def expiring(user: User, on: date, days: int) -> int:
    """Return how many firms hold a certificate that runs out within ``days``."""
    until = on + timedelta(days=days)
    # Every kind is named, so that the index of who holds what answers alone.
    holders = select(Certification.firm_id).where(
        Certification.kind.in_(RUNGS), valid_on(on), Certification.expires_on.between(on, until)
    )
    mine = visible_to(user).where(Firm.id.in_(holders)).with_only_columns(func.count(), maintain_column_froms=True)
    return kept.once(user, "ladder", ("expiring", on, days), lambda: db.session.scalar(mine) or 0)
