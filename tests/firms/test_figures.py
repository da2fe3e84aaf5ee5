"""The figure in force: the most trusted source that states it, of its versions the highest that does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.domain.records import FIGURES, Source
from crm.firms import figures
from crm.firms.models import Firm

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("revenue", "rd_hte", "employees_total")

returns = st.lists(
    st.fixed_dictionaries(
        {
            "firm_id": st.integers(1, 3),
            "year": st.integers(2023, 2025),
            "source": st.sampled_from([source.value for source in Source]),
            "version": st.integers(1, 3),
            **{name: st.none() | st.integers(-(10**13), 10**13) for name in NAMES},
        }
    ),
    max_size=25,
    unique_by=lambda row: (row["firm_id"], row["year"], row["source"], row["version"]),
)


def naive(rows: list[dict[str, Any]]) -> dict[tuple[int, int], dict[str, int | None]]:
    """Spell it out: {(firm, year): {figure: value}}."""
    found: dict[tuple[int, int], dict[str, int | None]] = {}
    for row in rows:
        found.setdefault((row["firm_id"], row["year"]), dict.fromkeys(FIGURES))
    for (firm, year), told in found.items():
        for name in NAMES:
            for source in ("audit", "tax_return", "self_report", "officer", "import"):
                said = [
                    row
                    for row in rows
                    if (row["firm_id"], row["year"], row["source"]) == (firm, year, source) and row[name] is not None
                ]
                if said:
                    told[name] = max(said, key=lambda row: row["version"])[name]
                    break
    return found


@given(returns)
def test_in_force_is_what_one_would_say_by_hand(rows: list[dict[str, Any]]) -> None:
    rows = [dict.fromkeys(FIGURES) | row for row in rows]
    frame = figures.in_force(pl.DataFrame(rows, schema=figures.SCHEMA))
    told = {(row["firm_id"], row["year"]): {name: row[name] for name in FIGURES} for row in frame.iter_rows(named=True)}
    assert told == naive(rows)


def test_silence_hides_nobody(make, inside) -> None:
    firm = make.firm()
    make.annual_return(firm, 2025, source=Source.IMPORT, revenue=100, rd_hte=7)
    make.annual_return(firm, 2025, source=Source.AUDIT, revenue=300, stated_by="会计师")
    make.annual_return(firm, 2025, source=Source.AUDIT, version=2, revenue=None, tech_staff=9)
    year = figures.of_firm(firm.id)[0]
    assert [(said.source, said.value) for said in year.statements["revenue"]] == [
        (Source.AUDIT, 300),
        (Source.IMPORT, 100),
    ]
    assert (year.in_force("revenue").stated_by, year.in_force("rd_hte").value) == ("会计师", 7)
    assert year.in_force("tech_staff").version == 2
    assert year.in_force("total_assets") is None


def test_the_page_and_the_columns_agree(make, inside) -> None:
    firm = make.firm()
    for year in (2023, 2024, 2025):
        for place, source in enumerate(Source):
            make.annual_return(firm, year, source=source, revenue=None if place == 0 else year * place, rd_tax=place)
    frame = figures.in_force(figures.read(select(Firm.id), 2023, 2025))
    told = {row["year"]: row for row in frame.iter_rows(named=True)}
    for year in figures.of_firm(firm.id):
        for name in FIGURES:
            said = year.in_force(name)
            assert told[year.year][name] == (said.value if said else None)
    assert figures.latest([firm.id], 2020)[firm.id]["year"] == 2025


def test_a_look_back_sees_what_had_been_stated(make, inside) -> None:
    firm = make.firm()
    make.annual_return(firm, 2024, source=Source.IMPORT, revenue=100, stated_at=NEW_YEAR)
    make.annual_return(firm, 2024, source=Source.AUDIT, revenue=300, stated_at=NEW_YEAR + timedelta(days=90))
    told = [figures.of_firm(firm.id, as_of=NEW_YEAR + timedelta(days=days)) for days in (-1, 0, 89, 90)]
    assert [years[0].in_force("revenue").value if years else None for years in told] == [None, 100, 100, 300]
    frame = figures.in_force(figures.read(select(Firm.id), 2024, 2024, as_of=NEW_YEAR))
    assert frame["revenue"].to_list() == [100]


@pytest.mark.parametrize("firms", [1, 30])
def test_any_number_of_firms_is_one_statement(make, inside, firms, statements) -> None:
    for _ in range(firms):
        make.annual_return(make.firm(), 2025, revenue=1)
    with statements() as seen:
        figures.read(select(Firm.id), 2023, 2025)
    assert len(seen) == 1
