"""What firms are found by, kept right: whoever changes a name, a code or a contact calls ``refresh``."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select

from crm.domain.finding import fold, handles
from crm.firms.models import Contact, Firm, FirmHandle, FormerName
from crm.kit.db import Base, chunks, db, insert_many

Row = tuple[Any, ...]
COLUMNS = (FirmHandle.firm_id, FirmHandle.kind, FirmHandle.text, FirmHandle.shown, FirmHandle.length)


def refresh(firm_ids: Collection[int] | None = None) -> int:
    """Work out anew what these firms (None: all) are found by; return for how many that was not what is kept.

    Seven statements for every few thousand firms. A firm that is gone loses its handles.
    """
    wrong = 0
    for ids in chunks(_everybody() if firm_ids is None else set(firm_ids)):
        differing = _differing(ids)
        if differing:
            db.session.execute(delete(FirmHandle).where(FirmHandle.firm_id.in_(differing)))
        insert_many(FirmHandle, [c.key for c in COLUMNS], [row for due in differing.values() for row in due])
        wrong += len(differing)
    return wrong


def refresh_for(table: type[Base], firm_id: int) -> None:
    """Refresh a firm after a record of ``table`` was added, changed or removed, if firms are found by such records."""
    if table in {Contact, FormerName}:
        refresh([firm_id])


def stale() -> set[int]:
    """Return the firms that are not found by what their files say, or are found by more."""
    return {firm_id for ids in chunks(_everybody()) for firm_id in _differing(ids)}


def _everybody() -> Collection[int]:
    return db.session.scalars(select(Firm.id)).all()


def _differing(ids: Collection[int]) -> dict[int, set[Row]]:
    """Return what the firms whose handles are not right should be found by; nothing for a firm that is gone."""
    db.session.flush()
    held: dict[int, set[Row]] = {}
    for row in db.session.execute(select(*COLUMNS).where(FirmHandle.firm_id.in_(ids))):
        held.setdefault(row.firm_id, set()).add(tuple(row))
    due = _worked_out(ids)
    return {firm_id: due.get(firm_id, set()) for firm_id in ids if due.get(firm_id, set()) != held.get(firm_id, set())}


def _worked_out(ids: Collection[int]) -> dict[int, set[Row]]:
    former: dict[int, list[str]] = {}
    old = select(FormerName.firm_id, FormerName.name).where(FormerName.firm_id.in_(ids))
    for firm_id, name in db.session.execute(old):
        former.setdefault(firm_id, []).append(name)
    people: dict[int, list[tuple[str, str | None]]] = {}
    # By the name and code of a file that was merged into another, one finds the one in use.
    codes: dict[int, list[str]] = {}
    merged = select(Firm.merged_into_id, Firm.name, Firm.uscc).where(Firm.merged_into_id.in_(ids))
    for firm_id, name, code in db.session.execute(merged):
        former.setdefault(firm_id, []).append(name)
        codes.setdefault(firm_id, []).append(code)
    contacts = select(Contact.firm_id, Contact.name, Contact.phone).where(Contact.firm_id.in_(ids))
    for firm_id, name, phone in db.session.execute(contacts):
        people.setdefault(firm_id, []).append((name, phone))
    return {
        firm_id: {
            (firm_id, it.kind, it.text, it.shown, len(fold(name)))
            for it in handles(name, uscc, former.get(firm_id, ()), people.get(firm_id, ()), codes.get(firm_id, ()))
        }
        for firm_id, name, uscc in db.session.execute(
            select(Firm.id, Firm.name, Firm.uscc).where(Firm.id.in_(ids), Firm.merged_into_id.is_(None))
        )
    }
