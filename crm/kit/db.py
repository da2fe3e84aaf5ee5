"""The database: one engine, one rule about transactions, the column types of the house."""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pysqlite3.dbapi2
from flask import Flask, Response, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    cast,
    event,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator, TypeEngine

# SQLite releases in which a WAL reset can corrupt the file: 3.7.0 to 3.51.2, repaired in 3.51.3.
WAL_IS_SAFE = pysqlite3.dbapi2.sqlite_version_info >= (3, 51, 3)
BUSY_TIMEOUT_MS = 10_000
# SQLite takes 32,766 values in one statement, PostgreSQL 65,535.
CHUNK = 10_000

# Whether the transaction that begins next may write. A GET may not; everything else may.
_writing: ContextVar[bool] = ContextVar("writing", default=True)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the table. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must carry its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Every table of the house."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read once by SQLAlchemy
        datetime: UtcDateTime(),
        int: BigInteger().with_variant(Integer(), "sqlite"),
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            create_constraint=True,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
    }


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Return an index of the few rows for which ``where`` holds, on both databases."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


db = SQLAlchemy(metadata=Base.metadata)


def init_app(app: Flask) -> None:
    """Join the database to the app: engine options, transaction rule."""
    options: dict[str, Any] = {"pool_pre_ping": True}
    if make_url(app.config["SQLALCHEMY_DATABASE_URI"]).get_backend_name() == "sqlite":
        options = {"module": pysqlite3.dbapi2, "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}}
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    app.before_request(_open_transaction)
    app.after_request(_keep_or_forget)
    # A thread outlives its requests: what it does next is no GET.
    app.teardown_request(_end_request)


@event.listens_for(Engine, "connect")
def _on_connect(connection: Any, entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, pysqlite3.dbapi2.Connection):
        return
    # The driver must not begin transactions of its own: it would do so too late (see _on_begin).
    connection.isolation_level = None
    connection.execute(f"PRAGMA journal_mode={'WAL' if WAL_IS_SAFE else 'DELETE'}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    """Begin as a reader or as a writer, and say so at once.

    A writer takes SQLite's write lock before it reads: a transaction that reads first and writes later fails with
    "database is locked" whatever the timeout, and two of them could spend one budget twice.
    A reader cannot write at all, on either database: GET changes nothing.
    """
    writing = _writing.get()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
    else:
        # Said in the statement that begins: one trip less for every page.
        connection.connection.dbapi_connection.read_only = not writing  # type: ignore[union-attr]


def _open_transaction() -> None:
    _writing.set(request.method not in {"GET", "HEAD", "OPTIONS"})


def _end_request(error: BaseException | None) -> None:
    _writing.set(True)


def _keep_or_forget(response: Response) -> Response:
    """Keep a write that succeeded; forget anything else."""
    if _writing.get() and response.status_code < 400:
        db.session.commit()
    else:
        db.session.rollback()
    return response


def writing() -> bool:
    """Return whether this transaction may write."""
    return _writing.get()


def is_reading() -> bool:
    """Return whether the transaction at hand can write nothing."""
    return not _writing.get()


def held(query: Select[Any], table: Any) -> Select[Any]:
    """Hold the rows of ``table`` until a writing request ends: two changes of one record come one after the other."""
    return query.with_for_update(of=table) if writing() else query


def new_ids(table: Table, count: int) -> list[int]:
    """Return ids for ``count`` records that the caller's transaction is about to insert in bulk.

    RETURNING gives ids too, but on SQLite it makes one statement of every row to keep them in order.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(f'"{table.name}"', "id")
        query = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
        return sorted(db.session.scalars(query))
    # The writer holds SQLite's lock: nobody else can take what lies behind the last id.
    last = db.session.scalar(select(func.max(table.c.id))) or 0
    if table.dialect_options["sqlite"]["autoincrement"]:
        given = select(literal_column("seq")).select_from(text("sqlite_sequence")).where(text("name = :table"))
        last = max(last, db.session.scalar(given, {"table": table.name}) or 0)
    return list(range(last + 1, last + count + 1))


def give_up() -> None:
    """Forget what this request has written and go on as a reader, to show an error page."""
    db.session.rollback()
    _writing.set(False)


@contextmanager
def transaction(*, writing: bool = True) -> Iterator[None]:
    """Run a block outside a request (command, job, night) as one transaction: all of it or nothing.

    >>> with transaction():                    # doctest: +SKIP
    ...     firms.service.rename(...)
    """
    token = _writing.set(writing)
    try:
        yield
        if writing:
            db.session.commit()
    finally:
        db.session.rollback()
        _writing.reset(token)


@contextmanager
def snapshot() -> Iterator[Connection]:
    """Yield a connection of its own that reads the whole register as it is at one moment, whatever others write."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        token = _writing.set(False)
        try:
            connection.begin()
        finally:
            _writing.reset(token)
        yield connection


def insert_many(table: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of ``columns``; the others take their defaults. PostgreSQL is handed a list a column: a statement a
    row would take several times as long there."""
    kinds: Table = table.__table__
    if not rows:
        return
    if db.session.get_bind().dialect.name == "postgresql":
        lists = zip(columns, zip(*rows, strict=True), strict=True)
        given = select(*(_unnested(kinds.c[name].type, values) for name, values in lists))
        db.session.execute(insert(kinds).from_select(columns, given))
        return
    db.session.execute(insert(kinds), [dict(zip(columns, row, strict=True)) for row in rows])


def _unnested(kind: TypeEngine[Any], values: Sequence[Any]) -> ColumnElement[Any]:
    """Return a list as the values of a column, one a row."""
    if isinstance(kind, JSON):  # a list of lists would be taken for one of two dimensions
        texts = [json.dumps(value, ensure_ascii=False) for value in values]
        return cast(func.unnest(literal(texts, ARRAY(Text))), kind)
    return func.unnest(literal(list(values), ARRAY(kind)))


def chunks(ids: Collection[Any]) -> Iterator[Sequence[Any]]:
    """Cut ``ids`` (or codes, or keys) into parts that one statement can name."""
    all_of_them = list(ids)
    return (all_of_them[start : start + CHUNK] for start in range(0, len(all_of_them), CHUNK))
