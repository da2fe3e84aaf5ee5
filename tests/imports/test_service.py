"""A list in: exact dry run, written as a whole, sent back marked."""

import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.ladder import Rung
from crm.domain.lists import Answer, ImportStatus, Question
from crm.domain.money import Unit
from crm.firms.models import AnnualReturn, Certification, Firm, FormerName
from crm.imports import service
from crm.imports.layout import Layout
from crm.imports.models import Import
from crm.journal.models import Event
from crm.kit import jobs
from crm.kit.db import db, transaction
from tests.imports.desk import HEADINGS, Desk, book
from tests.make import Make, uscc


def decided(layout: Layout, answers: dict[int, dict[str, Any]]) -> Layout:
    """Return the layout with some columns answered."""
    return replace(layout, columns=tuple(replace(c, **answers.get(c.index, {})) for c in layout.columns))


def test_new_firms_with_figures(desk: Desk) -> None:
    first, second = uscc(501), uscc(502)
    item = desk.check(
        book(
            [first, "广州甲科技有限公司", "天河区", "2016-05-06", 2025, 1234.56, 40],
            [second, "广州乙科技有限公司", "黄埔", "2017年3月1日", 2025, "5,000", "12人"],
        )
    )
    assert item.counts == {"create": 2}
    assert desk.count(Firm) == 0, "the dry run writes nothing"
    done = desk.apply(item)
    assert done.status is ImportStatus.APPLIED
    with desk.app.app_context():
        firm = db.session.scalars(select(Firm).where(Firm.uscc == first)).one()
        assert (firm.name, firm.registration_district, firm.established_on) == (
            "广州甲科技有限公司",
            "440106",
            date(2016, 5, 6),
        )
        stated = db.session.scalars(select(AnnualReturn).where(AnnualReturn.firm_id == firm.id)).one()
        assert (stated.year, stated.revenue, stated.employees_total) == (2025, 1_234_560_000, 40)
        assert stated.rd_hte is None, "what the list does not say is not known"
        event = db.session.scalars(select(Event).where(Event.firm_id == firm.id)).one()
        assert event.detail["changes"]["name"] == [None, "广州甲科技有限公司"]


def test_the_same_list_again_changes_nothing(desk: Desk) -> None:
    content = book([uscc(501), "广州甲科技有限公司", "天河区", "2016-05-06", 2025, 1234.56, 40])
    desk.apply(desk.check(content))
    again = desk.check(content)
    assert again.counts == {"same": 1}
    before = (desk.count(AnnualReturn), desk.count(Firm), desk.count(Event))
    with pytest.raises(Refused, match="没有可以写入的行"):
        desk.apply(again)
    assert (desk.count(AnnualReturn), desk.count(Firm)) == before[:2]


def test_an_update_shows_old_and_new_and_keeps_history(desk: Desk) -> None:
    code = uscc(501)
    desk.apply(desk.check(book([code, "广州甲科技有限公司", "天河区", "2016-05-06", 2025, 1000, 40])))
    item = desk.check(book([code, "广州甲智能科技有限公司", "天河区", None, 2025, 1200, None]))
    (row,) = desk.rows(item)
    assert (item.counts, row.question) == ({"unsure": 1}, Question.RENAME), "a new name is offered, never taken"
    item = desk.answer(item, {2: (Answer.RENAMED, None)})
    (row,) = desk.rows(item)
    assert item.counts == {"update": 1}
    assert row.changes == {
        "name": ["广州甲科技有限公司", "广州甲智能科技有限公司"],
        "former_name": [None, "广州甲科技有限公司"],
        "revenue@2025": [1_000_000_000, 1_200_000_000],
    }
    desk.apply(item)
    with desk.app.app_context():
        assert db.session.scalars(select(FormerName.name)).all() == ["广州甲科技有限公司"]
        versions = db.session.execute(
            select(AnnualReturn.version, AnnualReturn.revenue, AnnualReturn.employees_total).order_by(
                AnnualReturn.version
            )
        ).all()
        assert [tuple(v) for v in versions] == [(1, 1_000_000_000, 40), (2, 1_200_000_000, 40)]
        firm = db.session.scalars(select(Firm)).one()
        assert (firm.version, firm.established_on) == (2, date(2016, 5, 6)), "a blank cell takes nothing away"


