"""How the trail is read."""

from sqlalchemy import Select, select

from crm.journal.models import Event


def of_firm(firm_id: int) -> Select[tuple[Event]]:
    """Return what happened to one firm's file, newest first."""
    return select(Event).where(Event.firm_id == firm_id).order_by(Event.id.desc())


def everything() -> Select[tuple[Event]]:
    """Return the whole trail, newest first."""
    return select(Event).order_by(Event.id.desc())
