"""Who has to be looked at on the spot: a sign in the file, and nobody there since."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from crm.kit.db import transaction
from crm.policies import queries as policies
from crm.rules.reading import parse
from crm.screening import service, words, worklist
from crm.screening.models import Cause
from crm.visits.models import Visit
from tests.ladder.conftest import TODAY, WAN, good_firm, judge, on_a_day

__all__ = ["good_firm", "judge", "on_a_day"]
# A sign of a test's own, as a pack of kind "check" writes it: hardly anybody works where much is sold.
SIGN = """
id: few_hands
name: {zh: 人少收入高, en: Few hands}
kind: check
level: city
issuer: 测试
subject: firm
versions:
  - id: few_hands@1
    since: 2020-01-01
    actions: [new, renewal]
    sources: [{document: 测试, title: 测试, grade: official text, ids: [T1]}]
    criteria:
      id: few_hands
      label: {zh: 全部, en: All}
      clause: 测试
      all:
        - {id: hands, label: {zh: 职工总数, en: Staff}, clause: 测试, metric: employees_total, at_most: 5}
        - {id: much, label: {zh: 销售收入, en: Sales}, clause: 测试, metric: sales_last_year, at_least: 4000}
"""


@pytest.fixture
def signs(app, monkeypatch):
    """One sign is in force, whatever others the product ships."""
    with app.app_context(), transaction(writing=False):
        others = {key: policy for key, policy in policies.in_force().items() if policy.kind != "check"}
        now = {**others, "few_hands": parse(SIGN, "few_hands.yaml")}
    for module, name in ((policies, "in_force"), (policies, "known"), (words, "known"), (service, "in_force")):
        monkeypatch.setattr(module, name, lambda: now)


@pytest.fixture
def called(signs, app, good_firm):
    """Two firms with the sign, in two districts, and one without."""
    few = {2025: {"employees_total": 3, "tech_staff": 3, "revenue": 4400 * WAN}}
    with time_machine.travel(datetime(2026, 5, 26, 4, tzinfo=UTC), tick=False):
        firms = (
            good_firm(few, name="空壳科技"),
            good_firm(few, name="轻人科技", registration_district="440112"),
            good_firm(name="寻常科技"),
        )
        with app.app_context():
            service.walk(TODAY - timedelta(20), Cause.NIGHT)
    return firms


def visit(make, firm, user, day: date, kind: str = "visit") -> None:
    now = {"summary": "看过", "created_at": firm.created_at}
    make.add(Visit(firm_id=firm.id, kind=kind, visited_on=day, by_id=user.id, **now))


def test_why_somebody_has_to_go(called, browse, make) -> None:
    page = browse(make.user("manager")).get("/visits/worklist")
    assert "空壳科技" in page.words
    assert "寻常科技" not in page.words
    assert "人少收入高" in page.words
    assert "2026-05-26 起" in page.words, "since the sign was first seen"
    assert "职工总数：3 人" in page.words
    assert f"/firms/{called[0].id}/visits" in page.links(), "where the visit is recorded"


@pytest.mark.parametrize(
    ("ago", "kind", "days", "still"),
    [
        (5, "visit", 90, False),
        (5, "call", 90, True),  # a call sees nothing
        (40, "visit", 90, True),  # before the sign came up
        (18, "visit", 90, False),
    ],
    ids=str,
)
def test_only_a_visit_since_the_sign_answers_it(called, browse, make, ago, kind, days, still) -> None:
    user = make.user("manager")
    visit(make, called[0], user, TODAY - timedelta(ago), kind)
    assert ("空壳科技" in browse(user).get(f"/visits/worklist?days={days}").words) is still


def test_a_visit_is_good_for_so_many_days(called, make, app) -> None:
    """The sign stands for 20 days, the visit is of the day after: good for 30 days, and not for 10."""
    user = make.user("manager")
    visit(make, called[0], user, TODAY - timedelta(19))
    found = {}
    with app.app_context(), transaction(writing=False):
        for days in (10, 30):
            calls = worklist.listing(user, TODAY, worklist.Filters(days), ["few_hands"], 1).items
            found[days] = {call.firm.name for call in calls}
    assert found == {10: {"空壳科技", "轻人科技"}, 30: {"轻人科技"}}


def test_narrowed_and_in_reach_only(called, browse, make) -> None:
    officer = browse(make.user("officer", districts=["440112"]))
    page = officer.get("/visits/worklist")
    assert "轻人科技" in page.words
    assert "空壳科技" not in page.words
    assert "轻人科技" not in officer.get("/visits/worklist?officer=me").words
    link = next(link for link in page.links() if link.startswith("/firms?") and "few_hands" in link)
    assert "轻人科技" in officer.get(link).words


def test_the_list_holds_the_same_firms(called, browse, make) -> None:
    user = make.user("manager")
    visit(make, called[0], user, TODAY - timedelta(5))
    manager = browse(user)
    page = manager.get("/visits/worklist")
    listed = manager.get(next(link for link in page.links() if link.startswith("/firms?") and "unanswered" in link))
    for found in (page, listed):
        assert "轻人科技" in found.words
        assert "空壳科技" not in found.words, "somebody has been there"
    assert "90天没有走访" in listed.words


def test_without_such_rules_the_page_says_so(browse, make) -> None:
    assert "该去看的企业" in browse(make.user("manager")).get("/visits/worklist").words


def test_statements_do_not_grow_with_the_firms(called, browse, make, statements) -> None:
    manager = browse(make.user("manager"))
    with statements() as few:
        manager.get("/visits/worklist?district=440112")
    with statements() as many:
        manager.get("/visits/worklist")
    assert len(many) == len(few)
