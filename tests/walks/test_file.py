"""The firm file in a browser: two tabs at one file, a merge undone, a value put back, a day of the past."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def firm_pages(page: Page, count: int) -> list[str]:
    """Return the addresses of the first firms of the list."""
    page.goto("/firms")
    links = page.locator("tbody th a")
    expect(links.nth(count - 1)).to_be_visible()
    return [str(links.nth(place).get_attribute("href")) for place in range(count)]


def test_two_tabs_lose_nothing(walk) -> None:
    first: Page = walk("manager")
    (firm,) = firm_pages(first, 1)
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(f"{firm}/edit")
    second.get_by_label("注册地址").fill("另一个标签页的地址")
    second.get_by_label("主要产品").fill("另一个标签页的产品")
    second.get_by_role("button", name="保存").click()
    expect(second.get_by_text("已保存").first).to_be_visible()
    first.get_by_label("注册地址").fill("这个标签页的地址")
    first.get_by_label("备注").fill("这个标签页的备注")
    first.get_by_role("button", name="保存").click()
    # The same field side by side, the other already put together, nothing typed lost.
    expect(first.get_by_text("两人都改了的项目").first).to_be_visible()
    expect(first.get_by_label("主要产品")).to_have_value("另一个标签页的产品")
    expect(first.get_by_label("备注")).to_have_value("这个标签页的备注")
    first.get_by_label(re.compile("这个标签页的地址")).check()
    first.get_by_role("button", name="保存").click()
    expect(first.get_by_text("这个标签页的地址")).to_be_visible()
    expect(first.get_by_text("另一个标签页的产品")).to_be_visible()

    # What was replaced can be put back, and says from where it came.
    first.goto(f"{firm}/history?field=address")
    row = first.locator("tbody tr", has_text="另一个标签页的地址").first
    row.get_by_role("button").click()
    expect(first.get_by_text("已恢复旧值")).to_be_visible()
    first.goto(f"{firm}/file")
    expect(first.get_by_text("另一个标签页的地址")).to_be_visible()


def test_two_files_are_merged_and_taken_apart(walk) -> None:
    page: Page = walk("manager")
    kept, gone = firm_pages(page, 3)[1:]
    page.goto(gone)
    name = page.locator("h1").inner_text().strip()
    page.goto(f"{kept}/merge")
    page.get_by_label("另一份档案的名称或代码").fill(name)
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name=f"比较 {name}").click()
    expect(page.get_by_role("heading", name="移过来的")).to_be_visible()
    page.get_by_role("button", name="合并", exact=True).click()
    expect(page.get_by_text("已合并").first).to_be_visible()
    page.goto(gone)
    expect(page.get_by_text("已并入这一份")).to_be_visible()
    assert page.url.endswith(kept)
    page.goto(f"{kept}/file")
    page.get_by_role("link", name=f"查看 {name}").click()
    page.get_by_role("button", name="撤销合并").click()
    expect(page.get_by_text("恢复原样")).to_be_visible()
    page.goto(gone)
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_on_a_phone_the_pages_of_a_file_fit(walk) -> None:
    page: Page = walk("manager", {"width": 390, "height": 844})
    one, other = firm_pages(page, 2)
    page.goto(f"{one}/file")
    number = other.rsplit("/", 1)[1]
    for path in (f"{one}/history", f"{one}/merge", f"{one}/merge/{number}", f"{one}/file"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{path} is wider than a phone"
