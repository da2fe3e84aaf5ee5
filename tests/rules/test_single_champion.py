"""制造业单项冠军: 138号 附件1 and what held before it (105号, 251号, 78号, the call of 2021), as restated."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from crm.rules.pack import version_on
from crm.rules.reading import load
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
BEFORE = {
    "product_sales_share": 0.70,
    "product_global_share_rank": 3,
    "tech_internationally_leading_review": True,
    "profit_margin_above_industry": True,
    "field_years_at_last_yearend": 10,
    "is_new_product": False,
    "sales_y1": 40_000 * WAN,
    "has_valid_little_giant_title": False,
    "offence_last_3y": False,
}
FIRST, SECOND, FOURTH, SIXTH = date(2016, 6, 1), date(2018, 6, 1), date(2019, 6, 1), date(2021, 6, 1)


def of(**changed):
    return judge("single_champion", GOOD, ON, **changed)


def before(day, **changed):
    return judge("single_champion", BEFORE, day, **changed)


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


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2016, 3, 16), "single_champion@105-2016"),
        (date(2017, 5, 17), "single_champion@105-2016"),
        (date(2017, 5, 18), "single_champion@251-2017"),
        (date(2018, 12, 31), "single_champion@251-2017"),
        (date(2019, 1, 1), "single_champion@78-2019"),
        (date(2021, 5, 11), "single_champion@78-2019"),
        (date(2021, 5, 12), "single_champion@2021"),
        (date(2023, 9, 13), "single_champion@2021"),
        (date(2023, 9, 14), "single_champion@138-2023"),
        (ON, "single_champion@138-2023"),
    ],
)
def test_which_version_holds(day, version) -> None:
    assert version_on(load()["single_champion"], day).id == version


def test_nothing_holds_before_the_programme() -> None:
    with pytest.raises(Refused):
        before(date(2016, 3, 15))


@pytest.mark.parametrize(
    ("changed", "first", "second", "fourth", "sixth"),
    [
        ({}, "met", "met", "met", "met"),
        # 105号二(一)1: 70 % of all sales for a model firm; the class of products that came in 2017 asks for none.
        ({"product_sales_share": 0.6999}, "not_met", "met", "met", "met"),
        ({"product_global_share_rank": 4}, "not_met", "not_met", "not_met", "not_met"),
        ({"tech_internationally_leading_review": False}, "not_met", "not_met", "not_met", "not_met"),
        ({"profit_margin_above_industry": False}, "not_met", "not_met", "not_met", "not_met"),
        ({"field_years_at_last_yearend": 9}, "not_met", "not_met", "not_met", "not_met"),
        ({"field_years_at_last_yearend": 3, "is_new_product": True}, "met", "met", "met", "met"),
        ({"field_years_at_last_yearend": 2, "is_new_product": True}, *["not_met"] * 4),
        # 78号一(二): sales below 400 million only for who is a little giant.
        ({"sales_y1": 40_000 * WAN - 1}, "met", "met", "not_met", "not_met"),
        ({"sales_y1": 40_000 * WAN - 1, "has_valid_little_giant_title": True}, "met", "met", "met", "met"),
        # The call of 2021, 一(一)5: no offence within three years.
        ({"offence_last_3y": True}, "met", "met", "met", "not_met"),
        ({"offence_last_3y": None}, "met", "met", "met", "cannot_tell"),
    ],
)
def test_the_earlier_versions_at_their_edges(changed, first, second, fourth, sixth) -> None:
    outcomes = [before(day, **changed).outcome for day in (FIRST, SECOND, FOURTH, SIXTH)]
    assert outcomes == [first, second, fourth, sixth]
