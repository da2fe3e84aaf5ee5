"""Two files made one: what would move and what meets its like, doing it, undoing it exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.records import FirmStatus
from crm.firms import derived, history, names, rows, service
from crm.firms.models import Firm, Merge
from crm.firms.rows import Row
from crm.journal.models import Event
from crm.journal.service import changes, plain, record
from crm.kit import clock
from crm.kit.db import Base, db

# What a row may take over from its like where it says nothing; an end that is not stated is no blank.
FILLS = {
    "certification": ("batch",),
    "intellectual_property": ("applied_on", "granted_on", "origin", "core", "used_for_hte_on"),
    "former_name": ("until_on",),
}
# Both values can be kept of these.
JOINABLE = ("note", "clusters")
# Numbers far above any in use: rows wait there while two sets of them are put in one order.
PARKED = 1_000_000


@dataclass(frozen=True)
class Choice:
    """A field in which two files differ; ``default`` is the fuller, else the later stated: "kept" or "gone"."""

    field: str
    kept: Any
    gone: Any
    default: str


@dataclass(frozen=True)
class Met:
    """A row of the gone file whose like the kept file has: it stays behind, ``filled`` fills what its like lacks."""

    row: Row
    like: Row
    filled: dict[str, Any]


@dataclass
class Plan:
    """What merging two files would do. ``moving`` are rows with what else changes in them; ``seal`` marks the state."""

    choices: list[Choice]
    moving: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)
    renumbered: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)
    met: list[Met] = field(default_factory=list)
    staying: list[Row] = field(default_factory=list)
    seal: str = ""

    def by_table(self) -> dict[str, list[Row]]:
        """Return the rows that move, by table."""
        told: dict[str, list[Row]] = {}
        for row, _changed in self.moving:
            told.setdefault(row.table.name, []).append(row)
        return told


def plan(kept: Firm, gone: Firm) -> Plan:
    """Return what merging ``gone`` into ``kept`` would do, with a fixed number of statements. Changes nothing.

    Raises Refused for one file with itself, and while a change of hands or district of ``gone`` waits for its day.
    """
    if kept.id == gone.id:
        raise Refused("一份档案不能与自己合并")
    state = rows.image([kept.id, gone.id])
    made = Plan(_choices(kept, gone), seal=rows.seal(sorted(state.items(), key=repr)))
    here: dict[Any, tuple[list[Row], list[Row]]] = {column: ([], []) for column in rows.pointing()}
    for row in rows.of_firms([kept.id, gone.id]):
        here[row.table.c[row.column]][row.firm_id == gone.id].append(row)
    for column, (ours, theirs) in here.items():
        table = column.table
        if table.name in rows.STAYS:
            if any(row.values["applied"] is False for row in theirs):
                raise Refused("“{name}”有定了日子、还没有生效的换人或迁移：请先撤销或等它生效", name=gone.name)
            made.staying += theirs
        elif table.name == "annual_return":
            _renumber(made, ours, theirs)
        else:
            _sort_out(made, column, ours, theirs)
    return made


def _choices(kept: Firm, gone: Firm) -> list[Choice]:
    events = {firm.id: history.changes(history.of_record(firm), service.EDITABLE) for firm in (kept, gone)}
    last = {firm_id: {change.field: change.event.id for change in reversed(told)} for firm_id, told in events.items()}
    found = []
    for name in service.EDITABLE:
        ours, theirs = plain(getattr(kept, name)), plain(getattr(gone, name))
        if ours == theirs:
            continue
        later = last[gone.id].get(name, 0) > last[kept.id].get(name, 0)
        take_theirs = theirs not in (None, []) and (ours in (None, []) or (later and name not in {"uscc", "name"}))
        found.append(Choice(name, ours, theirs, "gone" if take_theirs else "kept"))
    return found


def _sort_out(made: Plan, column: Any, ours: list[Row], theirs: list[Row]) -> None:
    """Settle for each row of one table whether it moves or stays behind its like."""
    limits = rows.limits_of(column)
    known = {mark: row for row in reversed(ours) for mark in _marks(row, limits)}
    table = column.table.name
    has_main = table == "contact" and any(row.values["main"] for row in ours)
    in_group = next((row for row in ours if table == "group_member" and row.values["until_on"] is None), None)
    for row in theirs:
        # A firm is a member of one group at a time.
        like = in_group if in_group is not None and row.values["until_on"] is None else None
        like = like or next((known[mark] for mark in _marks(row, limits) if mark in known), None)
        if like is None:
            made.moving.append((row, {"main": False} if has_main and row.values["main"] else {}))
        else:
            made.met.append(Met(row, like, _lacking(like, row)))


def _marks(row: Row, limits: list[tuple[str, ...]]) -> list[tuple[int, str]]:
    """Return what makes a row the only one of its kind; in a limit of the database nothing equals a blank."""
    told = [(place, [plain(row.values[name]) for name in limit]) for place, limit in enumerate(limits)]
    return [(place, repr(said)) for place, said in told if None not in said or place == len(limits) - 1]


def _lacking(like: Row, row: Row) -> dict[str, Any]:
    takes = FILLS.get(row.table.name, ())
    return {name: row.values[name] for name in takes if like.values[name] is None and row.values[name] is not None}


def _renumber(made: Plan, ours: list[Row], theirs: list[Row]) -> None:
    """Put the statements of both into one order: of one year and source the later word has the higher version."""
    sets: dict[tuple[Any, Any], list[Row]] = {}
    for row in (*ours, *theirs):
        sets.setdefault((row.values["year"], row.values["source"]), []).append(row)
    mine = {row.key for row in ours}
    for stated in sets.values():
        both = len({row.key in mine for row in stated}) == 2
        stated.sort(key=lambda row: (row.values["stated_at"], row.values["version"], row.key))
        for version, row in enumerate(stated, start=1):
            changed = {"version": version} if both and row.values["version"] != version else {}
            if row.key not in mine:
                made.moving.append((row, changed))
            elif changed:
                made.renumbered.append((row, changed))


def do(kept: Firm, gone: Firm, actor: User, chosen: Mapping[str, str], seen: str, today: date) -> Merge:
    """Merge ``gone`` into ``kept``. ``chosen`` {field: "kept" | "gone" | "both"}; ``seen`` is the seal of the preview.

    Raises Refused when either file has changed since the preview, and as ``plan`` and ``service.edit`` do.
    """
    made = plan(kept, gone)
    if made.seal != seen:
        raise Refused("预览之后两份档案有变动：请按下面的新内容再核对一遍")
    values = {c.field: _chosen(c, chosen.get(c.field, c.default)) for c in made.choices}
    values = {name: history.typed(Firm, name, value) for name, value in values.items()}
    before = rows.image([kept.id, gone.id])
    _write(made, kept.id)
    codes = kept.uscc, gone.uscc
    was = {"status": gone.status, "uscc": gone.uscc}
    gone.status, gone.merged_into_id = FirmStatus.MERGED, kept.id
    if values.get("uscc", kept.uscc) != kept.uscc:
        gone.uscc = _parked_code(gone.id)
    db.session.flush()
    merge = Merge(kept_id=kept.id, gone_id=gone.id, at=clock.now(), by_name=actor.name, log=[])
    db.session.add(merge)
    db.session.flush()
    counts = {table: len(moved) for table, moved in made.by_table().items()}
    told = {"merge": merge.id, "gone": {"id": gone.id, "name": gone.name, "uscc": codes[1]}, "moved": counts}
    if not service.edit(kept, actor, values, today, act="merged", **told):
        record("firm.merged", actor, "firm", kept.id, kept.id, **told)
    if gone.uscc != codes[1]:
        gone.uscc = codes[0]
        db.session.flush()
    changed = changes(was, {"status": gone.status, "uscc": gone.uscc})
    record("firm.merged", actor, "firm", gone.id, gone.id, changes=changed, merge=merge.id, into=kept.id)
    _settle(kept.id, gone.id)
    merge.log = _difference(before, rows.image([kept.id, gone.id]))
    _tell(merge, actor)
    return merge


def _tell(merge: Merge, actor: User) -> None:
    """Record what else changed in records of the file, as an edit of each would be."""
    for table, key, was, now, _sealed in merge.log:
        told = {name: [was[name], now[name]] for name in was if name in now} if was and now else {}
        told = {name: both for name, both in told.items() if name != "firm_id"}
        if told and table not in {"firm", "annual_return", rows.ACCOUNT} and len(key) == 1:
            record(f"{table}.edited", actor, table, key[0], merge.kept_id, changes=told, merge=merge.id)


def _chosen(choice: Choice, take: str) -> Any:
    if take == "both" and choice.field in JOINABLE:
        if isinstance(choice.kept, list) or isinstance(choice.gone, list):
            return list(dict.fromkeys([*(choice.kept or []), *(choice.gone or [])]))
        return "\n".join(text for text in (choice.kept, choice.gone) if text)
    return choice.gone if take == "gone" else choice.kept


def _write(made: Plan, firm_id: int) -> None:
    for row, changed in (*made.moving, *made.renumbered):
        if "version" in changed:
            _update(row.table, row.key, {"version": row.values["version"] + PARKED})
    for row, changed in made.moving:
        _update(row.table, row.key, {**changed, row.column: firm_id})
    for row, changed in made.renumbered:
        _update(row.table, row.key, changed)
    for met in made.met:
        if met.filled:
            _update(met.like.table, met.like.key, met.filled)


def _update(table: Table, key: tuple[Any, ...], values: Mapping[str, Any]) -> None:
    db.session.execute(update(table).where(*rows.at(table, key)).values(values))


def _parked_code(firm_id: int) -> str:
    return f"MERGED{firm_id:012d}"


def _settle(*firm_ids: int) -> None:
    """Read the files anew after rows were moved under them, and work out what follows from them."""
    db.session.flush()
    db.session.expire_all()
    derived.refresh(firm_ids)
    names.refresh(firm_ids)


def _difference(before: rows.Image, after: rows.Image) -> list[list[Any]]:
    """Return [table, key, was, is] of every row that differs: only the columns that do, or all with nothing opposite.

    A row that is there on both sides carries the seal of all it says afterwards.
    """
    log: list[list[Any]] = []
    for table, key in sorted({*before, *after}, key=repr):
        was, now = before.get((table, key)), after.get((table, key))
        if was == now:
            continue
        if was is None or now is None:
            log.append([table, list(key), was, now, rows.seal(now) if now else ""])
        else:
            told = [name for name in now if was[name] != now[name]]
            log.append([table, list(key), {n: was[n] for n in told}, {n: now[n] for n in told}, rows.seal(now)])
    return log


@dataclass(frozen=True)
class Obstacle:
    """Why a merge cannot be undone: a row that was changed or removed since. ``event``: the last act on it."""

    table: str
    values: dict[str, Any]
    gone: bool
    event: Event | None


def obstacles(merge: Merge) -> list[Obstacle]:
    """Return what stands against undoing; nothing means that it would restore both files exactly."""
    found = []
    for table_name, key, was, now, sealed in merge.log:
        table = Base.metadata.tables[table_name]
        held = rows.read(table, key)
        if now is None:
            fits = held is None
        elif table is rows.FIRM:
            fits = held is not None and all(held[name] == value for name, value in now.items())
        else:
            fits = held is not None and rows.seal(held) == sealed
        if not fits:
            found.append(Obstacle(table_name, held or now or was, held is None, _last_act(merge, table_name, key[0])))
    return found


def _last_act(merge: Merge, subject: str, subject_id: int) -> Event | None:
    query = select(Event).where(
        Event.firm_id == merge.kept_id, Event.subject == subject, Event.subject_id == subject_id
    )
    return db.session.scalars(query.where(Event.at > merge.at).order_by(Event.id.desc()).limit(1)).first()


def undo(merge: Merge, actor: User) -> None:
    """Take the merge back: both files as they were. Raises Refused while somebody's later change would be lost."""
    db.session.refresh(merge, with_for_update=True)
    if merge.undone_at is not None:
        raise Refused("{name}已经撤销了这次合并", name=merge.undone_by)
    standing = obstacles(merge)
    if standing:
        raise Refused("合并之后有{count}处又被改动，撤销会丢掉这些改动：请先把它们恢复原值", count=len(standing))
    log = [(Base.metadata.tables[table], tuple(key), was, now) for table, key, was, now, _sealed in merge.log]
    for table, key, was, _now in log:
        if was is None:
            db.session.execute(delete(table).where(*rows.at(table, key)))
    both = [(table, key, was, now) for table, key, was, now in log if was is not None and now is not None]
    for table, key, was, now in both:
        if "version" in was:
            _update(table, key, {"version": now["version"] + PARKED})
        if table is rows.FIRM and "uscc" in was:
            _update(table, key, {"uscc": _parked_code(key[0])})
    # First whatever changes hands: then neither file holds a number that the other's row comes back to.
    for table, key, was, _now in sorted(both, key=lambda entry: not {"firm_id"} & set(entry[2])):
        _update(table, key, rows.typed(table, was))
    for table, _key, was, now in log:
        if now is None:
            db.session.execute(insert(table).values(rows.typed(table, was)))
    merge.undone_at, merge.undone_by = clock.now(), actor.name
    for firm_id in (merge.kept_id, merge.gone_id):
        back = next(((was, now) for table, key, was, now in both if table is rows.FIRM and key == (firm_id,)), ({}, {}))
        told = {name: [back[1][name], was] for name, was in back[0].items() if name != "merged_into_id"}
        _touch(firm_id)
        record("firm.unmerged", actor, "firm", firm_id, firm_id, changes=told, merge=merge.id)
    _settle(merge.kept_id, merge.gone_id)


def _touch(firm_id: int) -> None:
    """Tell whoever has the file open that it was saved."""
    db.session.execute(update(Firm).where(Firm.id == firm_id).values(version=Firm.version + 1, updated_at=clock.now()))


def of_firm(firm_id: int) -> list[tuple[Merge, str, str]]:
    """Return (merge, name and code of the file that went in) of one firm, undone ones too, the newest first."""
    query = select(Merge, Firm.name, Firm.uscc).join(Firm, Firm.id == Merge.gone_id).where(Merge.kept_id == firm_id)
    return [(merge, name, code) for merge, name, code in db.session.execute(query.order_by(Merge.id.desc()))]


def get(merge_id: int, firm: Firm) -> Merge:
    """Return one merge into this firm; NotFound (404) when there is none."""
    return db.one_or_404(select(Merge).where(Merge.id == merge_id, Merge.kept_id == firm.id))
