"""Rows as columns: what is poured is what is fetched."""

from datetime import date

import polars as pl
import pytest
from flask import Flask
from sqlalchemy import select

from crm.firms.models import Firm
from crm.kit import frames
from crm.kit.db import transaction

SCHEMA = {
    "id": pl.Int64(),
    "name": pl.String(),
    "note": pl.String(),
    "capital": pl.Int64(),
    "established_on": pl.Date(),
    "resident": pl.Boolean(),
}
QUERY = select(
    Firm.id, Firm.name, Firm.note, Firm.registered_capital, Firm.established_on, Firm.resident_enterprise
).order_by(Firm.id)


@pytest.mark.parametrize("note", [None, '引号"与，逗号,和\n换行', "’", "0", "—", "a,b", '""', " 空格 "], ids=repr)
@pytest.mark.parametrize("resident", [None, True, False])
def test_poured_is_fetched(app: Flask, make, note: str | None, resident: bool | None) -> None:
    make.firm(
        note=note, resident_enterprise=resident, registered_capital=123_456_789_012, established_on=date(2015, 2, 28)
    )
    make.firm(note=note, resident_enterprise=None, registered_capital=None, established_on=None)
    with app.app_context(), transaction(writing=False):
        assert frames.pour(QUERY, SCHEMA).equals(frames.fetch(QUERY, SCHEMA))


def test_nothing_is_poured_as_nothing(app: Flask) -> None:
    with app.app_context(), transaction(writing=False):
        poured = frames.pour(QUERY, SCHEMA)
        assert poured.equals(frames.fetch(QUERY, SCHEMA))
        assert poured.height == 0
