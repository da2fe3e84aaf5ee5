"""Lists: the page asked for, the order asked for, both from the address and from an allowed set only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement

from crm.kit.db import db

PAGE_SIZE = 50
LAST_PAGE = 100_000


@dataclass(frozen=True)
class Page:
    """Some rows of a longer list; ``page`` counts from 1, ``first`` and ``last`` are places in the whole list."""

    items: list[Any]
    page: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The place of the first row shown."""
        return (self.page - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return (self.page - 1) * self.size + len(self.items)


def page_number() -> int:
    """Return the page the address asks for; nonsense is the first."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def asked_day(today: date, arguments: Mapping[str, str] | None = None) -> date:
    """Return the day the address (or ``arguments``) asks about as ``on``; nonsense and days to come are today."""
    try:
        return min(date.fromisoformat((request.args if arguments is None else arguments).get("on", "")), today)
    except ValueError:
        return today


def record_number(name: str) -> int | None:
    """Return the number of a record that the address gives under ``name``; nonsense is None."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def paginate(query: Select[Any], page: int, size: int = PAGE_SIZE, count: Select[Any] | None = None) -> Page:
    """Return one page with two statements, however long the list: the rows and their number.

    ``count`` gives the number more cheaply than counting ``query``.
    """
    total = db.session.scalar(
        count if count is not None else select(func.count()).select_from(query.order_by(None).subquery())
    )
    rows = db.session.execute(query.limit(size).offset((page - 1) * size))
    items = list(rows.scalars()) if len(query.column_descriptions) == 1 else [row for row in rows]
    return Page(items, page, size, total or 0)


Sortable = Mapping[str, InstrumentedAttribute[Any] | ColumnElement[Any]]


def order(allowed: Sortable, asked: str, default: str) -> tuple[str, ColumnElement[Any]]:
    """Return (the order in force, its column) for 'name' or '-name'; what is not allowed becomes ``default``."""
    chosen = asked if asked.removeprefix("-") in allowed else default
    column = allowed[chosen.removeprefix("-")]
    by = column.desc() if chosen.startswith("-") else column.asc()
    # An index serves the order of a column that is never null; asking where nulls go would make the database sort.
    return chosen, by.nulls_last() if getattr(column, "nullable", True) else by
