"""Counts on the stairs."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from crm.accounts.models import User
from crm.domain.ladder import Rung
from crm.firms.models import Certification, Firm
from crm.firms.queries import certificate_rank, rung_of, valid_on, visible_to
from crm.kit.db import db


def counts(user: User, on: date) -> dict[str | None, dict[Rung | None, int]]:
    """Return {district: {rung: firms}} of the firms ``user`` may see; the rung is each firm's highest on the day.

    Two statements whatever the size of the register: all firms by district, and holders by their highest rank.
    """
    mine = visible_to(user).subquery()
    best = (
        select(Certification.firm_id, func.max(certificate_rank(Certification.kind)).label("rank"))
        .where(valid_on(on))
        .group_by(Certification.firm_id)
        .subquery()
    )
    query = (
        select(mine.c.registration_district, best.c.rank, func.count())
        .select_from(mine.outerjoin(best, best.c.firm_id == mine.c.id))
        .group_by(mine.c.registration_district, best.c.rank)
    )
    found: dict[str | None, dict[Rung | None, int]] = {}
    for district, rank, count in db.session.execute(query):
        found.setdefault(district, {})[rung_of(rank)] = count
    return found


def expiring(user: User, on: date, days: int) -> int:
    """Return how many firms hold a certificate that runs out within ``days``."""
    until = on + timedelta(days=days)
    holders = select(Certification.firm_id).where(valid_on(on), Certification.expires_on <= until)
    mine = visible_to(user).where(Firm.id.in_(holders)).with_only_columns(func.count(), maintain_column_froms=True)
    return db.session.scalar(mine) or 0


def totals(by_district: dict[str | None, dict[Rung | None, int]], rungs: Sequence[Any]) -> dict[Any, int]:
    """Return {rung: firms} over all districts."""
    return {rung: sum(row.get(rung, 0) for row in by_district.values()) for rung in rungs}
