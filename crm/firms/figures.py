"""The figure in force: of all that was stated of a firm's year, the word of the most trusted source that states it.

Of several versions of a source the highest that states the figure counts: who says nothing of a figure takes nothing
back, be it another source or a later version. This is the one implementation; the page and the rules go
through ``in_force``, the conditions of a list through ``word``, which says the same in SQL (tested to be equal).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Select, String, Subquery, and_, case, exists, or_, select, type_coerce
from sqlalchemy.orm import aliased

from crm.domain.records import FIGURES, TRUST, Source
from crm.firms.models import AnnualReturn, Firm
from crm.kit import frames
from crm.kit.db import db

SCHEMA: dict[str, pl.DataType] = {
    "firm_id": pl.Int64(),
    "year": pl.Int64(),
    "source": pl.String(),
    "version": pl.Int64(),
    **dict.fromkeys(FIGURES, pl.Int64()),
}
WHOSE = ("firm_id", "year", "source", "version")


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
    """Return one row per firm and year: every figure that ``returns`` holds."""
    stated = returns.sort("firm_id", "year", *_trusted_first())
    names = [name for name in returns.columns if name not in WHOSE]
    years = stated.group_by("firm_id", "year", maintain_order=True)
    return years.agg(pl.col(name).first(ignore_nulls=True) for name in names)


def _trusted_first() -> list[pl.Expr]:
    rank = pl.col("source").replace_strict({source.value: TRUST[source] for source in Source}, return_dtype=pl.Int64)
    return [rank, pl.col("version").neg()]


def word(figure: str, year: int) -> Subquery:
    """Return (firm_id, value) of every firm for which anybody has stated a figure of a year: the value in force."""
    said, other = aliased(AnnualReturn), aliased(AnnualReturn)
    better = or_(
        _trust(other.source) < _trust(said.source), and_(other.source == said.source, other.version > said.version)
    )
    beaten = exists().where(
        other.firm_id == said.firm_id, other.year == year, getattr(other, figure).is_not(None), better
    )
    value = getattr(said, figure)
    stated = select(said.firm_id, value.label("value")).where(said.year == year, value.is_not(None), ~beaten)
    return stated.subquery()


def ordering(figure: str, year: int | None, since: int) -> ColumnElement[Any]:
    """Return a firm's figure in force of a year as a column; no year: the newest since ``since`` that states it."""
    said = aliased(AnnualReturn)
    value = getattr(said, figure)
    of_years = said.year == year if year else said.year >= since
    stated = select(value).where(said.firm_id == Firm.id, of_years, value.is_not(None))
    best = stated.order_by(said.year.desc(), _trust(said.source), said.version.desc()).limit(1)
    return best.correlate(Firm).scalar_subquery()


def _trust(source: Any) -> ColumnElement[int]:
    return case({each.value: rank for each, rank in TRUST.items()}, value=source)


def read(
    firms: Select[Any],
    since: int,
    until: int,
    as_of: datetime | None = None,
    names: Iterable[str] = FIGURES,
    read_by: frames.Reader = frames.fetch,
) -> pl.DataFrame:
    """Return what was stated of the years ``since`` to ``until`` of the firms whose ids ``firms`` selects.

    ``as_of``: only what had been stated by then, so that a look back sees what could be known. ``names``: the figures.
    """
    schema = {name: SCHEMA[name] for name in (*WHOSE, *names)}
    query = select(*(_column(name) for name in schema))
    query = query.where(AnnualReturn.year.between(since, until), AnnualReturn.firm_id.in_(firms))
    if as_of is not None:
        query = query.where(AnnualReturn.stated_at <= as_of)
    return read_by(query, schema)


def _column(name: str) -> Any:
    """The source as plain text: a quarter of a million members of an enum take longer to make than to read."""
    column = getattr(AnnualReturn, name)
    return type_coerce(column, String) if name == "source" else column


def latest(firm_ids: Sequence[int], since: int) -> dict[int, dict[str, Any]]:
    """Return the newest year's figures in force for each of a few firms, with one statement."""
    frame = in_force(read(select(AnnualReturn.firm_id).where(AnnualReturn.firm_id.in_(firm_ids)), since, 9999))
    return {row["firm_id"]: row for row in frame.sort("year").iter_rows(named=True)}


def of_firms(
    firm_ids: Sequence[int], names: Sequence[str], since: int, until: int
) -> dict[int, dict[int, dict[str, int]]]:
    """Return {firm: {year: {figure: value in force}}} of a page of firms, with one statement.

    Years and figures that nobody has stated are not in it. For fifty firms a frame costs more than it saves.
    """
    source = type_coerce(AnnualReturn.source, String)
    query = select(AnnualReturn.firm_id, AnnualReturn.year, source, AnnualReturn.version)
    query = query.add_columns(*(getattr(AnnualReturn, name) for name in names))
    rows = db.session.execute(query.where(AnnualReturn.firm_id.in_(firm_ids), AnnualReturn.year.between(since, until)))
    found: dict[int, dict[int, dict[str, int]]] = {}
    for firm_id, year, _source, _version, *stated in sorted(rows, key=lambda row: (TRUST[row[2]], -row[3])):
        said = found.setdefault(firm_id, {}).setdefault(year, {})
        for name, value in zip(names, stated, strict=True):
            if value is not None:
                said.setdefault(name, value)
    return found


def of_firm(firm_id: int, as_of: datetime | None = None) -> list[YearFigures]:
    """Return a firm's years, newest first, each figure with all that was said of it in order of trust."""
    query = select(AnnualReturn).where(AnnualReturn.firm_id == firm_id)
    if as_of is not None:
        query = query.where(AnnualReturn.stated_at <= as_of)
    years: dict[int, dict[str, list[Statement]]] = {}
    for item in sorted(db.session.scalars(query), key=lambda item: (TRUST[item.source], -item.version)):
        stated = years.setdefault(item.year, {})
        for name in FIGURES:
            value = getattr(item, name)
            if value is not None:
                said = Statement(value, item.source, item.version, item.stated_at, item.stated_by)
                stated.setdefault(name, []).append(said)
    return [YearFigures(year, years[year]) for year in sorted(years, reverse=True)]
