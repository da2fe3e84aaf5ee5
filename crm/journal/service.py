"""Record what happened; verify that nobody has rewritten it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import insert, select

from crm.journal.models import ChainHead, Event
from crm.kit import clock
from crm.kit.db import db

GENESIS = "0" * 64


class Actor(Protocol):
    """Whoever acts: a user, or the system (id None)."""

    @property
    def id(self) -> int | None: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class System:
    """The register itself, acting at night or from the command line."""

    id: None = None
    name: str = "系统"


@dataclass(frozen=True)
class Entry:
    """One thing to record. ``subject`` is the table, ``firm_id`` whose file it belongs to."""

    action: str
    subject: str
    subject_id: int | None
    firm_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def record(
    action: str, actor: Actor, subject: str, subject_id: int | None, firm_id: int | None = None, **detail: Any
) -> None:
    """Add one event in the caller's transaction: without it the act is not kept either."""
    record_many([Entry(action, subject, subject_id, firm_id, detail)], actor)


def record_many(entries: Iterable[Entry], actor: Actor) -> None:
    """Add events in order, as one insert; a list of 10,000 rows leaves 10,000 links."""
    head = db.session.scalars(select(ChainHead).where(ChainHead.id == 1).with_for_update()).one()
    previous, last_id, at = head.digest, head.event_id, clock.now()
    rows: list[dict[str, Any]] = []
    for last_id, entry in enumerate(entries, start=head.event_id + 1):
        row = {
            "id": last_id,
            "at": at,
            "actor_id": actor.id,
            "actor_name": actor.name,
            "action": entry.action,
            "subject": entry.subject,
            "subject_id": entry.subject_id,
            "firm_id": entry.firm_id,
            "detail": plain(entry.detail),
        }
        digest = _digest(row, previous)
        rows.append({**row, "previous": previous, "digest": digest})
        previous = digest
    if rows:
        db.session.execute(insert(Event), rows)
        head.event_id, head.digest = rows[-1]["id"], previous


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return {field: [before, after]} of the fields of ``after`` that differ."""
    return {name: [plain(before.get(name)), plain(value)] for name, value in after.items() if before.get(name) != value}


def verify() -> int | None:
    """Walk the whole chain; return the id of the first event that does not fit, or None when all is well.

    An edited or deleted row breaks the hash of the next; a tail cut off disagrees with the head.
    """
    previous, last_id = GENESIS, 0
    for event in db.session.scalars(select(Event).order_by(Event.id)).yield_per(1000):
        row = {name: getattr(event, name) for name in _HASHED}
        if event.id != last_id + 1 or event.previous != previous or _digest(row, previous) != event.digest:
            return event.id
        previous, last_id = event.digest, event.id
    head = db.session.get_one(ChainHead, 1)
    return None if (head.event_id, head.digest) == (last_id, previous) else last_id + 1


_HASHED = ("id", "at", "actor_id", "actor_name", "action", "subject", "subject_id", "firm_id", "detail")


def _digest(row: Mapping[str, Any], previous: str) -> str:
    told = [previous, *(row[name] for name in _HASHED)]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=plain)
    return sha256(text.encode()).hexdigest()


_PLAIN = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """Return ``value`` as JSON can hold it: days and moments as ISO text, enums by value."""
    if type(value) in _PLAIN:  # nearly all that a long list leaves behind
        return value
    match value:
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set():
            return [plain(item) for item in value]
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case _:
            return value
