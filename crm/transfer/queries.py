"""What is known of a register as a whole."""

from alembic.migration import MigrationContext
from sqlalchemy import Connection, Table, func, select

from crm.journal.models import ChainHead, Event
from crm.kit.db import db
from crm.transfer import rules


def schema_of(connection: Connection) -> str:
    """Return the migration the database stands at."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def rows_of(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


def first_filled(connection: Connection) -> tuple[str, int] | None:
    """Return a table that holds something and how much, or None when the register is as migrations leave it."""
    for table in rules.tables():
        if table is ChainHead.__table__ and not connection.scalar(select(func.max(table.c.event_id))):
            continue
        rows = rows_of(connection, table)
        if rows:
            return table.name, rows
    return None


def exports(limit: int = 20) -> list[Event]:
    """Return the latest exports and imports of the whole register, as the trail keeps them."""
    acts = select(Event).where(Event.action.in_(["register.exported", "register.imported"]))
    return list(db.session.scalars(acts.order_by(Event.id.desc()).limit(limit)))
