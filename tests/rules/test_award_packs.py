"""What each pack gives, by hand and by the clause."""

import json
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from flask import Flask

from crm.rules import reading
from crm.rules.evaluate import evaluate
from crm.rules.explain import Assessment, assess

WAN = 1_000_000
ON = date(2026, 6, 1)


def due(policy: str, on: date = ON, **facts: Any) -> Assessment:
    return assess([facts], policy, on, unverified=True)[0]


def span(policy: str, on: date = ON, **facts: Any) -> tuple[float, float | None]:
    """Return the least and the most in 万元."""
    award = due(policy, on, **facts).award
    assert award is not None
    return award.least / WAN, None if award.most is None else award.most / WAN


def rd(wan: float | None) -> dict[str, int | None]:
    fen = None if wan is None else round(wan * WAN)
    return dict.fromkeys(("rd_tax_y1", "rd_hte_y1", "rd_accounts_y1"), fen)


HTE = {
    "registration_district": "440106",
    "hte_first_recognised_this_year": True,
    "hte_re_recognised_this_year": False,
    "four_above_entry_year": 2025,
}


@pytest.mark.parametrize(
    ("spent", "gives"),
    [(0, 0), (999.999999, 0), (1000, 40), (9999.99, 40), (10000, 70), (50000, 70)],  # 1,000 含, 10,000 不含
)
def test_guangzhou_first_recognition_and_research(spent: float, gives: int) -> None:
    """guangzhou.md 2.1: first 20, R&D from 1,000 and below 10,000 +40, from 10,000 +70."""
    assert span("gz_high_tech_award", **HTE, **rd(spent)) == (20 + gives, 20 + gives)


def test_guangzhou_again_four_above_and_the_cap() -> None:
    """Again 10; first entry into 四上 +10; 20 + 10 + 70 = 100 is the cap exactly."""
    again = {**HTE, "hte_first_recognised_this_year": False, "hte_re_recognised_this_year": True}
    assert span("gz_high_tech_award", **again, **rd(0)) == (10, 10)
    assert span("gz_high_tech_award", **{**HTE, "four_above_entry_year": 2026}, **rd(20_000)) == (100, 100)
    neither = {**HTE, "hte_first_recognised_this_year": False}
    assert span("gz_high_tech_award", **neither, **rd(20_000)) == (0, 0), "not recognised this year"


def test_the_text_does_not_say_which_research_so_all_three_are_told() -> None:
    """R&D by tax 900, by 195号 1,200, by the accounts 12,000: from 20 to 90, and the page shows each."""
    facts = {"rd_tax_y1": 900 * WAN, "rd_hte_y1": 1200 * WAN, "rd_accounts_y1": 12_000 * WAN}
    award = due("gz_high_tech_award", **HTE, **facts).award
    assert (award.least, award.most) == (20 * WAN, 90 * WAN)
    part = next(part for part in award.parts if part.id == "gz_rd")
    assert [(r.metric, r.least / WAN) for r in part.readings] == [
        ("rd_tax_y1", 0),
        ("rd_hte_y1", 40),
        ("rd_accounts_y1", 70),
    ]
    assert award.missing == ()


def test_what_nobody_knows_leaves_it_open_and_is_asked_for() -> None:
    known = due("gz_high_tech_award", **{**HTE, "four_above_entry_year": None}, rd_tax_y1=1500 * WAN)
    assert (known.award.least, known.award.most) == (20 * WAN, 100 * WAN)
    assert set(known.award.missing) == {"four_above_entry_year", "rd_hte_y1", "rd_accounts_y1"}
    nobody = due("gz_high_tech_award", **{**HTE, "registration_district": None}, **rd(1500))
    assert (nobody.outcome, nobody.award.least, nobody.award.most) == ("cannot_tell", 0, 60 * WAN)
    elsewhere = due("gz_high_tech_award", **{**HTE, "registration_district": "000000"}, **rd(1500))
    assert (elsewhere.outcome, elsewhere.award.most) == ("not_met", 0)


def test_a_pack_nobody_has_verified_judges_nobody() -> None:
    """2.1 and the districts of 2.3 are of grade C; 13号 and the two interest subsidies are of grade B."""
    held = {name: policy for name, policy in reading.load().items() if policy.kind == "award"}
    verified = {name for name, policy in held.items() if any(version.verified for version in policy.versions)}
    assert set(held) - verified == {
        "gz_high_tech_award",
        "tianhe_high_tech_award",
        "liwan_high_tech_award",
        "huangpu_high_tech_move_in",
        "gd_contest_prize",
    }


