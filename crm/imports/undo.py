"""Take back what a list wrote, newest row first: a row goes back whole, or stays with the reason why.

A row stays when somebody has since changed one of its fields, or when something has since been added to a record that
it made. The records themselves say whether they changed; the trail says who changed them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from crm.accounts.models import User
from crm.domain.words import N_
from crm.firms.models import AnnualReturn, Firm
from crm.firms.queries import visible_to as firms_of
from crm.firms.rows import WORKED_OUT
from crm.imports.models import Decision, Import, ImportRow
from crm.imports.writing import change, records, told_of, typed, work_out
from crm.journal.models import Event
from crm.journal.service import Entry, record_many
from crm.kit import clock
from crm.kit.db import chunks, db
from crm.kit.jobs import Step

Key = tuple[str, int]
# What this room keeps about its own work, and what is worked out from the files, does not hold a firm fast.
OWN = WORKED_OUT | {ImportRow.__tablename__, Decision.__tablename__}
STEPS = 5  # of the job: what is looked at before anything is written, and what is told here
RETURN = AnnualReturn.__tablename__


@dataclass
class Back:
    """One row on its way back. ``changed`` are the (record, column) that are not as the row left them."""

    row: ImportRow
    sets: dict[Key, dict[str, Any]] = field(default_factory=dict)
    removes: list[Key] = field(default_factory=list)
    changed: list[tuple[Key, str]] = field(default_factory=list)
    reasons: list[dict[str, Any]] = field(default_factory=list)

    @property
    def free(self) -> bool:
        """Whether nothing keeps the row where it is."""
        return not self.changed and not self.reasons


def undo(item: Import, owner: User, step: Step) -> dict[str, int]:
    """Take back every row that can be; return {"undone": rows, "kept": rows}. Every statement is set against set."""
    query = select(ImportRow).where(ImportRow.import_id == item.id, ImportRow.undone_at.is_(None))
    written = [row for row in db.session.scalars(query.order_by(ImportRow.number.desc())) if row.written]
    firms = {row.firm_id for row in written if row.firm_id is not None}
    mine = _lock(firms, owner)
    state = records((w["table"], w["id"]) for row in written for w in row.written or ())
    made = {(w["table"], w["id"]) for row in written for w in row.written or () if w["before"] is None}
    hanging, newer = _hanging(made), _newer({firm for table, firm in _firms_of_returns(made, state)})
    gone: set[Key] = set()
    backs = []
    for row in written:
        back = _back(row, state, hanging, newer, gone)
        if row.firm_id is not None and row.firm_id not in mine:
            back.reasons.append({"message": N_("这家企业已不归您管理"), "params": {}})
        if back.free:
            gone |= set(back.removes)
            for key, values in back.sets.items():
                state[key].update(values)
        backs.append(back)
    _explain(backs, item)
    _write([back for back in backs if back.free], state, gone, owner, item, step)
    step.tell(4, STEPS, N_("保存逐行结果"))
    return _settle(backs)


def _lock(firm_ids: Collection[int], owner: User) -> set[int]:
    """Hold the firms until the transaction ends; return those that are still the owner's."""
    mine: set[int] = set()
    for part in chunks(sorted(firm_ids)):
        query = firms_of(owner).where(Firm.id.in_(part)).order_by(Firm.id)
        mine |= set(db.session.scalars(query.with_only_columns(Firm.id).with_for_update()))
    return mine


def _back(
    row: ImportRow,
    state: Mapping[Key, dict[str, Any]],
    hanging: Mapping[Key, Sequence[Key]],
    newer: Mapping[tuple[int, int], int],
    gone: set[Key],
) -> Back:
    """Find out what taking one row back would do, and what is in its way."""
    back = Back(row)
    for w in reversed(row.written or ()):
        key = (w["table"], w["id"])
        now = state.get(key)
        if w["before"] is not None:
            if now is None:
                back.reasons.append({"message": N_("记录已被删除"), "params": {"table": key[0]}})
                continue
            back.changed += [(key, column) for column, value in w["after"].items() if now[column] != value]
            back.sets[key] = {**back.sets.get(key, {}), **w["before"]}
        elif now is not None:  # somebody may have removed it before us
            told, left = told_of(now), w["after"]
            back.changed += [(key, c) for c in sorted(told.keys() | left.keys()) if told.get(c) != left.get(c)]
            back.removes.append(key)
            held = [other for other in hanging.get(key, ()) if other not in gone and other not in back.removes]
            for table in sorted({table for table, _id in held}):
                count = sum(table == other for other, _id in held)
                params = {"count": count, "table": table}
                back.reasons.append({"message": N_("之后又登记了{count}条{table}"), "params": params})
            if key[0] == RETURN and newer.get((now["firm_id"], now["year"]), 0) > now["version"]:
                back.reasons.append({"message": N_("{year}年的数之后又有新的填报"), "params": {"year": now["year"]}})
    return back


