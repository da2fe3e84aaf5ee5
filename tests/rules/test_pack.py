"""The forms of a pack: what is refused with its line, disputed edges, unverified versions, windows to file."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from crm.rules.answer import to_json
from crm.rules.difference import What, changes
from crm.rules.explain import assess
from crm.rules.pack import Action, Policy, in_force, version_on
from crm.rules.reading import PackError, parse

ON = date(2026, 6, 1)
SOURCE = "{document: 测〔2026〕1号, title: 试验规则, grade: %s, ids: [test]}"
PACK = """
id: trial
name: {zh: 试验, en: Trial}
level: city
issuer: 试验局
subject: firm
expected_months: [6, 7]
windows:
  - {opens: 2026-06-10, closes: 2026-07-20, source: %(source)s}
  - {closes: 2026-06-15, area: "44", label: {zh: 广东, en: Guangdong}, source: %(source)s}
versions:
  - id: trial@1
    since: 2026-01-01
    until: 2026-12-31
    actions: [new]
    sources: [%(source)s]
    scores:
      trial_score:
        label: {zh: 得分, en: Score}
        most: 10
        parts:
          - id: staff_points
            label: {zh: 人数, en: Staff}
            clause: 第一条
            most: 10
            best_of:
              - metric: employees_total
                disputed:
                  - at: 10
                    printed: {zh: 十人以上记5分, en: ten or more get 5}
                    other: {zh: 超过十人才记5分, en: only more than ten get 5}
                    source: %(source)s
                bands:
                  - {below: 10, points: 0}
                  - {at_least: 10, below: 20, points: 5}
                  - {at_least: 20, points: 10}
    criteria:
      id: trial
      label: {zh: 试验条件, en: Conditions}
      clause: 第一条
      all:
        - {id: score, label: {zh: 五分以上, en: At least five}, clause: 第一条, metric: trial_score, at_least: 5}
