"""科技型中小企业 (115号): every boundary of every band on its right side, figures computed by hand."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from crm.rules.explain import Assessment, assess
from crm.rules.pack import version_on
from crm.rules.reading import load

WAN = 1_000_000
ON = date(2026, 7, 1)
GOOD = {
    "is_resident_enterprise_prc": True,
    "employees_y1": 60,
    "tech_staff_y1": 16,
    "sales_y1": 3_600 * WAN,
    "rd_tax_y1": 180 * WAN,
    "total_assets_y1": 5_000 * WAN,
    "class1_ip_count": 0,
    "class2_ip_count": 3,
    "product_in_prohibited_restricted_eliminated": False,
    "industry_code": "6513",
    "tax_collection_is_audited": True,
    "major_incident_prev_or_current_year": False,
    "on_abnormal_or_dishonest_list": False,
    "costs_and_expenses_y1": 3_500 * WAN,
}


def of(**facts: object) -> Assessment:
    return assess([{**GOOD, **facts}], "tech_sme", ON)[0]


def leaf(result: Assessment, name: str):
    return next(item for item in result.root.leaves() if item.id == name)


def points(result: Assessment, part: str) -> float:
    found = next(p for p in result.scores[0].parts if p.id == part)
    assert found.least == found.most
    return found.least


def test_the_example_of_the_rule() -> None:
    """16 ÷ 60 = 26.7 % → 16; 180 ÷ 3,600 = 5.0 % → 40; three utility models → 18; 74 in all, 60 pass (第七条)."""
    result = of()
    assert (points(result, "tech_staff_score"), points(result, "rd_score"), points(result, "results_score")) == (
        16,
        40,
        18,
    )
    assert (result.scores[0].least, result.scores[0].most) == (74, 74)
    assert result.outcome == "met"


@pytest.mark.parametrize(
    ("tech", "staff", "expected"),
    [(30, 100, 20), (299, 1000, 16), (25, 100, 16), (249, 1000, 12), (20, 100, 12), (199, 1000, 8)]
    + [(15, 100, 8), (149, 1000, 4), (10, 100, 4), (99, 1000, 0), (0, 100, 0), (100, 100, 20)],
)
def test_technical_staff_bands(tech: int, staff: int, expected: int) -> None:
    """115号第七条(一): ≥30 % 20; [25,30) 16; [20,25) 12; [15,20) 8; [10,15) 4; below 10 % 0."""
    assert points(of(tech_staff_y1=tech, employees_y1=staff), "tech_staff_score") == expected


@pytest.mark.parametrize(
    ("rd_fen", "expected"),
    [(6_000_000_000, 50), (5_999_999_999, 40), (5_000_000_000, 40), (4_999_999_999, 30), (4_000_000_000, 30)]
    + [(3_999_999_999, 20), (3_000_000_000, 20), (2_999_999_999, 10), (2_000_000_000, 10), (1_999_999_999, 0)],
)
def test_rd_to_sales_bands_to_the_fen(rd_fen: int, expected: int) -> None:
    """115号第七条(二)1, at sales of 10 亿元: one fen below 5 % is not 5 %. The other way gives nothing here."""
    result = of(sales_y1=100_000_000_000, rd_tax_y1=rd_fen, costs_and_expenses_y1=100_000_000_000)
    assert points(result, "rd_score") == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (3000, 50),
        (2999, 40),
        (2500, 40),
        (2499, 30),
        (2000, 30),
        (1999, 20),
        (1500, 20),
        (1499, 10),
        (1000, 10),
        (999, 0),
    ],
)
def test_rd_to_costs_bands(share: int, expected: int) -> None:
    """115号第七条(二)2, in hundredths of a percent of costs; sales are so large that the first way gives 0."""
    result = of(sales_y1=10**6 * WAN, costs_and_expenses_y1=1_000 * WAN, rd_tax_y1=share * WAN // 10)
    assert points(result, "rd_score") == expected


def test_one_of_the_two_rd_ways_is_enough_and_the_better_counts() -> None:
    """115号第七条(二) 任选其一: R&D 100 of sales 2,000 = 5 % → 40; of costs 300 = 33 % → 50."""
    assert points(of(sales_y1=2_000 * WAN, rd_tax_y1=100 * WAN, costs_and_expenses_y1=300 * WAN), "rd_score") == 50


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [(1, 0, 30), (0, 5, 24), (0, 4, 24), (0, 3, 18), (0, 2, 12), (0, 1, 6), (0, 0, 0), (2, 9, 30)],
)
def test_result_bands(one: int, two: int, expected: int) -> None:
    """115号第七条(三): one class Ⅰ 30; class Ⅱ four 24, three 18, two 12, one 6."""
    assert points(of(class1_ip_count=one, class2_ip_count=two), "results_score") == expected


@pytest.mark.parametrize(
    ("facts", "name", "outcome", "short"),
    [
        ({"employees_y1": 500, "tech_staff_y1": 150}, "staff", "met", None),
        ({"employees_y1": 501, "tech_staff_y1": 151}, "staff", "not_met", 1),
        ({"sales_y1": 20_000 * WAN, "rd_tax_y1": 1_200 * WAN}, "sales", "met", None),
        ({"sales_y1": 20_000 * WAN + 1, "rd_tax_y1": 1_300 * WAN}, "sales", "not_met", 1),
        ({"total_assets_y1": 20_000 * WAN}, "assets", "met", None),
        ({"total_assets_y1": 20_000 * WAN + 1}, "assets", "not_met", 1),
    ],
)
def test_size_limits(facts: dict[str, int], name: str, outcome: str, short: int | None) -> None:
    """115号第六条(二): 500 persons, 2 亿元, 2 亿元, the limits themselves allowed."""
    result = leaf(of(**facts), name)
    assert (result.outcome, result.shortfall) == (outcome, short)


def test_sixty_is_enough_and_fifty_nine_is_not_reached_by_rounding() -> None:
    """115号第六条(五): 60 passes. Staff 10 % 4 + R&D 5 % 40 + class Ⅱ ×2 12 = 56; staff 15 % 8 + 40 + 12 = 60."""
    below = of(employees_y1=100, tech_staff_y1=10, class2_ip_count=2)
    exactly = of(employees_y1=100, tech_staff_y1=15, class2_ip_count=2)
    assert (below.scores[0].least, leaf(below, "score").outcome) == (56, "not_met")
    assert leaf(below, "score").shortfall == 4
    assert (exactly.scores[0].least, leaf(exactly, "score").outcome) == (60, "met")


def test_without_technical_staff_points_the_score_does_not_pass() -> None:
    """115号第六条(五): R&D 50 + results 30 = 80, but staff 9 of 100 is below 10 % and earns 0."""
    closed = {"has_valid_hte_certificate": False, "has_provincial_rd_institution": False}
    result = of(employees_y1=100, tech_staff_y1=9, rd_tax_y1=360 * WAN, class1_ip_count=1, **closed)
    assert result.scores[0].least == 80
    assert result.outcome == "not_met"


@pytest.mark.parametrize(
    "route",
    [
        {"has_valid_hte_certificate": True},
        {"national_award_rank_last_5y": 3},
        {"has_provincial_rd_institution": True},
        {"led_standard_drafter_rank_last_5y": 5},
    ],
)
def test_each_direct_route_opens_without_a_score(route: dict[str, object]) -> None:
    """115号第八条: any one, with the conditions 一 to 四."""
    assert of(rd_tax_y1=0, class2_ip_count=0, tech_staff_y1=0, **route).outcome == "met"


@pytest.mark.parametrize("route", [{"national_award_rank_last_5y": 4}, {"led_standard_drafter_rank_last_5y": 6}])
def test_ranks_beyond_the_limit_do_not(route: dict[str, object]) -> None:
    closed = {"has_valid_hte_certificate": False, "has_provincial_rd_institution": False}
    assert of(rd_tax_y1=0, class2_ip_count=0, tech_staff_y1=0, **closed, **route).outcome == "not_met"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(code, "not_met") for code in ("1610", "5120", "6110", "7010", "7211", "9011")]
    + [("3973", "met"), ("7320", "met"), (None, "cannot_tell")],
)
def test_excluded_industries_by_leading_digits(code: str | None, outcome: str) -> None:
    """财税〔2015〕119号四, mapped to GB/T 4754-2017: C16, F51-52, H61-62, K70, L71-72, R90."""
    assert leaf(of(industry_code=code), "industry").outcome == outcome


def test_an_unknown_fact_is_named_and_never_counts_as_zero() -> None:
    result = of(class2_ip_count=None)
    part = next(p for p in result.scores[0].parts if p.id == "results_score")
    assert (part.least, part.most) == (0, 24)
    assert (result.scores[0].least, result.scores[0].most) == (56, 80)
    assert leaf(result, "score").outcome == "cannot_tell"
    assert "class2_ip_count" in leaf(result, "score").missing


def test_what_is_decided_whatever_the_unknown_is_is_decided() -> None:
    """Staff 20 + R&D 50 = 70 ≥ 60 without knowing a single right."""
    result = of(tech_staff_y1=30, rd_tax_y1=360 * WAN, class1_ip_count=None, class2_ip_count=None)
    assert leaf(result, "score").outcome == "met"


def test_the_day_before_the_rule_and_the_day_of_effect() -> None:
    """第十七条: in force on the day it was issued, 2017-05-03."""
    policy = load()["tech_sme"]
    assert version_on(policy, date(2017, 5, 3)).id == "tech_sme@115-2017"
    with pytest.raises(Refused, match="2017-05-02"):
        version_on(policy, date(2017, 5, 2))
