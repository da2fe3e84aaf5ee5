"""专精特新“小巨人”: 63号 附件3 for reviews of 2026, 2号 附件2 for new ones from 2026-04-01."""

from datetime import date

import pytest

from crm.rules.pack import Action
from tests.rules.sample import WAN, judge, leaf

NEW = date(2026, 5, 1)
GOOD = {
    "sales_y1": 11_025 * WAN,
    "sales_y2": 10_500 * WAN,
    "sales_y3": 10_000 * WAN,
    "main_revenue_y1": 10_000 * WAN,
    "main_revenue_y2": 9_500 * WAN,
    "main_revenue_y3": 9_000 * WAN,
    "rd_accounts_y1": 700 * WAN,
    "rd_accounts_y2": 600 * WAN,
    "total_assets_y1": 1_000 * WAN,
    "total_liabilities_y1": 700 * WAN,
    "employees_y1": 100,
    "rd_staff_y1": 50,
    "niche_market_years": 3,
    "equity_financing_paid_in_2y": 0,
    "rd_expense_total": 0,
    "it_supported_core_business_count": 1,
    "mgmt_or_foreign_product_certificate_count": 1,
    "niche_market_share_national": 0.10,
    "niche_market_share_domestic_or_intl": 0.10,
    "niche_market_rank_domestic": 4,
    "has_own_brand": True,
    "has_rd_institution": True,
    "class1_ip_applied_count": 4,
    "has_valid_srdi_title": True,
    "on_abnormal_or_dishonest_list": False,
    "main_product_in_six_bases_or_key_link": True,
    "srdi_platform_score": 60,
    "is_single_champion": False,
    "controls_or_controlled_by_little_giant": False,
}


MIDDLE = {"sales_y1": 9_999 * WAN, "main_revenue_y1": 9_990 * WAN}


def of(on: date = NEW, action: Action = Action.NEW, **changed):
    return judge("little_giant", GOOD, on, action, **changed)


@pytest.mark.parametrize(
    ("on", "action", "version"),
    [
        (date(2022, 8, 1), Action.NEW, "little_giant@63-2022"),
        (date(2026, 3, 31), Action.NEW, "little_giant@63-2022"),
        (date(2026, 4, 1), Action.NEW, "little_giant@2-2026"),
        # 117号: reviews of 2026 were still judged by 63号.
        (date(2026, 4, 1), Action.RENEWAL, "little_giant@63-2022-review"),
        (date(2026, 12, 31), Action.RENEWAL, "little_giant@63-2022-review"),
        (date(2027, 1, 1), Action.RENEWAL, "little_giant@2-2026-review"),
    ],
)
def test_versions_by_day_and_by_what_is_asked(on, action, version) -> None:
    assert of(on, action).version.id == version


@pytest.mark.parametrize(
    ("changed", "criterion"),
    [
        ({"has_valid_srdi_title": False}, "title"),
        ({"niche_market_years": 2}, "years"),
        ({"sales_y1": 4_999 * WAN}, "revenue"),
        ({"main_revenue_y1": 9_922 * WAN}, "main"),  # 90 % of 11,025 is 9,922.5
        ({"sales_y1": 11_025 * WAN - 1}, "growth"),  # 1.05² of 10,000 is 11,025
        ({"total_liabilities_y1": 750 * WAN + 1}, "debt"),
        ({"rd_accounts_y2": 499 * WAN}, "rd"),  # 1,199 in all
        ({"rd_accounts_y2": 314 * WAN, "rd_accounts_y1": 1_000 * WAN}, "rd_share"),  # 3 % of 10,500 is 315
        ({"class1_ip_applied_count": 3}, "class1"),
        ({"niche_market_share_domestic_or_intl": 0.0999}, "share"),
        ({"main_product_in_six_bases_or_key_link": False}, "field"),
        ({"srdi_platform_score": 59}, "platform"),
        ({"is_single_champion": True}, "champion"),
        ({"controls_or_controlled_by_little_giant": True}, "giant"),
    ],
)
def test_each_of_the_seven_by_2026(changed, criterion) -> None:
    assert of().outcome == "met"
    result = of(**changed)
    assert leaf(result, criterion).outcome == "not_met"
    assert result.outcome == "not_met"


def test_waivers_by_2026() -> None:
    assert of(class1_ip_applied_count=0, national_award_rank_last_3y=3).outcome == "met"
    assert of(class1_ip_applied_count=0, national_award_rank_last_3y=4).outcome == "not_met"
    assert of(niche_market_share_domestic_or_intl=0.01, niche_market_rank_domestic=3).outcome == "met"


def test_a_review_does_not_test_growth() -> None:
    shrunk = {"sales_y3": 20_000 * WAN}
    assert of(date(2027, 5, 1), **shrunk).outcome == "not_met"
    assert of(date(2027, 5, 1), Action.RENEWAL, **shrunk).outcome == "met"


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        # 四(一)1: from 10,000 万元 3 % of each year is enough; 11,025 and 10,500 ask for 330.75 and 315.
        ({"rd_accounts_y1": 331 * WAN, "rd_accounts_y2": 315 * WAN}, "met"),
        ({"rd_accounts_y1": 330 * WAN, "rd_accounts_y2": 315 * WAN}, "not_met"),
        # Below it 6 %: of 9,999 that is 599.94.
        ({**MIDDLE, "rd_accounts_y1": 599 * WAN, "rd_accounts_y2": 630 * WAN}, "not_met"),
        ({**MIDDLE, "rd_accounts_y1": 600 * WAN, "rd_accounts_y2": 630 * WAN}, "met"),
    ],
)
def test_research_by_2022(changed, outcome) -> None:
    assert of(date(2026, 3, 1), **changed).outcome == outcome


def test_a_small_firm_by_2022_needs_money_spending_and_people() -> None:
    small = {
        "sales_y1": 4_999 * WAN,
        "main_revenue_y1": 4_999 * WAN,
        "main_revenue_y2": 4_700 * WAN,
        "main_revenue_y3": 4_400 * WAN,
    }
    rich = {"equity_financing_paid_in_2y": 8_000 * WAN, "rd_expense_total": 3_000 * WAN}
    low = {"rd_accounts_y1": 100 * WAN}
    assert of(date(2026, 3, 1), **small, **low).outcome == "not_met"
    assert of(date(2026, 3, 1), **small, **low, **rich).outcome == "met"
    assert of(date(2026, 3, 1), **small, **low, **rich, rd_staff_y1=49).outcome == "not_met"
