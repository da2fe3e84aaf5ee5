"""What a firm holds on a day, and how many stand on each rung."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Subquery, func, select

from crm.accounts.models import User
from crm.domain.ladder import RANK, Rung
from crm.firms import kept
from crm.firms.models import Certification, Firm
from crm.firms.queries import certificate_rank, rung_of, valid_on, visible_to
from crm.kit.db import db


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


def highest(on: date) -> Subquery:
    """The rank of the highest rung each firm holds on a day; firms that hold none are not in it."""
    rank = func.max(certificate_rank(Certification.kind)).label("rank")
    return select(Certification.firm_id, rank).where(valid_on(on)).group_by(Certification.firm_id).subquery()


def counts(user: User, on: date) -> dict[str | None, dict[Rung | None, int]]:
    """Return {district: {rung: firms}} of the firms ``user`` may see; the rung is each firm's highest on the day.

    One statement, whatever the size of the register.
    """
    return kept.once(user, "ladder", ("counts", on), lambda: _counts(user, on))


def _counts(user: User, on: date) -> dict[str | None, dict[Rung | None, int]]:
    mine, best = visible_to(user).subquery(), highest(on)
    query = (
        select(mine.c.registration_district, best.c.rank, func.count())
        .select_from(mine.outerjoin(best, best.c.firm_id == mine.c.id))
        .group_by(mine.c.registration_district, best.c.rank)
    )
    found: dict[str | None, dict[Rung | None, int]] = {}
    for district, rank, count in db.session.execute(query):
        found.setdefault(district, {})[rung_of(rank)] = count
    return found


def flows(user: User, since: date, on: date) -> dict[tuple[Rung | None, Rung | None], int]:
    """Return {(rung on ``since``, rung on ``on``): firms} of the firms ``user`` may see; one statement."""
    return kept.once(user, "ladder", ("flows", since, on), lambda: _flows(user, since, on))


def _flows(user: User, since: date, on: date) -> dict[tuple[Rung | None, Rung | None], int]:
    mine, before, after = visible_to(user).subquery(), highest(since), highest(on)
    joined = mine.outerjoin(before, before.c.firm_id == mine.c.id).outerjoin(after, after.c.firm_id == mine.c.id)
    query = select(before.c.rank, after.c.rank, func.count()).select_from(joined).group_by(before.c.rank, after.c.rank)
    return {(rung_of(was), rung_of(now)): count for was, now, count in db.session.execute(query)}


def moved(flows: Mapping[tuple[Rung | None, Rung | None], int]) -> dict[str, int]:
    """Return how many firms went up, went down or off the ladder, and stayed where they were."""
    found = {"up": 0, "down": 0, "same": 0}
    for (was, now), count in flows.items():
        before, after = (RANK[rung] if rung else 0 for rung in (was, now))
        found["up" if after > before else "down" if after < before else "same"] += count
    return found


def expiring(user: User, on: date, days: int) -> int:
    """Return how many firms hold a certificate that runs out within ``days``."""
    until = on + timedelta(days=days)
    holders = select(Certification.firm_id).where(valid_on(on), Certification.expires_on <= until)
    mine = visible_to(user).where(Firm.id.in_(holders)).with_only_columns(func.count(), maintain_column_froms=True)
    return kept.once(user, "ladder", ("expiring", on, days), lambda: db.session.scalar(mine) or 0)


def totals(by_district: dict[str | None, dict[Rung | None, int]], rungs: Sequence[Any]) -> dict[Any, int]:
    """Return {rung: firms} over all districts."""
    return {rung: sum(row.get(rung, 0) for row in by_district.values()) for rung in rungs}