def _hanging(made: Collection[Key]) -> dict[Key, list[Key]]:
    """Return the records that point at each of ``made``, from any table of the house."""
    ids: dict[str, list[int]] = defaultdict(list)
    for table_name, record_id in sorted(made):
        ids[table_name].append(record_id)
    found: dict[Key, list[Key]] = defaultdict(list)
    for table in db.metadata.tables.values():
        for foreign in table.foreign_keys if table.name not in OWN else ():
            target = foreign.column.table.name
            own = table.c.id if "id" in table.c else foreign.parent
            for part in chunks(ids.get(target, ())):
                query = select(foreign.parent, own).where(foreign.parent.in_(part))
                for pointed, record_id in db.session.execute(query):
                    found[target, pointed].append((table.name, record_id))
    return found


def _firms_of_returns(made: Iterable[Key], state: Mapping[Key, dict[str, Any]]) -> list[tuple[str, int]]:
    return [(key[0], state[key]["firm_id"]) for key in made if key[0] == RETURN and key in state]


def _newer(firm_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Return the highest version that lists have stated, by (firm, year)."""
    found: dict[tuple[int, int], int] = {}
    for part in chunks(sorted(firm_ids)):
        query = select(AnnualReturn.firm_id, AnnualReturn.year, AnnualReturn.version).where(
            AnnualReturn.firm_id.in_(part), AnnualReturn.source == "import"
        )
        for firm_id, year, version in db.session.execute(query):
            found[firm_id, year] = max(version, found.get((firm_id, year), 0))
    return found


def _explain(backs: Sequence[Back], item: Import) -> None:
    """Say of every field that changed who changed it and when, as far as the trail knows."""
    firms = {back.row.firm_id for back in backs if back.changed and back.row.firm_id is not None}
    last: dict[tuple[int, str], Event] = {}
    for part in chunks(sorted(firms)):
        query = select(Event).where(Event.firm_id.in_(part), Event.at >= item.applied_at).order_by(Event.id)
        for event in db.session.scalars(query):
            if event.detail.get("import") == item.id:
                continue
            for column in {*event.detail.get("changes", {}), ""}:
                last[event.firm_id or 0, column] = event
    for back in backs:
        for (table, _id), column in back.changed:
            event = last.get((back.row.firm_id or 0, column)) or last.get((back.row.firm_id or 0, ""))
            params = {"table": table, "field": column}
            if event is None:
                back.reasons.append({"message": N_("“{field}”之后又改过"), "params": params})
                continue
            params |= {"who": event.actor_name, "at": event.at.isoformat()}
            back.reasons.append({"message": N_("“{field}”在{at}由{who}改过"), "params": params})


def _write(
    free: Sequence[Back], state: Mapping[Key, dict[str, Any]], gone: set[Key], owner: User, item: Import, step: Step
) -> None:
    """Set back what was changed, remove what was made, and record both."""
    step.tell(1, STEPS, N_("恢复写入前的内容"))
    columns: dict[Key, set[str]] = defaultdict(set)
    for back in free:
        for key, values in back.sets.items():
            if key not in gone:
                columns[key] |= values.keys()
    tables = db.metadata.tables
    change(
        {key: {c: typed(tables[key[0]].c[c], state[key][c]) for c in names} for key, names in columns.items()}, columns
    )
    for table in reversed(db.metadata.sorted_tables):
        for part in chunks(sorted(record_id for name, record_id in gone if name == table.name)):
            db.session.execute(delete(table).where(table.c.id.in_(part)))
    step.tell(2, STEPS, N_("重算检索和完整度"))
    work_out(
        (w["table"], back.row.firm_id)
        for back in free
        for w in back.row.written or ()
        if back.row.firm_id is not None and (Firm.__tablename__, back.row.firm_id) not in gone
    )
    step.tell(3, STEPS, N_("记入操作记录"))
    entries = []
    for back in free:
        firm_id = back.row.firm_id
        action = "firm.removed" if (Firm.__tablename__, firm_id) in back.removes else "firm.edited"
        turned = {name: pair[::-1] for name, pair in back.row.changes.items()}
        detail = {"changes": turned, "import": item.id, "row": back.row.number, "undone": True}
        entries.append(Entry(action, "firm", firm_id, firm_id, detail))
    record_many(entries, owner)


def _settle(backs: Sequence[Back]) -> dict[str, int]:
    """Keep with each row that it went back, or why it did not."""
    table = ImportRow.__table__
    now = clock.now()
    rows = [
        {"row": b.row.id, "undone_at": now if b.free else None, "kept_because": None if b.free else b.reasons}
        for b in backs
    ]
    if rows:
        values = {key: bindparam(key) for key in ("undone_at", "kept_because")}
        db.session.connection().execute(update(table).where(table.c.id == bindparam("row")).values(values), rows)
    undone = sum(back.free for back in backs)
    return {"undone": undone, "kept": len(backs) - undone}