@pytest.mark.parametrize(
    ("policy", "district", "facts", "gives"),
    [
        ("tianhe_high_tech_award", "440106", {"hte_first_recognised_this_year": True}, 60),  # first or move-in 60
        ("tianhe_high_tech_award", "440106", {"hte_re_recognised_this_year": True}, 30),
        ("tianhe_high_tech_award", "440106", {"hte_re_recognised_this_year": True, "moved_within_year": 2026}, 60),
        ("tianhe_high_tech_award", "440103", {"hte_first_recognised_this_year": True}, 0),
        ("liwan_high_tech_award", "440103", {"hte_first_recognised_this_year": True}, 30),
        ("liwan_high_tech_award", "440103", {"hte_re_recognised_this_year": True}, 10),
    ],
)
def test_district_awards_take_the_best_occasion(policy: str, district: str, facts: dict[str, Any], gives: int) -> None:
    """guangzhou.md 2.3; who moved in and was recognised in one year is given the higher of the two."""
    blank = {
        "hte_first_recognised_this_year": False,
        "hte_re_recognised_this_year": False,
        "moved_within_year": 2020,
        "has_valid_hte_certificate": True,
        "registration_district": district,
    }
    assert span(policy, **(blank | facts)) == (gives, gives)


def test_huangpu_asks_for_all_three_jurisdictions() -> None:
    """G17: registration, tax and statistics all in the district."""
    good = {
        "registration_district": "440112",
        "tax_district": "440112",
        "statistics_district": "440112",
        "has_valid_hte_certificate": True,
        "is_above_scale": True,
        "moved_in_year": 2026,
    }
    assert span("huangpu_high_tech_move_in", **good) == (30, 30)
    assert span("huangpu_high_tech_move_in", **{**good, "statistics_district": "440106"}) == (0, 0)
    assert span("huangpu_high_tech_move_in", **{**good, "tax_district": None}) == (0, 30)
    assert span("huangpu_high_tech_move_in", **{**good, "moved_in_year": 2025}) == (0, 0), "not this year"


@pytest.mark.parametrize(
    ("now", "before", "gives"),
    [(900, 500, 40), (500, 500, 0), (499.99, 0, 0), (3000, 1000, 100), (600, 900, 0)],
)
def test_huangpu_rise_of_research(now: float, before: float, gives: float) -> None:
    """穗埔府规〔2020〕4号第五条: R&D of at least 500, 10 % of its rise, at most 100."""
    facts = {
        f"{key}_y{year}": round(wan * WAN)
        for key in ("rd_tax", "rd_hte", "rd_accounts")
        for year, wan in ((1, now), (2, before))
    }
    firm = {"registration_district": "440112", "is_above_scale": True, "has_rd_institution": True}
    assert span("huangpu_rd_growth", date(2021, 8, 17), **firm, **facts) == (gives, gives)
    more = {**facts, "rd_hte_y1": round((now + 100) * WAN)}
    least, most = span("huangpu_rd_growth", date(2021, 9, 3), **firm, **more)
    assert least <= gives <= most <= 100, "the definition is not named"


def test_at_most_is_a_bound_and_not_a_sum() -> None:
    """穗府办规〔2025〕13号: ≤ 100 for a new little giant, ≤ 150 for a new national champion."""
    city = {"registration_district": "440112"}
    assert span("gz_little_giant_award", **city, little_giant_recognised_this_year=True) == (0, 100)
    assert span("gz_little_giant_award", **city, little_giant_recognised_this_year=False) == (0, 0)
    assert span("gz_single_champion_award", **city, single_champion_recognised_this_year=True) == (0, 150)
    assert span("huangpu_little_giant_award", **city, has_valid_little_giant_title=True) == (0, 200)


LOAN = {
    "registration_district": "440106",
    "industry_code": "3491",
    "has_valid_hte_certificate": False,
    "loan_principal": 1000 * WAN,
    "loan_annual_rate": 0.03,
    "loan_days": 365,
    "loan_interest_paid": 30 * WAN,
    "loan_other_subsidy": 0,
    "loan_is_for_rd": False,
    "rd_tax_y1": 400 * WAN,
}


@pytest.mark.parametrize(
    ("change", "gives"),
    [
        ({}, 10.5),  # 1,000 × 3 % × 35 % × 365/365
        ({"loan_days": 73}, 2.1),  # a fifth of a year
        ({"loan_days": 730}, 10.5),  # at most a year for each contract
        ({"loan_other_subsidy": 25 * WAN}, 5),  # all levels together no more than the interest paid
        ({"loan_principal": 400_000 * WAN, "loan_interest_paid": 12_000 * WAN}, 2000),  # at most 2,000 a year
        ({"industry_code": "6513"}, 0),  # neither a manufacturer nor a high-tech firm
        ({"industry_code": "6513", "has_valid_hte_certificate": True}, 10.5),
        # An R&D loan of a high-tech firm counts up to what was filed for super-deduction: 400 × 3 % × 35 %.
        ({"industry_code": "6513", "has_valid_hte_certificate": True, "loan_is_for_rd": True}, 4.2),
        ({"has_valid_hte_certificate": True, "loan_is_for_rd": True}, 10.5),  # who is both picks one
    ],
)
def test_interest_of_a_loan(change: dict[str, Any], gives: float) -> None:
    """粤金管〔2025〕15号: principal × rate × 35 % × days/365."""
    assert span("gd_loan_interest", **(LOAN | change)) == (gives, gives)


