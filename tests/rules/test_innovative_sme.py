"""创新型中小企业 (63号 附件1): each band's edges by hand, the clause beside them."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from tests.rules.sample import WAN, judge, leaf, points

ON = date(2026, 7, 1)
# Score: 15 + 20 + 20 + 10 + 10 + 20 = 95.
GOOD = {
    "industry_code": "6513",
    "employees_y1": 60,
    "sales_y1": 2_000 * WAN,
    "total_assets_y1": 1_000 * WAN,
    "total_liabilities_y1": 500 * WAN,
    "main_revenue_y1": 1_800 * WAN,
    "main_revenue_y2": 1_500 * WAN,
    "rd_accounts_y1": 100 * WAN,
    "class1_ip_high_value_count": 0,
    "class1_ip_count_own": 1,
    "class1_ip_count_63": 1,
    "class2_ip_count_63": 4,
    "main_product_in_strategic_emerging": True,
    "on_abnormal_or_dishonest_list": False,
    "science_award_provincial_or_national_last_3y": False,
    "has_valid_hte_certificate": False,
    "has_listed_honour": False,
    "has_provincial_rd_institution": False,
    "equity_financing_paid_in_3y": 0,
}


def of(**changed):
    return judge("innovative_sme", GOOD, ON, **changed)


def test_the_score_is_the_sum_of_its_blocks() -> None:
    result = of()
    assert result.outcome == "met"
    assert points(result, "innovative_sme_score") == (95, 95)
    assert [points(result, f"{block}_block_score")[0] for block in ("innovation", "growth", "specialization")] == [
        35,
        30,
        30,
    ]


@pytest.mark.parametrize(
    ("changed", "part", "expected"),
    [
        # 二(一)1: the best way counts.
        ({"class1_ip_high_value_count": 1}, "innovative_ip", 20),
        ({"class1_ip_count_own": 0}, "innovative_ip", 10),
        ({"class1_ip_count_own": 0, "class1_ip_count_63": 0}, "innovative_ip", 5),
        ({"class1_ip_count_own": 0, "class1_ip_count_63": 0, "class2_ip_count_63": 0}, "innovative_ip", 0),
        # 二(一)2, of 2000 万元: 5 % is 100, one fen less is not; 3 %, 2 %, 1 % are 60, 40, 20.
        ({"rd_accounts_y1": 100 * WAN - 1}, "innovative_rd", 15),
        ({"rd_accounts_y1": 60 * WAN}, "innovative_rd", 15),
        ({"rd_accounts_y1": 60 * WAN - 1}, "innovative_rd", 10),
        ({"rd_accounts_y1": 40 * WAN}, "innovative_rd", 10),
        ({"rd_accounts_y1": 20 * WAN}, "innovative_rd", 5),
        ({"rd_accounts_y1": 20 * WAN - 1}, "innovative_rd", 0),
        # 二(二)3, from 1500 万元: 15 %, 10 %, 5 %, 0 are 1725, 1650, 1575, 1500.
        ({"main_revenue_y1": 1_725 * WAN}, "innovative_growth", 20),
        ({"main_revenue_y1": 1_725 * WAN - 1}, "innovative_growth", 15),
        ({"main_revenue_y1": 1_650 * WAN}, "innovative_growth", 15),
        ({"main_revenue_y1": 1_575 * WAN}, "innovative_growth", 10),
        ({"main_revenue_y1": 1_500 * WAN}, "innovative_growth", 5),
        ({"main_revenue_y1": 1_500 * WAN - 1}, "innovative_growth", 0),
        # 二(二)4, of 1000 万元: a boundary takes the higher band (S13).
        ({"total_liabilities_y1": 550 * WAN}, "innovative_debt", 10),
        ({"total_liabilities_y1": 550 * WAN + 1}, "innovative_debt", 5),
        ({"total_liabilities_y1": 750 * WAN}, "innovative_debt", 5),
        ({"total_liabilities_y1": 750 * WAN + 1}, "innovative_debt", 0),
        # 二(三)5 and 6, of 2000 万元: 70, 60, 55, 50 % are 1400, 1200, 1100, 1000.
        ({"main_product_in_strategic_emerging": False}, "innovative_field", 5),
        ({"main_revenue_y1": 1_400 * WAN}, "innovative_main", 20),
        ({"main_revenue_y1": 1_400 * WAN - 1}, "innovative_main", 15),
        ({"main_revenue_y1": 1_200 * WAN}, "innovative_main", 15),
        ({"main_revenue_y1": 1_100 * WAN}, "innovative_main", 10),
        ({"main_revenue_y1": 1_000 * WAN}, "innovative_main", 5),
        ({"main_revenue_y1": 1_000 * WAN - 1}, "innovative_main", 0),
    ],
)
def test_bands(changed, part, expected) -> None:
    assert points(of(**changed), part) == (expected, expected)


def test_a_block_below_its_floor_fails_a_high_score() -> None:
    # 创新能力 5 + 10 = 15 is below 20, though 15 + 30 + 30 = 75 is above 60.
    result = of(class1_ip_count_own=0, class1_ip_count_63=0, rd_accounts_y1=40 * WAN)
    assert points(result, "innovative_sme_score") == (75, 75)
    assert leaf(result, "score").outcome == "met"
    assert leaf(result, "score_innovation").shortfall == 5
    assert result.outcome == "not_met"


@pytest.mark.parametrize(
    "route",
    [
        {"science_award_provincial_or_national_last_3y": True},
        {"has_valid_hte_certificate": True},
        {"has_listed_honour": True},
        {"has_provincial_rd_institution": True},
        {"equity_financing_paid_in_3y": 500 * WAN},
    ],
)
def test_one_direct_route_is_enough(route) -> None:
    poor = {"rd_accounts_y1": 0, "class1_ip_count_own": 0, "class1_ip_count_63": 0, "class2_ip_count_63": 0}
    assert of(**poor).outcome == "not_met"
    assert of(**poor, **route).outcome == "met"
    assert of(**poor, equity_financing_paid_in_3y=500 * WAN - 1).outcome == "not_met"


def test_a_large_firm_is_none() -> None:
    # 300号(十二): software is large from 300 staff and 10,000 万元.
    result = of(employees_y1=300, sales_y1=10_000 * WAN)
    assert leaf(result, "size").value == "large"
    assert result.outcome == "not_met"
    assert leaf(of(employees_y1=None), "size").missing == ("employees_y1",)


def test_from_its_day_on() -> None:
    assert judge("innovative_sme", GOOD, date(2022, 8, 1)).version.id == "innovative_sme@63-2022"
    with pytest.raises(Refused):
        judge("innovative_sme", GOOD, date(2022, 7, 31))
