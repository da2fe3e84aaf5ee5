"""专精特新中小企业: 63号 附件2 until 2026-03-31, 2号 附件1 from the day after; edges by hand."""

from datetime import date

import pytest

from tests.rules.sample import WAN, judge, leaf, points

OLD, NEW = date(2026, 3, 31), date(2026, 4, 1)
GOOD = {
    "industry_code": "3974",
    "employees_y1": 100,
    "rd_staff_y1": 20,
    "sales_y1": 2_000 * WAN,
    "sales_y2": 1_900 * WAN,
    "main_revenue_y1": 1_760 * WAN,
    "main_revenue_y2": 1_600 * WAN,
    "main_revenue_y3": 1_600 * WAN,
    "net_profit_y1": 200 * WAN,
    "total_assets_y1": 1_000 * WAN,
    "total_liabilities_y1": 500 * WAN,
    "rd_accounts_y1": 200 * WAN,
    "rd_accounts_y2": 190 * WAN,
    "niche_market_years": 5,
    "equity_financing_paid_in_2y": 0,
    "main_product_fills_gap": False,
    "main_product_in_six_bases_or_chain": True,
    "digital_level": 2,
    "has_provincial_quality_award": False,
    "has_quality_system_certificate": True,
    "has_own_brand": True,
    "took_part_in_standards": True,
    "class1_ip_high_value_count": 0,
    "class1_ip_count_own": 1,
    "class1_ip_count_63": 1,
    "class2_ip_count_63": 4,
    "class1_ip_applied_count": 1,
    "has_national_rd_institution": False,
    "has_provincial_rd_institution": False,
    "has_city_rd_institution": True,
    "has_rd_institution": True,
    "on_abnormal_or_dishonest_list": False,
    "has_valid_innovative_sme_title": True,
    "has_valid_tech_sme_title": False,
    "niche_market_position_review": True,
    "srdi_platform_score": 50,
    "maker_china_top500_last_3y": False,
}


def of(on: date = NEW, **changed):
    return judge("srdi_sme", GOOD, on, **changed)


def test_the_version_changes_on_its_day() -> None:
    assert of(OLD).version.id == "srdi_sme@63-2022"
    assert of(NEW).version.id == "srdi_sme@2-2026"
    assert of(OLD).outcome == of(NEW).outcome == "met"


def test_the_score_of_2022_by_hand() -> None:
    # 5 + (10 % and 0 %, mean 5 %) 4 + 2 + 3, 3 + 5 (three of the four are 9, five at most) + 10 + 5, 0 to 15 by the
    # province, 8 + (200 万元 4, 10 % 10) 10 + 5 + 4 = 64.
    result = of(OLD)
    assert points(result, "srdi_2022_score") == (64, 79)
    assert points(result, "srdi_growth") == (4, 4)
    assert points(result, "srdi_rd") == (10, 10)


