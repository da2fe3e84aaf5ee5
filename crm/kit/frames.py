"""Rows of a query as columns, for reckoning over any number of records at once."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlalchemy import Select

from crm.kit.db import db


def fetch(query: Select[Any], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return the rows of ``query`` as a frame; ``schema`` names and types its columns in the query's order."""
    rows = db.session.execute(query).all()
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=dict(schema))
