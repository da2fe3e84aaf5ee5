"""How acts on many firms are found: one's own, with what became of each firm."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from crm.accounts.models import User
from crm.domain.bulk import BulkStatus, RowState
from crm.firms.models import Firm
from crm.firms.queries import visible_to
from crm.kit.db import chunks, db
from crm.kit.tables import Page, paginate
from crm.lists.bulk_models import BulkAct, BulkRow


def get(user: User, act_id: int) -> BulkAct:
    """Return one of one's own acts; NotFound (404) for somebody else's."""
    return db.one_or_404(select(BulkAct).where(BulkAct.id == act_id, BulkAct.owner_id == user.id))


def latest(user: User, limit: int = 50) -> list[tuple[BulkAct, dict[RowState, int]]]:
    """Return one's own acts that were done, newest first, each with its counts."""
    query = select(BulkAct).where(BulkAct.owner_id == user.id, BulkAct.status != BulkStatus.DRAFT)
    items = list(db.session.scalars(query.order_by(BulkAct.id.desc()).limit(limit)))
    counted = _counts(BulkRow.act_id.in_([item.id for item in items]))
    return [(item, counted.get(item.id, {})) for item in items]


def counts(item: BulkAct) -> dict[RowState, int]:
    """Return how many firms of an act stand where."""
    return _counts(BulkRow.act_id == item.id).get(item.id, {})


def _counts(which: Any) -> dict[int, dict[RowState, int]]:
    found: dict[int, dict[RowState, int]] = {}
    query = select(BulkRow.act_id, BulkRow.state, func.count()).where(which).group_by(BulkRow.act_id, BulkRow.state)
    for act_id, state, count in db.session.execute(query):
        found.setdefault(act_id, {})[state] = count
    return found


def page(item: BulkAct, state: RowState | None, number: int) -> Page:
    """Return one page of an act's rows, of one state if asked."""
    query = select(BulkRow).where(BulkRow.act_id == item.id).order_by(BulkRow.id)
    return paginate(query.where(BulkRow.state == state) if state else query, number)


def names(user: User, firm_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return {firm id: (name, code)} of those that ``user`` may see now."""
    found: dict[int, tuple[str, str]] = {}
    for part in chunks(firm_ids):
        query = visible_to(user).where(Firm.id.in_(part)).with_only_columns(Firm.id, Firm.name, Firm.uscc)
        found |= {firm_id: (name, uscc) for firm_id, name, uscc in db.session.execute(query)}
    return found


def every(item: BulkAct) -> list[BulkRow]:
    """Return all rows of an act."""
    return list(db.session.scalars(select(BulkRow).where(BulkRow.act_id == item.id).order_by(BulkRow.id)))
