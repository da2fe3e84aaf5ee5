"""What a sheet holds beside values: hidden rows, merged cells, shares, errors of formulas; old and new files alike."""

import io
from datetime import date, datetime

import pytest
import xlsxwriter
from openpyxl import Workbook

from crm.kit import sheets
from tests.kit import old_excel


def made(build: object, **options: object) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **options})
    build(book)  # type: ignore[operator]
    book.close()
    return buffer.getvalue()


def test_hidden_sheets_rows_and_columns_are_told() -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("名单")
        for number in range(6):
            page.write_row(number, 0, [f"第{number}行", number, "x", "y"])
        page.set_row(2, None, None, {"hidden": True})
        page.set_row(4, None, None, {"hidden": True})
        page.set_column(1, 2, None, None, {"hidden": True})
        book.add_worksheet("底稿").hide()
        book.add_worksheet("深藏").very_hidden()

    shown, draft, deep = sheets.read(made(build))
    assert (shown.hidden, draft.hidden, deep.hidden) == (False, True, True)
    assert (shown.hidden_rows, shown.hidden_columns) == ({2, 4}, {1, 2})
    assert shown.rows[2][0] == "第2行", "hidden is told, not left out"


def test_merged_cells_are_told() -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.merge_range(0, 0, 0, 3, "2025年科技企业汇总表")
        page.merge_range(1, 0, 2, 0, "企业名称")

    (sheet,) = sheets.read(made(build))
    assert set(sheet.merged) == {(0, 0, 0, 3), (1, 0, 2, 0)}
    assert sheet.rows[0][0] == "2025年科技企业汇总表"


def test_a_share_is_read_as_it_is_shown() -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write_number(0, 0, 0.157, book.add_format({"num_format": "0.0%"}))
        page.write_number(0, 1, 0.5, book.add_format({"num_format": 9}))
        page.write_number(0, 2, 0.5)
        page.write_string(0, 3, "15%", book.add_format({"num_format": "0%"}))

    assert sheets.read(made(build))[0].rows == [["15.7%", "50%", 0.5, "15%"]]


def test_a_formula_that_failed_or_was_never_worked_out_is_not_an_empty_cell() -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write_formula(0, 0, "=VLOOKUP(1,A2:B3,2)", None, "#N/A")
        page.write_formula(0, 1, "=1/0", None, "#DIV/0!")
        page.write_formula(0, 2, '="甲"&"乙"', None, "甲乙")
        page.write_formula(0, 3, "=1+1", None, 2)

    assert sheets.read(made(build))[0].rows == [["#N/A", "#DIV/0!", "甲乙", 2]]
    book, buffer = Workbook(), io.BytesIO()
    book.active.append(["企业名称", "=1+1", "后面"])
    book.save(buffer)
    assert sheets.read(buffer.getvalue())[0].rows == [["企业名称", "=?", "后面"]]


def test_days_counted_from_1904() -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        page.write_datetime(0, 0, datetime(2023, 5, 6), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
        page.write_number(0, 1, 43_590)

    (sheet,) = sheets.read(made(build, date_1904=True))
    assert (sheet.rows, sheet.from_1904) == ([[date(2023, 5, 6), 43_590]], True)


def test_an_old_workbook() -> None:
    page = old_excel.sheet(
        [["企业名称", "占比"], ["广州甲科技", (0.15, old_excel.PERCENT)], ["#N/A", 3.5], [45_052]],
        hidden_rows=[2],
        merged=[(3, 0, 4, 1)],
    )
    shown, draft = sheets.read(old_excel.workbook({"名单": page, "底稿": old_excel.sheet()}, hidden=["底稿"]))
    assert shown.rows == [["企业名称", "占比"], ["广州甲科技", "15%"], ["#N/A", 3.5], [45_052, None]]
    assert (shown.hidden_rows, shown.merged, draft.hidden) == ({2}, ((3, 0, 4, 1),), True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_in_every_encoding_with_every_delimiter(encoding: str, delimiter: str) -> None:
    lines = ["2025年名单", delimiter.join(["企业名称", "代码"]), delimiter.join(["广州镕科技", '="91440101MA5"'])]
    (sheet,) = sheets.read("\r\n".join(lines).encode(encoding))
    assert sheet.rows == [["2025年名单"], ["企业名称", "代码"], ["广州镕科技", "91440101MA5"]]
