"""Facts stated one by one: kept whole, never overwritten, seen by a look back only from their day on."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.domain.errors import Refused
from crm.firms import stated
from crm.firms.models import Firm
from crm.firms.stated_models import StatedFact
from crm.kit import clock
from crm.rules.catalogue import FACTS, STATED


def test_every_stated_fact_can_be_kept() -> None:
    assert {FACTS[key].kind for key in STATED} <= set(stated.SCALE)


@given(st.integers(0, 10**15))
def test_money_is_kept_to_the_fen(fen: int) -> None:
    assert stated.value_of(StatedFact(key="rd_expense_total", value=stated.kept("rd_expense_total", fen))) == fen


@given(st.decimals(0, 1, places=6))
def test_a_share_comes_back(share) -> None:
    kept = stated.kept("niche_market_share_national", share)
    assert stated.value_of(StatedFact(key="niche_market_share_national", value=kept)) == float(share)


@pytest.mark.parametrize(
    ("key", "value"),
    [("niche_market_share_national", "1.01"), ("niche_market_years", "-1"), ("niche_market_years", "1.234")],
)
def test_what_cannot_be_is_refused(key: str, value: str) -> None:
    with pytest.raises(Refused):
        stated.kept(key, value)


def test_the_last_word_by_the_day_counts(app, make) -> None:
    firm, officer, today = make.firm(), make.user("officer"), clock.today()
    with app.app_context():
        from crm.kit.db import transaction

        with transaction():
            for days, years in ((400, 2), (10, 3), (10, 4)):
                day = today - timedelta(days=days)
                stated.state(firm, officer, "niche_market_years", years, day, "企业说明")
            with pytest.raises(Refused):
                stated.state(firm, officer, "niche_market_years", 9, today + timedelta(days=1), "说明")

        def seen(on: date):
            rows = stated.frame(select(Firm.id), on)["niche_market_years"].to_list()
            return rows[0] if rows else None

        assert [seen(today), seen(today - timedelta(days=11)), seen(today - timedelta(days=401))] == [4.0, 2.0, None]
        assert [item.value for item in stated.of_firm(firm.id, today)["niche_market_years"]] == [400, 300, 200]


@pytest.mark.parametrize(
    ("key", "typed", "shown"),
    [
        ("equity_financing_paid_in_2y", "2000", "2,000.00 万元"),
        ("niche_market_share_domestic_or_intl", "10.5", "10.50%"),
        ("niche_market_years", "3", "3 年"),
        ("has_own_brand", "yes", "是"),
    ],
)
def test_stated_on_a_page(make, browse, key: str, typed: str, shown: str) -> None:
    firm = make.firm()
    browser = browse(make.user("officer"))
    address = f"/firms/{firm.id}/facts/{key}"
    values = {"value": typed, "stated_on": clock.today().isoformat(), "evidence": "平台截图"}
    assert browser.get(address)
    browser.post(address, values)
    page = browser.get(address)
    assert shown in page.words
    assert "平台截图" in page.words


def test_hostile_values_are_told_at_the_field(make, browse) -> None:
    firm = make.firm()
    browser = browse(make.user("officer"))
    for typed in ("NaN", "1e400", "-3", "三", "1.2345", ""):
        page = browser.post(
            f"/firms/{firm.id}/facts/niche_market_years",
            {"value": typed, "stated_on": clock.today().isoformat(), "evidence": "说明"},
            status=422,
        )
        assert "没有保存" in page.words, typed
    assert browser.client.get(f"/firms/{firm.id}/facts/uscc").status_code == 404
