"""Columns of numbers told as what they are: whole fen, days, yes and no, words; nothing where it is not known."""

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from crm.rules.columns import Column, Text
from crm.rules.figure import DTYPES, Kind

EPOCH = date(1970, 1, 1)


def series(name: str, column: Column | Text, kind: Kind | None, height: int) -> pl.Series:
    """Return a column of a frame. Of kind None are whole numbers that are always known; one value is everybody's."""
    if isinstance(column, Text):
        words = pl.Series(name, [*column.words, None], pl.String)
        places = np.where(column.places < 0, len(column.words), column.places)
        return words.gather(np.broadcast_to(places, height))
    numbers = pl.Series(name, np.broadcast_to(column, height).astype(np.float64), nan_to_null=True)
    if kind is Kind.DATE:
        numbers = numbers.cast(pl.Int32)
    return numbers.cast(pl.Int64 if kind is None else DTYPES[kind])


def values(column: Column | Text, kind: Kind | None, height: int) -> list[Any]:
    """Return the value of each firm, as ``series`` would hold it."""
    found = column.to_list() if isinstance(column, Text) else [_value(number, kind) for number in column.tolist()]
    return found * height if len(found) == 1 else found


def _value(number: float, kind: Kind | None) -> Any:
    if math.isnan(number):
        return None
    match kind:
        case None | Kind.MONEY:
            return int(number)
        case Kind.BOOL:
            return bool(number)
        case Kind.DATE:
            return EPOCH + timedelta(number)
        case _:
            return number
