"""Taken back: the register says what it said before, unless somebody has built upon a row."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.lists import Answer, ImportStatus
from crm.domain.records import VisitKind
from crm.firms import service as firms
from crm.firms.models import Certification, Contact, Firm, FormerName, IntellectualProperty
from crm.imports import service
from crm.imports.models import Import, ImportRow
from crm.journal.models import Event
from crm.journal.service import verify
from crm.kit import clock, jobs
from crm.kit.db import db, transaction
from crm.visits import service as visits
from crm.visits.models import Visit
from tests.imports.desk import Desk, book
from tests.make import Make, uscc

WIDE = [
    "统一社会信用代码", "企业名称", "曾用名", "法定代表人", "注册区", "税务区", "成立日期", "联系人", "联系电话",
    "年度", "营业收入（万元）", "职工总数", "证书类型", "证书编号", "发证日期", "有效期至",
]  # fmt: skip


def wide(code: str | None, name: str | None, **stated: Any) -> list[Any]:
    values = {"统一社会信用代码": code, "企业名称": name, **stated}
    return [values.get(heading.replace("（万元）", "")) for heading in WIDE]


FULL = {
    "曾用名": "广州旧号有限公司", "法定代表人": "陈敏", "注册区": "天河区", "税务区": "黄埔区",
    "成立日期": "2016-05-06",
    "联系人": "林嘉衡", "联系电话": "19900000001", "年度": 2025, "营业收入": 100, "职工总数": 12,
    "证书类型": "高新技术企业", "证书编号": "GR202544000001", "发证日期": "2025-12-01", "有效期至": "2028-11-30",
}  # fmt: skip


def test_new_and_changed_files_go_back(desk: Desk, make: Make) -> None:
    firm = make.firm(name="广州甲科技有限公司", legal_representative="王一帆")
    make.certification(firm, number="GR202544000001", issued_on=date(2025, 12, 1), expires_on=None, batch="旧批")
    make.annual_return(firm, revenue=7)
    make.add(Contact(firm_id=firm.id, name="林嘉衡", phone="111"))
    before = desk.digest()
    rows = [wide(firm.uscc, "广州甲科技有限公司", **FULL), wide(uscc(700), "广州新来科技有限公司", **FULL)]
    rows += [wide(uscc(700), "广州新来科技有限公司", 年度=2024, 营业收入=80)]
    done = desk.apply(desk.check(book(*rows, headings=WIDE)), whole=True)
    assert done.status is ImportStatus.APPLIED
    assert desk.digest() != before
    back = desk.undo(done)
    assert (back.status, desk.digest()) == (ImportStatus.UNDONE, before)
    with desk.app.app_context():
        assert db.session.get(Firm, firm.id).version == 3, "whoever opened the file meanwhile is told"
        acts = list(db.session.scalars(select(Event.action).order_by(Event.id)))
        assert (
            acts[-4:] == ["firm.edited", "firm.removed", "firm.edited", "import.undone"] or acts[-1] == "import.undone"
        )
        assert verify() is None


def test_the_number_of_a_removed_firm_is_never_given_again(desk: Desk, make: Make) -> None:
    """The trail still speaks of it."""
    done = desk.apply(desk.check(book([uscc(501), "广州甲科技有限公司", "天河区", "2016-05-06", 2025, 1, 1])))
    with desk.app.app_context():
        number = db.session.scalars(select(Firm.id)).one()
    desk.undo(done)
    assert make.firm().id > number


STATED = st.fixed_dictionaries(
    {},
    optional={
        "法定代表人": st.sampled_from(["陈敏", "林海澜"]),
        "注册区": st.sampled_from(["天河区", "黄埔区"]),
        "税务区": st.sampled_from(["天河区", "番禺区"]),
        "曾用名": st.sampled_from(["广州旧号有限公司", "广州甲科技有限公司"]),
        "联系人": st.sampled_from(["林嘉衡", "何子朗"]),
        "联系电话": st.sampled_from(["19900000001", "19900000002"]),
        "年度": st.sampled_from([2024, 2025]),
        "营业收入": st.sampled_from([100, 200]),
        "职工总数": st.integers(1, 3),
        "证书类型": st.just("高新技术企业"),
        "证书编号": st.sampled_from(["GR202544000001", "GR202544000002"]),
        "发证日期": st.just("2025-12-01"),
        "有效期至": st.sampled_from(["2028-11-30", "2029-11-30"]),
    },
)
WHO = st.sampled_from(["old", "renamed", "new", "other new"])
NAMES = {"old": "广州甲科技有限公司", "renamed": "广州改名科技有限公司"}
ROWS = st.lists(st.tuples(WHO, STATED), min_size=1, max_size=8)


@settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lists=st.lists(ROWS, min_size=1, max_size=3))
def test_any_lists_undone_leave_the_register_as_it_was(app: Flask, make: Make, lists: list[Any]) -> None:
    desk = Desk(app, make.user("officer"))
    firm = make.firm(name="广州甲科技有限公司", legal_representative="王一帆")
    fresh = {"new": uscc(100_000 + make.count), "other new": uscc(200_000 + make.count)}
    marks = []
    for rows in lists:
        lines = []
        for who, stated in rows:
            code = fresh.get(who, firm.uscc)
            name = {"old": "广州甲科技有限公司", "renamed": "广州改名科技有限公司"}.get(
                who, f"广州{code[-5:]}科技有限公司"
            )
            lines.append(wide(code, name, **stated))
        item = desk.check(book(*lines, headings=WIDE))
        if item.counts.get("unsure"):
            asked = [row for row in desk.rows(item) if row.question]
            item = desk.answer(item, {row.number: (Answer.RENAMED, None) for row in asked})
        if not {"create", "update"} & set(item.counts):
            continue
        before = desk.digest()
        done = desk.apply(item)
        assert done.status is ImportStatus.APPLIED, done.error
        again = desk.check(book(*lines, headings=WIDE))
        assert not {"create", "update"} & set(again.counts), "the same list once more changes nothing"
        marks.append((done, before))
    for done, before in reversed(marks):
        desk.undo(done)
        with app.app_context():
            kept = db.session.scalars(select(ImportRow.kept_because).where(ImportRow.import_id == done.id)).all()
            assert not any(kept)
        assert desk.digest() == before


def test_a_row_that_somebody_changed_since_stays_with_the_reason(desk: Desk, make: Make) -> None:
    first, second = make.firm(name="广州甲科技有限公司"), make.firm(name="广州乙科技有限公司")
    colleague = make.user("officer", name="何子朗")
    rows = [wide(f.uscc, None, 法定代表人="陈敏", 税务区="黄埔区") for f in (first, second)]
    done = desk.apply(desk.check(book(*rows, headings=WIDE)))
    with desk.app.app_context(), transaction():
        firm = db.session.get(Firm, first.id)
        firms.edit(firm, db.session.get(User, colleague.id), {"legal_representative": "李若溪"}, clock.today())
    desk.undo(done)
    kept, undone = desk.rows(done)
    (reason,) = kept.kept_because
    assert (reason["params"]["field"], reason["params"]["who"]) == ("legal_representative", "何子朗")
    assert (kept.undone_at, undone.kept_because) == (None, None)
    with desk.app.app_context():
        stays, back = db.session.get(Firm, first.id), db.session.get(Firm, second.id)
        assert (stays.legal_representative, stays.tax_district) == ("李若溪", "440112"), (
            "a row goes back whole or stays"
        )
        assert (back.legal_representative, back.tax_district) == (None, None)


PATENT = {
    "知识产权类型": "发明专利", "授权号": "ZL202010000001.2", "知识产权名称": "一种方法", "申请日期": "2020-01-02",
    "授权日期": "2022-03-04",
}  # fmt: skip
MEETING = {"走访日期": "2026-03-05", "走访方式": "走访", "走访情况": "看了中试线", "接待人": "王总"}
# What a list writes of each kind of record, and what somebody corrects of it afterwards.
KINDS = [
    (FULL, Firm, {"legal_representative": "李若溪"}),
    (FULL, Contact, {"phone": "19900000009"}),
    (FULL, Certification, {"expires_on": date(2027, 1, 1)}),
    (FULL, FormerName, {"until_on": date(2020, 1, 1)}),
    (PATENT, IntellectualProperty, {"granted_on": date(2022, 5, 5)}),
    (MEETING, Visit, {"met": "李总"}),
]


@pytest.mark.parametrize(("stated", "table", "corrected"), KINDS, ids=[table.__name__ for _, table, _ in KINDS])
def test_who_changed_what_a_list_wrote_and_when_is_told_of_every_kind_of_record(
    desk: Desk, make: Make, stated: dict[str, Any], table: type, corrected: dict[str, Any]
) -> None:
    firm = make.firm(name="广州甲科技有限公司")
    colleague = make.user("officer", name="何子朗")
    rows = {heading if heading != "营业收入" else "营业收入（万元）": value for heading, value in stated.items()}
    item = desk.check(book([firm.uscc, *rows.values()], headings=["统一社会信用代码", *rows]))
    done = desk.apply(item)
    assert done.status is ImportStatus.APPLIED
    with desk.app.app_context(), transaction():
        record = db.session.scalars(select(table)).one()
        who = db.session.get(User, colleague.id)
        if table is Firm:
            firms.edit(record, who, corrected, clock.today())
        else:
            firms.amend(record, who, corrected)
        at = db.session.scalars(select(Event.at).order_by(Event.id.desc())).first()
    before = desk.digest()
    desk.undo(done)
    (row,) = desk.rows(done)
    (field,) = corrected
    told = [
        (reason["params"]["table"], reason["params"]["field"], reason["params"]["who"], reason["params"]["at"])
        for reason in row.kept_because
    ]
    assert told == [(table.__tablename__, field, "何子朗", at.isoformat())]
    assert desk.digest() == before


def test_what_stayed_can_be_tried_again(desk: Desk, make: Make) -> None:
    firm = make.firm(name="广州甲科技有限公司")
    before = desk.digest()
    done = desk.apply(desk.check(book(wide(firm.uscc, None, 法定代表人="陈敏"), headings=WIDE)))
    for name in ("别人", "陈敏"):
        with desk.app.app_context(), transaction():
            db.session.get(Firm, firm.id).legal_representative = name
        back = desk.undo(done)
        assert (desk.digest() == before) is (name == "陈敏")
    with pytest.raises(Refused, match="没有可以撤销的行"):
        desk.undo(back)


@pytest.mark.parametrize("what", ["visit", "contact", "attachment"])
def test_a_new_file_with_something_added_since_stays(desk: Desk, make: Make, what: str) -> None:
    done = desk.apply(desk.check(book(wide(uscc(700), "广州新来科技有限公司", **FULL), headings=WIDE)))
    with desk.app.app_context(), transaction():
        firm = db.session.scalars(select(Firm)).one()
        user = db.session.get(User, desk.user.id)
        if what == "visit":
            met = {
                "kind": VisitKind.CALL,
                "visited_on": clock.today(),
                "summary": "x",
                "next_step": None,
                "next_on": None,
            }
            visits.record(firm.id, user, met, clock.today())
        elif what == "contact":
            firms.add(Contact, firm, user, {"name": "另一位"})
        else:
            firms.attach(firm, user, "a.pdf", b"%PDF-1.7 x")
    before = desk.digest()
    desk.undo(done)
    (row,) = desk.rows(done)
    assert [reason["params"]["table"] for reason in row.kept_because] == [what]
    assert desk.digest() == before, "nothing of the row was touched"


def test_figures_that_a_later_list_stated_anew_stay(desk: Desk, make: Make) -> None:
    firm = make.firm(name="广州甲科技有限公司")
    before = desk.digest()
    first = desk.apply(desk.check(book(wide(firm.uscc, None, 年度=2025, 营业收入=100), headings=WIDE)))
    later = desk.apply(desk.check(book(wide(firm.uscc, None, 年度=2025, 营业收入=200), headings=WIDE)))
    desk.undo(first)
    assert [r["message"] for r in desk.rows(first)[0].kept_because] == ["{year}年的数之后又有新的填报"]
    desk.undo(later)
    desk.undo(first)
    assert desk.digest() == before


def test_a_record_that_somebody_removed_since_does_not_hinder(desk: Desk, make: Make) -> None:
    firm = make.firm(name="广州甲科技有限公司")
    before = desk.digest()
    done = desk.apply(desk.check(book(wide(firm.uscc, None, 联系人="林嘉衡"), headings=WIDE)))
    with desk.app.app_context(), transaction():
        firms.remove(db.session.scalars(select(Contact)).one(), db.session.get(User, desk.user.id))
    desk.undo(done)
    assert desk.digest() == before


def test_a_firm_that_has_left_the_officers_district_stays(app: Flask, make: Make) -> None:
    """T36: the undo writes in the own district only, as the import did."""
    desk = Desk(app, make.user("officer", districts=["440106"]))
    firm = make.firm(name="广州甲科技有限公司")
    done = desk.apply(desk.check(book(wide(firm.uscc, None, 法定代表人="陈敏"), headings=WIDE)))
    with app.app_context(), transaction():
        db.session.get(Firm, firm.id).registration_district = "440112"
    desk.undo(done)
    with app.app_context():
        assert db.session.get(Firm, firm.id).legal_representative == "陈敏"
    assert desk.rows(done)[0].kept_because[0]["message"] == "这家企业已不归您管理"


def test_certificates_are_given_back_field_by_field(desk: Desk, make: Make) -> None:
    firm = make.firm(name="广州甲科技有限公司")
    held = make.certification(firm, number="GR1", issued_on=date(2025, 12, 1), expires_on=date(2026, 1, 1))
    row = wide(firm.uscc, None, 证书类型="高新技术企业", 证书编号="GR1", 发证日期="2025-12-01", 有效期至="2028-11-30")
    done = desk.apply(desk.check(book(row, headings=WIDE)))
    with desk.app.app_context():
        assert db.session.get(Certification, held.id).expires_on == date(2028, 11, 30)
    desk.undo(done)
    with desk.app.app_context():
        assert db.session.get(Certification, held.id).expires_on == date(2026, 1, 1)


def test_the_undo_is_asked_for_once_and_cancelled_before_it_begins_leaves_all(desk: Desk, make: Make) -> None:
    done = desk.apply(desk.check(book(wide(uscc(700), "广州新来科技有限公司", **FULL), headings=WIDE)))
    written = desk.digest()
    with desk.app.app_context():
        with transaction():
            service.undo(db.session.get(Import, done.id), db.session.get(User, desk.user.id))
            job = db.session.get(jobs.Job, db.session.get(Import, done.id).job_id)
        with transaction(), pytest.raises(Refused):
            service.undo(db.session.get(Import, done.id), db.session.get(User, desk.user.id))
        with transaction():
            jobs.cancel(db.session.get(jobs.Job, job.id))
        assert not jobs.run_next()
        assert service.standing(db.session.get(Import, done.id)) is ImportStatus.APPLIED
    assert desk.digest() == written
    assert desk.undo(done).status is ImportStatus.UNDONE


def test_statements_of_an_undo_do_not_grow_with_the_list(
    desk: Desk, make: Make, statements: Callable[..., Any]
) -> None:
    counts = []
    for start, size in ((1000, 3), (2000, 40)):
        rows = [wide(uscc(start + n), f"广州{start + n}号有限公司", **FULL) for n in range(size)]
        item = desk.check(book(*rows, headings=WIDE))
        with statements() as applying:
            done = desk.apply(item)
        with statements() as undoing:
            desk.undo(done)
        counts.append((len(applying), len(undoing)))
    assert counts[0] == counts[1]
