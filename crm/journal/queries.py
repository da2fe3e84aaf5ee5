"""How the trail is read."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, func, select

from crm.journal.models import Event
from crm.kit.db import chunks, db


def of_firm(*firm_ids: int) -> Select[tuple[Event]]:
    """Return what happened to one firm's file (and to those that went into it), newest first."""
    return select(Event).where(Event.firm_id.in_(firm_ids)).order_by(Event.id.desc())


def everything() -> Select[tuple[Event]]:
    """Return the whole trail, newest first."""
    return select(Event).order_by(Event.id.desc())


def newest() -> int:
    """Return the number of the newest line, 0 for an empty trail; numbers have no gaps, so it counts the trail too."""
    return db.session.scalar(select(func.max(Event.id))) or 0


def firms_since(line: int) -> Select[tuple[int | None]]:
    """Return whose files have changed since a line of the trail, each once.

    Lines are numbered in the order in which they are committed: what has a lower number was there already.
    """
    return select(Event.firm_id).where(Event.id > line, Event.firm_id.is_not(None)).distinct()


def latest(firm_ids: Collection[int], actions: Collection[str], since: datetime) -> dict[int, Event]:
    """Return {firm id: the last of these acts on its file since a moment}."""
    found: dict[int, Event] = {}
    for part in chunks(firm_ids):
        query = select(Event).where(Event.firm_id.in_(part), Event.action.in_(actions), Event.at >= since)
        found |= {event.firm_id: event for event in db.session.scalars(query.order_by(Event.id)) if event.firm_id}
    return found
