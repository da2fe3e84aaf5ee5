"""Facts as the evaluator reckons with them: one row of numbers a figure, one place in the row a firm.

Every figure is a float64, and NaN is what is not known: money in whole fen (exact up to 2**53 of them, 90 万亿元), yes
and no as 1 and 0, a day as its number since 1970. A comparison with NaN is false, so what is "met for certain" and
what is "missed for certain" are two comparisons, and where neither holds nobody can tell. Texts are places in a list of
words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Column = NDArray[Any]
Ends = NDArray[np.float64]  # the least and the most of each firm: (2, firms)
UNKNOWN = float("nan")
A_FEW = 100  # words that are told apart sooner one by one


@dataclass(frozen=True)
class Text:
    """A column of words: ``places`` says where in ``words`` each firm's word stands, -1 where it is not known."""

    words: tuple[str, ...]
    places: NDArray[np.intp]

    def told(self, tell: Callable[[str], float]) -> Column:
        """Return the number that ``tell`` makes of each word; what is not known stays so."""
        # The last number answers for place -1.
        return np.array([*map(tell, self.words), UNKNOWN])[self.places]

    def reworded(self, tell: Callable[[str], str | None]) -> "Text":
        """Return the column of what ``tell`` makes of each word; None is not known."""
        words = [tell(word) for word in self.words]
        places = np.array([-1 if word is None else place for place, word in enumerate(words)] + [-1])[self.places]
        return Text(tuple(word or "" for word in words), places)

    def otherwise(self, other: "Text") -> "Text":
        """Return this column, and of ``other`` what is not known here."""
        there = np.where(other.places < 0, -1, other.places + len(self.words))
        return Text((*self.words, *other.words), np.where(self.places < 0, there, self.places))

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """Where nothing is known."""
        return self.places < 0

    def to_list(self) -> list[str | None]:
        """Return the word of each firm."""
        words = [*self.words, None]
        return [words[place] for place in self.places.tolist()]


@dataclass(frozen=True)
class Columns:
    """The facts and metrics of some firms on a day.

    ``numbers`` has a row a figure and ``row`` says which; ``texts`` are the figures that are words. ``beside`` is what
    else was given: whose facts they are, and scores that somebody else worked out.
    """

    on: date
    numbers: NDArray[np.float64]
    row: Mapping[str, int]
    texts: dict[str, Text]
    beside: pl.DataFrame
    _made: dict[str, Column] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Column:
        figure: Column = self.numbers[self.row[key]]
        return figure

    def of(self, places: Sequence[int]) -> "Columns":
        """Return the facts and metrics of some of the firms, in the order of their places."""
        texts = {key: Text(column.words, column.places[places]) for key, column in self.texts.items()}
        return Columns(self.on, self.numbers[:, places], self.row, texts, self.beside[places])

    def once(self, name: str, make: Callable[[], Column]) -> Column:
        """Return what ``make`` makes of these facts, made once."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    @property
    def height(self) -> int:
        """How many firms they are of."""
        return int(self.numbers.shape[1])


def numbers(frame: pl.DataFrame, keys: Sequence[str]) -> Iterator[Column]:
    """Return some columns of a frame as numbers."""
    return (
        series.to_numpy() for series in frame.select(pl.col(keys).cast(pl.Float64).fill_null(UNKNOWN)).iter_columns()
    )


def text(series: pl.Series) -> Text:
    """Return a column of a frame as words."""
    if len(series) > A_FEW:
        words = series.drop_nulls().unique()
        places = series.cast(pl.Enum(words)).to_physical().cast(pl.Int64).fill_null(-1)
        return Text(tuple(words), places.to_numpy())
    known: dict[str, int] = {}
    found = [-1 if word is None else known.setdefault(word, len(known)) for word in series.to_list()]
    return Text(tuple(known), np.array(found, np.intp))


def known_or(column: Column, other: Column | float) -> Column:
    """Return ``column``, and ``other`` where it is not known."""
    return np.where(np.isnan(column), other, column)


def where(test: Column, then: Column | float, otherwise: Column | float = UNKNOWN) -> Column:
    """Return ``then`` where the test holds; nothing is known elsewhere unless ``otherwise`` says it."""
    return np.where(test, then, otherwise)


def certain(yes: Column, no: Column) -> Column:
    """Return 1 where ``yes``, 0 where ``no``; not known elsewhere."""
    return np.where(yes, 1.0, np.where(no, 0.0, UNKNOWN))


def over(above: Column, below: Column) -> Column:
    """Return above ÷ below; not known where there is nothing to divide by."""
    return above / np.where(below == 0, UNKNOWN, below)
