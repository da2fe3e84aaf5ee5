"""What was stated of the years of an invented firm."""

import math
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from crm.demo.words import WAN, Trade
from crm.domain.records import Source

YEARS = 4


def stated(random: Random, trade: Trade, established: date, today: date, now: datetime) -> list[dict[str, Any]]:
    """Return what was stated of the last four accounting years, some of it with holes."""
    revenue = math.exp(random.gauss(7.6, 1.25)) * WAN  # median some 2,000 万元
    growth = random.gauss(0.12, 0.18)
    rd_share = max(0.004, random.gauss(trade.rd, trade.rd * 0.45))
    staff_per_wan = random.uniform(0.012, 0.035)
    assets_ratio = random.uniform(0.7, 1.6)
    rows = []
    for year in range(today.year - YEARS, today.year):
        if established.year > year:
            continue
        revenue *= 1 + max(-0.5, random.gauss(growth, 0.09))
        rd = revenue * rd_share * random.uniform(0.85, 1.15)
        employees = max(3, round(revenue / WAN * staff_per_wan))
        tech = max(0, round(employees * random.uniform(0.06, 0.5)))
        assets = revenue * assets_ratio
        full = {
            "revenue": revenue,
            "main_revenue": revenue * random.uniform(0.82, 0.99),
            "total_income": revenue * 1.01,
            "ht_income": revenue * min(0.99, max(0.2, random.gauss(0.74, 0.14))),
            "costs_and_expenses": revenue * random.uniform(0.82, 1.04),
            "total_assets": assets,
            "total_liabilities": assets * random.uniform(0.2, 0.75),
            "net_profit": revenue * random.gauss(0.07, 0.08),
            "tax_paid": revenue * random.uniform(0.015, 0.06),
            "rd_tax": rd * random.uniform(0.82, 0.97),
            "rd_hte": rd,
            "rd_hte_domestic": rd * random.choice((1, 1, 1, 0.95, 0.8)),
            "rd_hte_other": rd * random.uniform(0.03, 0.14),
            "rd_accounts": rd * random.uniform(1.0, 1.12),
        }
        full["main_product_income"] = full["ht_income"] * random.uniform(0.52, 0.95)
        # Fen that end in whole hundreds of 元, the way firms report.
        row: dict[str, Any] = {name: round(value / 10_000) * 10_000 for name, value in full.items()}
        row |= {"employees_total": employees, "tech_staff": tech, "rd_staff": round(tech * 0.8)}
        row["conversions"] = random.choice((0, 1, 2, 3, 4, 5, 6, 7))
        for name in row:
            if random.random() < 0.035:
                row[name] = None
        source = Source.SELF_REPORT if random.random() < 0.6 else Source.IMPORT
        stated = now - timedelta(days=(today.year - year - 1) * 365 + 150)
        rows.append({**row, "year": year, "source": source, "version": 1, "stated_at": stated, "stated_by": "企业填报"})
    return rows
