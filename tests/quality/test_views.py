"""The table of checks, the list of each, what is settled and opened again."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from crm.domain.access import Role
from crm.kit.db import transaction
from crm.quality import service
from crm.quality.checks import CHECKS, PAIRS
from tests.make import Make


@pytest.fixture
def walk(app: Flask) -> Callable[[], None]:
    def walked() -> None:
        with app.app_context(), transaction():
            service.walk(date(2026, 8, 1))

    return walked


def test_each_count_leads_to_its_list(make: Make, browse: Any, walk: Any) -> None:
    officer = make.user(name="甲专员")
    make.firm(name="广州澜图软件有限公司", officer_id=officer.id)
    make.firm(name="澜图软件股份有限公司", registration_district="440112")
    browser = browse(make.user(Role.MANAGER))
    assert "还没有检查过" in browser.get("/quality").words
    walk()
    for path in ("/quality", "/quality?by=officer"):
        page = browser.get(path)
        links = [link for link in page.links() if link.startswith("/quality/")]
        assert f"/quality/{PAIRS}" in links
        for link in (link for link in links if "?" in link):  # a number that is not nought
            assert "都处理完了" not in browser.get(link).words, link
    assert "甲专员" in browser.get("/quality?by=officer").words


def test_settled_it_is_not_shown_again_until_it_is_reopened(make: Make, browse: Any) -> None:
    firm = make.firm(name="广州澜图软件有限公司")
    browser = browse(make.user(Role.MANAGER))
    path = "/quality/no-field"
    page = browser.submit(f"{path}?district=440106", {"reason": ""}, 422)
    assert "请说明为什么不用处理" in page.words
    page = browser.submit(f"{path}?district=440106", {"reason": "不属于任何领域"})
    assert firm.name not in page.words
    page = browser.get(f"{path}?settled=1")
    assert firm.name in page.words
    assert "不属于任何领域" in page.words
    page = browser.submit(f"{path}?settled=1", {})
    assert firm.name in browser.get(path).words


def test_a_pair_that_is_no_duplicate_is_remembered_over_the_night(make: Make, browse: Any, walk: Any) -> None:
    first, second = make.firm(name="广州澜图软件有限公司"), make.firm(name="澜图软件股份有限公司")
    walk()
    browser = browse(make.user(Role.MANAGER))
    page = browser.get(f"/quality/{PAIRS}")
    assert f"/firms/{first.id}/merge/{second.id}" in page.links()
    browser.submit(f"/quality/{PAIRS}", {"reason": "两家公司，已电话核实"})
    walk()
    assert "都处理完了" in browser.get(f"/quality/{PAIRS}").words
    assert "已电话核实" in browser.get(f"/quality/{PAIRS}?settled=1").words


def test_scope_holds(make: Make, browse: Any, walk: Any) -> None:
    here, there = make.firm(name="广州澜图软件有限公司"), make.firm(name="澜图软件公司", registration_district="440112")
    walk()
    browser = browse(make.user(districts=["440106"]))
    assert here.name in browser.get("/quality/no-field").words
    assert there.name not in browser.get("/quality/no-field").words
    # Of a pair one half of which is out of sight nothing is told.
    assert "都处理完了" in browser.get(f"/quality/{PAIRS}").words
    data = {"firm_id": str(there.id), "other_id": "", "reason": "x"}
    browser.post("/quality/no-field/settle", data, 404)


def test_the_auditor_looks_and_leaves_it(make: Make, browse: Any) -> None:
    make.firm()
    browser = browse(make.user(Role.AUDITOR))
    page = browser.get("/quality/no-field")
    assert page.forms() == []


@pytest.mark.parametrize("key", [*CHECKS, PAIRS])
def test_as_many_statements_for_many_firms(make: Make, browse: Any, walk: Any, statements: Any, key: str) -> None:
    browser = browse(make.user(Role.MANAGER))
    make.firm(name="澜图公司")
    make.firm(name="澜图有限公司")
    walk()

    def count() -> int:
        with statements() as seen:
            browser.get(f"/quality/{key}")
        return len(seen)

    few = count()
    for _ in range(4):
        make.firm(name="澜图公司")
    walk()
    assert count() == few
