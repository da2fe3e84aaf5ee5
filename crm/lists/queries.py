"""How the firms of a list are found, ordered and paged."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from crm.accounts.models import User
from crm.firms.models import Firm
from crm.firms.queries import visible_to
from crm.kit.db import db
from crm.kit.tables import PAGE_SIZE, Page
from crm.lists import fields, kept
from crm.lists.asked import Asked
from crm.lists.columns import sorter


def selection(user: User, asked: Asked, on: date) -> Select[tuple[Firm]]:
    """Return the firms of ``user`` that pass what was asked, on a day; without order."""
    query = visible_to(user)
    context = fields.Context(user, on)
    return query.where(*(fields.sql(part, context) for part in asked.conditions().parts))


def order(asked: Asked, on: date) -> list[Any]:
    """Return the order of a list as columns; the firm's number settles what is equal."""
    found = []
    for key in asked.sort:
        made = sorter(key.removeprefix("-"))
        if made is None:
            continue
        column = made(on)
        by = column.desc() if key.startswith("-") else column.asc()
        # An index serves the order of a column that is never null; asking where nulls go would make the database sort.
        found.append(by.nulls_last() if getattr(column, "nullable", True) else by)
    return [*found, Firm.id]


def count(user: User, asked: Asked, on: date) -> int:
    """Count the firms of a list."""
    found = selection(user, asked, on).with_only_columns(func.count(), maintain_column_froms=True)
    return kept.once(user, asked, on, ("count",), lambda: db.session.scalar(found) or 0)


def ids(user: User, asked: Asked, on: date, limit: int | None = None, offset: int = 0) -> list[int]:
    """Return the numbers of the firms of a list in its order, ``limit`` at most."""
    found = selection(user, asked, on).with_only_columns(Firm.id, maintain_column_froms=True)
    return list(db.session.scalars(found.order_by(*order(asked, on)).limit(limit).offset(offset)))


def page(user: User, asked: Asked, number: int, on: date) -> Page:
    """Return one page of the numbers of firms: everything else is worked out for fifty, not for all."""
    start = (number - 1) * PAGE_SIZE

    def found() -> tuple[list[int], int]:
        return ids(user, asked, on, PAGE_SIZE, start), count(user, asked, on)

    numbers, total = kept.once(user, asked, on, ("page", number), found)
    return Page(numbers, number, PAGE_SIZE, total)


def firms_of(numbers: Sequence[int]) -> list[Firm]:
    """Return the firms of a page, in its order."""
    firms = {firm.id: firm for firm in db.session.scalars(select(Firm).where(Firm.id.in_(numbers)))}
    return [firms[number] for number in numbers if number in firms]