"""


def pack(grade: str = "restated", **changes: str) -> Policy:
    """Return the trial policy; ``changes`` replace text in it."""
    text = PACK % {"source": SOURCE % grade}
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return parse(text, "trial.yaml")


def judged(staff: int | None, grade: str = "restated"):
    return assess([{"employees_y1": staff}], "trial", ON, policies={"trial": pack(grade)})[0]


@pytest.mark.parametrize(
    ("staff", "span", "outcome"),
    [(9, (0, 0), "not_met"), (10, (0, 5), "cannot_tell"), (11, (5, 5), "met"), (20, (10, 10), "met")],
)
def test_on_a_disputed_edge_both_readings_count_and_nowhere_else(staff, span, outcome) -> None:
    result = judged(staff)
    assert (result.scores[0].least, result.scores[0].most) == span
    assert result.outcome == outcome
    assert bool(result.root.children[0].readings) == (staff == 10)


def test_both_readings_are_told_with_what_they_give_and_where_they_are_read() -> None:
    result = judged(10)
    mine, other = result.root.children[0].readings
    assert (mine.words.zh, mine.least, mine.most, mine.source) == ("十人以上记5分", 5, 5, None)
    assert (other.words.zh, other.least, other.most, other.source.document) == (
        "超过十人才记5分",
        0,
        0,
        "测〔2026〕1号",
    )
    assert result.missing == ()  # nothing is asked of the firm
    said = to_json(result)["scores"]["trial_score"]["parts"][0]["readings"]
    assert said[1] == {"words": "超过十人才记5分", "min": 0, "max": 0, "source": "测〔2026〕1号"}


def test_not_known_is_no_reading() -> None:
    assert judged(None).root.children[0].readings == ()
    assert judged(None).missing == ("employees_y1",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- at: 10\n", "- at: 11\n", "no two bands meet at 11"),
        ("{at_least: 10, below: 20, points: 5}", "{at_least: 11, below: 20, points: 5}", "leave a gap at 10"),
        ("{below: 10, points: 0}", "{at_most: 10, points: 0}", "bands overlap at 10"),
        ("{below: 10, points: 0}", "{above: 0, below: 10, points: 0}", "lowest band must be open below"),
        ("metric: employees_total", "metric: employees_totl", "unknown metric employees_totl"),
        ("metric: trial_score, at_least: 5", "metric: trial_score, is: true", "is does not fit trial_score"),
        ("until: 2026-12-31", "until: 31 December", "until"),
        ("opens: 2026-06-10", "opens: 2026-08-10", "closes on 2026-07-20 before it opens"),
        ("expected_months: [6, 7]", "expected_months: [13]", "expected_months.0"),
        ("actions: [new]", "actions: []", "actions"),
        ("clause: 第一条\n      all:", "all:", "clause"),
        ("    sources: [", "    sources: []\n    x: [", "sources"),
    ],
)
def test_a_fault_names_file_line_and_reason(old, new, said) -> None:
    with pytest.raises(PackError) as raised:
        pack(**{old: new})
    told = str(raised.value)
    assert said in told
    assert told.startswith("trial.yaml:")
    assert int(told.split(":")[1]) > 1


def test_a_policy_without_versions_is_none() -> None:
    text = PACK % {"source": SOURCE % "restated"}
    with pytest.raises(PackError, match="versions"):
        parse(text[: text.index("versions:")] + "versions: []", "trial.yaml")


def test_what_nobody_has_verified_can_be_looked_at_and_judges_nobody() -> None:
    known, unread = pack(), pack("unverified")
    assert (known.versions[0].verified, unread.versions[0].verified) == (True, False)
    with pytest.raises(Refused, match="核对"):
        version_on(unread, ON)
    with pytest.raises(Refused):
        judged(20, "unverified")
    assert version_on(unread, ON, unverified=True) is unread.versions[0]
    assert [policy.versions[0].verified for policy, _version in in_force([known, unread], ON)] == [True]


def test_one_verified_source_is_enough() -> None:
    both = "[" + SOURCE % "restated" + ", " + SOURCE % "unverified" + "]"
    mixed = pack("unverified", **{"sources: [" + SOURCE % "unverified" + "]": f"sources: {both}"})
    assert version_on(mixed, ON).verified


@pytest.mark.parametrize(
    ("day", "holds"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)],
)
def test_both_days_of_a_version_are_its_own(day, holds) -> None:
    assert bool(list(in_force([pack()], day))) is holds
    assert not list(in_force([pack()], day, Action.RENEWAL))


@pytest.mark.parametrize(
    ("day", "area", "closes"),
    [
        (date(2026, 6, 1), "", date(2026, 7, 20)),  # a window of Guangdong is not the country's
        (date(2026, 6, 1), "440112", date(2026, 6, 15)),
        (date(2026, 6, 15), "440112", date(2026, 6, 15)),  # the last day is included
        (date(2026, 6, 16), "440112", date(2026, 7, 20)),
        (date(2026, 7, 21), "440112", None),
    ],
)
def test_the_window_one_can_still_make(day, area, closes) -> None:
    window = pack().next_window(day, area)
    assert (window and window.closes) == closes


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 5, 31), (2026, 6)),
        (date(2026, 6, 16), (2026, 7)),  # a batch has closed in June
        (date(2026, 7, 20), (2026, 7)),
        (date(2026, 7, 21), (2027, 6)),
        (date(2028, 7, 31), (2028, 7)),
        (date(2028, 8, 1), (2029, 6)),
    ],
)
def test_beyond_what_is_announced_there_is_a_month_and_no_day(day, expected) -> None:
    assert pack().next_expected_month(day) == expected


def test_no_month_is_made_up() -> None:
    assert pack(**{"expected_months: [6, 7]": "expected_months: []"}).next_expected_month(ON) is None


def test_what_is_no_condition_is_told_as_a_difference_too() -> None:
    """Whoever puts a text in force sees that windows, area or note were changed."""
    before = pack()
    after = pack(**{"subject: firm": 'subject: firm\narea: "4401"', "expected_months: [6, 7]": "expected_months: [8]"})
    found = {change.what: (change.before, change.after) for change in changes(before, after)}
    assert found[What.AREA] == ("", "4401")
    assert found[What.WINDOWS][0].endswith("06; 07")
    assert found[What.WINDOWS][1].endswith("08")
    noted = pack(**{"    actions: [new]": "    actions: [new]\n    note: {zh: 说明, en: Note}"})
    assert [(change.what, change.after) for change in changes(before, noted)] == [(What.NOTE, "说明 / Note")]
