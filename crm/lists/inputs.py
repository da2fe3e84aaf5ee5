"""What can be typed into a condition: how each kind of value is read."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any

from crm.domain import money
from crm.domain.errors import Refused

_WHOLE = re.compile(r"-?[0-9]{1,12}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}|-[1-9]")
_PERCENT = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,2})?%?")


class Input(StrEnum):
    """Kinds of typed value. OPTIONS takes one or more and comes last; a YEAR below zero counts from the list's own."""

    OPTIONS = "options"
    TEXT = "text"
    DAY = "day"
    DAYS = "days"
    YEAR = "year"
    WAN = "wan"
    NUMBER = "number"
    PERCENT = "percent"


def _text(typed: str) -> str:
    return typed[:100]


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Refused("“{text}”不是日期：请写成 2026-05-06", text=typed[:40]) from None


def _days(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or len(typed) > 5:
        raise Refused("“{text}”不是天数", text=typed[:40])
    return int(typed)


def _number(typed: str) -> int:
    plain = typed.replace(",", "")
    if not _WHOLE.fullmatch(plain):
        raise Refused("“{text}”不是整数", text=typed[:40])
    return int(plain)


def _year(typed: str) -> int:
    if not _YEAR.fullmatch(typed):
        raise Refused("“{text}”不是年度", text=typed[:40])
    return int(typed)


def _percent(typed: str) -> int:
    """Return hundredths of a per cent: whole numbers compare exactly."""
    if not _PERCENT.fullmatch(typed):
        raise Refused("“{text}”不是百分数", text=typed[:40])
    return round(float(typed.rstrip("%")) * 100)


READERS: dict[Input, Callable[[str], Any]] = {
    Input.TEXT: _text,
    Input.DAY: _day,
    Input.DAYS: _days,
    Input.YEAR: _year,
    Input.WAN: lambda typed: money.parse(typed, money.Unit.WAN),
    Input.NUMBER: _number,
    Input.PERCENT: _percent,
}
