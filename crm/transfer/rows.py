"""One table as lines of JSON and back; the same rows make the same bytes on either database."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, MetaData, String, Table, collate, insert, select

from crm.domain.errors import Refused
from crm.transfer.rules import is_emptied, readers, writers

BATCH = 2_000


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Yield a line for each row in order of its key: keys sorted, no blanks, UTF-8, null for what is not known."""
    written = writers(table)
    empty = {column.name for column in table.columns if is_emptied(column)}
    plan = [(name, how, name in empty) for name, how in written.items()]
    ordered = select(*(table.c[name] for name in written)).order_by(*_by_key(connection, table))
    rows = connection.execute(ordered.execution_options(yield_per=BATCH))
    for row in rows:
        told = {
            name: None if value is None or emptied else (how(value) if how else value)
            for (name, how, emptied), value in zip(plan, row, strict=True)
        }
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        # Half of a surrogate pair cannot be UTF-8; its escape is the same character to any reader of JSON.
        yield text.encode("utf-8", "backslashreplace") + b"\n"


def _by_key(connection: Connection, table: Table) -> list[ColumnElement[Any]]:
    # Left to itself PostgreSQL sorts text as people do; "C" sorts by code point, as SQLite does.
    plain = connection.dialect.name == "postgresql"
    return [collate(key, "C") if plain and isinstance(key.type, String) else key for key in table.primary_key]


def load(connection: Connection, table: Table, written: Iterable[bytes]) -> int:
    """Insert the rows of ``written`` in batches; return how many. Raises Refused at a line that is not a row."""
    read = readers(table)
    target = _as_null(table)
    statement = insert(target)
    numbered = enumerate(written, start=1)
    count = 0
    while batch := [_row(table, read, number, line) for number, line in islice(numbered, BATCH)]:
        connection.execute(statement, batch)
        count += len(batch)
    return count


def _row(table: Table, read: dict[str, Any], number: int, line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
        if set(told) != set(read):
            raise ValueError("other columns than this register has")
        return {name: how(told[name]) if how and told[name] is not None else told[name] for name, how in read.items()}
    except (ValueError, TypeError) as error:
        raise Refused(
            "表 {table} 第 {number} 行读不出来：{error}", table=table.name, number=number, error=error
        ) from None


def _as_null(table: Table) -> Table:
    """Return the table with JSON columns that take None for null, not for the JSON text "null"."""
    copy = table.to_metadata(MetaData())
    for column in copy.columns:
        if isinstance(column.type, JSON):
            column.type = JSON(none_as_null=True)
    return copy