def test_every_fault_is_told_by_its_cell(desk: Desk) -> None:
    wrong = uscc(503)[:-1] + ("1" if uscc(503)[-1] != "1" else "2")
    item = desk.check(
        book(
            [wrong, "错码有限公司", "天河区", "2016-05-06", 2025, 1, 1],
            [uscc(504), "错区有限公司", "浦东新区", "2016-05-06", 2025, 1, 1],
            [uscc(505), "错日有限公司", "天河区", "2016-13-06", 2025, "一千", 1.5],
            [uscc(506), None, "天河区", None, None, None, None],
            [None, "没有代码有限公司", "天河区", None, None, None, None],
            [uscc(507), "未来有限公司", "天河区", "2016-05-06", 2099, 1, 1],
            ["合计", None, None, None, None, 3, None],
        )
    )
    assert item.counts == {"reject": 6}
    told = {row.number: [(error["heading"], error["value"]) for error in row.errors] for row in desk.rows(item)}
    assert told[2] == [("统一社会信用代码", wrong)]
    assert told[3] == [("注册区", "浦东新区")]
    assert told[4] == [("成立日期", "2016-13-06"), ("营业收入（万元）", "一千"), ("职工总数", "1.5")]
    assert told[5][0][0] == ""
    assert ("年度", "2099") in told[7]
    assert 8 not in told, "a line of totals is no firm"


def test_the_workbook_comes_back_with_an_error_column(desk: Desk) -> None:
    content = book([uscc(501), "广州甲科技有限公司", "火星区", "2016-05-06", 2025, 1, 1])
    item = desk.check(content)
    with desk.app.app_context():
        back = service.marked(item, "导入结果", {2: "不能导入；C列“注册区”"}, {(2, 2): "不是广州市的区"})
    sheet = load_workbook(io.BytesIO(back))["名单"]
    assert [sheet.cell(1, 8).value, sheet.cell(2, 8).value] == ["导入结果", "不能导入；C列“注册区”"]
    assert sheet.cell(2, 2).value == "广州甲科技有限公司"
    assert sheet.cell(2, 3).comment.text == "不是广州市的区"


def test_a_formula_in_a_note_stays_text(desk: Desk) -> None:
    item = desk.check(book([uscc(501), "广州甲科技有限公司", "天河区", "2016-05-06", 2025, 1, 1]))
    with desk.app.app_context():
        back = service.marked(item, "导入结果", {2: "=HYPERLINK(1)"}, {})
    assert load_workbook(io.BytesIO(back))["名单"].cell(2, 8).data_type == "s"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_every_encoding(desk: Desk, encoding: str) -> None:
    text = f"统一社会信用代码,企业名称,注册区\n{uscc(501)},广州𬭎科技有限公司,天河区\n"
    desk.apply(desk.check(text.encode(encoding), "名单.csv"))
    with desk.app.app_context():
        assert db.session.scalars(select(Firm.name)).one() == "广州𬭎科技有限公司"


def test_a_money_column_without_unit_is_asked_about_never_guessed(desk: Desk) -> None:
    headings = [*HEADINGS[:5], "营业收入", "研发费用"]
    content = book([uscc(501), "广州甲科技有限公司", "天河区", "2016-05-06", 2025, 12, 3], headings=headings)
    item = desk.check(content)
    assert (item.status, item.counts, item.job_id) == (ImportStatus.UPLOADED, None, None)
    with desk.app.app_context():
        with transaction():
            fresh = db.session.get(Import, item.id)
            owner = db.session.get(User, desk.user.id)
            half = decided(service.layout_of(fresh), {6: {"field": "rd_hte", "unit": Unit.WAN}})
            with pytest.raises(Refused, match="没有说明"):
                service.decide(fresh, owner, half)
            service.decide(fresh, owner, decided(half, {5: {"unit": Unit.YI}}))
        jobs.run_next()
    (row,) = desk.rows(item)
    assert row.changes["revenue@2025"] == [None, 120_000_000_000]
    assert row.changes["rd_hte@2025"] == [None, 3_000_000]


def test_a_title_row_with_the_unit_and_years_in_headings(desk: Desk) -> None:
    headings = ["序号", "公司名称", "社会信用代码", "所属区", "2024年营业收入", "2025年营业收入"]
    above = [["2025年度科技企业汇总表"], ["单位：万元"]]
    item = desk.check(book([1, "广州甲科技有限公司", uscc(501), "番禺区", 90, 100], headings=headings, above=above))
    (row,) = desk.rows(item)
    assert (row.number, row.changes["revenue@2024"], row.changes["revenue@2025"]) == (
        4,
        [None, 90_000_000],
        [None, 100_000_000],
    )


