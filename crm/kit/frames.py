"""Rows of a query as columns, for reckoning over any number of records at once."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Integer, Select, String, Text, cast, func, literal, select, type_coerce
from sqlalchemy.sql.functions import aggregate_strings

from crm.kit.db import db

Schema = Mapping[str, pl.DataType]
Reader = Callable[[Select[Any], Schema], pl.DataFrame]
# What a column is read as before it becomes what it is.
_WRITTEN: dict[type[pl.DataType], pl.DataType] = {pl.Date: pl.String(), pl.Boolean: pl.Int8()}


def fetch(query: Select[Any], schema: Schema) -> pl.DataFrame:
    """Return the rows of ``query`` as a frame; ``schema`` names and types its columns in the query's order."""
    rows = db.session.execute(query).all()
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=dict(schema))


def pour(query: Select[Any], schema: Schema) -> pl.DataFrame:
    """Return what ``fetch`` does, in any order, for thousands of rows: the database writes them all as one text.

    The driver hands over one value instead of a Python object a figure, and lets others run meanwhile. For a few rows
    it is the slower way; for millions ask in parts (crm.firms.queries.id_ranges).
    """
    texts = [_text(column, schema[name]) for name, column in zip(schema, query.selected_columns, strict=True)]
    lines = query.with_only_columns(func.concat_ws(",", *texts).label("line"), maintain_column_froms=True).subquery()
    text = db.session.scalar(select(aggregate_strings(lines.c.line, "\n")))
    written = pl.Schema({name: _WRITTEN.get(type(kind), kind) for name, kind in schema.items()})
    if text is None:
        return pl.DataFrame(schema=dict(schema))
    found = pl.read_csv(io.BytesIO(text.encode()), has_header=False, schema=written)
    return found.with_columns(_read(name, kind) for name, kind in schema.items())


def _text(column: Any, kind: pl.DataType) -> ColumnElement[str]:
    if isinstance(kind, pl.String):
        # Quoted, so that a comma, a quote or a line break in it stays what it is.
        quote = literal('"', String)
        inside = func.replace(type_coerce(column, String), quote, literal('""', String))
        return func.coalesce(quote.concat(inside).concat(quote), "")
    plain = cast(column, Integer) if isinstance(kind, pl.Boolean) else column
    if db.session.get_bind().dialect.name == "sqlite":
        # It writes numbers as text by itself, and sooner than when it is told to.
        return func.coalesce(type_coerce(plain, String), "")
    return func.coalesce(cast(plain, Text), "")


def _read(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    return column.str.to_date() if isinstance(kind, pl.Date) else column.cast(kind)
