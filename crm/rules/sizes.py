"""中小企业划型标准 (工信部联企业〔2011〕300号): large, medium, small or micro, by industry, staff, revenue and assets.

A firm is large, medium or small when it reaches the lower bound of that class in every figure its industry counts;
one that misses one of them belongs to the class below. Rows and bounds: facts/national.md section 6; industries by the
leading digits of GB/T 4754-2017 (derived; railway transport 53 is left out by the text, loading 591 counts as
transport, agencies and the like of 703-709 as other industries). A division that is split says nothing by itself: of 59
or 70 alone the class is not known.
"""

from dataclasses import dataclass

import numpy as np

from crm.domain.words import N_
from crm.rules.columns import Columns, Text
from crm.rules.figure import FEN_PER_WAN

LABELS: dict[str, str] = {"large": N_("大型"), "medium": N_("中型"), "small": N_("小型"), "micro": N_("微型")}
CLASSES = tuple(LABELS)


@dataclass(frozen=True)
class Industry:
    """Lower bounds for large, medium, small: staff in persons, revenue and assets in 万元; None: not counted."""

    divisions: tuple[str, ...]
    staff: tuple[int, int, int] | None = None
    revenue: tuple[int, int, int] | None = None
    assets: tuple[int, int, int] | None = None


def _span(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{number:02d}" for number in range(first, last + 1))


STORAGE, REAL_ESTATE_SERVICES = _span(592, 599), _span(703, 709)


INDUSTRIES: tuple[Industry, ...] = (
    Industry(_span(1, 5), revenue=(20_000, 500, 50)),
    Industry(_span(6, 46), (1_000, 300, 20), (40_000, 2_000, 300)),
    Industry(_span(47, 50), revenue=(80_000, 6_000, 300), assets=(80_000, 5_000, 300)),
    Industry(("51",), (200, 20, 5), (40_000, 5_000, 1_000)),
    Industry(("52",), (300, 50, 10), (20_000, 500, 100)),
    Industry((*_span(54, 58), "591"), (1_000, 300, 20), (30_000, 3_000, 200)),
    Industry(STORAGE, (200, 100, 20), (30_000, 1_000, 100)),
    Industry(("60",), (1_000, 300, 20), (30_000, 2_000, 100)),
    Industry(("61",), (300, 100, 10), (10_000, 2_000, 100)),
    Industry(("62",), (300, 100, 10), (10_000, 2_000, 100)),
    Industry(("63", "64"), (2_000, 100, 10), (100_000, 1_000, 100)),
    Industry(("65",), (300, 100, 10), (10_000, 1_000, 50)),
    Industry(("701",), revenue=(200_000, 1_000, 100), assets=(10_000, 5_000, 2_000)),
    Industry(("702",), (1_000, 300, 100), (5_000, 1_000, 500)),
    Industry(("71", "72"), (300, 100, 10), None, (120_000, 8_000, 100)),
    Industry((*REAL_ESTATE_SERVICES, *_span(73, 82), *_span(85, 90)), (300, 100, 10)),
)
_FIGURES = (
    ("staff", "employees_y1", 1),
    ("revenue", "sales_y1", FEN_PER_WAN),
    ("assets", "total_assets_y1", FEN_PER_WAN),
)
# By figure, class and industry; what an industry does not count bounds nothing.
_BOUNDS = np.array(
    [
        [[(getattr(i, name) or (-np.inf,) * 3)[place] * unit for i in INDUSTRIES] for place in range(3)]
        for name, _key, unit in _FIGURES
    ]
)


def size_class(of: Columns) -> Text:
    """Return the class of each firm; not known when its industry, or a figure that it counts, is not."""
    found = of.texts["industry_code"].told(_industry)
    place = np.where(np.isnan(found), 0, found).astype(np.intp)
    known, reached = ~np.isnan(found), np.ones((3, of.height), bool)
    for (_name, key, _unit), bounds in zip(_FIGURES, _BOUNDS[:, :, place], strict=True):
        figure = np.where(bounds[0] == -np.inf, 0, of[key])
        known &= ~np.isnan(figure)
        reached &= figure >= bounds
    # The first class of those reached; the bounds of one are no higher than those of the class above.
    return Text(CLASSES, np.where(known, 3 - reached.sum(axis=0), -1))


def _industry(code: str) -> float:
    return next((n for n, industry in enumerate(INDUSTRIES) if code.startswith(industry.divisions)), np.nan)
