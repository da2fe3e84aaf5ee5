"""Who has the shortest way to the next rung: in order, in words, for those who may see them."""

import re

import pytest

from crm.domain.ladder import Rung
from crm.kit.db import transaction
from crm.screening import nearest, service
from crm.screening.models import Cause
from tests.ladder.conftest import TODAY, WAN, good_firm, judge, on_a_day

__all__ = ["good_firm", "judge", "on_a_day"]
# 115号第六条(二): staff of 500 and sales of 20,000 万元 at most.
TOO_MANY, TOO_MUCH = {2025: {"employees_total": 600}}, {2025: {"revenue": 20_100 * WAN}}


@pytest.fixture
def register(app, make, good_firm):
    """For 科技型中小企业: 100 persons over; 100 万元 over, which is nearer; short of both; one that is in."""
    firms = {
        "far": good_firm({2025: TOO_MANY[2025] | TOO_MUCH[2025]}, name="差两条科技"),
        "staff": good_firm(TOO_MANY, name="人数多科技"),
        "sales": good_firm(TOO_MUCH, name="收入高科技", registration_district="440112"),
        "met": good_firm(name="已符合科技"),
        "higher": good_firm({2025: {"tech_staff": 5}}, name="差高企科技"),
    }
    make.certification(firms["higher"], Rung.TECH_SME)
    with app.app_context():
        service.walk(TODAY, Cause.NIGHT)
    return firms


def names(page) -> list[str]:
    return re.findall(r"(差两条科技|人数多科技|收入高科技|已符合科技|差高企科技)", page.words)


def test_the_nearest_first_and_in_words(register, browse, make) -> None:
    """100 of 20,000 is 0.5 % over, 100 of 500 is 20 %."""
    page = browse(make.user("manager")).get("/screening/next?policy=tech_sme&met=")
    assert names(page) == ["已符合科技", "收入高科技", "人数多科技", "差两条科技"]
    assert "超出 100 人" in page.words
    assert "超出 100.00 万元" in page.words


def test_each_firm_stands_under_the_rung_above_what_it_holds(register, browse, make) -> None:
    page = browse(make.user("manager")).get("/screening/next?policy=hte")
    assert names(page) == ["差高企科技"]
    assert "高新技术企业" in page.words
    assert "差 1.67 个百分点" in page.words


def test_narrowed_by_district_officer_and_outcome(register, browse, make, app) -> None:
    manager = browse(make.user("manager"))
    assert names(manager.get("/screening/next?policy=tech_sme&district=440112")) == ["收入高科技"]
    assert names(manager.get("/screening/next?policy=tech_sme&met=yes")) == ["已符合科技"]
    assert "已符合科技" not in names(manager.get("/screening/next")), "unless asked for"
    assert names(manager.get("/screening/next?officer=me")) == []
    assert names(browse(make.user("officer", districts=["440112"])).get("/screening/next")) == ["收入高科技"]


def test_the_same_firms_as_a_list_in_the_same_order(register, browse, make) -> None:
    manager = browse(make.user("manager"))
    for query in ("policy=tech_sme&met=", "policy=tech_sme"):
        page = manager.get(f"/screening/next?{query}")
        link = next(link for link in page.links() if link.startswith("/firms?") and "rung.is" in link)
        assert list(dict.fromkeys(names(manager.get(link)))) == names(page)


def test_the_top_of_the_ladder_has_no_way_up(app) -> None:
    with app.app_context(), transaction(writing=False):
        ways = nearest.ways_up()
    assert ways[None] == "tech_sme"
    assert ways[Rung.TECH_SME] == ways[Rung.INNOVATIVE_SME] == "hte", "a step beside the way is nobody's aim"
    assert Rung.LEADING not in ways
    assert Rung.SINGLE_CHAMPION not in ways or ways[Rung.SINGLE_CHAMPION] == "leading"


def test_statements_do_not_grow_with_the_firms(register, browse, make, app, statements, good_firm) -> None:
    manager = browse(make.user("manager"))
    with statements() as few:
        manager.get("/screening/next?policy=tech_sme&district=440112")
    with statements() as many:
        manager.get("/screening/next?policy=tech_sme")
    assert len(many) == len(few)
