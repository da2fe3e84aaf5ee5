"""高新技术企业 (32号 第十一条, 195号): boundaries computed by hand, the clause beside them."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from crm.rules.explain import Assessment, assess
from crm.rules.pack import version_on
from crm.rules.reading import load

WAN = 1_000_000
ON = date(2026, 6, 1)
GOOD = {
    "established_on": date(2018, 3, 1),
    "core_ip_count_owned_valid_prc": 3,
    "class1_ip_count": 1,
    "class2_ip_count": 6,
    "has_own_developed_ip": True,
    "tech_field_code_l3": "1",
    "employees_y1": 60,
    "tech_staff_y1": 8,
    "sales_y3": 3_000 * WAN,
    "sales_y2": 3_900 * WAN,
    "sales_y1": 4_400 * WAN,
    "rd_hte_y3": 150 * WAN,
    "rd_hte_y2": 220 * WAN,
    "rd_hte_y1": 300 * WAN,
    "rd_hte_domestic_y3": 150 * WAN,
    "rd_hte_domestic_y2": 220 * WAN,
    "rd_hte_domestic_y1": 300 * WAN,
    "total_income_y1": 4_500 * WAN,
    "ht_income_y1": 3_000 * WAN,
    "main_product_income_y1": 2_000 * WAN,
    "total_assets_y3": 2_000 * WAN,
    "total_assets_y2": 2_400 * WAN,
    "total_assets_y1": 3_000 * WAN,
    "total_liabilities_y3": 1_000 * WAN,
    "total_liabilities_y2": 1_200 * WAN,
    "total_liabilities_y1": 1_500 * WAN,
    "conversions_y1": 5,
    "conversions_y2": 5,
    "conversions_y3": 5,
    "major_incident_last_365d": False,
}


def of(**facts: object) -> Assessment:
    return assess([{**GOOD, **facts}], "hte", ON)[0]


def leaf(result: Assessment, name: str):
    return next(item for item in result.root.leaves() if item.id == name)


def part(result: Assessment, name: str) -> tuple[float, float]:
    found = next(p for p in result.scores[0].parts if p.id == name)
    return found.least, found.most


def test_the_examples_of_the_guide() -> None:
    """R&D 670 ÷ sales 11,300 = 5.93 %; staff 8 ÷ 60 = 13.3 %; net assets 1,000/1,200/1,500 → ½(1.2+1.25)−1 = 22.5 %."""
    result = of()
    assert leaf(result, "rd").value == pytest.approx(670 / 11_300, abs=1e-12)
    assert leaf(result, "rd").threshold == 0.05
    assert leaf(result, "tech_staff").outcome == "met"
    assert result.figures["net_asset_growth"] == 0.225
    assert part(result, "net_asset_growth_points") == (5, 6)
    # ½(3,900/3,000 + 4,400/3,900) − 1 = ½(1.3 + 1.128205…) − 1 = 21.41 % → 5 to 6
    assert result.figures["sales_growth"] == pytest.approx(0.2141025641, abs=1e-9)
    assert part(result, "sales_growth_points") == (5, 6)


@pytest.mark.parametrize(
    ("day", "outcome", "short"), [(date(2025, 6, 1), "met", None), (date(2025, 6, 2), "not_met", 1)]
)
def test_365_calendar_days(day: date, outcome: str, short: int | None) -> None:
    """32号第十一条(一), 195号三(一): from 2025-06-01 to 2026-06-01 are 365 days."""
    result = leaf(of(established_on=day), "age")
    assert (result.outcome, result.shortfall) == (outcome, short)


@pytest.mark.parametrize(
    ("last", "threshold"),
    [(5_000 * WAN, 0.05), (5_000 * WAN + 1, 0.04), (20_000 * WAN, 0.04), (20_000 * WAN + 1, 0.03), (0, 0.05)],
)
def test_which_rate_applies(last: int, threshold: float) -> None:
    """32号第十一条(五): last year's sales ≤ 5,000 万元 5 %; ≤ 2 亿元 4 %; above 3 %."""
    assert leaf(of(sales_y1=last), "rd").threshold == threshold


@pytest.mark.parametrize(("rd", "outcome"), [(500 * WAN, "met"), (500 * WAN - 1, "not_met")])
def test_exactly_five_percent_to_the_fen(rd: int, outcome: str) -> None:
    """Sales 3,000 + 3,000 + 4,000 = 10,000 万元; 5 % of it is 500 万元."""
    sales = {"sales_y3": 3_000 * WAN, "sales_y2": 3_000 * WAN, "sales_y1": 4_000 * WAN}
    assert leaf(of(**sales, rd_hte_y3=0, rd_hte_y2=0, rd_hte_y1=rd), "rd").outcome == outcome


