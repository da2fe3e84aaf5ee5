"""Finding a firm without the mouse, from any page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_slash_letters_arrows_enter(walk: Callable[..., Page]) -> None:
    page = walk("manager")
    page.goto("/visits")
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="搜索企业")
    expect(field).to_be_focused()
    page.keyboard.type("gz")
    options = page.get_by_role("listbox", name="搜索结果").get_by_role("option")
    expect(options.first).to_contain_text("拼音首字母")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "hit-2")
    page.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_be_focused()
    name = options.first.locator("span").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/firms/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_escape_puts_the_list_away_and_enter_alone_opens_the_page_of_hits(walk: Callable[..., Page]) -> None:
    page = walk("manager")
    page.keyboard.press("/")
    page.keyboard.type("软件")
    listed = page.get_by_role("listbox", name="搜索结果")
    expect(listed).to_be_visible()
    page.keyboard.press("Escape")
    expect(listed).to_have_count(0)
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    expect(page.locator("main mark").first).to_have_text("软件")
    expect(page.get_by_text("搜索范围：全市企业")).to_be_visible()


def test_a_late_answer_to_what_no_longer_stands_there_is_dropped(walk: Callable[..., Page]) -> None:
    page = walk("manager")
    held = []
    page.route("**/search?q=*", lambda route: held.append(route) if len(held) == 0 else route.continue_())
    page.keyboard.press("/")
    page.keyboard.type("软件")
    while not held:
        page.wait_for_timeout(20)
    page.get_by_role("combobox").fill("无此企业")
    expect(page.locator("#hits")).to_contain_text("没有找到")
    held[0].continue_()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#hits")).to_contain_text("没有找到")
