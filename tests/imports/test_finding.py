"""Headings are found below titles, in several rows, merged or not; rows that are none of the list are passed over."""

from datetime import date
from typing import Any

import pytest

from crm.domain.money import Unit
from crm.imports import finding, recognise
from crm.imports.layout import Layout, dump, load
from crm.imports.recognise import Passed, Row
from crm.kit.sheets import Sheet
from tests.make import uscc

FIRST, SECOND = "广州甲科技有限公司", "广州乙科技有限公司"


def sheet(*rows: list[Any], **more: Any) -> Sheet:
    return Sheet("名单", False, list(rows), **more)


def found(page: Sheet) -> Layout:
    layout = finding.find(page)
    assert layout is not None
    return layout


def read(page: Sheet) -> list[Row]:
    return recognise.rows(found(page), page, 2026)


def test_two_rows_of_headings_under_a_title() -> None:
    page = sheet(
        ["2025年度科技企业汇总表", None, None, None, None, None, None],
        ["单位：万元", None, None, None, None, None, None],
        ["序号", "企业名称", "信用代码", "2024年", None, "2025年", None],
        [None, None, None, "营业收入", "职工总数", "营业收入", "职工总数"],
        [1, FIRST, uscc(1), 90, 10, 100, 12],
        merged=((0, 0, 0, 6), (2, 0, 3, 0), (2, 1, 3, 1), (2, 2, 3, 2), (2, 3, 2, 4), (2, 5, 2, 6)),
    )
    layout = found(page)
    assert (layout.heading_row, layout.sure) == (4, True)
    (row,) = read(page)
    assert row.figures == {
        2024: {"revenue": 90_000_000, "employees_total": 10},
        2025: {"revenue": 100_000_000, "employees_total": 12},
    }


def test_two_rows_of_headings_that_nobody_merged_are_looked_at_first() -> None:
    page = sheet(
        ["企业名称", "信用代码", "2024年", None, "2025年", None],
        [None, None, "营业收入（万元）", "职工总数", "营业收入（万元）", "职工总数"],
        [FIRST, uscc(1), 90, 10, 100, 12],
    )
    layout = found(page)
    assert (layout.heading_row, layout.sure) == (2, False)
    assert [(c.field, c.year) for c in layout.columns[2:]] == [
        ("revenue", 2024),
        ("employees_total", 2024),
        ("revenue", 2025),
        ("employees_total", 2025),
    ]


def test_upper_headings_that_only_group() -> None:
    page = sheet(
        ["基本信息", None, None, "经营情况（千元）", None],
        ["企业名称", "信用代码", "成立日期", "营业收入", "净利润"],
        [FIRST, uscc(1), "2016-05-06", 5, 1],
        merged=((0, 0, 0, 2), (0, 3, 0, 4)),
    )
    (row,) = recognise.rows(load({**dump(found(page)), "given": {"year": "2025"}}), page, 2026)
    assert row.figures == {2025: {"revenue": 500_000, "net_profit": 100_000}}
    assert row.values["established_on"] == date(2016, 5, 6)


def test_a_title_that_nobody_merged_is_no_heading() -> None:
    page = sheet(
        ["2024年名单", None, None, None, "单位：万元"],
        ["企业名称", "信用代码", "年度", "职工总数", "营业收入"],
        [FIRST, uscc(1), 2025, 3, 7],
    )
    assert [c.heading for c in found(page).columns] == ["企业名称", "信用代码", "年度", "职工总数", "营业收入"]
    assert read(page)[0].figures == {2025: {"employees_total": 3, "revenue": 7_000_000}}


