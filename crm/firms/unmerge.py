"""Two files made one taken apart again: exactly as they were, or with the word what stands against it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.firms import rows
from crm.firms.merge import PARKED, parked_code, put, settle
from crm.firms.merge_models import Merge
from crm.firms.models import Firm
from crm.journal.models import Event
from crm.journal.service import record
from crm.kit import clock
from crm.kit.db import Base, db


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
            put(table, key, {"version": now["version"] + PARKED})
        if table is rows.FIRM and "uscc" in was:
            put(table, key, {"uscc": parked_code(key[0])})
    # First whatever changes hands: then neither file holds a number that the other's row comes back to.
    for table, key, was, _now in sorted(both, key=lambda entry: not {"firm_id"} & set(entry[2])):
        put(table, key, rows.typed(table, was))
    for table, _key, was, now in log:
        if now is None:
            db.session.execute(insert(table).values(rows.typed(table, was)))
    merge.undone_at, merge.undone_by = clock.now(), actor.name
    for firm_id in (merge.kept_id, merge.gone_id):
        back = next(((was, now) for table, key, was, now in both if table is rows.FIRM and key == (firm_id,)), ({}, {}))
        told = {name: [back[1][name], was] for name, was in back[0].items() if name != "merged_into_id"}
        _touch(firm_id)
        record("firm.unmerged", actor, "firm", firm_id, firm_id, changes=told, merge=merge.id)
    settle(merge.kept_id, merge.gone_id)


def _touch(firm_id: int) -> None:
    """Tell whoever has the file open that it was saved."""
    db.session.execute(update(Firm).where(Firm.id == firm_id).values(version=Firm.version + 1, updated_at=clock.now()))
