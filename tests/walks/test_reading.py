"""An ugly workbook in a real browser: what it leaves open is asked once, beside the column, and on a phone too."""

from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from crm.domain import codes

pytestmark = pytest.mark.browser


def ugly(path: Path) -> Path:
    """Write a list with a title, two rows of merged headings, a hidden row, a total, and units that nobody wrote."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("名单")
    page.merge_range(0, 0, 0, 4, "2025年天河区科技企业汇总表")
    for column, text in enumerate(["企业名称", "统一社会信用代码", "所属区"]):
        page.merge_range(1, column, 2, column, text)
    page.merge_range(1, 3, 1, 4, "2025年")
    page.write_row(2, 3, ["营业收入", "研发费用"])
    for row in range(3, 7):
        page.write_row(row, 0, [f"广州难看{row}号科技有限公司", codes.make(990_000 + row), "天河区", 3_000 + row, 200])
    page.set_row(5, None, None, {"hidden": True})
    page.write_row(7, 0, ["合计", None, None, 99_999, 800])
    book.close()
    return path


def test_what_a_list_leaves_open_is_asked(walk, tmp_path: Path) -> None:
    page: Page = walk("officer1")
    page.goto("/imports/new")
    page.set_input_files("input[type=file]", ugly(tmp_path / "难看.xlsx"))
    page.get_by_label("来自").fill("区科工信局")
    page.get_by_role("button", name="上传并预检").click()
    expect(page.get_by_text("隐藏的行 1")).to_be_visible()
    page.get_by_role("button", name="照此读取并预检").click()
    expect(page.get_by_text("单位是什么？").first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_label("D 列的单位").select_option(label="万元")
    page.get_by_label("E 列读作").select_option(label="研发费用（高企口径）")
    page.get_by_label("E 列的单位").select_option(label="万元")
    page.get_by_role("button", name="照此读取并预检").click()
    expect(page.locator("a.stat").filter(has_text="新建").locator(".value")).to_contain_text("3", timeout=20_000)

    page.goto("/imports/new")
    page.set_input_files("input[type=file]", ugly(tmp_path / "下月.xlsx"))
    page.get_by_label("来自").fill("区科工信局")
    page.get_by_role("button", name="上传并预检").click()
    expect(page.get_by_text("已按您上次的读法填好")).to_be_visible()
    expect(page.get_by_label("E 列读作")).to_have_value("rd_hte")
