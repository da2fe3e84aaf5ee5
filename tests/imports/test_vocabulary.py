"""Which list it is, and what its rows yield."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crm.domain.ladder import Rung
from crm.domain.lists import ListKind
from crm.domain.records import IpKind, VisitKind
from crm.imports import finding, recognise
from crm.imports.recognise import Row
from crm.kit.sheets import Sheet
from tests.make import uscc

THIS_YEAR = 2026


def read(*rows: list[Any], title: str = "名单", **given: Any) -> tuple[ListKind, list[Row]]:
    sheet = Sheet(title, False, list(rows))
    found = finding.find(sheet)
    assert found is not None
    plan = replace(found, given=given)
    return found.kind, recognise.rows(plan, sheet, THIS_YEAR)


def test_an_award_list_without_codes() -> None:
    kind, rows = read(
        ["年度", "类型", "批次", "公司名称", "市", "区", "奖补（万元）", "备注"],
        [2023, "高新技术企业认定", "第一批", "广州甲科技有限公司", "广州市", "天河区", 20, None],
        [2023, "研发补助", "第一批", "广州乙科技有限公司", "广州市", "黄埔区", "30.5", "分期"],
        cert_issued_on=date(2023, 12, 28),
    )
    assert kind is ListKind.AWARDS
    assert rows[0].values == {
        "award_year": 2023,
        "award_type": "高新技术企业认定",
        "award_batch": "第一批",
        "cert_kind": Rung.HIGH_TECH,
        "cert_batch": "第一批",
        "cert_issued_on": date(2023, 12, 28),
        "name": "广州甲科技有限公司",
        "city": "广州市",
        "registration_district": "440106",
        "award_amount": 20_000_000,
    }
    assert not {"cert_kind", "cert_batch", "cert_issued_on"} & rows[1].values.keys(), "money for research is no rung"
    assert (rows[1].values["award_amount"], rows[1].values["award_note"]) == (30_500_000, "分期")


def test_an_award_whose_day_nobody_says_is_about_money_only() -> None:
    _, (row,) = read(
        ["年度", "类型", "批次", "公司名称", "奖补（万元）"], [2023, "高企", "第一批", "广州甲科技有限公司", 20]
    )
    assert row.values == {
        "award_year": 2023,
        "award_type": "高企",
        "award_batch": "第一批",
        "name": "广州甲科技有限公司",
        "award_amount": 20_000_000,
    }


def test_one_heading_means_another_thing_in_another_list() -> None:
    kind, (row,) = read(
        ["公司名称", "知识产权名称", "类型", "编号", "授权日期", "获得方式"],
        ["广州甲科技有限公司", "一种装置", "发明", "ZL202310123456.7", "2024年1月2日", "受让"],
    )
    assert kind is ListKind.PROPERTY
    assert (row.values["ip_kind"], row.values["ip_number"], row.values["ip_title"]) == (
        IpKind.INVENTION,
        "ZL202310123456.7",
        "一种装置",
    )
    kind, (row,) = read(
        ["企业名称", "走访日期", "类型", "走访人员", "走访情况"],
        ["广州甲科技有限公司", "2026/3/5", "电话", "李专员", "问了高企复审"],
    )
    assert kind is ListKind.VISITS
    assert (row.values["visit_kind"], row.values["visited_on"]) == (VisitKind.CALL, date(2026, 3, 5))


def test_an_entry_list_says_its_rung_by_itself() -> None:
    kind, (row,) = read(
        ["企业名称", "统一社会信用代码", "入库登记编号", "入库日期"],
        ["广州甲科技有限公司", uscc(1), "202644010600012345", "2026-04-10"],
    )
    assert (kind, row.values["cert_kind"]) == (ListKind.ENTRIES, Rung.TECH_SME)


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (["企业名称", "联系人", "手机"], ListKind.CONTACTS),
        (["企业名称", "年度", "营业收入（万元）", "研发费用"], ListKind.FIGURES),
        (["企业名称", "证书编号", "发证日期", "有效期至"], ListKind.CERTIFICATES),
        (["企业名称", "成立日期", "联系人", "营业收入"], ListKind.FIRMS),
    ],
)
def test_kinds_by_their_headings(headings: list[str], kind: ListKind) -> None:
    found = finding.find(Sheet("名单", False, [list(headings)]))
    assert found is not None
    assert found.kind is kind


def test_a_row_without_what_the_list_is_about_is_told() -> None:
    _, rows = read(
        ["企业名称", "联系人", "手机"],
        ["广州甲科技有限公司", "/", "13800138000"],
        ["广州乙科技有限公司", "王会计", 1.38e10],
    )
    assert [(error["heading"], error["message"]) for error in rows[0].errors] == [("联系人", "这一格不能空着")]
    assert rows[1].values["contact_phone"] == "13800000000", "a number kept as a number is still a phone"


@pytest.mark.parametrize("unit", ["千元", "万元", "百万元"])
def test_thousands_are_not_yuan(unit: str) -> None:
    _, (row,) = read(["企业名称", "年度", f"营业收入（{unit}）"], ["广州甲科技有限公司", 2025, 12])
    assert row.figures[2025]["revenue"] == 12 * {"千元": 100_000, "万元": 1_000_000, "百万元": 100_000_000}[unit]
