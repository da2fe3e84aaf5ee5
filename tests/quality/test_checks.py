"""What each check finds, by hand; what is counted at night is what is listed by day."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from crm.domain.access import Role
from crm.domain.records import Source
from crm.firms.models import Contact, CreditCheck, Firm
from crm.kit.db import db, transaction
from crm.quality import queries, service
from crm.quality.checks import CHECKS, PAIRS
from crm.quality.models import QualityCount
from crm.quality.queries import NOBODY, Narrowed
from tests.make import Make

ON = date(2026, 8, 1)
WAN = 1_000_000
Build = Callable[[Make], Any]


def stated(make: Make, year: int = 2025, **figures: int) -> Firm:
    firm = make.firm()
    make.annual_return(firm, year, **figures)
    return firm


def held(make: Make, **certificate: Any) -> Firm:
    firm = make.firm(established_on=date(2024, 6, 1))
    make.certification(firm, **certificate)
    return firm


def checked(make: Make, day: date) -> Firm:
    firm = make.firm()
    make.add(CreditCheck(firm_id=firm.id, checked_on=day, listed=False, checked_by="甲"))
    return firm


def reached(make: Make, phone: str | None) -> Firm:
    firm = make.firm()
    make.add(Contact(firm_id=firm.id, name="陈敏", phone=phone))
    return firm


# check: (a firm it finds, one on the other side of the line)
CASES: dict[str, tuple[Build, Build]] = {
    "no-officer": (lambda m: m.firm(), lambda m: m.firm(officer_id=m.user().id)),
    "no-district": (lambda m: m.firm(registration_district=None), lambda m: m.firm()),
    "no-industry": (lambda m: m.firm(), lambda m: m.firm(industry_code="6513")),
    "no-field": (lambda m: m.firm(), lambda m: m.firm(tech_field="1")),
    "no-established": (lambda m: m.firm(established_on=None), lambda m: m.firm()),
    "no-contact": (lambda m: reached(m, None), lambda m: reached(m, "19900000001")),
    "no-figures": (lambda m: stated(m, 2024, revenue=1), lambda m: stated(m, 2025, revenue=1)),
    "no-credit-check": (lambda m: m.firm(), lambda m: checked(m, date(2020, 1, 1))),
    "rd-over-revenue": (lambda m: stated(m, rd_hte=101, revenue=100), lambda m: stated(m, rd_hte=100, revenue=100)),
    "domestic-over-rd": (lambda m: stated(m, rd_hte_domestic=2, rd_hte=1), lambda m: stated(m, rd_hte_domestic=2)),
    "main-over-revenue": (lambda m: stated(m, main_revenue=2, revenue=1), lambda m: stated(m, main_revenue=2)),
    "staff-over-total": (
        lambda m: stated(m, tech_staff=11, employees_total=10),
        lambda m: stated(m, tech_staff=10, employees_total=10),
    ),
    "negative": (lambda m: stated(m, total_assets=-1), lambda m: stated(m, net_profit=-1, total_assets=0)),
    "certified-too-early": (
        lambda m: held(m, issued_on=date(2024, 5, 31)),
        lambda m: held(m, issued_on=date(2024, 6, 1)),
    ),
    "districts-differ": (lambda m: m.firm(tax_district="440112"), lambda m: m.firm(tax_district="440106")),
    "old-figures": (lambda m: stated(m, 2023, revenue=1), lambda m: stated(m, 2024, revenue=1)),
    "old-credit-check": (lambda m: checked(m, date(2025, 7, 31)), lambda m: checked(m, date(2025, 8, 1))),
    "silent": (lambda m: m.firm(last_contact_on=date(2026, 2, 1)), lambda m: m.firm(last_contact_on=date(2026, 2, 2))),
    "not-renewed": (
        lambda m: held(m, issued_on=date(2024, 6, 1), expires_on=date(2026, 7, 31)),
        lambda m: held(m, issued_on=date(2024, 6, 1), expires_on=date(2026, 8, 1)),
    ),
}


def slip(make: Make, later: int) -> Firm:
    firm = stated(make, 2024, revenue=100)
    make.annual_return(firm, 2025, revenue=later)
    return firm


CASES["slip"] = (lambda m: slip(m, 100_000), lambda m: slip(m, 99_999))


def test_every_check_is_tried() -> None:
    assert set(CASES) == set(CHECKS)


@pytest.mark.parametrize("key", CHECKS)
def test_what_it_finds_and_what_not(app: Flask, make: Make, key: str) -> None:
    manager = make.user(Role.MANAGER)
    with_fault, without = (build(make) for build in CASES[key])
    with app.app_context(), transaction():
        found = {firm.id for firm in db.session.scalars(queries.findings(manager, CHECKS[key], ON))}
        assert with_fault.id in found
        assert without.id not in found
        seen = queries.evidence(CHECKS[key], [with_fault.id, without.id], ON)
        assert set(seen) == ({with_fault.id} if CHECKS[key].evidence else set())


def test_a_correction_ends_the_finding(app: Flask, make: Make) -> None:
    manager, firm = make.user(Role.MANAGER), stated(make, rd_hte=101, revenue=100)
    make.annual_return(firm, 2025, version=2, rd_hte=10, revenue=100)
    other = stated(make, rd_hte=150 * WAN, revenue=100 * WAN)
    make.annual_return(other, 2025, source=Source.AUDIT, rd_hte=10, revenue=100)
    with app.app_context(), transaction():
        check = CHECKS["rd-over-revenue"]
        assert [f.id for f in db.session.scalars(queries.findings(manager, check, ON))] == [other.id]
        assert queries.evidence(check, [other.id], ON) == {other.id: [(2025, "150.00", "100.00")]}


def test_counted_is_listed(app: Flask, make: Make) -> None:
    """For everybody, by officer and by district: the number one clicks on is the number one then sees."""
    officer, other = make.user(districts=["440106"]), make.user(districts=["440112"])
    for case in CASES.values():
        for build in case:
            build(make)
    make.firm(registration_district="440112", officer_id=other.id)
    with app.app_context(), transaction():
        service.walk(ON)
        for user in (officer, other):
            told = queries.counts(user)
            for key in CHECKS:
                mine = [count for count in told if count.check_key == key]
                page = queries.page(user, CHECKS[key], Narrowed(), 1, ON)
                assert sum(count.firms for count in mine) == page.total
                for count in mine:
                    part = Narrowed(str(count.officer_id or NOBODY), count.district or NOBODY)
                    assert queries.page(user, CHECKS[key], part, 1, ON).total == count.firms


def test_walked_twice_it_is_the_same(app: Flask, make: Make) -> None:
    make.firm(name="广州澜图软件有限公司")
    make.firm(name="澜图软件股份有限公司")

    def told() -> list[Any]:
        rows = select(QualityCount.check_key, QualityCount.officer_id, QualityCount.district, QualityCount.firms)
        return sorted(map(str, db.session.execute(rows)))

    with app.app_context():
        with transaction():
            service.walk(ON)
        first = told()
        db.session.rollback()
        with transaction():
            service.walk(ON)
        assert told() == first
        assert any(PAIRS in row for row in first)
