"""The main job in a real browser: a list comes in, every firm gets a file, its place, what it lacks, and a PDF."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from crm.domain import codes

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def workbook(path: Path, start: int) -> Path:
    """Write a list of three firms: one complete for 科技型中小企业, one that lacks, one with a wrong code."""
    identity = ["统一社会信用代码", "企业名称", "注册区", "成立日期", "行业代码", "年度"]
    money = ["营业收入（万元）", "成本费用（万元）", "资产总额（万元）", "研发费用（加计扣除口径）（万元）"]
    headings = [*identity, *money, "职工总数", "科技人员"]
    good, lacking = codes.make(start), codes.make(start + 1)
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    rows = [
        [good, "广州步行甲科技有限公司", "天河区", "2016-05-06", "6513", 2025, 3600, 3000, 4000, 180, 60, 16],
        [lacking, "广州步行乙科技有限公司", "黄埔区", "2018年3月1日", "3491", 2025, 3600, 3000, 25000, 36, 600, 12],
        [wrong, "广州步行丙科技有限公司", "天河区", "2019-01-01", "6513", 2025, 1, 1, 1, 1, 1, 1],
    ]
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for number, row in enumerate([headings, *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return path


def test_list_in_file_gap_pdf(walk, tmp_path: Path) -> None:
    page: Page = walk("officer1")
    page.goto("/imports/new")
    page.set_input_files("input[type=file]", workbook(tmp_path / "名单.xlsx", 880_001))
    page.get_by_role("button", name="上传并预检").click()
    # The dry run comes by itself, exact, with the fault told by its cell.
    expect(page.get_by_text("校验不通过")).to_be_visible(timeout=20_000)
    stats = page.locator("a.stat")
    expect(stats.filter(has_text="新建").locator(".value")).to_contain_text("1")
    expect(stats.filter(has_text="不能导入").locator(".value")).to_contain_text("2")  # the other firm is 黄埔区's
    page.get_by_role("button", name="行可以写入的").click()
    expect(page.get_by_text("已写入")).to_be_visible(timeout=20_000)

    # The officer finds the firm by the key every page has.
    page.keyboard.press("/")
    page.keyboard.type("步行甲")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="广州步行甲科技有限公司").first.click()
    expect(page.get_by_role("heading", name="广州步行甲科技有限公司")).to_be_visible()
    expect(page.get_by_text("未入梯度").first).to_be_visible()

    # What it lacks: facts nobody has stated yet, each by name, and nothing is taken for zero.
    page.get_by_role("link", name="资质与梯度").click()
    expect(page.get_by_text("缺 6 项数据，暂不能判断").first).to_be_visible()
    expect(page.get_by_role("link", name="查账征收").first).to_be_visible()

    # And on paper.
    page.get_by_role("link", name="文书").click()
    with page.expect_response("**/papers/profile.pdf*") as printed:
        page.get_by_role("button", name="打印企业简介").click()
    assert page.context.request.get(printed.value.url).body().startswith(b"%PDF")


def test_what_if_answers_at_once_and_keeps_nothing(walk) -> None:
    page: Page = walk("manager")
    page.goto("/firms")
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="资质与梯度").click()
    page.get_by_label("看哪一级").get_by_role("link", name="科技型中小企业").click()
    page.wait_for_url(lambda url: "rung=tech_sme" in url)
    staff = page.get_by_label("职工总数", exact=False).first
    before = staff.input_value()
    if not staff.is_visible():  # a figure that decides nothing for this firm waits below the others
        page.get_by_text("其他数字").click()
    staff.fill("501")
    expect(page.get_by_text("501 人").first).to_be_visible()
    page.reload()
    expect(page.get_by_label("职工总数", exact=False).first).to_have_value(before)


def test_a_zip_of_a_selection(walk) -> None:
    page: Page = walk("manager")
    page.goto("/firms")
    boxes = page.locator("tbody .pick input")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="打包下载企业简介").click()
    page.get_by_role("button", name="确认打包下载企业简介：2 家").click()
    link = page.get_by_role("link", name="下载", exact=False)
    expect(link.first).to_be_visible(timeout=40_000)
    with page.expect_download() as download:
        link.first.click()
    names = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())).namelist()
    assert len(names) == 2
    assert all(name.endswith(".pdf") for name in names)


def test_from_a_number_on_the_stairs_to_its_list(walk) -> None:
    page: Page = walk("manager")
    page.goto("/ladder")
    step = page.locator("svg.stairs a", has_text="高企")
    count = step.locator(".count").text_content()
    step.click()
    expect(page.locator(".head .sub")).to_contain_text(f"共 {count} 家")


@pytest.mark.parametrize("username", ["officer1", "manager", "editor", "certifier", "agency", "auditor", "admin"])
def test_every_role_signs_in_and_out(walk, username: str) -> None:
    page: Page = walk(username)
    expect(page.locator("main h1").first).to_be_visible()
    page.locator("details.menu > summary").last.click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    page.goto("/firms")
    expect(page.get_by_role("button", name="登录")).to_be_visible()


def test_on_a_phone(walk) -> None:
    page: Page = walk("officer1", PHONE)
    for path in ("/", "/firms", "/ladder", "/imports", "/visits"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{path} is wider than a phone"
    page.get_by_role("button", name="菜单").click()
    page.get_by_role("link", name="企业", exact=True).click()
    page.locator("tbody th a").first.click()
    for tab in ("基本信息", "年度数据", "资质与梯度", "诉求与走访", "文书", "时间线"):
        page.get_by_role("link", name=tab, exact=True).click()
        expect(page.get_by_role("link", name=tab, exact=True)).to_have_attribute("aria-current", "page")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{tab} is wider than a phone"


def test_english_by_one_click(walk) -> None:
    page: Page = walk("manager")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Ladder")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("link", name="梯度", exact=True)).to_be_visible()
