"""The care for a firm in a real browser: stopped and set free, handed over and called off, tagged, grouped, moved."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from crm.kit import clock

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def open_first(page: Page, district: str) -> str:
    """Open the first firm of a district and return its name."""
    page.goto(f"/firms?district={district}")
    link = page.locator("tbody th a").first
    name = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    return name


def care(page: Page) -> None:
    page.get_by_role("link", name="服务与归属", exact=True).click()
    expect(page.get_by_role("heading", name="由谁负责")).to_be_visible()


def test_a_firm_is_stopped_on_every_page_and_set_free_by_who_may(walk) -> None:
    officer = walk("officer1")
    open_first(officer, "440105")
    care(officer)
    officer.get_by_role("link", name="设置暂停标记").click()
    officer.get_by_label("原因").fill("注册地址无法联系")
    officer.get_by_label("谁可解除").select_option(label="只有科室负责人")
    officer.get_by_role("button", name="设置").click()
    banner = officer.get_by_role("alert").filter(has_text="暂停办理")
    expect(banner).to_be_visible()
    for tab in ("概览", "年度数据", "时间线"):
        officer.get_by_role("link", name=tab, exact=True).click()
        expect(officer.get_by_role("link", name=tab, exact=True)).to_have_attribute("aria-current", "page")
        expect(banner).to_contain_text("注册地址无法联系")
    care(officer)
    # Who may not lift it is offered no button, and hears why when he asks all the same.
    expect(officer.get_by_role("link", name="解除", exact=True)).to_have_count(0)
    path = re.sub(r"https?://[^/]+", "", officer.url)

    manager = walk("manager", PHONE)
    manager.goto(path)
    manager.get_by_role("link", name="解除", exact=True).click()
    manager.get_by_label("解除原因").fill("已电话联系上")
    manager.get_by_role("button", name="解除").click()
    expect(manager.get_by_text("已解除暂停标记")).to_be_visible()
    expect(manager.get_by_role("alert").filter(has_text="暂停办理")).to_have_count(0)
    expect(manager.get_by_text("已电话联系上")).to_be_visible()
    assert manager.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_firms_are_handed_over_after_a_look_and_called_off_before_the_day(walk) -> None:
    manager = walk("manager")
    manager.get_by_role("link", name="交接", exact=True).click()
    manager.get_by_role("link", name="交接 专员二 的企业").click()
    manager.get_by_label("接手").select_option(label="科长")
    manager.get_by_label("生效日期").fill((clock.today() + timedelta(days=9)).isoformat())
    manager.get_by_label("原因").fill("调岗")
    boxes = manager.locator("tbody .pick input")
    boxes.nth(0).check()
    boxes.nth(1).check()
    manager.get_by_role("button", name="下一步：核对").click()
    expect(manager.get_by_text("专员二 → 科长")).to_be_visible()
    manager.get_by_role("button", name="交接 2 家").click()
    expect(manager.get_by_text("待生效")).to_be_visible()
    manager.get_by_role("button", name="撤销这次交接").click()
    expect(manager.get_by_text("2 家企业保持原样")).to_be_visible()


def test_a_firm_is_tagged_put_into_a_group_and_moves_away(walk) -> None:
    officer = walk("officer1", PHONE)
    name = open_first(officer, "440104")
    care(officer)
    officer.get_by_label("标签", exact=False).first.fill("步行标签")
    officer.get_by_role("button", name="加标签").click()
    expect(officer.locator(".firm-head").get_by_text("步行标签")).to_be_visible()
    officer.get_by_role("link", name="加入集团").click()
    officer.get_by_label("集团名称").fill("步行集团")
    officer.get_by_role("button", name="登记").click()
    officer.get_by_role("link", name="步行集团").click()
    expect(officer.get_by_role("row").filter(has_text=name)).to_be_visible()
    officer.go_back()
    officer.get_by_role("link", name="登记迁移").click()
    officer.get_by_label("迁往").select_option(label="黄埔区")
    officer.get_by_label("原因").fill("随园区搬迁")
    officer.get_by_role("button", name="登记").click()
    expect(officer.get_by_role("heading", name="迁出名单")).to_be_visible()
    expect(officer.get_by_role("row").filter(has_text=name)).to_contain_text("黄埔区")
    assert officer.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
