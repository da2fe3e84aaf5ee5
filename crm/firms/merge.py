"""Two files made one, as the plan of it says and its reader has chosen."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Table, select, update

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.records import FirmStatus
from crm.firms import derived, history, names, rows, service
from crm.firms.merge_models import Merge
from crm.firms.merge_plan import Choice, Plan, plan
from crm.firms.models import Firm
from crm.journal.service import changes, record
from crm.kit import clock
from crm.kit.db import Base, db

# Both values can be kept of these.
JOINABLE = ("note", "clusters")
# Numbers far above any in use: rows wait there while two sets of them are put in one order.
PARKED = 1_000_000


def do(kept: Firm, gone: Firm, actor: User, chosen: Mapping[str, str], seen: str, today: date) -> Merge:
    """Merge ``gone`` into ``kept``. ``chosen`` {field: "kept" | "gone" | "both"}; ``seen`` is the seal of the preview.

    Raises Refused when either file has changed since the preview, and as ``plan`` and ``service.edit`` do.
    """
    made = plan(kept, gone, today)
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
        gone.uscc = parked_code(gone.id)
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
    settle(kept.id, gone.id)
    merge.log = _difference(before, _image_after(before, kept.id, gone.id))
    _tell(merge, actor)
    return merge


def _image_after(before: rows.Image, *firm_ids: int) -> rows.Image:
    """Return the image of now, with the rows that point at neither firm any more."""
    after = rows.image(firm_ids)
    for table, key in before.keys() - after.keys():
        held = rows.read(Base.metadata.tables[table], key)
        if held is not None:
            after[table, key] = held
    return after


def _tell(merge: Merge, actor: User) -> None:
    """Record what else changed in records of the file, as an edit of each would be."""
    for table, key, was, now, _sealed in merge.log:
        told = {name: [was[name], now[name]] for name in was if name in now} if was and now else {}
        told = {name: both for name, both in told.items() if name != "firm_id"}
        if told and table not in {"firm", "annual_return", rows.ACCOUNT, rows.GOAL} and len(key) == 1:
            record(f"{table}.edited", actor, table, key[0], merge.kept_id, changes=told, merge=merge.id)


def _chosen(choice: Choice, take: str) -> Any:
    if take == "both" and choice.field in JOINABLE:
        if isinstance(choice.kept, list) or isinstance(choice.gone, list):
            return list(dict.fromkeys([*(choice.kept or []), *(choice.gone or [])]))
        return "\n".join(text for text in (choice.kept, choice.gone) if text)
    return choice.gone if take == "gone" else choice.kept


def _write(made: Plan, firm_id: int) -> None:
    for row, changed in (*made.moving, *made.amended):
        if "version" in changed:
            put(row.table, row.key, {"version": row.values["version"] + PARKED})
    for row, changed in made.moving:
        put(row.table, row.key, {**changed, row.column: firm_id})
    for row, changed in made.amended:
        put(row.table, row.key, changed)
    for met in made.met:
        if met.filled:
            put(met.like.table, met.like.key, met.filled)


def put(table: Table, key: tuple[Any, ...], values: Mapping[str, Any]) -> None:
    db.session.execute(update(table).where(*rows.at(table, key)).values(values))


def parked_code(firm_id: int) -> str:
    return f"MERGED{firm_id:012d}"


def settle(*firm_ids: int) -> None:
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


def of_firm(firm_id: int) -> list[tuple[Merge, str, str]]:
    """Return (merge, name and code of the file that went in) of one firm, undone ones too, the newest first."""
    query = select(Merge, Firm.name, Firm.uscc).join(Firm, Firm.id == Merge.gone_id).where(Merge.kept_id == firm_id)
    return [(merge, name, code) for merge, name, code in db.session.execute(query.order_by(Merge.id.desc()))]


def get(merge_id: int, firm: Firm) -> Merge:
    """Return one merge into this firm; NotFound (404) when there is none."""
    return db.one_or_404(select(Merge).where(Merge.id == merge_id, Merge.kept_id == firm.id))
