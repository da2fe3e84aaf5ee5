"""A firm whose every figure is known, so that each test changes just the one it is about."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from crm.domain.ladder import Rung
from crm.domain.records import IpKind, IpOrigin
from crm.firms.models import CreditCheck, Firm, IntellectualProperty
from crm.kit.db import transaction
from crm.ladder import service

TODAY = date(2026, 6, 15)
WAN = 1_000_000  # fen
# Last year first. Sales of 11,300 万元 in three years, 4,400 in the last: 32号第十一条(五) asks for 5 %, which is 565.
YEARS: dict[int, dict[str, int]] = {
    2025: {"revenue": 4400 * WAN, "rd_hte": 220 * WAN, "total_assets": 5000 * WAN, "total_liabilities": 3500 * WAN},
    2024: {"revenue": 3900 * WAN, "rd_hte": 195 * WAN, "total_assets": 4000 * WAN, "total_liabilities": 2800 * WAN},
    2023: {"revenue": 3000 * WAN, "rd_hte": 150 * WAN, "total_assets": 3000 * WAN, "total_liabilities": 2000 * WAN},
}


@pytest.fixture(autouse=True)
def on_a_day() -> Iterator[None]:
    """It is noon in Shanghai on TODAY."""
    with time_machine.travel(datetime(2026, 6, 15, 4, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def good_firm(make) -> Callable[..., Firm]:
    """Return ``good_firm({2025: {...}}, industry_code=...)``: it meets what figures tell, but for what is changed."""

    def keep(changed: dict[int, dict[str, Any]] | None = None, checked: bool = True, **values: Any) -> Firm:
        firm = make.firm(
            **{
                "established_on": date(2015, 3, 1),
                "industry_code": "6513",
                "tech_field": "1",
                "resident_enterprise": True,
                "audited_collection": True,
                "restricted_product": False,
                **values,
            }
        )
        for year, figures in YEARS.items():
            told = {
                **figures,
                "total_income": figures["revenue"],
                "ht_income": figures["revenue"] * 7 // 10,
                "main_product_income": figures["revenue"] * 4 // 10,
                "costs_and_expenses": figures["revenue"] * 9 // 10,
                "rd_hte_domestic": figures["rd_hte"],
                "rd_tax": figures["rd_hte"],
                "employees_total": 60,
                "tech_staff": 16,
                "conversions": 5,
            }
            make.annual_return(firm, year, **{**told, **(changed or {}).get(year, {})})
        for number, kind in enumerate([IpKind.INVENTION, IpKind.SOFTWARE, IpKind.SOFTWARE]):
            make.add(
                IntellectualProperty(
                    firm_id=firm.id,
                    kind=kind,
                    number=f"ZL{firm.id}-{number}",
                    title="一种方法",
                    granted_on=date(2024, 5, 1),
                    origin=IpOrigin.OWN,
                    core=True,
                )
            )
        if checked:
            make.add(CreditCheck(firm_id=firm.id, checked_on=date(2026, 6, 1), listed=False, checked_by="李专员"))
        return firm

    return keep


@pytest.fixture
def judge(app) -> Callable[..., service.Gap]:
    """Return ``judge(firm, on, rung)``: the gap as a page would read it."""

    def read(firm: Firm, on: date = TODAY, rung: Rung | None = None) -> service.Gap:
        with app.app_context(), transaction(writing=False):
            return service.gap(firm, on, rung)

    return read
