"""The figure in force said in SQL is the figure in force."""

from datetime import UTC, datetime

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from crm.domain.records import Source
from crm.firms import figures
from crm.firms.models import AnnualReturn, Firm
from crm.kit.db import db

STATED = st.lists(
    st.tuples(
        st.integers(0, 2),  # which firm
        st.integers(2023, 2025),
        st.sampled_from(list(Source)),
        st.integers(1, 3),  # version
        st.none() | st.integers(-5, 5),
    ),
    max_size=25,
    unique_by=lambda row: row[:4],
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=STATED)
def test_a_word_in_sql_is_the_word_in_force(app, make, rows) -> None:
    if not hasattr(make, "three"):
        make.three = [make.firm().id for _ in range(3)]
    with app.app_context():
        db.session.execute(delete(AnnualReturn))
        at = datetime(2026, 1, 1, tzinfo=UTC)
        stated = [
            {"firm_id": make.three[place], "year": year, "source": source, "version": version, "revenue": value,
             "stated_at": at, "stated_by": "测试"}
            for place, year, source, version, value in rows
        ]  # fmt: skip
        if stated:
            db.session.execute(insert(AnnualReturn), stated)
        truth = figures.in_force(figures.read(select(Firm.id), 2000, 2100)).filter(pl.col("revenue").is_not_null())
        for year in (2023, 2024, 2025):
            expected = dict(truth.filter(pl.col("year") == year).select("firm_id", "revenue").iter_rows())
            assert dict(db.session.execute(select(figures.word("revenue", year))).all()) == expected
            ordered = select(Firm.id, figures.ordering("revenue", year, 0))
            assert {f: value for f, value in db.session.execute(ordered) if value is not None} == expected
        newest = dict(truth.sort("year").group_by("firm_id", maintain_order=True).last()
                      .select("firm_id", "revenue").iter_rows())  # fmt: skip
        ordered = select(Firm.id, figures.ordering("revenue", None, 2000))
        assert {f: value for f, value in db.session.execute(ordered) if value is not None} == newest
        db.session.rollback()