@pytest.mark.parametrize(
    ("changed", "part", "expected"),
    [
        ({"main_revenue_y1": 1_600 * WAN}, "srdi_main", 5),
        ({"main_revenue_y1": 1_600 * WAN - 1}, "srdi_main", 3),
        ({"main_revenue_y1": 1_400 * WAN}, "srdi_main", 3),
        ({"main_revenue_y1": 1_200 * WAN - 1}, "srdi_main", 0),
        ({"main_revenue_y1": 1_920 * WAN}, "srdi_growth", 10),
        ({"main_revenue_y1": 1_600 * WAN}, "srdi_growth", 2),
        ({"main_revenue_y1": 1_600 * WAN - 1}, "srdi_growth", 0),
        ({"niche_market_years": 10}, "srdi_years", 5),
        ({"niche_market_years": 1.99}, "srdi_years", 0),
        ({"main_product_fills_gap": True}, "srdi_field", 5),
        ({"main_product_in_six_bases_or_chain": False}, "srdi_field", 0),
        ({"digital_level": 3}, "srdi_digital", 5),
        ({"digital_level": 1}, "srdi_digital", 0),
        ({"net_profit_y1": 200 * WAN - 1}, "srdi_profit", 8),
        ({"net_profit_y1": 40 * WAN}, "srdi_profit", 2),
        ({"net_profit_y1": 40 * WAN - 1}, "srdi_profit", 0),
        ({"total_liabilities_y1": 500 * WAN + 1}, "srdi_debt", 3),
        ({"total_liabilities_y1": 600 * WAN}, "srdi_debt", 3),
        ({"total_liabilities_y1": 700 * WAN + 1}, "srdi_debt", 0),
        ({"rd_accounts_y1": 100 * WAN, "sales_y1": 10_000 * WAN}, "srdi_rd", 2),
        ({"rd_accounts_y1": 500 * WAN, "sales_y1": 100_000 * WAN}, "srdi_rd", 10),
        ({"rd_accounts_y1": 120 * WAN}, "srdi_rd", 6),
        ({"rd_staff_y1": 10}, "srdi_staff", 3),
        ({"rd_staff_y1": 4}, "srdi_staff", 0),
        ({"has_provincial_rd_institution": True}, "srdi_institution", 8),
        ({"has_national_rd_institution": True}, "srdi_institution", 10),
        ({"has_city_rd_institution": False}, "srdi_institution", 2),
    ],
)
def test_bands_of_2022(changed, part, expected) -> None:
    assert points(of(OLD, **changed), part) == (expected, expected)


def test_a_clause_nobody_has_verified_is_shown_and_decides_nothing() -> None:
    result = of(OLD, has_valid_innovative_sme_title=False)
    title = leaf(result, "title")
    assert (title.outcome, title.counts, title.source.grade) == ("not_met", False, "unverified")
    assert result.outcome == "met"
    assert title not in result.lacking


@pytest.mark.parametrize(
    ("changed", "criterion", "shortfall"),
    [
        ({"niche_market_years": 2}, "years", 1),
        ({"rd_accounts_y2": 100 * WAN - 1}, "rd", 1),
        ({"main_revenue_y1": 1_599 * WAN}, "main", pytest.approx(0.0005)),
        ({"total_liabilities_y1": 801 * WAN}, "debt", pytest.approx(0.001)),
        ({"srdi_platform_score": 49.5}, "platform", pytest.approx(0.5)),
    ],
)
def test_what_is_short_by_2026(changed, criterion, shortfall) -> None:
    result = of(**changed)
    assert (leaf(result, criterion).outcome, leaf(result, criterion).shortfall) == ("not_met", shortfall)
    assert result.outcome == "not_met"


def test_ways_round_by_2026() -> None:
    small = {"sales_y1": 1_500 * WAN - 1, "main_revenue_y1": 1_400 * WAN}
    assert of(sales_y1=1_500 * WAN, main_revenue_y1=1_400 * WAN).outcome == "met"
    assert of(**small).outcome == "not_met"
    assert of(**small, equity_financing_paid_in_2y=2_000 * WAN).outcome == "met"
    assert of(class1_ip_applied_count=0).outcome == "not_met"
    assert of(class1_ip_applied_count=0, has_provincial_rd_institution=True).outcome == "met"
    assert of(class1_ip_applied_count=0, provincial_award_rank_last_3y=3).outcome == "met"
    assert of(class1_ip_applied_count=0, provincial_award_rank_last_3y=4).outcome == "not_met"
    assert of(has_valid_innovative_sme_title=False).outcome == "not_met"
    assert of(has_valid_innovative_sme_title=False, has_valid_tech_sme_title=True).outcome == "met"


def test_what_a_review_must_say_is_asked_for() -> None:
    result = of(niche_market_position_review=None, srdi_platform_score=None)
    assert result.outcome == "cannot_tell"
    assert result.missing == ("niche_market_position_review", "srdi_platform_score")
