"""The days to file that were announced (facts/national.md 1-4, 9; guangzhou.md 7.1), and none that were not."""

from datetime import date

import pytest

from crm.rules.reading import load

HUANGPU = "440112"


@pytest.mark.parametrize(
    ("policy", "day", "opens", "closes"),
    [
        ("tech_sme", date(2026, 5, 31), None, date(2026, 6, 30)),  # Guangdong's first batch closes before the country
        ("tech_sme", date(2026, 8, 31), date(2026, 6, 1), date(2026, 8, 31)),
        ("tech_sme", date(2026, 9, 1), None, None),
        ("tech_sme", date(2025, 7, 1), date(2025, 6, 30), date(2025, 9, 30)),
        ("hte", date(2026, 6, 27), None, date(2026, 8, 5)),
        ("hte", date(2026, 9, 4), None, date(2026, 9, 4)),
        ("hte", date(2026, 9, 5), None, None),
        ("innovative_sme", date(2026, 7, 31), date(2026, 7, 1), date(2026, 7, 31)),
        ("innovative_sme", date(2026, 8, 1), None, None),
        ("little_giant", date(2026, 5, 25), date(2026, 4, 25), date(2026, 5, 25)),
        ("srdi_sme", date(2026, 1, 1), None, None),  # none was found
    ],
)
def test_the_next_window_of_a_firm_in_guangzhou(policy, day, opens, closes) -> None:
    window = load()[policy].next_window(day, HUANGPU)
    assert (window and window.opens, window and window.closes) == (opens, closes)


def test_a_window_of_guangdong_is_nobody_else_s() -> None:
    assert load()["innovative_sme"].next_window(date(2026, 7, 1), "110108") is None


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("tech_sme", (2027, 6)), ("hte", (2027, 6)), ("innovative_sme", (2027, 7)), ("little_giant", (2027, 4))]
    + [("srdi_sme", None)],
)
def test_what_is_expected_after_the_windows_of_2026(policy, expected) -> None:
    assert load()[policy].next_expected_month(date(2026, 11, 26)) == expected


def test_every_window_says_where_it_was_announced() -> None:
    windows = [window for policy in load().values() for window in policy.windows]
    assert windows
    assert all(window.source.verified for window in windows)
