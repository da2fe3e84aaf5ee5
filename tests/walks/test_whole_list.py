"""A list of names alone: whom it means is asked side by side, the rest is written, and all of it taken back."""

from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from crm.domain import codes

pytestmark = pytest.mark.browser


def book(path: Path, known: str) -> Path:
    """Write a new firm with its code, and one that the register knows, by its name only."""
    workbook = xlsxwriter.Workbook(str(path))
    sheet = workbook.add_worksheet("名单")
    sheet.write_row(0, 0, ["统一社会信用代码", "企业名称", "注册区", "年度", "营业收入（万元）"])
    sheet.write_row(1, 0, [codes.make(770_001), "广州整表甲科技有限公司", "天河区", 2025, 3_000])
    sheet.write_row(2, 0, [None, known, "天河区", 2024, 1_234])
    workbook.close()
    return path


def test_asked_written_and_taken_back(walk, tmp_path: Path) -> None:
    page: Page = walk("officer1")
    page.goto("/firms?district=440106")
    known = page.locator("tbody th a").first.inner_text()

    page.goto("/imports/new")
    page.set_input_files("input[type=file]", book(tmp_path / "整表.xlsx", known))
    page.get_by_role("button", name="上传并预检").click()
    stats = page.locator("a.stat")
    expect(stats.filter(has_text="待确认").locator(".value")).to_contain_text("1", timeout=20_000)
    stats.filter(has_text="待确认").click()
    expect(page.locator("main")).to_contain_text(known)
    page.get_by_role("radio").first.check()
    page.locator("main form").filter(has=page.get_by_role("radio")).get_by_role("button").last.click()
    expect(page.get_by_role("button", name="整表写入")).to_be_enabled(timeout=20_000)
    page.get_by_role("button", name="整表写入").click()
    page.get_by_text("撤销这次导入").click(timeout=20_000)
    page.get_by_role("button", name="撤销导入").click()
    expect(page.get_by_text("已撤销 2 行")).to_be_visible(timeout=20_000)

    page.goto("/firms?q=整表甲")
    expect(page.get_by_text("没有符合条件的企业")).to_be_visible()
