"""The pages of the screening: numbers that lead to their lists."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask

from crm.domain.ladder import Rung
from crm.firms.models import CreditCheck
from crm.kit import clock
from crm.kit.db import transaction
from crm.screening import queries, service
from crm.screening.models import Cause, ScreeningChange

WAN = 1_000_000  # fen


@pytest.fixture
def register(app: Flask, make):
    """Two firms with a high-tech certificate: one too large by 100 people, one whose tax collection nobody has said."""

    def one(name: str, employees: int, audited: bool | None, **values):
        firm = make.firm(
            name=name, resident_enterprise=True, restricted_product=False, industry_code="6510",
            audited_collection=audited, **values,
        )  # fmt: skip
        make.certification(firm, Rung.HIGH_TECH, issued_on=date(2025, 1, 1), expires_on=date(2030, 12, 31))
        last = clock.today().year - 1
        make.annual_return(firm, last, revenue=3_000 * WAN, total_assets=2_000 * WAN, employees_total=employees)
        make.add(CreditCheck(firm_id=firm.id, checked_on=clock.today(), listed=False, checked_by="测试"))
        return firm

    firms = one("差一条科技", 600, True), one("缺一项科技", 60, None, registration_district="440112")
    with app.app_context():
        service.walk(clock.today(), Cause.NIGHT)
    return firms


def test_numbers_lead_to_lists(register, make, browse) -> None:
    browser = browse(make.user("manager"))
    page = browser.get("/screening")
    assert "科技型中小企业" in page.words
    short = next(link for link in page.links() if "screening.one_short(tech_sme)" in link)
    assert browser.get(short).words.count("差一条科技") == 1
    assert "缺一项科技" not in browser.get(short).words
    unknown = next(link for link in page.links() if "screening.one_unknown(tech_sme)" in link)
    listed = browser.get(unknown)
    assert "缺一项科技" in listed.words
    assert "缺1项数据" in listed.words


def test_one_step_away_by_criterion_fact_and_district(register, make, browse) -> None:
    browser = browse(make.user("manager"))
    page = browser.get("/screening/tech_sme")
    assert "职工总数不超过500人" in page.words
    assert "查账征收" in page.words
    link = next(link for link in page.links() if "only_fact" in link and "440112" in link)
    assert "缺一项科技" in browser.get(link).words
    assert "只缺这一项数据" in browser.get(link).words


def test_an_officer_counts_the_own_district_only(register, make, browse) -> None:
    page = browse(make.user("officer", districts=["440112"])).get("/screening/tech_sme")
    assert "查账征收" in page.words
    assert "职工总数不超过500人" not in page.words


def test_a_policy_there_is_not_is_a_404(make, browse) -> None:
    browse(make.user("manager")).get("/screening/nothing", status=404)


def test_before_the_first_pass_the_page_says_so(make, browse) -> None:
    page = browse(make.user("manager")).get("/screening")
    assert "还没有筛查结果" in page.words


def test_screening_now_is_a_job(make, browse) -> None:
    page = browse(make.user("manager")).submit("/screening", {})
    assert "政策筛查" in page.words


def test_ordered_by_nearness(register, make, browse) -> None:
    page = browse(make.user("manager")).get("/firms?sort=screening.tech_sme&columns=screening.tech_sme")
    assert page.words.index("缺一项科技") < page.words.index("差一条科技"), "one fact may be all that is missing"


def test_queries_do_not_grow_with_firms(register, app, make, browse, statements) -> None:
    browser = browse(make.user("manager"))
    browser.get("/screening/tech_sme")
    with statements() as few:
        browser.get("/screening")
    for _ in range(5):
        make.firm()
    with app.app_context():
        service.walk(clock.today(), Cause.NIGHT)
    with statements() as many:
        browser.get("/screening")
    assert len(few) == len(many)


def test_the_morning_counts_what_can_be_had_not_signs(register, app, make, browse) -> None:
    first, _second = register
    on, cause = clock.today(), Cause.EDIT
    for policy, was, now in (("tech_sme", 1, 2), ("tech_sme_check", 0, 2), ("hte", 2, 0)):
        make.add(ScreeningChange(firm_id=first.id, policy_id=policy, on=on, was=was, now=now, cause=cause))
    with app.app_context(), transaction(writing=False):
        count = queries.turned(make.user("manager"), on)
    assert (count.gained, count.lost) == (1, 1)


def test_who_runs_out_before_the_window_closes(app, make, browse) -> None:
    """工企业函〔2026〕160号: until 31 August 2026. One certificate ends before, one on the last day, one after."""
    with time_machine.travel(datetime(2026, 8, 5, 4, tzinfo=UTC), tick=False):
        for ends in (date(2026, 8, 15), date(2026, 8, 31), date(2026, 9, 1)):
            make.certification(make.firm(), Rung.TECH_SME, issued_on=date(2025, 9, 1), expires_on=ends)
        with app.app_context():
            service.walk(clock.today(), Cause.NIGHT)
        browser = browse(make.user("manager"))
        page = browser.get("/screening")
        assert "2026-08-31" in page.words
        link = next(link for link in page.links() if "certificate.expiring" in link and "tech_sme" in link)
        assert "共 2 家" in browser.get(link).words
