"""Write what was planned, table by table, and keep of each row what it wrote: the undo needs no more than that.

A fixed number of statements for each table and set of columns, however long the list.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum as PyEnum
from typing import Any

from sqlalchemy import Column, bindparam, select, update

from crm.accounts.models import User
from crm.domain.lists import RowOutcome
from crm.domain.words import N_
from crm.firms import derived, names
from crm.firms.care_models import Assignment
from crm.firms.models import AnnualReturn, Contact, Firm, FormerName, Move
from crm.imports.image import Held, Write
from crm.imports.models import Import
from crm.imports.plan import Planned
from crm.journal.service import Entry, plain, record_many
from crm.kit import clock
from crm.kit.db import Base, chunks, db, insert_many, new_ids
from crm.kit.jobs import Step
from crm.visits.models import Visit

# Counters and what is worked out from the rest of a file: an undo neither turns them back nor is hindered by them.
STAMPS = frozenset({"version", "updated_at", "completeness", "last_contact_on"})
# Records by which a firm is found.
NAMING = frozenset(table.__tablename__ for table in (Firm, FormerName, Contact))
Kept = dict[int, list[dict[str, Any]]]
STEPS = 6  # of the job: the table read, the plan made, and what is told here and behind it


def write(planned: Sequence[Planned], owner: User, item: Import, step: Step) -> Kept:
    """Write every row that creates or updates; return {row number: what it wrote} as ``ImportRow.written`` keeps it."""
    step.tell(2, STEPS, N_("写入档案"))
    work = [p for p in planned if p.outcome in {RowOutcome.CREATE, RowOutcome.UPDATE}]
    writes = [w for p in work for w in p.writes]
    _insert([w for w in writes if w.before is None], owner)
    change({_key(w.held): w.held.values for w in writes if w.before is not None}, _columns(writes))
    step.tell(3, STEPS, N_("重算检索和完整度"))
    work_out((w.held.table.__tablename__, _firm_id(w)) for w in writes)
    step.tell(4, STEPS, N_("记入操作记录"))
    record_many([_entry(p, item) for p in work], owner)
    return _kept(work)


def work_out(touched: Iterable[tuple[str, int]]) -> None:
    """Work out anew how whole a file is and how it is found, after records {(table, firm id)} changed."""
    keys = set(touched)
    names.refresh({firm_id for table, firm_id in keys if table in NAMING})
    derived.refresh({firm_id for _table, firm_id in keys})


def _firm_id(w: Write) -> int:
    return (w.held.firm or w.held).id or 0


def _key(held: Held) -> tuple[str, int]:
    return held.table.__tablename__, held.id or 0  # inserted by now


def _columns(writes: Iterable[Write]) -> dict[tuple[str, int], set[str]]:
    columns: dict[tuple[str, int], set[str]] = defaultdict(set)
    for w in writes:
        if w.before is not None:
            columns[_key(w.held)] |= w.after.keys()
    return columns


def _entry(p: Planned, item: Import) -> Entry:
    firm_id = p.firm.id if p.firm else None
    action = "firm.created" if p.outcome is RowOutcome.CREATE else "firm.edited"
    return Entry(action, "firm", firm_id, firm_id, {"changes": p.changes, "import": item.id, "row": p.row.number})


def _insert(writes: Sequence[Write], owner: User) -> None:
    """Insert new records, firms first, and give each its id."""
    tables: dict[type[Base], list[Write]] = defaultdict(list)
    for w in writes:
        tables[w.held.table].append(w)
    now = clock.now()
    stamps: dict[type[Base], dict[str, Any]] = {
        Firm: {"clusters": [], "created_at": now, "updated_at": now},
        AnnualReturn: {"stated_at": now, "stated_by": owner.name},
        Move: {"made_at": now, "made_by": owner.name},
        Assignment: {"made_at": now, "made_by": owner.name},
        Visit: {"created_at": now},
    }
    for table in sorted(tables, key=lambda table: table is not Firm):
        for w, new_id in zip(tables[table], new_ids(table.__table__, len(tables[table])), strict=True):
            w.held.id = new_id
        rows = [
            {
                **stamps.get(table, {}),
                **w.after,
                "id": w.held.id,
                **({"firm_id": w.held.firm.id} if w.held.firm else {}),
            }
            for w in tables[table]
        ]
        columns = sorted({name for row in rows for name in row})
        insert_many(table, columns, [[row.get(name) for name in columns] for row in rows])


def change(values: Mapping[tuple[str, int], Mapping[str, Any]], columns: Mapping[tuple[str, int], set[str]]) -> None:
    """Set ``columns`` of records {(table, id): …} to their ``values``; a firm's version rises with it."""
    grouped: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    for (table_name, record_id), changed in columns.items():
        held = values[table_name, record_id]
        row = {"the_id": record_id, **{name: held[name] for name in changed}}
        grouped[table_name, tuple(sorted(changed))].append(row)
    for (table_name, changed_columns), rows in grouped.items():
        table = db.metadata.tables[table_name]
        new: dict[str, Any] = {name: bindparam(name) for name in changed_columns}
        if table_name == Firm.__tablename__:
            new |= {"version": table.c.version + 1, "updated_at": clock.now()}
        db.session.connection().execute(update(table).where(table.c.id == bindparam("the_id")).values(new), rows)


def _kept(work: Sequence[Planned]) -> Kept:
    """Return what each row wrote. A record is kept as the row left it, before the rows behind touched it again."""
    made = {_key(w.held) for p in work for w in p.writes if w.before is None}
    state = {key: dict(values) for key, values in records(made).items()}
    kept: Kept = {}
    for p in reversed(work):
        told = []
        for w in reversed(p.writes):
            key = _key(w.held)
            entry = {"table": key[0], "id": key[1], "before": None, "after": plain(w.after)}
            if w.before is None:
                entry["after"] = told_of(state[key])
            else:
                entry["before"] = plain(w.before)
                state.get(key, {}).update(entry["before"])
            told.append(entry)
        kept[p.row.number] = told[::-1]
    return kept


def records(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], dict[str, Any]]:
    """Return records {(table, id): {column: value as JSON}} as the database holds them; what is gone is absent."""
    ids: dict[str, list[int]] = defaultdict(list)
    for table_name, record_id in keys:
        ids[table_name].append(record_id)
    found = {}
    for table_name, wanted in ids.items():
        table = db.metadata.tables[table_name]
        columns = [column.name for column in table.columns]
        for part in chunks(sorted(wanted)):
            for row in db.session.execute(select(table).where(table.c.id.in_(part))):
                found[table_name, row.id] = dict(zip(columns, map(plain, row), strict=True))
    return found


def told_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a record says: without what is not known, its own id and the stamps."""
    return {name: value for name, value in values.items() if value is not None and name not in {"id", *STAMPS}}


def typed(column: Column[Any], value: Any) -> Any:
    """Return a value kept as JSON in the type of its column."""
    python = column.type.python_type
    if value is None or not isinstance(value, str):
        return value
    if issubclass(python, PyEnum):
        return python(value)
    if issubclass(python, datetime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if issubclass(python, date) else value
