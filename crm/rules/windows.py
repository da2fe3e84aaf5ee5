"""When one may file: the windows that were announced, and the months in which one is expected.

A day that nobody has announced is never guessed: beyond the last announced window there is a month, and no day.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from crm.rules.words import Source, Strict, Words

Month = Annotated[int, Field(ge=1, le=12)]


class Window(Strict):
    """One announced window, both days included. ``opens`` None: only the last day was found.

    ``label`` tells batches and places apart; ``area`` is the place it holds in, by the leading digits of its division
    code, empty for the whole country.
    """

    opens: date | None = None
    closes: date
    label: Words | None = None
    area: str = ""
    source: Source

    @model_validator(mode="after")
    def _forwards(self) -> "Window":
        if self.opens is not None and self.opens > self.closes:
            raise ValueError(f"the window closes on {self.closes} before it opens on {self.opens}")
        return self


def next_window(windows: Iterable[Window], on: date, area: str = "") -> Window | None:
    """Return the window that is open on a day or the next to come, of those that hold in ``area``; None: none known."""
    coming = [window for window in windows if window.closes >= on and area.startswith(window.area)]
    return min(coming, key=lambda window: window.closes, default=None)


def next_expected(months: Sequence[int], windows: Iterable[Window], on: date) -> tuple[int, int] | None:
    """Return (year, month) of the next month in which a window is expected; None when none is.

    The month of ``on`` counts, unless the announced windows of the year have closed in it or later by then.
    """
    closed = max(((w.closes.year, w.closes.month) for w in windows if w.closes < on), default=(0, 0))
    coming = [(year, month) for year in (on.year, on.year + 1) for month in months]
    return min((when for when in coming if when >= (on.year, on.month) and when > closed), default=None)
