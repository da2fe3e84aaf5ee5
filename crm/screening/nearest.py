"""Who has the shortest way to the next rung: set against set, whatever the size of the register."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, select, tuple_

from crm.accounts.models import User
from crm.domain.ladder import BESIDE, POLICY_OF, RANK, Rung
from crm.firms import kept
from crm.firms.models import Firm
from crm.firms.queries import visible_to
from crm.kit.db import db
from crm.kit.tables import Page, paginate
from crm.ladder.queries import highest
from crm.ladder.service import assessed
from crm.policies import queries as policies
from crm.rules.evaluate import Outcome
from crm.screening.models import Screening
from crm.screening.queries import newest

PER_PAGE = 30
NEAREST = (Screening.short, Screening.distance, Screening.unknown, Screening.firm_id)


@dataclass(frozen=True)
class Filters:
    """Which firms are meant; None and "" mean all. ``met``: they meet the next rung already, or do not."""

    district: str = ""
    officer_id: int | None = None
    policy_id: str = ""
    met: bool | None = None


def ways_up() -> dict[Rung | None, str]:
    """Return {highest rung held: policy of the next above it}; a rung nothing stands above is not in it."""
    rungs = [rung for rung in assessed(policies.in_force()) if rung not in BESIDE]
    found: dict[Rung | None, str] = {}
    for held in (None, *RANK):
        above = next((rung for rung in rungs if RANK[rung] > (RANK[held] if held else 0)), None)
        if above is not None:
            found[held] = POLICY_OF[above]
    return found


def listing(user: User, on: date, filters: Filters, ways: Mapping[Rung | None, str], page: int) -> Page:
    """Return one page of (firm, screening of its next rung, officer's name), the nearest first.

    Near is: few criteria short, then a small distance, then few facts unknown. Three statements: the keys are put in
    order first, so that no whole file is carried through the sorting.
    """
    query = _found(user, on, filters, ways)
    keys = query.with_only_columns(Screening.firm_id, Screening.policy_id, maintain_column_froms=True)
    count = query.with_only_columns(func.count(), maintain_column_froms=True)
    about = (newest(), on, filters, tuple(ways.items()), page)
    found = kept.once(user, "nearest", about, lambda: paginate(keys.order_by(*NEAREST), page, PER_PAGE, count))
    rows = select(Firm, Screening, User.name).join(Screening, Screening.firm_id == Firm.id)
    rows = rows.outerjoin(User, User.id == Firm.officer_id).order_by(*NEAREST)
    shown = tuple_(Screening.firm_id, Screening.policy_id).in_([tuple(key) for key in found.items])
    return replace(found, items=list(db.session.execute(rows.where(shown))) if found.items else [])


def _found(user: User, on: date, filters: Filters, ways: Mapping[Rung | None, str]) -> Select[Any]:
    best = highest(on)
    steps = {RANK[rung] if rung else 0: policy_id for rung, policy_id in ways.items()}
    # Without a way up at all there is no policy of the name "", and nobody is found.
    following = case(steps, value=func.coalesce(best.c.rank_0, 0)) if steps else ""
    query = (
        visible_to(user)
        .outerjoin(best, best.c.firm_id == Firm.id)
        .join(Screening, and_(Screening.firm_id == Firm.id, Screening.policy_id == following))
        .add_columns(Screening)
        # Said twice, so that the index of policies is entered at the few that are a rung and the rest is never walked.
        .where(Screening.policy_id.in_(set(ways.values())))
    )
    if filters.district:
        query = query.where(Firm.registration_district == filters.district)
    if filters.officer_id is not None:
        query = query.where(Firm.officer_id == filters.officer_id)
    if filters.policy_id:
        query = query.where(Screening.policy_id == filters.policy_id)
    if filters.met is not None:
        met = Screening.outcome == Outcome.MET
        query = query.where(met if filters.met else ~met)
    return query
