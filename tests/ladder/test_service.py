"""The next rung and what lacks for it: the same from the register, from a file of facts, and as a what-if."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm.domain.ladder import Rung
from crm.firms.models import Firm
from crm.kit import clock
from crm.ladder import closing, facts, service, whatif
from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES
from tests.ladder.conftest import TODAY, WAN

SCHEDULED = date(2026, 12, 31)


def flat(gap: service.Gap) -> dict[str, Any]:
    """Return what is said of each leaf."""
    return {
        leaf.id: (leaf.outcome, leaf.value, leaf.threshold, leaf.shortfall, leaf.missing, leaf.clause)
        for leaf in gap.assessment.root.leaves()
    }


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({}, Rung.TECH_SME),
        ({Rung.TECH_SME: SCHEDULED}, Rung.HIGH_TECH),
        ({Rung.INNOVATIVE_SME: SCHEDULED}, Rung.HIGH_TECH),
        ({Rung.HIGH_TECH: SCHEDULED}, Rung.SRDI_SME),
        ({Rung.TECH_SME: SCHEDULED, Rung.LITTLE_GIANT: None}, Rung.SINGLE_CHAMPION),
        ({Rung.LEADING: None}, Rung.SINGLE_CHAMPION),
    ],
)
def test_the_next_rung(held, expected) -> None:
    shipped = {"tech_sme", "innovative_sme", "hte", "srdi_sme", "little_giant", "single_champion"}
    assert service.next_rung(held, service.assessed(shipped)) is expected


def test_a_holder_asks_for_renewal_and_others_for_the_first_time(make, judge) -> None:
    firm = make.firm()
    make.certification(firm, "tech_sme", issued_on=date(2026, 1, 1), expires_on=None)
    gap = judge(firm, TODAY)
    assert (gap.rung, gap.renewal, gap.expires_on) == (Rung.HIGH_TECH, False, None)
    make.certification(firm, "high_tech", issued_on=date(2020, 1, 1), expires_on=date(2026, 6, 15))
    make.certification(firm, "high_tech", issued_on=date(2023, 7, 1), expires_on=date(2026, 6, 30))
    gap = judge(firm, TODAY, Rung.HIGH_TECH)
    assert (gap.renewal, gap.expires_on, gap.assessment.action) == (True, date(2026, 6, 30), "renewal")
    assert judge(firm, date(2026, 7, 1), Rung.HIGH_TECH).renewal is False


def test_before_any_version_nothing_is_judged(make, judge) -> None:
    gap = judge(make.firm(), date(2015, 12, 31), Rung.HIGH_TECH)
    assert gap.assessment is None
    assert gap.begins_on == date(2016, 1, 1)
    assert judge(make.firm(), date(2016, 1, 1), Rung.HIGH_TECH).assessment is not None


class TestHighTech:
    """32号第十一条, by hand: sales 3,000/3,900/4,400 万元, 5 % of 11,300 is 565."""

    def test_exactly_five_percent_is_enough(self, good_firm, judge) -> None:
        assert flat(judge(good_firm(), TODAY, Rung.HIGH_TECH))["rd"][:3] == ("met", 0.05, 0.05)

    def test_one_fen_less_is_not(self, good_firm, judge) -> None:
        gap = judge(good_firm({2025: {"rd_hte": 220 * WAN - 1}}), TODAY, Rung.HIGH_TECH)
        assert flat(gap)["rd"][0] == "not_met"
        rd = gap.by_state()["not_met"][0]
        assert closing.closing(rd, gap.assessment.figures, TODAY) == closing.Closing("rd_hte", 1, 3)

    def test_what_closes_the_gap_does_close_it_and_less_does_not(self, good_firm, judge) -> None:
        gap = judge(good_firm({2025: {"tech_staff": 5, "rd_hte": 1}}), TODAY, Rung.HIGH_TECH)
        for fact, least in (("rd_hte", 1), ("tech_staff", 1)):
            lacking = {c.metric: c for c in gap.by_state()["not_met"]}
            metric = next(m for m, share in closing.SHARES.items() if share[0] == fact)
            found = closing.closing(lacking[metric], gap.assessment.figures, TODAY)
            now = gap.assessment.figures[f"{fact}_y1"]
            enough, short = (
                service.what_if(gap, {f"{fact}_y1": now + found.amount - missing}) for missing in (0, least)
            )
            assert metric not in {c.metric for c in enough.by_state()["not_met"]}
            assert metric in {c.metric for c in short.by_state()["not_met"]}

    def test_six_of_sixty(self, good_firm, judge) -> None:
        """32号第十一条(四): 10 % of 60 is 6 persons, 5 are there."""
        gap = judge(good_firm({2025: {"tech_staff": 5}}), TODAY, Rung.HIGH_TECH)
        (staff,) = gap.by_state()["not_met"]
        assert closing.closing(staff, gap.assessment.figures, TODAY) == closing.Closing("tech_staff", 1, 1)

    def test_main_products_must_be_above_half(self, good_firm, judge) -> None:
        """195号三(三): above 50 %, so half and one fen."""
        ht = 3080 * WAN  # 70 % of 4,400
        gap = judge(good_firm({2025: {"main_product_income": ht // 2}}), TODAY, Rung.HIGH_TECH)
        (main,) = gap.by_state()["not_met"]
        assert (main.shortfall, closing.closing(main, gap.assessment.figures, TODAY).amount) == (0, 1)

    def test_a_young_firm_closes_over_the_years_it_has_lived(self, good_firm, judge) -> None:
        """195号三(一): founded in 2024, so 2024 and 2025: 5 % of 8,300 is 415, 20 are there."""
        changed = {2025: {"rd_hte": 10 * WAN}, 2024: {"rd_hte": 10 * WAN}}
        gap = judge(good_firm(changed, established_on=date(2024, 3, 1)), TODAY, Rung.HIGH_TECH)
        rd = next(c for c in gap.by_state()["not_met"] if c.metric == "rd_to_sales_ratio_3y")
        assert closing.closing(rd, gap.assessment.figures, TODAY) == closing.Closing("rd_hte", 395 * WAN, 2)

    def test_years_before_birth_are_not_asked_for(self, make, good_firm, judge) -> None:
        firm = make.firm(established_on=date(2025, 1, 28), tech_field="1")
        make.annual_return(firm, 2025, revenue=100 * WAN)
        missing = judge(firm, TODAY, Rung.HIGH_TECH).assessment.missing
        assert {"rd_hte_y1", "tech_staff_y1"} <= set(missing)
        assert not [key for key in missing if key.endswith(("_y2", "_y3"))]

    def test_what_only_a_panel_can_say_is_told_apart_from_a_missing_fact(self, good_firm, judge) -> None:
        gap = judge(good_firm(), TODAY, Rung.HIGH_TECH)
        assert [c.id for c in gap.by_state()["panel"]] == ["innovation"]
        gap = judge(good_firm({2024: {"conversions": None}}), TODAY, Rung.HIGH_TECH)
        assert [c.id for c in gap.by_state()["cannot_tell"]] == ["innovation"]
        assert gap.assessment.missing == ("conversions_y2",)


def test_the_register_says_what_the_command_says(app, good_firm, judge, tmp_path) -> None:
    """`flask rules assess` on the facts of a firm, written out in the units of a file, gives the same assessment."""
    firm = good_firm({2025: {"rd_hte": None, "total_assets": 20_000 * WAN + 1}}, restricted_product=None)
    with app.app_context():
        row = facts.build(select(Firm.id).where(Firm.id == firm.id), TODAY).row(0, named=True)
    told = {}
    for key, value in row.items():
        if key in FIGURES and value is not None:
            money = FIGURES[key].kind is Kind.MONEY
            told[key] = (
                f"{value // WAN}.{value % WAN:06d}" if money else str(value) if isinstance(value, date) else value
            )
    path = tmp_path / "facts.json"
    path.write_text(json.dumps({"firm": firm.uscc, **told}))
    for rung, policy in ((Rung.TECH_SME, "tech_sme"), (Rung.HIGH_TECH, "hte")):
        gap = judge(firm, TODAY, rung)
        command = ["rules", "assess", "--facts", str(path), "--policy", policy, "--on", TODAY.isoformat(), "--json"]
        (said,) = json.loads(app.test_cli_runner().invoke(args=command).output)
        assert said["outcome"] == gap.assessment.outcome

        def leaves(criteria: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [leaf for c in criteria for leaf in (leaves(c["criteria"]) if "criteria" in c else [c])]

        ours = flat(gap)
        for leaf in leaves(said["criteria"]):
            scale = WAN if leaf["unit"] == "万元" else 1
            numbers = [
                leaf[k] if leaf[k] is None or scale == 1 else round(leaf[k] * scale)
                for k in ("value", "threshold", "shortfall")
            ]
            assert (leaf["outcome"], *numbers, tuple(leaf["missing"]), leaf["clause"]) == ours[leaf["id"]]


def test_a_what_if_equals_a_firm_with_those_figures(good_firm, judge) -> None:
    plain = good_firm()
    other = good_firm(
        {2025: {"revenue": 5000 * WAN + 1, "tech_staff": 5}, 2024: {"rd_hte": 1}}, audited_collection=False
    )
    changed = {"sales_y1": 5000 * WAN + 1, "tech_staff_y1": 5.0, "rd_hte_y2": 1, "tax_collection_is_audited": False}
    for rung in (Rung.TECH_SME, Rung.HIGH_TECH):
        tried = service.what_if(judge(plain, TODAY, rung), changed)
        assert flat(tried) == flat(judge(other, TODAY, rung))
        assert flat(judge(plain, TODAY, rung)) != flat(tried), "nothing is kept"


def test_as_of_a_past_day(make, judge) -> None:
    firm = make.firm()
    make.annual_return(firm, 2025, revenue=20_000 * WAN, stated_at=clock.now() - timedelta(days=20))
    make.annual_return(firm, 2025, revenue=20_000 * WAN + 1, version=2, stated_at=clock.now())
    then, now = (flat(judge(firm, day, Rung.TECH_SME))["sales"] for day in (TODAY - timedelta(days=1), TODAY))
    assert (then[0], now[0], now[3]) == ("met", "not_met", 1)


class TestWhatIfFields:
    def test_what_a_lacking_criterion_rests_on_comes_first(self, good_firm, judge) -> None:
        gap = judge(good_firm({2025: {"tech_staff": 5}}), TODAY, Rung.HIGH_TECH)
        rows = whatif.rows(gap.assessment)
        assert [row.name for row in rows if row.matters] == ["employees", "tech_staff"]
        assert [(f.key, f.text) for f in rows[0].fields] == [("employees_y1", "60")]
        assert {f.key for row in rows for f in row.fields} >= {"rd_hte_y3", "core_ip_count_owned_valid_prc"}

    def test_reading_what_was_typed(self, good_firm, judge) -> None:
        rows = whatif.rows(judge(good_firm(), TODAY, Rung.HIGH_TECH).assessment)
        typed = {
            "rd_hte_y1": "180.5",
            "sales_y1": "4400.00",
            "sales_y2": "",
            "tech_staff_y1": "7",
            "employees_y1": "many",
            "rd_hte_y2": "1.0000001",
            "has_own_developed_ip": "no",
            "unknown": "1",
        }
        changed, faults = whatif.read(rows, typed)
        assert changed == {"rd_hte_y1": 180_500_000, "tech_staff_y1": 7.0, "has_own_developed_ip": False}
        assert set(faults) == {"employees_y1", "rd_hte_y2"}
