"""What would close a gap if nothing else moved: so many 万元 of R&D, so many persons, instead of a share."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from crm.rules.explain import Criterion
from crm.rules.figure import YEARS

# Shares whose upper figure can be raised alone: metric -> (upper, lower yearly fact, years that count).
SHARES: dict[str, tuple[str, str, tuple[int, ...]]] = {
    "tech_staff_ratio_last_year": ("tech_staff", "employees", (1,)),
    "rd_to_sales_ratio_3y": ("rd_hte", "sales", YEARS),
    "rd_domestic_share_3y": ("rd_hte_domestic", "rd_hte", YEARS),
    "ht_income_ratio_last_year": ("ht_income", "total_income", (1,)),
    "main_product_share_of_ht_income": ("main_product_income", "ht_income", (1,)),
}


@dataclass(frozen=True)
class Closing:
    """``amount`` more of the yearly fact ``fact`` (fen, or persons) over ``years`` years, all else unchanged."""

    fact: str
    amount: int
    years: int


def closing(criterion: Criterion, figures: Mapping[str, Any], on: date) -> Closing | None:
    """Return what closes an unmet share; None for any other criterion. ``figures`` are those of the assessment."""
    share = SHARES.get(criterion.metric or "")
    if share is None or criterion.outcome != "not_met" or criterion.threshold is None:
        return None
    upper, lower, years = share
    born = figures.get("established_on")
    lived = [year for year in years if len(years) == 1 or born is None or on.year - born.year >= year]
    have, base = ([figures.get(f"{name}_y{year}") for year in lived] for name in (upper, lower))
    if not lived or None in have or None in base:
        return None  # the share itself was given, not what it is made of
    need = Decimal(str(criterion.threshold)) * sum(Decimal(value) for value in base)
    whole = math.floor(need) + 1 if criterion.comparison == "above" else math.ceil(need)
    return Closing(upper, math.ceil(whole - sum(have)), len(lived))
