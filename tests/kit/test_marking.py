"""The same workbook comes back with an error column and comments; all else in it stays."""

import csv
import io
import zipfile

import pytest
import xlsxwriter
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from crm.kit import sheets
from tests.kit import old_excel


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def opened(content: bytes, name: str = "名单") -> object:
    return load_workbook(io.BytesIO(content))[name]


def simple() -> Workbook:
    book = Workbook()
    sheet = book.active
    sheet.title = "名单"
    sheet.append(["企业名称", "金额"])
    sheet.append(["甲", 1.5])
    sheet.append(["乙", 2])
    return book


def test_marking_keeps_what_was_there() -> None:
    book = simple()
    sheet = book.active
    sheet["A1"].font = Font(bold=True)
    sheet["B1"].font = Font(bold=True, color="0000FF")
    sheet["A2"].font = Font(bold=True, color="FF0000")
    sheet["B2"].number_format = "0.00"
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width = 33
    sheet.merge_cells("A5:B6")
    back = opened(
        sheets.annotate(saved(book), "名单", 1, {2: "=1+1", 3: "a<b & c\x07"}, "导入结果", {(3, 1): "不是金额"})
    )
    assert (back["A2"].font.bold, back["B2"].number_format, back["C1"].value) == (True, "0.00", "导入结果")
    assert back["C1"].font.color.rgb == "000000FF", "the new heading looks like its neighbour"
    assert (back["C2"].value, back["C2"].data_type) == ("=1+1", "s"), "a note is text, whatever it begins with"
    assert back["C3"].value == "a<b & c"
    assert (back.freeze_panes, back.column_dimensions["A"].width) == ("A2", 33)
    assert [str(area) for area in back.merged_cells.ranges] == ["A5:B6"]
    assert back["B3"].comment.text == "不是金额"
    assert back["B2"].comment is None


@pytest.mark.filterwarnings("ignore:.* extension is not supported")  # by the reader of this test
def test_pictures_and_charts_stay() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet("名单")
    page.write_column(0, 0, ["企业名称", "甲", "乙"])
    page.write_column(0, 1, ["金额", 1, 2])
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=名单!$B$2:$B$3"})
    page.insert_chart("E2", chart)
    page.conditional_format("B2:B3", {"type": "data_bar", "data_bar_2010": True})
    page.data_validation("A2:A9", {"validate": "list", "source": ["甲", "乙"]})
    book.close()
    content = buffer.getvalue()
    back = sheets.annotate(content, "名单", 1, {2: "新建"}, "导入结果", {(3, 1): "核对"})
    before, after = zipfile.ZipFile(io.BytesIO(content)), zipfile.ZipFile(io.BytesIO(back))
    same = {"xl/charts/chart1.xml", "xl/drawings/drawing1.xml", "xl/styles.xml", "xl/workbook.xml"}
    assert all(before.read(name) == after.read(name) for name in same)
    xml = after.read("xl/worksheets/sheet1.xml").decode()
    order = [xml.rindex(f"<{tag}") for tag in ("dataValidations", "drawing ", "legacyDrawing", "extLst")]
    assert order == sorted(order), "the order of elements is part of the format"
    assert opened(back)["B3"].comment.text == "核对"


def test_comments_of_others_stay() -> None:
    book = simple()
    book.active["A2"].comment = Comment("原有批注", "张三")
    back = opened(sheets.annotate(saved(book), "名单", 1, {}, "导入结果", {(2, 0): "让位", (3, 1): "新的"}))
    assert (back["A2"].comment.text, back["A2"].comment.author) == ("原有批注", "张三")
    assert (back["B3"].comment.text, back["B3"].comment.author) == ("新的", "企梯")


def test_a_long_list_is_marked_in_every_row() -> None:
    content = sheets.write_xlsx(["企业名称", "说明"], [[f"企业{n}", "很长的说明" * 30] for n in range(9_000)])
    name = sheets.read(content)[0].name
    (back, *_) = sheets.read(sheets.annotate(content, name, 1, {n: f"第{n}行" for n in range(2, 9_002)}, "导入结果"))
    assert back.rows[0] == ["企业名称", "说明", "导入结果"]
    assert [row[2] for row in back.rows[1:]] == [f"第{n}行" for n in range(2, 9_002)]


def test_marking_twice_adds_a_second_column() -> None:
    once = sheets.annotate(saved(simple()), "名单", 1, {2: "一"}, "第一次", {(2, 0): "甲"})
    back = opened(sheets.annotate(once, "名单", 1, {2: "二"}, "第二次", {(3, 0): "乙"}))
    assert [cell.value for cell in back[2]] == ["甲", 1.5, "一", "二"]
    assert (back["A2"].comment.text, back["A3"].comment.text) == ("甲", "乙")


def test_an_old_workbook_comes_back_as_a_new_one() -> None:
    content = old_excel.workbook({"名单": old_excel.sheet([["企业名称", "金额"], ["甲", 1.5]])})
    back = opened(sheets.annotate(content, "名单", 1, {2: "=1"}, "导入结果", {(2, 1): "核对"}))
    assert [[cell.value for cell in row] for row in back] == [["企业名称", "金额", "导入结果"], ["甲", 1.5, "=1"]]
    assert (back["C2"].data_type, back["B2"].comment.text) == ("s", "核对")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_marking_text_keeps_its_encoding(encoding: str) -> None:
    made = sheets.annotate(
        "企业名称,区\n甲,天河区\n乙\n".encode(encoding), "csv", 1, {2: "新建", 3: "更新"}, "导入结果"
    )
    assert list(csv.reader(io.StringIO(made.decode(encoding), newline=""))) == [
        ["企业名称", "区", "导入结果"],
        ["甲", "天河区", "新建"],
        ["乙", "", "更新"],
    ]
