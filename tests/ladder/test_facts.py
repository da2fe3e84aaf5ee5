"""Each row of the table in crm/ladder/facts.py: what the register gives, and what nothing recorded means."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm.domain.places import ELSEWHERE
from crm.domain.records import AchievementKind, FirmStatus, IpKind, IpOrigin, Level, Source
from crm.firms.models import Achievement, CreditCheck, Firm, IntellectualProperty
from crm.kit import clock
from crm.ladder import facts, held
from crm.ladder.facts import AWARDED, INSTITUTIONS
from crm.rules import catalogue_money
from crm.rules.catalogue import FACTS
from tests.ladder.conftest import TODAY, WAN


@pytest.fixture
def fact(app):
    """Return ``fact(firm, on)``: the one row of facts of a firm."""

    def read(firm: Firm, on: date = TODAY) -> dict[str, Any]:
        with app.app_context():
            return facts.build(select(Firm.id).where(Firm.id == firm.id), on).row(0, named=True)

    return read


def right(make, firm: Firm, kind: IpKind = IpKind.SOFTWARE, **values: Any) -> None:
    number = f"N{make.count}"
    make.count += 1
    make.add(
        IntellectualProperty(
            **{"firm_id": firm.id, "kind": kind, "number": number, "title": "软件", "granted_on": TODAY, **values}
        )
    )


def test_of_an_empty_file_only_what_the_office_would_know_is_known(make, fact) -> None:
    firm = make.firm(established_on=None, registration_district=None, tax_district=None, statistics_district=None)
    known = {key: value for key, value in fact(firm).items() if value is not None and key != "firm_id"}
    assert known == dict.fromkeys((*held.FACTS, *INSTITUTIONS, AWARDED), False)


def test_every_fact_of_the_rules_is_given(make, fact) -> None:
    """All but what only the tax return of the super-deduction says item by item: facts files give that."""
    only_in_files = {f"{key}_y{year}" for key, *_rest in catalogue_money.YEARLY for year in (1, 2, 3)}
    assert set(fact(make.firm())) - {"firm_id"} >= set(FACTS) - only_in_files


def test_the_last_three_accounting_years_count_back_from_the_year_of_the_day(make, fact) -> None:
    firm = make.firm()
    for year in range(2021, 2026):
        make.annual_return(firm, year, revenue=year, employees_total=year - 2000, stated_at=clock.now())
    row = fact(firm)
    assert [row["sales_y1"], row["sales_y2"], row["sales_y3"]] == [2025, 2024, 2023]
    assert row["employees_y1"] == 25
    assert [row["sales_y4"], row["sales_y5"], row["employees_y5"]] == [2022, 2021, 21]
    back = fact(firm, TODAY.replace(year=2025))
    assert back["sales_y1"] is None, "on that day nobody had stated anything yet"


def test_a_firm_of_which_only_an_early_year_is_stated(make, fact) -> None:
    firm = make.firm()
    make.annual_return(firm, 2021, revenue=7, stated_at=clock.now())
    row = fact(firm)
    assert (row["sales_y5"], row["sales_y1"]) == (7, None)


@pytest.mark.parametrize(
    ("revoked", "lost"),
    [(None, False), (TODAY, True), (TODAY.replace(year=2023) + timedelta(days=1), True)]
    + [(TODAY.replace(year=2023), False), (TODAY + timedelta(days=1), False)],
)
def test_entries_of_former_years(make, fact, revoked, lost) -> None:
    """江科〔2025〕118号: a number taken back within three years; who takes part for the first time."""
    firm = make.firm()
    assert fact(firm)["held_tech_sme_before"] is False
    make.certification(firm, "tech_sme", issued_on=date(2023, 1, 1), expires_on=date(2023, 12, 31), revoked_on=revoked)
    row = fact(firm)
    assert (row["held_tech_sme_before"], row["tech_sme_revoked_last_3y"]) == (True, lost)
    assert fact(firm, date(2022, 12, 31))["held_tech_sme_before"] is False


def test_a_look_back_uses_the_statement_of_then(make, fact) -> None:
    firm = make.firm()
    make.annual_return(firm, 2025, revenue=100, stated_at=clock.now() - timedelta(days=30))
    make.annual_return(firm, 2025, revenue=900, source=Source.AUDIT, stated_at=clock.now())
    assert fact(firm)["sales_y1"] == 900
    assert fact(firm, TODAY - timedelta(days=1))["sales_y1"] == 100
    assert fact(firm, TODAY - timedelta(days=31))["sales_y1"] is None


class TestRights:
    """195号三(二), 115号第九条: granted, in force, class I and II."""

    def test_counts_by_class_on_the_day(self, make, fact) -> None:
        firm = make.firm()
        right(make, firm, IpKind.INVENTION)
        right(make, firm, IpKind.IC_LAYOUT, granted_on=TODAY + timedelta(days=1))
        right(make, firm, IpKind.UTILITY_MODEL)
        right(make, firm, IpKind.DESIGN, granted_on=None, applied_on=TODAY)
        right(make, firm, lapsed_on=TODAY)
        right(make, firm, lapsed_on=TODAY + timedelta(days=1))
        row = fact(firm)
        assert (row["class1_ip_count"], row["class2_ip_count"], row["invention_patent_count"]) == (1, 2, 1)
        later = fact(firm, TODAY + timedelta(days=1))
        assert (later["class1_ip_count"], later["class2_ip_count"]) == (2, 1)

    def test_a_file_with_only_an_application_has_none(self, make, fact) -> None:
        firm = make.firm()
        right(make, firm, granted_on=None)
        row = fact(firm)
        assert (row["class1_ip_count"], row["class2_ip_count"], row["core_ip_count_owned_valid_prc"]) == (0, 0, 0)
        assert row["has_own_developed_ip"] is False

    @pytest.mark.parametrize(
        ("core", "count"),
        [([True, True, None], 2), ([None, False], None), ([False, False], 0), ([None], None), ([True], 1)],
    )
    def test_core_is_unknown_only_while_none_is_said_and_one_is_unsaid(self, make, fact, core, count) -> None:
        firm = make.firm()
        for said in core:
            right(make, firm, core=said)
        assert fact(firm)["core_ip_count_owned_valid_prc"] == count

    def test_a_class_two_right_serves_one_recognition_only(self, make, fact) -> None:
        firm = make.firm()
        right(make, firm, core=True, used_for_hte_on=TODAY - timedelta(days=900))
        right(make, firm, IpKind.INVENTION, core=True, used_for_hte_on=TODAY - timedelta(days=900))
        assert fact(firm)["core_ip_count_owned_valid_prc"] == 1
        assert fact(firm, TODAY - timedelta(days=901))["core_ip_count_owned_valid_prc"] == 0, "not granted by then"

    @pytest.mark.parametrize(
        ("origins", "own"),
        [
            ([IpOrigin.OWN, None], True),
            ([IpOrigin.ACQUIRED, None], None),
            ([IpOrigin.ACQUIRED], False),
            ([None], None),
        ],
    )
    def test_self_developed(self, make, fact, origins, own) -> None:
        firm = make.firm()
        for origin in origins:
            right(make, firm, origin=origin)
        assert fact(firm)["has_own_developed_ip"] is own


def test_the_certificate_counts_from_first_to_last_day(make, fact) -> None:
    firm = make.firm()
    make.certification(firm, "high_tech", issued_on=date(2023, 12, 28), expires_on=date(2026, 12, 27))
    days = [date(2023, 12, 27), date(2023, 12, 28), date(2026, 12, 27), date(2026, 12, 28)]
    assert [fact(firm, day)["has_valid_hte_certificate"] for day in days] == [False, True, True, False]


class TestAchievements:
    """115号第八条 (二)–(四)."""

    def give(self, make, firm: Firm, kind: AchievementKind, level: Level, **values: Any) -> None:
        make.add(
            Achievement(
                **{"firm_id": firm.id, "kind": kind, "level": level, "title": "奖", "given_on": TODAY, **values}
            )
        )

    def test_the_best_national_rank_of_five_years(self, make, fact) -> None:
        firm = make.firm()
        award = AchievementKind.SCIENCE_AWARD
        self.give(make, firm, award, Level.NATIONAL, rank=4, given_on=date(2024, 1, 1))
        self.give(make, firm, award, Level.NATIONAL, rank=2, given_on=date(2021, 6, 16))
        self.give(make, firm, award, Level.NATIONAL, rank=1, given_on=date(2021, 6, 15))
        self.give(make, firm, award, Level.PROVINCIAL, rank=1)
        assert fact(firm)["national_award_rank_last_5y"] == 2
        assert fact(firm, date(2026, 6, 16))["national_award_rank_last_5y"] == 4

    def test_standards_of_nation_trade_and_world(self, make, fact) -> None:
        firm = make.firm()
        self.give(make, firm, AchievementKind.STANDARD, Level.CITY, rank=1)
        assert fact(firm)["led_standard_drafter_rank_last_5y"] is None
        self.give(make, firm, AchievementKind.STANDARD, Level.INDUSTRY, rank=5)
        assert fact(firm)["led_standard_drafter_rank_last_5y"] == 5

    def test_institutions_from_the_province_up_while_they_last(self, make, fact) -> None:
        firm = make.firm()
        kind = AchievementKind.RD_INSTITUTION
        self.give(make, firm, kind, Level.CITY)
        assert fact(firm)["has_provincial_rd_institution"] is False
        self.give(make, firm, kind, Level.PROVINCIAL, given_on=date(2020, 1, 1), until_on=TODAY)
        assert fact(firm)["has_provincial_rd_institution"] is True
        assert fact(firm, TODAY + timedelta(days=1))["has_provincial_rd_institution"] is False


class TestChecks:
    """The last check answers while it is fresh; what it knew of stays known."""

    def check(self, make, firm: Firm, on: date, *, listed: bool = False, incident: date | None = None) -> None:
        make.add(CreditCheck(firm_id=firm.id, checked_on=on, listed=listed, incident_on=incident, checked_by="李"))

    def test_the_last_one_counts(self, make, fact) -> None:
        firm = make.firm()
        self.check(make, firm, date(2026, 5, 1), listed=True)
        self.check(make, firm, date(2026, 6, 1))
        self.check(make, firm, TODAY + timedelta(days=1), listed=True)
        assert fact(firm)["on_abnormal_or_dishonest_list"] is False
        assert fact(firm, date(2026, 5, 31))["on_abnormal_or_dishonest_list"] is True

    def test_a_stale_check_says_nothing_but_of_what_it_knew(self, make, fact) -> None:
        firm = make.firm()
        self.check(make, firm, TODAY - timedelta(days=365), incident=date(2025, 2, 1))
        row = fact(firm)
        assert row["on_abnormal_or_dishonest_list"] is None
        assert row["major_incident_prev_or_current_year"] is True, "115号第六条(四): last year counts"
        assert row["major_incident_last_365d"] is None, "nobody has looked since"
        assert fact(firm, TODAY - timedelta(days=1))["major_incident_last_365d"] is False

    @pytest.mark.parametrize(("ago", "within"), [(364, True), (365, False)])
    def test_within_365_days(self, make, fact, ago, within) -> None:
        firm = make.firm()
        self.check(make, firm, TODAY, incident=TODAY - timedelta(days=ago))
        assert fact(firm)["major_incident_last_365d"] is within


@pytest.mark.parametrize("firms", [1, 12])
def test_the_number_of_statements_does_not_grow(make, good_firm, app, statements, firms) -> None:
    for _ in range(firms):
        good_firm()
    with app.app_context(), statements() as seen:
        frame = facts.build(select(Firm.id), TODAY)
    assert frame.height == firms
    assert len(seen) == 8
    assert frame["sales_y1"].to_list() == [4400 * WAN] * firms


def test_what_was_recognised_in_the_year_of_the_day(make, fact) -> None:
    """The first certificate of the file, one that follows another, one taken back: each by its day."""
    firm = make.firm()
    make.certification(firm, issued_on=date(2022, 12, 1), expires_on=date(2025, 11, 30))
    make.certification(firm, issued_on=date(2025, 12, 1), expires_on=date(2028, 11, 30))
    make.certification(firm, "tech_sme", issued_on=date(2024, 7, 1), expires_on=date(2024, 12, 31))
    make.certification(firm, "little_giant", issued_on=date(2025, 9, 1), revoked_on=date(2025, 10, 1))

    def told(day: date) -> set[str]:
        keys = (*held.FIRST_THIS_YEAR, held.AGAIN, held.WAS_TECH_SME)
        return {key for key, value in fact(firm, day).items() if key in keys and value}

    assert told(date(2022, 11, 30)) == set(), "nothing is given yet"
    assert told(date(2022, 12, 1)) == {"hte_first_recognised_this_year"}
    assert told(date(2023, 1, 1)) == set()
    assert told(date(2025, 9, 30)) == {"little_giant_recognised_this_year", held.WAS_TECH_SME}
    assert told(date(2025, 12, 31)) == {held.AGAIN, held.WAS_TECH_SME}
    assert told(date(2026, 1, 1)) == set()


def test_a_firm_that_left_is_registered_elsewhere(make, fact) -> None:
    gone = make.firm(status=FirmStatus.MOVED_OUT, tax_district="440112")
    assert fact(gone)["registration_district"] == ELSEWHERE
    assert fact(gone)["tax_district"] == "440112"