def test_certificates(desk: Desk) -> None:
    headings = ["统一社会信用代码", "企业名称", "注册区", "证书类型", "证书编号", "发证日期", "有效期至"]
    code = uscc(501)
    row = [code, "广州甲科技有限公司", "天河区", "高新技术企业", "GR202544000001", "2025-12-01", "2028-11-30"]
    desk.apply(desk.check(book(row, headings=headings)))
    with desk.app.app_context():
        held = db.session.scalars(select(Certification)).one()
        assert (held.kind, held.number, held.expires_on) == (Rung.HIGH_TECH, "GR202544000001", date(2028, 11, 30))
    bad = [code, "广州甲科技有限公司", "天河区", "高新技术企业", None, "2025-12-01", None]
    assert desk.check(book(bad, headings=headings)).counts == {"reject": 1}


def test_an_officer_writes_in_the_own_districts_only(app: Flask, make: Make) -> None:
    desk = Desk(app, make.user("officer", districts=["440106"]))
    foreign = make.firm(registration_district="440112", name="别区企业有限公司")
    item = desk.check(
        book(
            [foreign.uscc, "改名有限公司", "天河区", None, None, None, None],
            [uscc(601), "新企业有限公司", "黄埔区", None, None, None, None],
        )
    )
    assert item.counts == {"reject": 2}
    with app.app_context():
        assert db.session.get(Firm, foreign.id).name == "别区企业有限公司"


def test_what_changed_since_the_dry_run_stops_the_writing(desk: Desk, make: Make) -> None:
    firm = make.firm(name="旧名有限公司")
    item = desk.check(book([firm.uscc, None, "黄埔区", None, None, None, None]))
    with desk.app.app_context(), transaction():
        db.session.get(Firm, firm.id).registration_district = "440113"
    done = desk.apply(item)
    assert done.status is ImportStatus.FAILED
    assert "重新预检" in done.error
    with desk.app.app_context():
        assert db.session.get(Firm, firm.id).registration_district == "440113"


def test_one_firm_in_two_rows(desk: Desk) -> None:
    code = uscc(501)
    item = desk.check(
        book(
            [code, "广州甲科技有限公司", "天河区", "2016-05-06", 2024, 1, 1],
            [code, "广州甲科技有限公司", "天河区", "2016-05-06", 2025, 2, 2],
            [code, "广州甲科技有限公司", "天河区", "2016-05-06", 2025, 3, 3],
        )
    )
    assert item.counts == {"create": 1, "update": 1, "reject": 1}
    desk.apply(item)
    assert (desk.count(Firm), desk.count(AnnualReturn)) == (1, 2)


def test_killed_in_the_middle_of_writing_it_leaves_nothing_and_is_done_again(desk: Desk) -> None:
    rows = [[uscc(700 + n), f"广州{n}号有限公司", "天河区", "2016-05-06", 2025, n, n] for n in range(300)]
    item = desk.check(book(*rows))
    with desk.app.app_context():
        with transaction():
            service.apply(db.session.get(Import, item.id), db.session.get(User, desk.user.id), whole=True)
        address = desk.app.config["DATABASE_URL"]
        uploads = str(desk.app.config["UPLOADS"])
    program = (
        "import os, signal\n"
        "from crm import create_app\n"
        "from crm.imports import writing\n"
        "from crm.kit import jobs\n"
        "written = writing.record_many\n"
        "writing.record_many = lambda *a: (written(*a), os.kill(os.getpid(), signal.SIGKILL))\n"
        f"app = create_app({{'DATABASE_URL': {address!r}, 'SECRET_KEY': 't' * 40, 'UPLOADS': {uploads!r}}})\n"
        "with app.app_context():\n"
        "    jobs.run_next()\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -9
    assert (desk.count(Firm), desk.count(AnnualReturn)) == (0, 0)
    with desk.app.app_context():
        with transaction():
            job = db.session.scalars(select(jobs.Job).where(jobs.Job.kind == "imports.apply")).one()
            assert job.status is jobs.JobStatus.RUNNING
            job.lease_until = job.created_at  # the dead worker's lease has run out
        assert jobs.run_next()
        assert desk.load(item.id).status is ImportStatus.APPLIED
    assert (desk.count(Firm), desk.count(AnnualReturn)) == (300, 300)
