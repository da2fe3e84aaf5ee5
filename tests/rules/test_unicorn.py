"""Unicorns and potential unicorns: the list of GEI 2025 (S40), and that of Huangpu (穗埔科规字〔2021〕5号, G19)."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from tests.rules.sample import WAN, judge

ON = date(2026, 6, 1)
GEI = {
    "is_resident_enterprise_prc": True,
    "established_on": date(2016, 6, 1),  # ten years old on the day
    "has_professional_private_investment": True,
    "is_listed": False,
    "post_money_valuation_usd": 1_000,
    "cumulative_financing_usd": 50,
}
YOUNG = GEI | {
    "established_on": date(2021, 6, 1),
    "post_money_valuation_usd": 100,
    "cumulative_financing_usd": 5,
}
OLDER = GEI | {
    "established_on": date(2017, 6, 1),
    "post_money_valuation_usd": 500,
    "cumulative_financing_usd": 25,
}
HUANGPU = {
    "registration_district": "440112",
    "tax_district": "440112",
    "statistics_district": "440112",
    "main_product_in_strategic_emerging": True,
    "project_dishonesty_last_3y": False,
    "public_credit_a_or_b": True,
    "established_on": date(2016, 6, 1),
    "has_equity_investment": True,
    "is_listed": False,
    "post_money_valuation_usd": 1_000,
    "post_money_valuation_cny": 0,
}
HUANGPU_YOUNG = HUANGPU | {"established_on": date(2021, 6, 1), "post_money_valuation_usd": 100}


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, "met"),
        ({"established_on": date(2016, 5, 31)}, "not_met"),
        ({"is_resident_enterprise_prc": False}, "not_met"),
        ({"has_professional_private_investment": False}, "not_met"),
        ({"is_listed": True}, "not_met"),
        ({"is_listed": None}, "cannot_tell"),
        ({"post_money_valuation_usd": 999.99}, "not_met"),  # 超过（含）10亿美元
        ({"cumulative_financing_usd": 49.99}, "not_met"),
    ],
)
def test_the_unicorn_of_gei(changed, outcome) -> None:
    assert judge("unicorn_gei", GEI, ON, **changed).outcome == outcome


@pytest.mark.parametrize(
    ("good", "changed", "outcome"),
    [
        (YOUNG, {}, "met"),
        (YOUNG, {"established_on": date(2021, 5, 31)}, "not_met"),  # a day above five years asks for 500 and 25
        (YOUNG, {"post_money_valuation_usd": 99.99}, "not_met"),
        (YOUNG, {"cumulative_financing_usd": 4.99}, "not_met"),
        (YOUNG, {"is_listed": True}, "not_met"),
        (YOUNG, {"is_resident_enterprise_prc": False}, "not_met"),
        (YOUNG, {"has_professional_private_investment": False}, "not_met"),
        (OLDER, {}, "met"),
        (OLDER, {"established_on": date(2017, 5, 31)}, "not_met"),  # no more than nine years
        (OLDER, {"post_money_valuation_usd": 499.99}, "not_met"),
        (OLDER, {"cumulative_financing_usd": 24.99}, "not_met"),
        # Not knowing the age, 100 and 5 may be enough or not.
        (YOUNG, {"established_on": None}, "cannot_tell"),
    ],
)
def test_the_potential_unicorn_of_gei(good, changed, outcome) -> None:
    assert judge("potential_unicorn_gei", good, ON, **changed).outcome == outcome


LOCAL = [
    ({}, "met"),
    ({"registration_district": "440106"}, "not_met"),
    ({"tax_district": "440106"}, "not_met"),
    ({"statistics_district": "440106"}, "not_met"),
    ({"statistics_district": None}, "cannot_tell"),
    ({"main_product_in_strategic_emerging": False}, "not_met"),
    ({"project_dishonesty_last_3y": True}, "not_met"),
    ({"public_credit_a_or_b": False}, "not_met"),
    ({"has_equity_investment": False}, "not_met"),
    ({"is_listed": True}, "not_met"),
]


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        *LOCAL,
        ({"established_on": date(2016, 5, 31)}, "not_met"),
        ({"post_money_valuation_usd": 999}, "not_met"),
        # 10亿美元（或人民币60亿元）
        ({"post_money_valuation_usd": 999, "post_money_valuation_cny": 600_000 * WAN}, "met"),
        ({"post_money_valuation_usd": 999, "post_money_valuation_cny": 600_000 * WAN - 1}, "not_met"),
        ({"post_money_valuation_usd": None, "post_money_valuation_cny": 600_000 * WAN - 1}, "cannot_tell"),
    ],
)
def test_the_unicorn_of_huangpu(changed, outcome) -> None:
    assert judge("unicorn_huangpu", HUANGPU, ON, **changed).outcome == outcome


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        *LOCAL,
        ({"established_on": date(2021, 5, 31)}, "not_met"),
        ({"post_money_valuation_usd": 99}, "not_met"),
        ({"post_money_valuation_usd": 99, "post_money_valuation_cny": 60_000 * WAN}, "met"),
        ({"post_money_valuation_usd": 99, "post_money_valuation_cny": 60_000 * WAN - 1}, "not_met"),
    ],
)
def test_the_potential_unicorn_of_huangpu(changed, outcome) -> None:
    assert judge("potential_unicorn_huangpu", HUANGPU_YOUNG, ON, **changed).outcome == outcome


@pytest.mark.parametrize(
    ("policy", "good", "first"),
    [
        ("unicorn_gei", GEI | {"established_on": date(2020, 1, 1)}, date(2025, 1, 1)),
        ("potential_unicorn_gei", YOUNG, date(2025, 1, 1)),
        ("unicorn_huangpu", HUANGPU, date(2022, 11, 3)),
        ("potential_unicorn_huangpu", HUANGPU_YOUNG, date(2022, 11, 3)),
    ],
)
def test_not_before_the_call_that_was_seen(policy, good, first) -> None:
    assert judge(policy, good, first).outcome == "met"
    with pytest.raises(Refused):
        judge(policy, good, date.fromordinal(first.toordinal() - 1))
