"""Gazelles: Huangpu's standard of 2022 (S43), GB/T 41464-2022 by a paraphrase that judges nobody (S44)."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from crm.rules.explain import assess
from tests.rules.sample import WAN, judge, leaf

ON = date(2026, 6, 1)
# 1,000 → 1,200 → 1,440 → 1,728 万元: 20 % a year, 1.2³ = 1.728.
GOOD = {
    "registration_district": "440112",
    "tax_district": "440112",
    "statistics_district": "440112",
    "has_valid_hte_certificate": True,
    "established_on": date(2010, 1, 1),
    "sales_y4": 1_000 * WAN,
    "sales_y2": 1_440 * WAN,
    "sales_y1": 1_728 * WAN,
    "pre_a_investment": 0,
}
# At the end of 2025 five years and no day more.
FIVE = {"established_on": date(2020, 12, 31), "sales_y4": 0}


def gazelle(**changed):
    return judge("gazelle_huangpu", GOOD, ON, **changed)


def young(**changed):
    return judge("gazelle_cultivation_huangpu", GOOD, ON, **changed)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, "met"),
        ({"registration_district": "440106"}, "not_met"),
        ({"tax_district": "440106"}, "not_met"),
        ({"statistics_district": "440106"}, "not_met"),
        ({"has_valid_hte_certificate": False}, "not_met"),
        # (一)1: a base of 10 million, 20 % a year, and growth in the last
        ({"sales_y4": 1_000 * WAN - 1}, "not_met"),
        ({"sales_y1": 1_728 * WAN - 1}, "not_met"),
        ({"sales_y2": 1_728 * WAN}, "not_met"),
        ({"sales_y2": 1_728 * WAN - 1}, "met"),
        ({"sales_y4": None}, "cannot_tell"),
        # (一)2: five years, above 500 million
        ({**FIVE, "sales_y1": 50_000 * WAN}, "not_met"),
        ({**FIVE, "sales_y1": 50_000 * WAN + 1}, "met"),
        ({**FIVE, "sales_y1": 50_000 * WAN + 1, "sales_y2": 60_000 * WAN}, "not_met"),
        ({**FIVE, "established_on": date(2020, 12, 30), "sales_y4": 1, "sales_y1": 60_000 * WAN}, "not_met"),
        # (一)3: ten years, above 1 billion
        ({"established_on": date(2015, 12, 31), "sales_y4": 0, "sales_y1": 100_000 * WAN + 1}, "met"),
        ({"established_on": date(2015, 12, 31), "sales_y4": 0, "sales_y1": 100_000 * WAN}, "not_met"),
        ({"established_on": date(2015, 12, 30), "sales_y4": 0, "sales_y1": 100_000 * WAN + 1}, "not_met"),
    ],
)
def test_the_gazelle_of_huangpu(changed, outcome) -> None:
    assert gazelle(**changed).outcome == outcome


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"sales_y4": 500 * WAN, "sales_y2": 720 * WAN, "sales_y1": 864 * WAN}, "met"),  # 500 × 1.728
        ({"sales_y4": 500 * WAN - 1, "sales_y2": 720 * WAN, "sales_y1": 864 * WAN}, "not_met"),
        ({"sales_y4": 500 * WAN, "sales_y2": 720 * WAN, "sales_y1": 864 * WAN - 1}, "not_met"),
        ({"sales_y4": 500 * WAN, "sales_y2": 864 * WAN, "sales_y1": 864 * WAN}, "not_met"),
        # (二)2: 5 million, up by half: 500 ÷ 333.33… is 1.5
        ({"sales_y4": 0, "sales_y2": 400 * WAN, "sales_y1": 600 * WAN}, "met"),
        ({"sales_y4": 0, "sales_y2": 400 * WAN, "sales_y1": 600 * WAN - 1}, "not_met"),
        ({"sales_y4": 0, "sales_y2": 100 * WAN, "sales_y1": 500 * WAN}, "met"),
        ({"sales_y4": 0, "sales_y2": 100 * WAN, "sales_y1": 500 * WAN - 1}, "not_met"),
        # (二)3: five years at the end of the last, 50 million up to round A
        ({**FIVE, "sales_y1": 0, "pre_a_investment": 5_000 * WAN}, "met"),
        ({**FIVE, "sales_y1": 0, "pre_a_investment": 5_000 * WAN - 1}, "not_met"),
        (
            {"established_on": date(2020, 12, 30), "sales_y4": 0, "sales_y1": 0, "pre_a_investment": 5_000 * WAN},
            "not_met",
        ),
        ({"has_valid_hte_certificate": False}, "not_met"),
        ({"registration_district": "440106"}, "not_met"),
        ({"tax_district": "440106"}, "not_met"),
        ({"statistics_district": "440106"}, "not_met"),
    ],
)
def test_the_gazelle_in_cultivation(changed, outcome) -> None:
    assert young(**changed).outcome == outcome


def test_who_was_not_born_had_no_sales() -> None:
    """Founded in 2023, so nothing was sold in 2022: the base is missed, and nobody is asked for it."""
    result = gazelle(established_on=date(2023, 5, 1), sales_y4=None)
    assert (leaf(result, "base_sales").value, result.outcome) == (0, "not_met")
    assert "sales_y4" not in result.missing
    assert gazelle(established_on=date(2022, 5, 1), sales_y4=None).outcome == "cannot_tell"


@pytest.mark.parametrize("policy", ["gazelle_huangpu", "gazelle_cultivation_huangpu"])
def test_not_before_the_standard_that_was_seen(policy) -> None:
    assert judge(policy, GOOD, date(2022, 11, 23)).outcome == "met"
    with pytest.raises(Refused):
        judge(policy, GOOD, date(2022, 11, 22))


STANDARD = {
    "established_on": date(2011, 6, 1),  # fifteen years old
    "sales_y5": 1_000 * WAN,
    "sales_y1": 2_073_600_000,  # 1.2⁴ = 2.0736
    "employees_y5": 0,
    "employees_y1": 0,
}
STAFF = {"sales_y5": 0, "employees_y5": 1_000, "employees_y1": 2_856.1}  # 1.3⁴ = 2.8561


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, "met"),
        ({"established_on": date(2011, 5, 31)}, "not_met"),
        ({"sales_y5": 1_000 * WAN - 1}, "not_met"),
        ({"sales_y1": 2_073_599_999}, "not_met"),
        (STAFF, "met"),
        ({**STAFF, "employees_y1": 2_856}, "not_met"),
        ({**STAFF, "employees_y5": 100, "employees_y1": 285.61}, "met"),
        ({**STAFF, "employees_y5": 99, "employees_y1": 999}, "not_met"),
        ({"sales_y5": 0, "established_on": date(2016, 6, 1), "sales_y1": 100_000 * WAN}, "met"),
        ({"sales_y5": 0, "established_on": date(2016, 6, 1), "sales_y1": 100_000 * WAN - 1}, "not_met"),
        ({"sales_y5": 0, "established_on": date(2016, 5, 31), "sales_y1": 100_000 * WAN}, "not_met"),
    ],
)
def test_the_national_standard_can_be_tried_and_judges_nobody(changed, outcome) -> None:
    facts = [{**STANDARD, **changed}]
    assert assess(facts, "gazelle_standard", ON, unverified=True)[0].outcome == outcome
    with pytest.raises(Refused):
        assess(facts, "gazelle_standard", ON)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2016, 6, 1), date(2026, 6, 1), 10),
        (date(2016, 2, 29), date(2026, 2, 28), 10 - 1 / 372),
        (date(2016, 12, 31), date(2026, 12, 31), 10),
        (date(2024, 2, 29), date(2028, 2, 29), 4),
        (date(2026, 6, 2), date(2026, 6, 1), -1 / 372),
    ],
)
def test_an_anniversary_is_a_whole_number_of_years(born, day, age) -> None:
    result = assess([{**STANDARD, "established_on": born}], "gazelle_standard", day, unverified=True)[0]
    assert result.figures["company_age_years"] == pytest.approx(age, abs=1e-12)