def test_a_rate_that_depends_on_unknown_sales() -> None:
    """Not knowing last year's sales, 5 % may be asked or 3 %: 5 % is met either way, 4 % is open, 2 % is lost."""
    unknown = {"sales_y1": None}
    assert leaf(of(**unknown, rd_to_sales_ratio_3y=0.05), "rd").outcome == "met"
    assert leaf(of(**unknown, rd_to_sales_ratio_3y=0.04), "rd").outcome == "cannot_tell"
    assert leaf(of(**unknown, rd_to_sales_ratio_3y=0.0299), "rd").outcome == "not_met"


def test_a_young_firm_counts_the_years_it_has_lived() -> None:
    """195号三(一): founded 2024, so 2024 and 2025 count: (100 + 60) ÷ (1,000 + 1,000) = 8 %."""
    young = {"established_on": date(2024, 2, 1), "sales_y3": None, "rd_hte_y3": None, "rd_hte_domestic_y3": None}
    sums = {"sales_y2": 1_000 * WAN, "sales_y1": 1_000 * WAN, "rd_hte_y2": 60 * WAN, "rd_hte_y1": 100 * WAN}
    result = of(**young, **sums, total_assets_y3=None, total_liabilities_y3=None, conversions_y3=None)
    assert leaf(result, "rd").value == 0.08
    assert result.figures["sales_growth"] == 0
    assert result.figures["conversions_mean_3y"] == 5


@pytest.mark.parametrize(
    ("name", "facts", "outcome"),
    [
        ("tech_staff", {"tech_staff_y1": 6}, "met"),  # 6/60 = 10 %
        ("tech_staff", {"tech_staff_y1": 5.9}, "not_met"),
        ("rd_domestic", {"rd_domestic_share_3y": 0.6}, "met"),
        ("rd_domestic", {"rd_domestic_share_3y": 0.5999999}, "not_met"),
        ("ht_income", {"ht_income_y1": 2_700 * WAN}, "met"),  # 2,700/4,500 = 60 %
        ("ht_income", {"ht_income_y1": 2_700 * WAN - 1}, "not_met"),
        ("main_product", {"main_product_income_y1": 1_500 * WAN}, "not_met"),  # exactly half is not above half
        ("main_product", {"main_product_income_y1": 1_500 * WAN + 1}, "met"),
        ("ip", {"core_ip_count_owned_valid_prc": 0}, "not_met"),
        ("ip", {"core_ip_count_owned_valid_prc": 1}, "met"),
        ("field", {"tech_field_code_l3": "8.2.1"}, "met"),
        ("field", {"tech_field_code_l3": "9"}, "not_met"),
        ("field", {"tech_field_code_l3": "11"}, "not_met"),
        ("incident", {"major_incident_last_365d": True}, "not_met"),
    ],
)
def test_each_condition_at_its_boundary(name: str, facts: dict[str, object], outcome: str) -> None:
    """32号第十一条(二)-(八), 195号三(三): ≥10 %, ≥60 %, ≥60 %, >50 %."""
    assert leaf(of(**facts), name).outcome == outcome


@pytest.mark.parametrize(
    ("growth", "expected"),
    [(0.35, (9, 10)), (0.3499999, (7, 8)), (0.25, (7, 8)), (0.2499999, (5, 6)), (0.15, (5, 6)), (0.1499999, (3, 4))]
    + [(0.0500001, (3, 4)), (0.05, (1, 4)), (0.0499999, (1, 2)), (0.0000001, (1, 2)), (0.0, (0, 2))]
    + [(-0.0000001, (0, 0)), (-0.2, (0, 0)), (None, (0, 10))],
)
def test_growth_bands(growth: float | None, expected: tuple[int, int]) -> None:
    """195号三(七)4: ≥35 % 9-10; ≥25 % 7-8; ≥15 % 5-6; ≥5 % 3-4; >0 1-2; ≤0 0; not known: anything.

    Score sheets in use read >5 % and ≥0 %: exactly there both readings stand.
    """
    unknown = {"sales_y3": None} if growth is None else {"sales_growth": growth}
    assert part(of(**unknown), "sales_growth_points") == expected


