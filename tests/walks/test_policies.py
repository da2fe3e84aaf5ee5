"""A rule from the browser to the firm: written, mended by line, compared, tried, put in force by another person."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
LIMIT = re.compile(r"(metric: employees_total\s+at_most: )(\d+)")


def test_from_the_editor_to_the_firm(walk) -> None:
    admin: Page = walk("admin")
    admin.get_by_role("link", name="政策", exact=True).click()
    admin.get_by_role("link", name="科技型中小企业", exact=True).click()
    expect(admin.locator("li").filter(has_text="职工总数不超过500人").first).to_contain_text("≤ 500 人")
    admin.get_by_role("link", name="以它为底本起草").click()
    box = admin.get_by_label("规则文本（YAML）")
    text = box.input_value()
    assert LIMIT.search(text)
    # A slip is told by its line, and its link leads there; what was typed stays.
    box.fill(LIMIT.sub(r"\g<1>1", text).replace("metric: employees_total", "metric: employes_total"))
    admin.get_by_role("button", name="检查并保存草稿").click()
    fault = admin.get_by_role("alert").get_by_role("link", name=re.compile("第 .* 行"))
    expect(fault).to_have_count(1)
    expect(admin.get_by_role("alert")).to_contain_text("没有“employes_total”这个指标")
    fault.click()
    selected = (
        "document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)"
    )
    assert "id: staff" in admin.evaluate(selected)
    box.fill(box.input_value().replace("employes_total", "employees_total"))
    admin.get_by_role("button", name="检查并保存草稿").click()
    # The difference in words and by line.
    expect(admin.get_by_role("region", name="改了什么")).to_contain_text("职工总数 ≤ 500 人")
    expect(admin.get_by_role("region", name="改了什么")).to_contain_text("职工总数 ≤ 1 人")
    expect(admin.get_by_role("region", name="逐行对照")).to_contain_text("at_most: 1")
    edition = admin.url
    # The dry run over the whole register, in the background.
    admin.get_by_role("link", name="全库预演").click()
    admin.get_by_role("button", name="开始预演").click()
    expect(admin.get_by_role("heading", name="按注册地")).to_be_visible(timeout=60_000)
    trial = admin.url
    admin.goto(edition)
    admin.get_by_role("link", name="提请启用").click()
    admin.get_by_label("为什么要改").fill("试一试一个人的上限")
    admin.get_by_role("button", name="提请启用").click()
    expect(admin.get_by_text("等另一个人启用")).to_be_visible()
    expect(admin.get_by_role("link", name="启用", exact=True)).to_have_count(0)
    # Another person reads the lists, and puts it in force.
    manager: Page = walk("manager")
    manager.goto(trial)
    manager.locator("a.stat").first.click()
    first = manager.locator("tbody th a").first
    expect(first).to_be_visible()
    manager.goto(edition)
    manager.get_by_role("link", name="启用", exact=True).click()
    manager.get_by_role("button", name="启用", exact=True).click()
    expect(manager.get_by_text("已启用：从现在起按这份文本判断")).to_be_visible()
    # The firm is judged by it.
    manager.goto("/firms/1/ladder?rung=tech_sme")
    expect(manager.locator(".gap > li").filter(has_text="职工总数不超过500人").first).to_contain_text("≤ 1 人")
    # Back to what it was, for the other walks.
    manager.goto(edition)
    other: Page = walk("admin")
    other.goto(edition)
    expect(other.get_by_role("link", name="撤回")).to_have_count(0)
    manager.get_by_role("link", name="撤回").click()
    manager.get_by_label("原因").fill("试完了")
    manager.get_by_role("button", name="撤回").click()
    expect(manager.get_by_text("已撤回", exact=True).first).to_be_visible()
