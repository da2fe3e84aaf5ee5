"""Every row that hangs on a firm, whatever its table: found by the keys that point at a firm, not by a list."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from hashlib import sha256
from typing import Any

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint, or_, select

from crm.firms.models import Firm
from crm.journal.service import plain
from crm.kit.db import Base, db

FIRM: Any = Firm.__table__
# Worked out from the rest, or a record of the work itself: neither moves with a file nor is told by it.
WORKED_OUT = frozenset({"firm_handle", "suspected_pair", "screening", "screening_change", "screening_due"})
APART = WORKED_OUT | {"merge", "import_row", "bulk_row", "quality_settled", "decision"}
# The dated history of a field of the file it was written for: what is chosen in a merge is a new entry of its day.
STAYS = frozenset({"move", "assignment"})
# Counters of a firm, and what firms/derived.py works out.
UNTOLD = frozenset({"version", "updated_at", "completeness", "last_contact_on"})
# An account is its owner's: only whose firm it is concerns the file.
ACCOUNT = "user"
# What a plan consists of points at the plan. Plans are a floor above: their tables are asked by their names.
PLAN, GOAL = "plan", "plan_goal"


@dataclass(frozen=True)
class Row:
    """One row of any table. ``column`` points at the firm; ``values`` are all its columns."""

    table: Table
    column: str
    values: Mapping[str, Any]

    @property
    def key(self) -> tuple[Any, ...]:
        """The primary key."""
        return tuple(self.values[c.name] for c in self.table.primary_key)

    @property
    def firm_id(self) -> int:
        """Whose row it is."""
        return int(self.values[self.column])


def pointing() -> list[Column[Any]]:
    """Return every column that points at a firm and tells something of its file, by table and name."""
    tables = [table for table in Base.metadata.tables.values() if table.name not in APART]
    keys = {fk.parent for table in tables for fk in table.foreign_keys if fk.column is FIRM.c.id}
    return sorted(keys, key=lambda column: (column.table.name, column.name))


def of_firms(firm_ids: Iterable[int]) -> list[Row]:
    """Return all rows that point at these firms, with one statement a column, in the order of their keys."""
    ids, found = list(firm_ids), []
    for column in pointing():
        query = select(column.table).where(column.in_(ids)).order_by(*column.table.primary_key)
        found += [Row(column.table, column.name, dict(row)) for row in db.session.execute(query).mappings()]
    return found


def limits_of(column: Column[Any]) -> list[tuple[str, ...]]:
    """Return the sets of other columns that a firm may have only once in the table of ``column``; the last is all.

    A row that says in all its columns what another says is never kept twice either.
    """
    table: Any = column.table
    limits = [c for c in table.constraints if isinstance(c, UniqueConstraint | PrimaryKeyConstraint)]
    limits += [index for index in table.indexes if isinstance(index, Index) and index.unique]
    sets = [tuple(c.name for c in limit.columns if c is not column) for limit in limits if column in set(limit.columns)]
    numbered = {c.name for c in table.primary_key} if len(table.primary_key) == 1 else set()
    return [*sets, tuple(c.name for c in table.columns if c is not column and c.name not in numbered)]


Image = dict[tuple[str, tuple[Any, ...]], dict[str, Any]]


def image(firm_ids: Iterable[int]) -> Image:
    """Return {(table, key): values as JSON holds them} of firms, what points at them, their plans' goals."""
    ids = list(firm_ids)
    told: Image = {}
    for row in of_firms(ids):
        told[row.table.name, row.key] = kept(row.table, row.values)
    for goal in goals_of([key[0] for name, key in told if name == PLAN]):
        told[GOAL, goal.key] = kept(goal.table, goal.values)
    firms = select(FIRM).where(or_(FIRM.c.id.in_(ids), FIRM.c.merged_into_id.in_(ids)))
    for firm in db.session.execute(firms).mappings():
        told["firm", (firm["id"],)] = kept(FIRM, firm)
    return told


def goals_of(plan_ids: Iterable[int]) -> list[Row]:
    """Return the goals of plans, with one statement."""
    table = Base.metadata.tables[GOAL]
    query = select(table).where(table.c.plan_id.in_(list(plan_ids))).order_by(table.c.id)
    return [Row(table, "plan_id", dict(goal)) for goal in db.session.execute(query).mappings()]


def kept(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a row belongs to the file, as JSON holds it."""
    if table.name == ACCOUNT:
        return {"id": values["id"], "firm_id": values["firm_id"]}
    skip = UNTOLD if table is FIRM else frozenset()
    return {name: plain(value) for name, value in values.items() if name not in skip}


def read(table: Table, key: Iterable[Any]) -> dict[str, Any] | None:
    """Return what of one row belongs to the file, as JSON holds it; None when it is not there."""
    found = db.session.execute(select(table).where(*at(table, key))).mappings().first()
    return kept(table, found) if found else None


def at(table: Table, key: Iterable[Any]) -> list[Any]:
    """Return the conditions that find the row of a key."""
    return [column == value for column, value in zip(table.primary_key, key, strict=True)]


def typed(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values that JSON held as the table keeps them."""
    return {name: _typed(table.c[name], value) for name, value in values.items()}


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    python_type = column.type.python_type
    if issubclass(python_type, Enum):
        return python_type(value)
    return python_type.fromisoformat(value) if python_type in {date, datetime} else value


def seal(told: Any) -> str:
    """Return a short digest of what a row says, or anything else that JSON can hold."""
    return sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:24]
