"""The list of firms in a real browser: conditions, columns, rows from the keyboard, a cell changed, and back again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.walks.conftest import PHONE

pytestmark = pytest.mark.browser


def test_a_condition_is_put_together_on_the_spot(walk) -> None:
    page: Page = walk("manager")
    page.goto("/firms?view=0")
    page.keyboard.press("n")
    page.select_option("#compose-f", "rung")
    page.get_by_label("未入梯度").last.check()
    page.get_by_role("button", name="加上").click()
    expect(page.locator(".asked .chip", has_text="梯度：未入梯度")).to_be_visible()
    expect(page.locator("tbody .badge.rung").first).to_have_text("未入梯度")
    page.locator(".asked .chip .out").first.click()
    expect(page.locator(".asked .chip", has_text="未入梯度")).to_have_count(0)
    page.get_by_role("link", name="条件", exact=True).click()
    expect(page.locator("#compose-f")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#compose-f")).to_have_count(0)


def test_columns_are_chosen_and_kept_in_a_view_with_its_count(walk) -> None:
    page: Page = walk("officer1")
    page.goto("/firms?rung=high_tech")
    page.get_by_role("link", name="列", exact=True).click()
    page.locator("#panel .offered").get_by_role("link", name="园区", exact=True).click()
    page.locator("#panel .chosen").get_by_text("园区").wait_for()
    page.get_by_role("link", name="完成").click()
    expect(page.get_by_role("columnheader", name="园区")).to_be_visible()
    count = re.search(r"\d+", page.locator(".head .sub").inner_text())
    page.get_by_role("link", name="保存为视图").click()
    page.get_by_label("视图名称").fill("园区里的高企")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("nav.views [aria-current]")).to_have_text("园区里的高企")
    page.goto("/firms/views")
    page.get_by_role("button", name="固定").first.click()
    pin = page.locator(".pins a", has_text="园区里的高企")
    expect(pin.locator(".count")).to_have_text(count[0] if count else "")
    pin.click()
    expect(page.get_by_role("columnheader", name="园区")).to_be_visible()


def test_rows_from_the_keyboard_a_cell_on_the_spot_and_back_again(walk) -> None:
    page: Page = walk("manager")
    page.goto("/firms?view=0&columns=rung,park,officer")
    for _ in range(12):
        page.keyboard.press("j")
    row = page.locator("tbody tr").nth(11)
    expect(row.locator("th a")).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("[data-bulk] [data-count]")).to_have_text("1")
    page.keyboard.press("e")
    park = row.locator(".cell-form input[name=value]")
    expect(park).to_be_focused()
    offered = "input => [...input.list.options].map(option => option.value)"
    assert "示例软件园" in park.evaluate(offered), "what others have is offered while one types"
    page.keyboard.press("Escape")
    expect(row.locator(".cell-form")).to_have_count(0)
    expect(row.locator("[data-edit]").first).to_be_focused()
    page.keyboard.press("e")
    row.locator(".cell-form input[name=value]").fill("示例步行园")
    page.keyboard.press("Enter")
    expect(row.locator("td", has_text="示例步行园")).to_be_visible()
    row.locator("th a").focus()
    height = page.evaluate("scrollY")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/firms/\d+$"))
    page.locator("main a[data-to-list]").click()
    page.wait_for_url(re.compile("columns="))
    expect(page.locator("tbody tr").nth(11).locator("th a")).to_be_focused()
    page.wait_for_function("height => scrollY === height", arg=height)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_name_code_and_number_are_copied_by_one_click(walk) -> None:
    page: Page = walk("manager")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/firms?view=0&columns=phone")
    row = page.locator("tbody tr").first
    said = {
        "复制名称": row.locator("th > a"),
        "复制统一社会信用代码": row.locator("th .code"),
        "复制电话": row.locator("td.code"),
    }
    for label, where in said.items():
        text = where.inner_text().strip()
        row.hover()
        row.get_by_role("button", name=label).click()
        expect(row.get_by_role("button", name=label)).to_have_class(re.compile("done"))
        assert page.evaluate("navigator.clipboard.readText()") == text


def test_parks_and_incubators_are_offered_in_the_file_too(walk) -> None:
    page: Page = walk("manager")
    page.goto("/firms?view=0")
    page.goto(f"{page.locator('tbody th a').first.get_attribute('href')}/edit")
    for label, known in (("园区", "示例软件园"), ("孵化器", "示例加速器")):
        field = page.get_by_label(label, exact=True)
        expect(field).to_be_visible()
        assert known in field.evaluate("input => [...input.list.options].map(option => option.value)")


def test_all_that_match_is_one_tick(walk) -> None:
    page: Page = walk("manager")
    page.goto("/firms?view=0")
    page.get_by_label("选择本页全部").check()
    expect(page.locator("[data-bulk] [data-count]")).to_have_text("50")
    page.get_by_label(re.compile("全部符合条件的")).check()
    expect(page.locator("[data-some]")).to_be_hidden()
    page.locator("tbody .pick input").first.uncheck()
    expect(page.locator("[data-bulk] [data-count]")).to_have_text("49")
    expect(page.locator("[data-all-matching]")).not_to_be_checked()


def test_on_a_phone(walk) -> None:
    page: Page = walk("officer1", PHONE)
    for path in (
        "/firms?columns=rung,park,tags,phone,revenue,revenue.2024,rd_hte,employees_total,officer&sort=-rung,name"
        "&where=any(tax_district.is(440112),officer.missing()),revenue.between(-1,1,)",
        "/firms/condition?f=certificate&t=expiring",
        "/firms/columns",
        "/firms/views",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{path} is wider than a phone"
