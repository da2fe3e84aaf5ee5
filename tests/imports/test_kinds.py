"""Every kind of list: what a row writes, what it changes, what comes back by the undo, and that twice is once."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from crm.domain.ladder import Rung
from crm.domain.lists import Answer, ImportStatus, ListKind
from crm.domain.records import AwardLevel, IpKind, VisitKind
from crm.firms import past
from crm.firms.award_models import AwardGiven
from crm.firms.models import Certification, Contact, Firm, IntellectualProperty
from crm.kit import clock
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
    ListKind.AWARDS: (
        ["统一社会信用代码", "公司名称", "年度", "类型", "批次", "奖补（万元）", "备注"],
        [NAME, 2025, "研发费用补助", "2025年第二批", "30.5", "分期"],
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
        award = db.session.scalars(select(AwardGiven)).one()
        assert (award.year, award.title, award.amount, award.note) == (2025, "研发费用补助", 30_500_000, "分期")
        right = db.session.scalars(select(IntellectualProperty)).one()
        assert (right.kind, right.number) == (IpKind.INVENTION, "ZL202510000001.2")


@pytest.mark.parametrize("kind", [ListKind.CONTACTS, ListKind.AWARDS, ListKind.VISITS, ListKind.PROPERTY])
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


AWARDS = ["年度", "类型", "批次", "公司名称", "市", "区", "奖补（万元）", "备注"]


def test_an_award_list_names_firms_without_codes(desk: Desk, make: Make) -> None:
    """The form award lists are passed on in (guangzhou.md 7.2.1): a name is asked about, then all of it is kept."""
    firm = make.firm(name=NAME)
    held = make.certification(firm, number="GR1", issued_on=date(2025, 12, 1))
    before = desk.digest()
    content = book([2025, "高新技术企业", "2025年第一批", NAME, "广州市", "天河区", 20, None], headings=AWARDS)
    item = desk.check(content)
    assert item.counts == {"unsure": 1}
    settled = desk.answer(item, {2: (Answer.FIRM, firm.id)})
    assert settled.counts == {"update": 1}
    (told,) = desk.rows(settled)
    assert told.changes == {
        "award_year": [None, 2025],
        "award_type": [None, "高新技术企业"],
        "award_batch": [None, "2025年第一批"],
        "award_amount": [None, 20_000_000],
    }
    done = desk.apply(settled)
    with desk.app.app_context():
        award = db.session.scalars(select(AwardGiven)).one()
        assert (award.firm_id, award.title, award.amount) == (firm.id, "高新技术企业", 20_000_000)
        assert db.session.get(Certification, held.id).batch is None, "a certificate without a number is nobody's"
    assert desk.check(content).counts == {"same": 1}
    desk.undo(done)
    assert desk.digest() == before


def test_a_later_list_corrects_the_sum_and_its_undo_brings_the_first_back(desk: Desk, make: Make) -> None:
    firm = make.firm(name=NAME)
    headings = ["统一社会信用代码", "年度", "类型", "批次", "奖补（元）"]
    desk.apply(desk.check(book([firm.uscc, 2025, "研发补助", "一", 200_000], headings=headings)))
    after_first = desk.digest()
    second = desk.check(book([firm.uscc, 2025, "研发补助", "一", 250_000.5], headings=headings))
    assert desk.rows(second)[0].changes == {"award_amount": [20_000_000, 25_000_050]}
    desk.undo(desk.apply(second))
    assert desk.digest() == after_first


def test_the_citys_money_and_the_districts_are_two_awards(desk: Desk, make: Make) -> None:
    """Lists of two offices call them the same: whose money it is tells them apart."""
    firm = make.firm(name=NAME)
    headings = ["统一社会信用代码", "年度", "类型", "奖补（万元）", "资金层级"]
    for level, amount in (("市级", 20), ("区", 60)):
        item = desk.check(book([firm.uscc, 2025, "高新技术企业", amount, level], headings=headings))
        assert item.counts == {"update": 1}
        desk.apply(item)
    with desk.app.app_context():
        held = {award.level: award.amount for award in db.session.scalars(select(AwardGiven))}
    assert held == {AwardLevel.CITY: 20_000_000, AwardLevel.DISTRICT: 60_000_000}


def test_what_an_award_row_is_nothing_without_is_said(desk: Desk, make: Make) -> None:
    """A blank type, a sum below zero, two sums for one award: each is refused by its row."""
    firm = make.firm(name=NAME)
    headings = ["统一社会信用代码", "年度", "类型", "批次", "奖补（万元）"]
    rows = [
        [firm.uscc, 2025, None, "一", 20],
        [firm.uscc, 2025, "贴息", "一", -3],
        [firm.uscc, 2025, "补助", "一", 20],
        [firm.uscc, 2025, "补助", "一", 30],
        [firm.uscc, 2025, "补助", "二", 30],
    ]
    item = desk.check(book(*rows, headings=headings))
    assert item.counts == {"reject": 3, "update": 2}
    assert [row.number for row in desk.rows(item) if row.outcome.value == "reject"] == [2, 3, 5]


def test_the_file_of_a_day_before_the_list_does_not_tell_what_it_brought(
    desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one list brought and another changed is taken back step by step; what an undo took away is there again."""
    opened = datetime(2025, 1, 1, 4, tzinfo=UTC)
    firm = make.firm(name=NAME, created_at=opened)
    headings = ["统一社会信用代码", "年度", "类型", "奖补（万元）"]
    items = []
    for day, amount in ((10, 20), (20, 30)):
        monkeypatch.setattr(clock, "now", lambda at=datetime(2026, 1, day, 4, tzinfo=UTC): at)
        item = desk.check(book([firm.uscc, 2025, "补助", amount], headings=headings))
        items.append(desk.apply(item))
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 1, 4, tzinfo=UTC))
    desk.undo(items[1])
    told = {}
    with desk.app.app_context(), desk.app.test_request_context():
        for day in (9, 10, 19, 20):
            then = past.on_day(db.session.get_one(Firm, firm.id), date(2026, 1, day))
            told[day] = [award.amount for award in then.parts["awards"]]
    assert told == {9: [], 10: [20_000_000], 19: [20_000_000], 20: [30_000_000]}
