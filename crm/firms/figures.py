"""The figure in force: of all that was stated of a firm's year, the word of the most trusted source.

Within a source the highest version counts. A source that does not state a figure hides nobody else's. This is the one
implementation; the page, the rules and the lists all go through it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Select, select

from crm.domain.records import FIGURES, TRUST, Source
from crm.firms.models import AnnualReturn
from crm.kit.db import db

SCHEMA: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "firm_id": pl.Int64(),
    "year": pl.Int64(),
    "source": pl.String(),
    "version": pl.Int64(),
    **dict.fromkeys(FIGURES, pl.Int64()),
}


@dataclass(frozen=True)
class Statement:
    """What one source said of one figure: money in fen, staff in persons."""

    value: int
    source: Source
    version: int
    stated_at: datetime
    stated_by: str


@dataclass(frozen=True)
class YearFigures:
    """One year of a firm: each figure's statements, the one in force first."""

    year: int
    statements: dict[str, list[Statement]]

    def in_force(self, figure: str) -> Statement | None:
        """Return the statement that counts, or None when nobody has stated the figure."""
        stated = self.statements.get(figure)
        return stated[0] if stated else None


def in_force(returns: pl.DataFrame) -> pl.DataFrame:
    """Return one row per firm and year: every figure, and ``<figure>__from``, the id of the return it comes from."""
    order = [*_trusted_first(), pl.col("id").neg()]
    ordered = returns.sort("firm_id", "year", *order)
    return ordered.group_by("firm_id", "year", maintain_order=True).agg(
        *[pl.col(name).drop_nulls().first() for name in FIGURES],
        *[pl.col("id").filter(pl.col(name).is_not_null()).first().alias(f"{name}__from") for name in FIGURES],
    )


def _trusted_first() -> list[pl.Expr]:
    rank = pl.col("source").replace_strict({source.value: TRUST[source] for source in Source}, return_dtype=pl.Int64)
    return [rank, pl.col("version").neg()]


def read(firms: Select[Any], since: int, until: int, as_of: datetime | None = None) -> pl.DataFrame:
    """Return what was stated of the years ``since`` to ``until`` of the firms whose ids ``firms`` selects.

    ``as_of``: only what had been stated by then, so that a look back sees what could be known.
    """
    columns = [getattr(AnnualReturn, name) for name in SCHEMA]
    query = select(*columns).where(AnnualReturn.year.between(since, until), AnnualReturn.firm_id.in_(firms))
    if as_of is not None:
        query = query.where(AnnualReturn.stated_at <= as_of)
    rows = db.session.execute(query).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=SCHEMA, orient="row")


def latest(firm_ids: Sequence[int], since: int) -> dict[int, dict[str, Any]]:
    """Return the newest year's figures in force for each of a few firms, with one statement."""
    frame = in_force(read(select(AnnualReturn.firm_id).where(AnnualReturn.firm_id.in_(firm_ids)), since, 9999))
    return {row["firm_id"]: row for row in frame.sort("year").iter_rows(named=True)}


def of_firm(firm_id: int, as_of: datetime | None = None) -> list[YearFigures]:
    """Return a firm's years, newest first, each figure with all that was said of it in order of trust."""
    query = select(AnnualReturn).where(AnnualReturn.firm_id == firm_id)
    if as_of is not None:
        query = query.where(AnnualReturn.stated_at <= as_of)
    stated = {item.id: item for item in db.session.scalars(query)}
    rows = [tuple(getattr(item, name) for name in SCHEMA) for item in stated.values()]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("year", *_trusted_first(), descending=False)
    years: dict[int, dict[str, list[Statement]]] = {}
    for row in frame.iter_rows(named=True):
        item = stated[row["id"]]
        for name in FIGURES:
            if row[name] is not None:
                said = Statement(row[name], item.source, item.version, item.stated_at, item.stated_by)
                years.setdefault(row["year"], {}).setdefault(name, []).append(said)
        years.setdefault(row["year"], {})
    return [YearFigures(year, years[year]) for year in sorted(years, reverse=True)]
