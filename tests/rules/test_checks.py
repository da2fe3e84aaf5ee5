"""What calls for a look on the spot at a tech SME: 160号 of 2026 (S13, S14), and a city's notice (G58)."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from crm.rules.reading import load
from tests.rules.sample import WAN, judge, leaf

ON = date(2026, 7, 1)
# Nothing to look at: each test gives one reason.
QUIET = {
    "employees_y1": 60,
    "tech_staff_y1": 16,
    "class1_ip_count": 0,
    "class2_ip_count": 1,
    "rd_tax_y1": 10 * WAN,
    "serious_dishonesty_last_3y": False,
    "tech_sme_revoked_last_3y": False,
    "held_tech_sme_before": True,
}
BOTH = [
    ({}, "not_met", None),
    ({"employees_y1": 5}, "met", "few_staff"),
    ({"employees_y1": 6}, "not_met", None),
    ({"serious_dishonesty_last_3y": True}, "met", "dishonest"),
    ({"tech_sme_revoked_last_3y": True}, "met", "revoked"),
    ({"held_tech_sme_before": False}, "met", "first"),
    ({"serious_dishonesty_last_3y": None}, "cannot_tell", None),
    # One reason is enough, whatever else is not known.
    ({"serious_dishonesty_last_3y": None, "held_tech_sme_before": False}, "met", "first"),
]


@pytest.mark.parametrize(
    ("changed", "outcome", "reason"),
    [
        *BOTH,
        ({"class2_ip_count": 0}, "met", "no_rights"),
        ({"class1_ip_count": 1, "class2_ip_count": 0}, "not_met", None),
        ({"rd_tax_y1": 10 * WAN - 1}, "met", "little_research"),  # 低于10万元
        ({"tech_staff_y1": 60}, "not_met", None),
    ],
)
def test_the_notice_of_2026(changed, outcome, reason) -> None:
    result = judge("tech_sme_check", QUIET, ON, **changed)
    assert result.outcome == outcome
    assert [item.id for item in result.root.leaves() if item.outcome == "met"] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        *((changed, outcome) for changed, outcome, _reason in BOTH),
        ({"class2_ip_count": 0, "rd_tax_y1": 0}, "not_met"),  # the city asks for neither
        ({"tech_staff_y1": 54}, "met"),  # 54 of 60 is 90 %
        ({"tech_staff_y1": 53}, "not_met"),
        ({"employees_y1": 50, "tech_staff_y1": 45}, "met"),
        ({"employees_y1": 49, "tech_staff_y1": 49}, "not_met"),
    ],
)
def test_the_notice_of_a_city(changed, outcome) -> None:
    assert judge("tech_sme_check_local", QUIET, ON, **changed).outcome == outcome


def test_a_reason_says_what_it_rests_on() -> None:
    assert leaf(judge("tech_sme_check", QUIET, ON), "no_rights").inputs == ("class1_ip_count", "class2_ip_count")


def test_they_are_checks_and_no_recognitions() -> None:
    assert {load()[name].kind for name in ("tech_sme_check", "tech_sme_check_local")} == {"check"}


@pytest.mark.parametrize(
    ("policy", "first", "last"),
    [("tech_sme_check", date(2026, 6, 1), date(2026, 12, 31)), ("tech_sme_check_local", date(2025, 7, 3), None)],
)
def test_the_days_they_hold(policy, first, last) -> None:
    assert judge(policy, QUIET, first).outcome == "not_met"
    with pytest.raises(Refused):
        judge(policy, QUIET, date.fromordinal(first.toordinal() - 1))
    if last:
        assert judge(policy, QUIET, last).outcome == "not_met"
        with pytest.raises(Refused):
            judge(policy, QUIET, date.fromordinal(last.toordinal() + 1))