def test_a_loan_of_which_something_is_not_known() -> None:
    assert span("gd_loan_interest", **{**LOAN, "loan_annual_rate": None}) == (0, 30), "no more than the interest paid"
    assert due("gd_loan_interest", **{**LOAN, "loan_principal": None}).outcome == "cannot_tell", "no loan is known of"
    unknown = {**LOAN, "loan_annual_rate": None, "loan_interest_paid": None}
    assert span("gd_loan_interest", **unknown) == (0, 2000)
    assert set(due("gd_loan_interest", **unknown).award.missing) >= {"loan_annual_rate", "loan_interest_paid"}


@pytest.mark.parametrize(
    ("interest", "most"), [(29.99, 0), (30, 15), (200, 100), (900, 100)]
)  # interest ≥ 30 → ≤ 50 %, ≤ 100
def test_interest_of_an_srdi_firm_is_at_most_half(interest: float, most: float) -> None:
    firm = {
        "registration_district": "440106",
        "has_valid_srdi_title": True,
        "has_valid_little_giant_title": False,
        "sales_y1": 10_000 * WAN,
        **rd(400),  # 4 % exactly
        "srdi_loan_interest": round(interest * WAN),
    }
    assert span("gd_srdi_loan_interest", **firm) == (0, most)
    assert span("gd_srdi_loan_interest", **{**firm, "has_valid_little_giant_title": True}) == (0, 0)
    if interest < 30:
        return
    divided = due("gd_srdi_loan_interest", **{**firm, "rd_tax_y1": 399 * WAN})
    assert divided.outcome == "cannot_tell", "the definitions differ and the letter names none"


@pytest.mark.parametrize(("prize", "provincial", "other"), [(1, 40, 20), (2, 30, 15), (3, 20, 10), (4, 10, 5)])
def test_contest_prizes(prize: int, provincial: int, other: int) -> None:
    """guangzhou.md 4.1: 省赛 40/30/20/10, 港澳台赛 20/15/10/5, revenue at most 20,000."""
    firm = {"contest_year": 2026, "contest_prize_class": prize, "sales_y1": 20_000 * WAN}
    assert span("gd_contest_prize", **firm, contest_is_hk_macao_taiwan=False) == (provincial, provincial)
    assert span("gd_contest_prize", **firm, contest_is_hk_macao_taiwan=True) == (other, other)
    assert span("gd_contest_prize", **firm)[1] == provincial, "of one contest or the other, not of both"
    assert span("gd_contest_prize", **{**firm, "sales_y1": 20_001 * WAN}) == (0, 0)
    assert span(
        "gz_contest_prize", date(2022, 12, 1), contest_year=2022, contest_place=1, contest_is_growth_group=True
    ) == (200, 200)
    assert span("gz_contest_prize", date(2023, 12, 1), contest_year=2023) == (0, 200), (
        "the 2023 table says only: at most"
    )


PAYER = {
    "is_resident_enterprise_prc": True,
    "tax_collection_is_audited": True,
    "industry_code": "6513",
    "was_tech_sme_last_year_end": False,
    "on_120_percent_list": False,
}


@pytest.mark.parametrize(
    ("settled", "change", "share"),
    [
        (2017, {}, 0.5),
        (2018, {"was_tech_sme_last_year_end": True}, 0.75),
        (2019, {}, 0.75),
        (2022, {}, 0.75),
        (2022, {"industry_code": "3491"}, 1.0),
        (2023, {"was_tech_sme_last_year_end": True}, 1.0),
        (2024, {}, 1.0),
        (2024, {"on_120_percent_list": True}, 1.2),
        (2028, {"on_120_percent_list": True}, 1.2),
        (2029, {"on_120_percent_list": True}, 1.0),
        (2024, {"industry_code": "5172"}, 0),  # wholesale
    ],
)
def test_super_deduction_by_year(settled: int, change: dict[str, Any], share: float) -> None:
    """national.md 7.1: the rate of the accounting year before, in the year in which it is settled."""
    assert span("super_deduction", date(settled, 5, 31), **(PAYER | change), rd_tax_y1=800 * WAN) == (
        800 * share,
        800 * share,
    )


def test_super_deduction_of_2022_holds_the_worked_example() -> None:
    """7.4: R&D 800, of it 200 in the last quarter: 600 × 75 % + 200 × 100 % = 650, within what the year tells."""
    least, most = span("super_deduction", date(2023, 5, 31), **PAYER, rd_tax_y1=800 * WAN)
    assert (least, most) == (600, 800)
    assert least <= 650 <= most


