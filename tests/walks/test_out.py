"""Lists out, acts on many firms, the whole register out: walked in a real browser, by mouse, keyboard and phone."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def pick(page: Page, number: int) -> None:
    """Tick the first firms of the list."""
    page.goto("/firms?view=0")
    boxes = page.locator("tbody .pick input")
    for at in range(number):
        boxes.nth(at).check()


def test_a_contact_sheet_for_a_reason(walk) -> None:
    page: Page = walk("officer1")
    pick(page, 2)
    page.locator("[data-bulk]").get_by_role("button", name="导出", exact=True).click()
    page.get_by_role("link", name="联系人表").click()
    go = page.locator("form[data-guard]").get_by_role("button", name="导出", exact=True)
    go.click()
    expect(page.get_by_text("请写明事由").first).to_be_visible()
    page.get_by_label("事由").fill("通知参加政策宣讲会")
    go.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载", exact=False).click()
    content = io.BytesIO(Path(download.value.path()).read_bytes())
    sheet = openpyxl.load_workbook(content).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0].startswith("企梯导出｜专员一（officer1）｜")
    assert rows[0][0].endswith("事由：通知参加政策宣讲会")
    assert rows[1][:2] == ("企业名称", "统一社会信用代码")


def test_a_layout_of_ones_own_by_keyboard(walk) -> None:
    page: Page = walk("manager")
    pick(page, 1)
    page.locator("[data-bulk]").get_by_role("button", name="导出", exact=True).press("Enter")
    heading = page.get_by_label("企业名称的表头")
    heading.fill("单位名称")
    page.get_by_label("版式名称").fill("报市局")
    page.get_by_role("button", name="保存版式").press("Enter")
    expect(page.get_by_role("link", name="报市局")).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("企业名称的表头")).to_have_value("单位名称")


def test_on_a_phone_the_ways_out_fit(walk) -> None:
    page: Page = walk("manager", PHONE)
    pick(page, 2)
    page.locator("[data-bulk]").get_by_role("button", name="导出", exact=True).click()
    expect(page.get_by_label("企业名称的表头")).to_be_visible()
    addresses = [page.url]
    pick(page, 2)
    page.get_by_role("button", name="加标签").click()
    expect(page.get_by_label("标签")).to_be_visible()
    for address in (*addresses, page.url, "/bulk", "/exports"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{address} is wider than a phone"


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_a_tag_put_on_many_and_taken_back(walk, viewport) -> None:
    page: Page = walk("manager", viewport) if viewport else walk("manager")
    pick(page, 3)
    page.get_by_role("button", name="加标签").click()
    page.get_by_label("标签").fill("甲组名单" if viewport else "乙组名单")
    page.get_by_role("button", name="下一步：预览").click()
    expect(page.get_by_role("heading", name="预览：还没有办理")).to_be_visible()
    page.get_by_role("button", name="确认加标签：3 家").click()
    expect(page.get_by_text("已办理").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.get_by_role("button", name="撤销 3 家").click()
    expect(page.get_by_role("link", name="已撤销 3")).to_be_visible()


def test_the_whole_register_for_a_reason(walk) -> None:
    page: Page = walk("admin")
    page.get_by_role("link", name="整库导出").click()
    page.get_by_label("事由").fill("年度备份")
    page.get_by_role("button", name="开始导出").click()
    link = page.get_by_role("link", name="下载", exact=False)
    expect(link).to_be_visible(timeout=40_000)
    with page.expect_download() as download:
        link.click()
    with zipfile.ZipFile(Path(download.value.path())) as archive:
        assert {"manifest.json", "tables/firm.jsonl", "tables/event.jsonl"} <= set(archive.namelist())
    page.get_by_role("link", name="整库导出").click()
    expect(page.get_by_role("cell", name="年度备份")).to_be_visible()
