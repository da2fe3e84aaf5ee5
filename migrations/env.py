"""Runs migrations as one transaction, on SQLite as on PostgreSQL: killed half-way, nothing has happened."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, DateTime
from sqlalchemy.exc import IntegrityError

from crm.kit.db import UtcDateTime


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write the house's column types as SQLAlchemy's own, so that old migrations outlive the code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def compare_type(ctx: object, column: object, db_column: object, db_type: object, our_type: object) -> bool | None:
    """Take a moment for what it is stored as."""
    return False if isinstance(our_type, UtcDateTime) and isinstance(db_type, DateTime) else None


def include_name(name: str | None, kind: str, parents: object) -> bool:
    """Pass over what only migrations know: the index by pairs of characters, and SQLite's tables for it."""
    return "firm_handle_pairs" not in (name or "")


def check_foreign_keys(connection: Connection) -> None:
    """Refuse a migration that leaves orphans: foreign keys were off while tables were rebuilt."""
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        raise IntegrityError("PRAGMA foreign_key_check", None, ValueError(f"orphan rows: {orphans[:5]}"))


def run() -> None:
    """Upgrade or downgrade the app's own database."""
    migrate = current_app.extensions["migrate"]
    with migrate.db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # SQLite alters a table by building it anew; with foreign keys on, dropping the old one deletes its
            # children. The switch works outside transactions only, hence on the raw connection.
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            render_item=render_item,
            include_name=include_name,
            transactional_ddl=True,
            **{**migrate.configure_args, "compare_type": compare_type},
        )
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                check_foreign_keys(connection)
        if sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


run()
