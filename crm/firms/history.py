"""What the fields of a file have held, read from the trail; any value can be put back.

A change is an event whose ``detail["changes"]`` names the field: {field: [before, after]}, values as JSON holds them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import func, select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.firms import service
from crm.firms.models import Firm
from crm.journal.models import Event
from crm.kit.db import db
from crm.kit.tables import Page


@dataclass(frozen=True)
class Change:
    """One field changed by one event; ``origin``: the event that had set ``before``, if the trail tells."""

    field: str
    before: Any
    after: Any
    event: Event
    origin: Event | None


def position(firm_id: int) -> int:
    """Return how far the trail of a firm has come: the id of its last event, 0 without any.

    To be asked before the file is read: what is saved in between is then taken for new, never for seen.
    """
    return db.session.scalar(select(func.max(Event.id)).where(Event.firm_id == firm_id)) or 0


def of_record(item: Any) -> list[Event]:
    """Return the events that changed a firm or one record of its file, oldest first.

    SQLite gives the number of a removed last row to the next one: what happened before the removal is another record's.
    """
    firm_id = item.id if isinstance(item, Firm) else item.firm_id
    found = events(firm_id, item.__tablename__, item.id)
    last = max((place for place, event in enumerate(found) if event.action.endswith(".removed")), default=-1)
    return found[last + 1 :]


def events(firm_id: int, subject: str, subject_id: int) -> list[Event]:
    """Return the events of one record of a firm's file, oldest first."""
    query = select(Event).where(Event.firm_id == firm_id, Event.subject == subject, Event.subject_id == subject_id)
    return list(db.session.scalars(query.order_by(Event.id)))


def changes(found: Iterable[Event], fields: Iterable[str]) -> list[Change]:
    """Return what ``found`` (oldest first) did to ``fields``, newest first."""
    wanted, last, told = set(fields), dict[str, Event](), []
    for event in found:
        for field, (before, after) in event.detail.get("changes", {}).items():
            if field in wanted:
                told.append(Change(field, before, after, event, last.get(field)))
                last[field] = event
    return told[::-1]


def rolled_back(now: Mapping[str, Any], later: Iterable[Event]) -> dict[str, Any]:
    """Return ``now`` (values as JSON holds them) as it was before the events ``later``, given oldest first."""
    values = dict(now)
    for event in reversed(list(later)):
        for field, (before, _after) in event.detail.get("changes", {}).items():
            if field in values:
                values[field] = before
    return values


def typed(table: Any, field: str, value: Any) -> Any:
    """Return a value of the trail as the table keeps it: a day, a member of a closed list, or itself."""
    if value is None:
        return None
    python_type = table.__table__.columns[field].type.python_type
    if issubclass(python_type, Enum):
        return python_type(value)
    return date.fromisoformat(value) if python_type is date else value


def page_of(found: list[Change], page: int, size: int = 50) -> Page:
    """Return one page of changes."""
    return Page(found[(page - 1) * size : page * size], page, size, len(found))


def restore(item: Any, actor: User, event_id: int, field: str, today: date) -> None:
    """Put ``field`` back to what it was before event ``event_id``, by the rules of any edit.

    Raises Refused when the event is not one of this record and field, and as ``service.edit`` and ``amend`` do.
    """
    event = next((event for event in of_record(item) if event.id == event_id), None)
    if event is None or field not in event.detail.get("changes", {}):
        raise Refused("时间线里没有这条记录，不能恢复")
    value = typed(type(item), field, event.detail["changes"][field][0])
    if isinstance(item, Firm):
        service.edit(item, actor, {field: value}, today, act="restored", event=event_id)
    else:
        service.amend(item, actor, {field: value}, act="restored", event=event_id)
