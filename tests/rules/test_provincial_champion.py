"""广东省制造业单项冠军 (粤工信规字〔2024〕1号 第五、六条), as restated."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from tests.rules.sample import WAN, judge, leaf

ON = date(2026, 6, 1)
GOOD = {
    "registration_district": "440112",
    "field_years_at_last_yearend": 5,
    "is_new_product": False,
    "niche_market_rank_domestic": 3,
    "product_global_share_rank": 9,
    "rd_accounts_y1": 1_200 * WAN,
    "main_revenue_y1": 40_000 * WAN,
    "main_revenue_y2": 40_000 * WAN,
    "main_revenue_y3": 40_000 * WAN,
    "rd_intensity_leading_review": False,
    "has_rd_institution": True,
    "invention_patent_count": 2,
    "took_part_in_standards": True,
    "tech_internationally_advanced_review": True,
    "has_valid_little_giant_title": False,
    "on_abnormal_or_dishonest_list": False,
    "product_in_prohibited_restricted_eliminated": False,
    "major_incident_or_fraud_last_3y": False,
}
# A mean of 100 million yuan, and 3 % of the last year's.
SMALL = {f"main_revenue_y{year}": 10_000 * WAN for year in (1, 2, 3)} | {"rd_accounts_y1": 300 * WAN}


def of(**changed):
    return judge("provincial_champion", GOOD, ON, **changed)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, "met"),
        ({"registration_district": "440305"}, "met"),  # Shenzhen is of the province
        ({"registration_district": "430104"}, "not_met"),
        ({"registration_district": None}, "cannot_tell"),
        # 第六条(一): five years, a new product three
        ({"field_years_at_last_yearend": 4}, "not_met"),
        ({"field_years_at_last_yearend": 3, "is_new_product": True}, "met"),
        ({"field_years_at_last_yearend": 2, "is_new_product": True}, "not_met"),
        # (二): third at home or fifth in the world
        ({"niche_market_rank_domestic": 4}, "not_met"),
        ({"niche_market_rank_domestic": 4, "product_global_share_rank": 5}, "met"),
        ({"niche_market_rank_domestic": 4, "product_global_share_rank": 6}, "not_met"),
        # (三): 1,200 of 40,000 is 3 %
        ({"rd_accounts_y1": 1_200 * WAN - 1}, "not_met"),
        ({"rd_accounts_y1": 1_200 * WAN - 1, "rd_intensity_leading_review": True}, "met"),
        ({"has_rd_institution": False}, "not_met"),
        ({"invention_patent_count": 1}, "not_met"),
        ({"took_part_in_standards": False}, "not_met"),
        # (四)
        ({"tech_internationally_advanced_review": False}, "not_met"),
        # (五): a mean of 40,000; of a little giant 10,000
        ({"main_revenue_y3": 40_000 * WAN - 1}, "not_met"),
        (SMALL, "not_met"),
        ({**SMALL, "has_valid_little_giant_title": True}, "met"),
        ({**SMALL, "has_valid_little_giant_title": True, "main_revenue_y3": 10_000 * WAN - 1}, "not_met"),
        # (六)
        ({"on_abnormal_or_dishonest_list": True}, "not_met"),
        ({"product_in_prohibited_restricted_eliminated": True}, "not_met"),
        ({"major_incident_or_fraud_last_3y": True}, "not_met"),
        ({"major_incident_or_fraud_last_3y": None}, "cannot_tell"),
    ],
)
def test_each_condition_at_its_edge(changed, outcome) -> None:
    assert of(**changed).outcome == outcome


def test_the_share_is_of_main_business() -> None:
    assert leaf(of(), "rd_share").value == 0.03


def test_from_the_day_it_was_first_seen_in_use() -> None:
    assert judge("provincial_champion", GOOD, date(2024, 4, 7)).outcome == "met"
    with pytest.raises(Refused):
        judge("provincial_champion", GOOD, date(2024, 4, 6))
