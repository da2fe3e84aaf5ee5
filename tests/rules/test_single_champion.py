"""制造业单项冠军 (138号 附件1), as restated."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from tests.rules.sample import WAN, judge, leaf

ON = date(2026, 6, 1)
GOOD = {
    "on_abnormal_or_dishonest_list": False,
    "product_in_prohibited_restricted_eliminated": False,
    "major_incident_or_fraud_last_3y": False,
    "field_years_at_last_yearend": 10,
    "is_new_product": False,
    "has_valid_srdi_title": False,
    "main_revenue_y1": 50_000 * WAN,
    "main_revenue_y2": 40_000 * WAN,
    "main_revenue_y3": 30_000 * WAN,
    "product_global_share_rank": 3,
    "tech_internationally_advanced_review": True,
    "rd_institution_and_intensity_leading_review": True,
    "core_ip_leading_review": True,
}


def of(**changed):
    return judge("single_champion", GOOD, ON, **changed)


def test_the_mean_of_three_years() -> None:
    assert of().outcome == "met"  # exactly 40,000
    assert of(main_revenue_y3=30_000 * WAN - 1).outcome == "not_met"
    half = {"main_revenue_y1": 25_000 * WAN, "main_revenue_y2": 20_000 * WAN, "main_revenue_y3": 15_000 * WAN}
    assert of(**half).outcome == "not_met"
    assert of(**half, has_valid_srdi_title=True).outcome == "met"


def test_years_in_the_field() -> None:
    assert of(field_years_at_last_yearend=9).outcome == "not_met"
    assert of(field_years_at_last_yearend=5, is_new_product=True).outcome == "met"
    assert of(field_years_at_last_yearend=4, is_new_product=True).outcome == "not_met"


@pytest.mark.parametrize(
    ("changed", "criterion"),
    [
        ({"product_global_share_rank": 4}, "rank"),
        ({"tech_internationally_advanced_review": False}, "technology"),
        ({"rd_institution_and_intensity_leading_review": False}, "rd"),
        ({"core_ip_leading_review": False}, "ip"),
        ({"major_incident_or_fraud_last_3y": True}, "incident"),
        ({"product_in_prohibited_restricted_eliminated": True}, "product"),
        ({"on_abnormal_or_dishonest_list": True}, "listed"),
    ],
)
def test_each_criterion(changed, criterion) -> None:
    assert leaf(of(**changed), criterion).outcome == "not_met"
    assert of(**changed).outcome == "not_met"
    unknown = of(**dict.fromkeys(changed))
    assert (unknown.outcome, leaf(unknown, criterion).missing) == ("cannot_tell", tuple(changed))


def test_from_its_day_on() -> None:
    with pytest.raises(Refused):
        judge("single_champion", GOOD, date(2023, 9, 13))