def test_rows_that_are_none_of_the_list() -> None:
    page = sheet(
        ["序号", "企业名称", "年度", "营业收入（万元）"],
        ["一、天河区", None, None, None],
        [1, FIRST, 2025, 5],
        ["小计", None, None, 5],
        [None, None, None, None],
        ["序号", "企业名称", "年度", "营业收入（万元）"],
        [2, SECOND, 2025, 6],
        [3, "广州丙科技有限公司", 2025, 7],
        [4, None, None, "—"],
        ["合 计：", "共3家", None, 18],
        ["注：1.数据来自年报", None, None, None],
        ["填表人：张三", None, "联系电话：83120000", None],
        merged=((1, 0, 1, 3),),
        hidden_rows=frozenset({7}),
    )
    layout = found(page)
    assert [row.number for row in recognise.rows(layout, page, 2026)] == [3, 7]
    assert recognise.passed(layout, page) == {
        2: Passed.BLANK,
        4: Passed.TOTAL,
        5: Passed.BLANK,
        6: Passed.HEADING,
        8: Passed.HIDDEN,
        9: Passed.BLANK,
        10: Passed.TOTAL,
        11: Passed.NOTE,
        12: Passed.NOTE,
    }
    shown = load({**dump(layout), "hidden_rows": True})
    assert [row.number for row in recognise.rows(shown, page, 2026)] == [3, 7, 8]


@pytest.mark.parametrize("name", ["汇总科技有限公司", "合计（广州）科技有限公司", "小计"])
def test_firms_with_unlucky_names(name: str) -> None:
    page = sheet(["企业名称", "信用代码"], [name, uscc(1)])
    assert len(read(page)) == (0 if name == "小计" else 1)


def test_a_merged_name_holds_for_its_rows_a_merged_amount_for_none() -> None:
    page = sheet(
        ["企业名称", "信用代码", "年度", "营业收入（万元）", "职工总数"],
        [FIRST, uscc(1), 2024, 90, 10],
        [None, None, 2025, None, 12],
        merged=((1, 0, 2, 0), (1, 1, 2, 1), (1, 3, 2, 3)),
    )
    rows = read(page)
    assert [row.values["name"] for row in rows] == [FIRST, FIRST]
    assert [row.figures for row in rows] == [{2024: {"employees_total": 10}}, {2025: {"employees_total": 12}}]
    assert [error["heading"] for row in rows for error in row.errors] == ["营业收入（万元）"] * 2


def test_cells_that_went_wrong_in_the_spreadsheet_are_told_one_by_one() -> None:
    page = sheet(
        ["企业名称", "信用代码", "联系电话", "成立日期", "年度", "营业收入（万元）", "净利润（万元）"],
        [FIRST, 9.144e17, 1.38e15, "#N/A", 2025, "15%", "=?"],
    )
    (row,) = read(page)
    faulty = [error["heading"].partition("（")[0] for error in row.errors]
    assert faulty == ["信用代码", "联系电话", "成立日期", "营业收入", "净利润"]
    assert "文本格式" in row.errors[0]["message"], "it says how to mend it"
    assert row.values["name"] == FIRST


def test_days_as_numbers() -> None:
    rows = [["企业名称", "成立日期"], [FIRST, 45_052], [SECOND, "45052"], ["广州丙科技有限公司", 20230506]]
    assert {row.values["established_on"] for row in read(sheet(*rows))} == {date(2023, 5, 6)}
    apple = sheet(["企业名称", "成立日期"], [FIRST, 43_590], [SECOND, date(2023, 5, 6)], from_1904=True)
    assert {row.values["established_on"] for row in read(apple)} == {date(2023, 5, 6)}


def test_two_columns_of_one_thing_clash() -> None:
    layout = found(sheet(["企业名称", "联系电话", "手机", "2024年营收（万元）", "2025年营收（万元）"]))
    assert layout.clashes == {2: 1}


def test_what_is_kept_of_a_layout_comes_back() -> None:
    page = sheet(["企业名称", "证书编号", "发证日期", "注册资本（百万元）"])
    layout = load({**dump(found(page)), "given": {"cert_kind": "高新技术企业", "cert_expires_on": "2028-11-30"}})
    assert layout.given["cert_expires_on"] == date(2028, 11, 30)
    assert layout.columns[3].unit is Unit.BAIWAN
    assert load(dump(layout)) == layout