@pytest.mark.parametrize(
    ("items", "other", "inside", "abroad", "base"),
    [
        (700, 100, 0, 0, 777.777777),  # 7.3: 700 + min(100, 700 × 0.1/0.9 = 77.78)
        (1000, 100, 0, 0, 1100),  # 7.3, all projects together: cap 111.11, so 100
        (700, 100, 200, 1000, 1562.962961),  # 7.4: 937.78 + min(800, 2/3 of it = 625.19)
    ],
)
def test_what_may_be_super_deducted(items: float, other: float, inside: float, abroad: float, base: float) -> None:
    facts = {
        "rd_own_items_y1": items,
        "rd_other_items_y1": other,
        "rd_entrusted_domestic_y1": inside,
        "rd_entrusted_overseas_y1": abroad,
    }
    fen = {key: round(wan * WAN) for key, wan in facts.items()}
    least, most = span("super_deduction", date(2024, 5, 31), **PAYER, **fen)
    assert least == most == pytest.approx(base, abs=0.000002)
    listed, _most = span("super_deduction", date(2024, 5, 31), **{**PAYER, "on_120_percent_list": True}, **fen)
    assert listed == pytest.approx(base * 1.2, abs=0.000003)  # 7.4: 1,875.56 of 1,562.97


def test_excluded_by_more_than_half_of_the_income() -> None:
    """97号四: more than 50 %, 50 % itself not; the share wins over the registered industry."""
    income = {"total_income_y1": 1100 * WAN, "investment_income_y1": 100 * WAN, "rd_tax_y1": 100 * WAN}
    wholesale = {**PAYER, "industry_code": "5172", **income}
    on = date(2024, 5, 31)
    assert span("super_deduction", on, **wholesale, excluded_industry_income_y1=500 * WAN) == (100, 100)
    assert span("super_deduction", on, **wholesale, excluded_industry_income_y1=500 * WAN + 1) == (0, 0)


def test_alone_and_among_many_the_same() -> None:
    rows = [
        {**HTE, "hte_first_recognised_this_year": first, "four_above_entry_year": year, **rd(spent)}
        for first, year, spent in product((True, False, None), (2026, 2025, None), (500, 1000, 10_000, None))
    ]
    version = reading.load()["gz_high_tech_award"].versions[0]
    many = evaluate(version, pl.from_dicts(rows, infer_schema_length=None), ON).select("award.least", "award.most")
    alone = [evaluate(version, pl.from_dicts([row]), ON).select("award.least", "award.most").row(0) for row in rows]
    assert many.rows() == alone


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("over: [rd_tax_y1,", "over: [rd_nonsense_y1,", "unknown metric rd_nonsense_y1"),
        ("id: gz_again\n", "id: gz_first\n", "id gz_first is used twice"),
        (
            "metric: four_above_entered_this_year, is: true",
            "metric: four_above_entered_this_year, at_least: 1",
            "does not fit",
        ),
    ],
)
def test_faults_of_an_award_are_told_with_their_line(old: str, new: str, told: str) -> None:
    text = (reading.OWN / "guangzhou" / "high_tech_award.yaml").read_text()
    assert old in text
    with pytest.raises(reading.PackError) as error:
        reading.parse(text.replace(old, new), "x.yaml")
    ((line, what),) = error.value.faults
    assert told in what
    assert line > 30


def test_the_command_prints_what_is_due_part_by_part(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    firm = {"firm": "甲", "registration_district": "440106", "hte_first_recognised_this_year": True}
    figures = {"rd_tax": 900, "rd_hte": 1200, "rd_accounts": 900}
    file.write_text(
        json.dumps(
            {**firm, "hte_re_recognised_this_year": False, "four_above_entry_year": 2026, "years": {"2025": figures}}
        )
    )
    told = ["rules", "assess", "--facts", str(file), "--policy", "gz_high_tech_award", "--on", "2026-06-01"]
    run = app.test_cli_runner().invoke
    assert "没有人核对过" in run(args=told).output
    text = run(args=[*told, "--unverified"]).output
    assert "奖补 30.00–70.00 万元" in text
    assert "0.00–40.00 万元" in text
    (item,) = json.loads(run(args=[*told, "--unverified", "--json"]).output)
    assert (item["award"]["min"], item["award"]["max"], item["award"]["cap"]) == (30, 70, 100)
    readings = next(part for part in item["award"]["parts"] if part["id"] == "gz_rd")["readings"]
    assert [(one["metric"], one["value"], one["min"]) for one in readings] == [
        ("rd_tax_y1", 900, 0),
        ("rd_hte_y1", 1200, 40),
        ("rd_accounts_y1", 900, 0),
    ]
