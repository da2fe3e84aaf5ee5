"""Every kind of list: what a row writes, what it changes, what comes back by the undo, and that twice is once."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.ladder import Rung
from crm.domain.lists import Answer, ImportStatus, ListKind
from crm.domain.records import IpKind, VisitKind
from crm.firms.models import Certification, Contact, Firm, IntellectualProperty
from crm.kit.db import db
from crm.visits.models import Visit
from tests.imports.desk import Desk, book
from tests.make import Make, uscc

NAME = "广州甲科技有限公司"
LISTS: dict[ListKind, tuple[list[str], list[Any]]] = {
    ListKind.CONTACTS: (
        ["统一社会信用代码", "企业名称", "联系人", "职务", "联系电话", "邮箱"],
        [NAME, "林嘉衡", "总经理", "19900000001", "lin@example.com"],
    ),
    ListKind.FIGURES: (["统一社会信用代码", "企业名称", "年度", "营业收入（万元）"], [NAME, 2025, 100]),
    ListKind.CERTIFICATES: (
        ["统一社会信用代码", "企业名称", "证书类型", "证书编号", "发证日期"],
        [NAME, "高新技术企业", "GR202544000001", "2025-12-01"],
    ),
    ListKind.ENTRIES: (
        ["统一社会信用代码", "企业名称", "入库登记编号", "入库日期"],
        [NAME, "202544010608000123", "2025-07-01"],
    ),
    ListKind.VISITS: (
        ["统一社会信用代码", "企业名称", "走访日期", "走访方式", "走访情况", "下一步", "下一步日期"],
        [NAME, "2026-03-02", "走访", "看了新产线", "回复贷款政策", "2026-03-20"],
    ),
    ListKind.PROPERTY: (
        ["统一社会信用代码", "企业名称", "专利类型", "专利号", "专利名称", "授权日期"],
        [NAME, "发明专利", "ZL202510000001.2", "一种控制方法", "2025-10-01"],
    ),
}


@pytest.mark.parametrize("kind", LISTS)
def test_written_once_and_taken_back(desk: Desk, make: Make, kind: ListKind) -> None:
    firm = make.firm(name=NAME)
    headings, row = LISTS[kind]
    content = book([firm.uscc, *row], headings=headings)
    before = desk.digest()
    item = desk.check(content)
    assert item.counts == {"update": 1}, desk.rows(item)[0].errors
    done = desk.apply(item, whole=True)
    assert done.status is ImportStatus.APPLIED
    assert desk.digest() != before
    assert desk.check(content).counts == {"same": 1}, "the same list once more changes nothing"
    desk.undo(done)
    assert desk.digest() == before


def test_what_each_kind_leaves(desk: Desk, make: Make) -> None:
    firm = make.firm(name=NAME)
    for headings, row in LISTS.values():
        desk.apply(desk.check(book([firm.uscc, *row], headings=headings)))
    with desk.app.app_context():
        contact = db.session.scalars(select(Contact)).one()
        assert (contact.name, contact.post, contact.phone, contact.main) == ("林嘉衡", "总经理", "19900000001", True)
        held = {c.kind: (c.number, c.issued_on) for c in db.session.scalars(select(Certification))}
        assert held == {
            Rung.HIGH_TECH: ("GR202544000001", date(2025, 12, 1)),
            Rung.TECH_SME: ("202544010608000123", date(2025, 7, 1)),
        }
        visit = db.session.scalars(select(Visit)).one()
        assert (visit.kind, visit.by_id, visit.next_on) == (VisitKind.VISIT, desk.user.id, date(2026, 3, 20))
        right = db.session.scalars(select(IntellectualProperty)).one()
        assert (right.kind, right.number) == (IpKind.INVENTION, "ZL202510000001.2")


@pytest.mark.parametrize("kind", [ListKind.CONTACTS, ListKind.VISITS, ListKind.PROPERTY])
def test_lists_about_known_firms_open_no_files(desk: Desk, kind: ListKind) -> None:
    headings, row = LISTS[kind]
    item = desk.check(book([uscc(700), *row], headings=headings))
    assert item.counts == {"reject": 1}
    assert desk.count(Firm) == 0


@pytest.mark.parametrize("kind", LISTS)
def test_no_kind_reaches_into_another_district(app: Any, make: Make, kind: ListKind) -> None:
    """T36: by code it is refused, by name nobody is offered."""
    desk = Desk(app, make.user("officer", districts=["440106"]))
    foreign = make.firm(name=NAME, registration_district="440112")
    headings, row = LISTS[kind]
    before = desk.digest()
    assert desk.check(book([foreign.uscc, *row], headings=headings)).counts == {"reject": 1}
    assert desk.check(book([None, *row], headings=headings)).counts == {"reject": 1}
    assert desk.digest() == before


def test_a_phone_that_changed_is_shown_and_a_second_of_one_name_is_kept_apart(desk: Desk, make: Make) -> None:
    firm = make.firm(name=NAME)
    headings = ["统一社会信用代码", "企业名称", "联系人", "联系电话"]
    desk.apply(desk.check(book([firm.uscc, NAME, "林嘉衡", "19900000001"], headings=headings)))
    item = desk.check(book([firm.uscc, NAME, "林嘉衡", "19900000002"], headings=headings))
    assert desk.rows(item)[0].changes == {"contact_phone": ["19900000001", "19900000002"]}


def test_the_visitor_is_a_colleague_or_the_row_says_why_not(desk: Desk, make: Make) -> None:
    firm, colleague = make.firm(name=NAME), make.user("officer", name="何子朗")
    headings = ["统一社会信用代码", "企业名称", "走访日期", "走访方式", "走访情况", "走访人"]
    rows = [[firm.uscc, NAME, "2026-03-02", "电话", text, who] for text, who in (("甲", "何子朗"), ("乙", "外人"))]
    item = desk.check(book(*rows, headings=headings))
    assert item.counts == {"update": 1, "reject": 1}
    desk.apply(item)
    with desk.app.app_context():
        assert db.session.scalars(select(Visit.by_id)).one() == colleague.id


def test_an_award_list_names_firms_without_codes(desk: Desk, make: Make) -> None:
    firm = make.firm(name=NAME)
    held = make.certification(firm, number="GR1", issued_on=date(2025, 12, 1))
    headings = ["年度", "类型", "批次", "公司名称", "市", "区", "奖补（万元）", "备注"]
    row = [2025, "高新技术企业", "2025年第一批", NAME, "广州市", "天河区", 20, None]
    item = desk.check(book(row, headings=headings))
    assert item.counts == {"unsure": 1}
    settled = desk.answer(item, {2: (Answer.FIRM, firm.id)})
    (told,) = desk.rows(settled)
    assert settled.counts == {"same": 1}
    assert told.notes, "what is not kept is said"
    with desk.app.app_context():
        assert db.session.get(Certification, held.id).batch is None
        assert db.session.get(User, desk.user.id)