def test_exactly_five_percent_growth_is_not_lost_in_binary_fractions() -> None:
    """1,000 → 1,050 → 1,102.5: ½(1.05 + 1.05) − 1 = 5 % → 3 to 4 points by 195号, 1 to 2 by other sheets."""
    result = of(sales_y3=1_000 * WAN, sales_y2=1_050 * WAN, sales_y1=1_102_500_000)
    assert result.figures["sales_growth"] == 0.05
    assert part(result, "sales_growth_points") == (1, 4)
    readings = leaf(result, "innovation").readings
    assert [(reading.least, reading.most, reading.source is None) for reading in readings] == [
        (3, 4, True),
        (1, 2, False),
    ]


def test_a_second_year_of_nothing_earns_nothing_by_any_reading() -> None:
    """195号三(七)4: 第二年末净资产或销售收入为0的，按0分计算."""
    assert part(of(sales_y2=0), "sales_growth_points") == (0, 0)


@pytest.mark.parametrize(
    ("old", "middle", "last", "expected"),
    [(0, 1_000, 1_300, 0.3), (500, 0, 900, -1.0), (1_000, 900, 810, -0.1), (-100, 200, 300, None)],
)
def test_growth_from_zero_and_below(old: int, middle: int, last: int, expected: float | None) -> None:
    """195号三(七)4: first year 0 → the last two years; second year 0 → no points; no rate from below 0."""
    result = of(
        **{f"total_assets_y{y}": v * WAN for y, v in ((3, old), (2, middle), (1, last))},
        **{f"total_liabilities_y{y}": 0 for y in (1, 2, 3)},
    )
    assert result.figures["net_asset_growth"] == expected


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        (5, (25, 30)),
        (4.9, (19, 24)),
        (4, (19, 24)),
        (3, (13, 18)),
        (2, (7, 12)),
        (1, (1, 6)),
        (0.9, (0, 6)),
        (0, (0, 0)),
    ],
)
def test_conversion_bands(mean: float, expected: tuple[int, int]) -> None:
    """195号三(七)2, on the yearly average of three years."""
    assert part(of(conversions_mean_3y=mean), "conversion") == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [(1, 0, (7, 8)), (0, 5, (5, 6)), (0, 4, (3, 4)), (0, 3, (3, 4)), (0, 2, (1, 2)), (0, 1, (1, 2)), (0, 0, (0, 0))],
)
def test_ip_count_bands(one: int, two: int, expected: tuple[int, int]) -> None:
    """195号三(七)1: one class Ⅰ 7-8; class Ⅱ five 5-6, three 3-4, one 1-2."""
    assert part(of(class1_ip_count=one, class2_ip_count=two), "ip_count") == expected


def test_the_panel_is_never_guessed() -> None:
    """At most: IP 8+8+8+6+2 capped at 30, conversion 30, organisation 20, growth 6+6: 92. Certain: 7+1+25+5+5 = 43."""
    result = of()
    score = result.scores[0]
    assert (score.least, score.most) == (43, 92)
    assert leaf(result, "innovation").outcome == "cannot_tell"
    assert result.outcome == "cannot_tell"


@pytest.mark.parametrize(("points", "outcome"), [(70, "not_met"), (70.5, "met"), (71, "met")])
def test_seventy_is_not_enough(points: float, outcome: str) -> None:
    """32号第十一条(七), 195号三(七): above 70."""
    assert leaf(of(hte_innovation_score=points), "innovation").outcome == outcome


def test_a_score_that_no_panel_can_lift_is_not_met() -> None:
    """Best case: IP 8+8+2+6+2 = 26, conversion 6, organisation 20, growth 2+2 → 56 < 70."""
    result = of(class1_ip_count=0, class2_ip_count=1, conversions_mean_3y=1, sales_growth=0.01, net_asset_growth=0.01)
    assert result.scores[0].most == 56
    assert leaf(result, "innovation").outcome == "not_met"
    assert leaf(result, "innovation").shortfall == 14


def test_all_conditions_met_with_the_panel_s_score() -> None:
    assert of(hte_innovation_score=82).outcome == "met"


def test_days_of_effect() -> None:
    """32号第二十三条: from 2016-01-01."""
    policy = load()["hte"]
    assert version_on(policy, date(2016, 1, 1)).id == "hte@32-2016"
    with pytest.raises(Refused):
        version_on(policy, date(2015, 12, 31))
