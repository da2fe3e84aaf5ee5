"""Lists out: the right firms and columns, no live formula, personal data for a reason only, every act in the trail."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.domain.errors import Refused
from crm.domain.exports import FileFormat, RowKind
from crm.domain.ladder import Rung
from crm.domain.lists import RowOutcome
from crm.domain.records import AwardLevel
from crm.firms.award_models import AwardGiven
from crm.firms.models import Contact, Firm
from crm.imports import service as imports
from crm.imports.models import Import, ImportRow
from crm.journal.models import Event
from crm.kit import clock, files, jobs, sheets
from crm.kit.db import db, transaction
from crm.lists import export, layouts
from crm.lists.export_models import Export, ExportLayout
from tests.make import Make

HOSTILE = (
    "=HYPERLINK(\"http://x\",\"点我\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "|calc", "%0A=1", "\t=1+1", " =1+1",
    "\u3000=1+1", "\ufeff=1+1", "\u200b=1+1", "＝1+1", "＋1", "－1+2", "＠SUM(1)", "\r=1", "\x7f=1", "'=1",
)  # fmt: skip


@pytest.fixture
def firms(make: Make) -> list[Firm]:
    """Three firms with everything an export shows."""
    made = []
    for number in range(3):
        firm = make.firm(
            name=f"广州出表{number}科技有限公司",
            registered_capital=1_234_567_89,
            industry_code="6513",
            address="天河区科韵路 1 号",
            main_product="软件",
            legal_representative="李一",
        )
        make.certification(firm, Rung.HIGH_TECH, issued_on=date(2024, 11, 28), expires_on=date(2027, 11, 27))
        make.annual_return(firm, clock.today().year - 1, revenue=3_600_000_001, rd_hte=234_567_89, employees_total=60)
        make.add(Contact(firm_id=firm.id, name="王小明", phone="13800001234", email="wang@example.com", main=True))
        award = {"year": 2024, "title": "高新技术企业认定奖补", "batch": "第一批", "amount": 20_000_000}
        make.add(AwardGiven(firm_id=firm.id, level=AwardLevel.CITY, given_on=date(2025, 6, 1), note="分期", **award))
        made.append(firm)
    return made


def out(browser: Any, form: dict[str, Any], layout: str = "list", **more: Any) -> str:
    """Take a list out with a built-in layout as it stands; return the address of the export."""
    address = browser.post("/firms/exports", form, 302).response.headers["Location"]
    page = browser.get(f"{address}?layout={layout}")
    fields = {name: value for name, value in page.form(len(page.forms()) - 1)[1].items() if name != "use"}
    used = [e.get("value") for e in page.tree.iter() if e.get("name") == "use" and e.get("checked") is not None]
    browser.post(f"{address}?layout={layout}", {**fields, "use": used, **more}, 302)
    return address


def opened(content: bytes) -> list[tuple[Any, ...]]:
    """Open a workbook as a spreadsheet would, formulas as formulas; return its rows."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert not [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"], "a live formula"
    return list(sheet.iter_rows(values_only=True))


def test_a_list_goes_out_as_it_stands_and_says_who_when_why(
    firms: list[Firm], make: Make, browse: Callable, app: Flask
) -> None:
    officer = browse(make.user(name="张三", username="zhangsan"))
    address = out(officer, {"all_matching": "1", "query": "q=出表&columns=rung,registered_capital,established"})
    content = officer.get(f"{address}/file").data
    mark, headings, *rows = opened(content)
    assert mark[0].startswith("企梯导出｜张三（zhangsan）｜2")
    assert headings == ("企业名称", "统一社会信用代码", "梯度", "注册资本（万元）", "成立日期")
    assert len(rows) == 3
    assert rows[0][:1] + rows[0][2:4] == ("广州出表0科技有限公司", "高新技术企业", 123.456789)
    assert rows[0][4].date() == date(2015, 3, 1), "a day is a day, not text"
    assert isinstance(rows[0][1], str)
    with app.app_context(), transaction(writing=False):
        act = db.session.scalars(select(Event).where(Event.action == "list.exported")).one()
        assert act.detail["sha256"] == sha256(content).hexdigest()
        assert act.detail["columns"] == list(headings)
        assert (act.detail["rows"], act.detail["personal"]) == (3, False)
        assert "出表" in act.detail["filter"]


def test_only_what_is_ticked_and_only_what_its_sender_may_see(firms: list[Firm], make: Make, browse: Callable) -> None:
    elsewhere = make.firm(name="别区企业", registration_district="440112")
    officer = browse(make.user(districts=["440106"]))
    address = out(officer, {"firm_ids": [str(firms[2].id), str(elsewhere.id)], "query": ""})
    rows = opened(officer.get(f"{address}/file").data)[2:]
    assert [row[0] for row in rows] == ["广州出表2科技有限公司"]


@pytest.mark.parametrize("kind", list(FileFormat))
def test_no_hostile_text_comes_alive(make: Make, browse: Callable, kind: FileFormat) -> None:
    for text in HOSTILE:
        make.firm(name=text, address=text, main_product=text, legal_representative=text[:60])
    officer = browse(make.user(name="=1+1", username="mallory"))
    address = out(
        officer, {"all_matching": "1", "query": "columns=address,main_product,legal_representative"},
        file_format=kind.value, reason="=cmd|'/C calc'!A0", **{"heading-address": "=HYPERLINK(1)"},
    )  # fmt: skip
    content = officer.get(f"{address}/file").data
    if kind is FileFormat.XLSX:
        assert len(opened(content)) == len(HOSTILE) + 2
        return
    text = content.decode("gb18030" if kind is FileFormat.CSV_GB18030 else "utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    unseen = "".join(map(chr, range(33))) + "\x7f\u3000\ufeff\u200b\xa0"
    live = [cell for cell in cells if cell.lstrip(unseen)[:1] and cell.lstrip(unseen)[0] in "=+-@|%＝＋－＠"]
    assert not live


@given(st.text(max_size=40))
def test_safe_text_is_never_live_and_leaves_what_is_harmless(text: str) -> None:
    safe = sheets.safe_text(text)
    seen = [sign for sign in safe if unicodedata.category(sign) not in {"Cc", "Cf", "Zl", "Zp", "Zs"}]
    plain = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?%?", text)
    assert plain or not seen or seen[0] not in "=+-@|%＝＋－＠"
    assert safe == text or safe.startswith("'")


def test_personal_data_need_a_reason_and_are_masked_for_those_who_need_them_not(
    firms: list[Firm], make: Make, browse: Callable, app: Flask
) -> None:
    officer = browse(make.user())
    address = officer.post("/firms/exports", {"all_matching": "1", "query": ""}, 302).response.headers["Location"]
    form = {"use": ["name", "contact_name", "contact_phone", "contact_email"], "file_format": "xlsx"}
    refused = officer.post(f"{address}?layout=contacts", form, 422)
    assert "请写明事由" in refused.words
    assert 'value="contact_phone"' in refused.text, "what was chosen is still there"
    officer.post(f"{address}?layout=contacts", {**form, "reason": "通知入库评价"}, 302)
    rows = opened(officer.get(f"{address}/file").data)
    assert "事由：通知入库评价" in rows[0][0]
    assert rows[2][1:] == ("王小明", "13800001234", "wang@example.com")
    for role in ("auditor",):
        reader = browse(make.user(role))
        address = out(reader, {"all_matching": "1", "query": ""}, "contacts")
        rows = opened(reader.get(f"{address}/file").data)
        assert rows[2][3:7] == ("王＊＊", None, "138＊＊＊＊1234", "w＊＊＊@example.com")
    with app.app_context(), transaction(writing=False):
        acts = db.session.scalars(select(Event.detail).where(Event.action == "list.exported").order_by(Event.id)).all()
        assert [act["personal"] for act in acts] == [True, False]
        assert acts[0]["reason"] == "通知入库评价"


def test_an_award_list_has_the_form_officials_pass_on(firms: list[Firm], make: Make, browse: Callable) -> None:
    manager = browse(make.user("manager"))
    address = out(manager, {"firm_ids": [str(firms[0].id)], "query": ""}, "award")
    _mark, headings, row = opened(manager.get(f"{address}/file").data)
    assert headings == ("年度", "类型", "批次", "公司名称", "市", "区", "奖补", "备注")
    assert row == (2024, "高新技术企业", None, "广州出表0科技有限公司", "广州市", "天河区", None, None)


def test_expiring_certificates_come_in_the_order_in_which_they_end(make: Make, browse: Callable) -> None:
    today = clock.today()
    for name, days in (("甲", 300), ("乙", 20), ("丙", 500), ("丁", 100)):
        firm = make.firm(name=f"{name}公司")
        make.certification(firm, issued_on=today - timedelta(days=700), expires_on=today + timedelta(days=days))
    manager = browse(make.user("manager"))
    address = out(manager, {"all_matching": "1", "query": ""}, "expiring")
    rows = opened(manager.get(f"{address}/file").data)[2:]
    assert [(row[0], row[1], row[8]) for row in rows] == [(1, "乙公司", 20), (2, "丁公司", 100), (3, "甲公司", 300)]


@pytest.mark.parametrize("kind", list(FileFormat))
@pytest.mark.parametrize("layout", ["roster", "figures", "contacts", "awards_given", "list"])
def test_what_went_out_comes_back_and_changes_nothing(
    firms: list[Firm], make: Make, browse: Callable, app: Flask, layout: str, kind: FileFormat
) -> None:
    """The import knows our own headings and passes over the first line; every row is as it was."""
    manager = make.user("manager")
    browser = browse(manager)
    form = {"all_matching": "1", "query": ""}
    address = out(browser, form, layout, file_format=kind.value, reason="奖补名单，单位：亿元，走访")
    content = browser.get(f"{address}/file").data
    name = "名单.xlsx" if kind is FileFormat.XLSX else "名单.csv"
    with app.app_context(), transaction():
        item = imports.create(manager, name, content)
        number = item.id
    with app.app_context():
        while jobs.run_next():
            pass
        with transaction(writing=False):
            item = db.session.get(Import, number)
            assert item.status.value == "checked", item.error
            outcomes = db.session.execute(select(ImportRow.outcome, ImportRow.errors, ImportRow.changes)).all()
            assert [row.outcome for row in outcomes] == [RowOutcome.SAME] * 3, outcomes


def test_a_layout_is_kept_shared_replaced_and_forgotten_by_its_owner_only(
    firms: list[Firm], make: Make, browse: Callable, app: Flask
) -> None:
    mine, colleague = browse(make.user()), browse(make.user())
    address = mine.post("/firms/exports", {"all_matching": "1", "query": ""}, 302).response.headers["Location"]
    chosen = {
        "use": ["uscc", "name", "registered_capital"], "at-uscc": "3", "at-name": "1", "at-registered_capital": "2",
        "heading-name": "单位全称", "unit-registered_capital": "yuan", "file_format": "xlsx",
        "name": "报市局的表", "shared": "y", "save": "1",
    }  # fmt: skip
    mine.post(address, chosen, 302)
    with app.app_context(), transaction(writing=False):
        layout_id = db.session.scalars(select(ExportLayout.id)).one()
    theirs = out(colleague, {"firm_ids": [str(firms[0].id)], "query": ""}, str(layout_id))
    _mark, headings, row = opened(colleague.get(f"{theirs}/file").data)
    assert headings == ("单位全称", "注册资本（元）", "统一社会信用代码")
    assert row[1] == 1_234_567.89
    colleague.post(f"/exports/layouts/{layout_id}/remove", {}, 404)
    mine.post(f"/exports/layouts/{layout_id}/remove", {}, 302)
    assert "报市局的表" not in colleague.get(theirs.replace("/file", "")).words


def test_a_long_list_is_written_in_the_background_within_the_rights_of_that_moment(
    firms: list[Firm], make: Make, browse: Callable, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 1)
    monkeypatch.setattr(export, "BATCH", 2)
    user = make.user(districts=["440106"])
    officer = browse(user)
    address = out(officer, {"all_matching": "1", "query": ""})
    with app.app_context(), transaction():
        gone = db.session.get(Firm, firms[1].id)
        gone.registration_district = "440112"
    with app.app_context():
        assert jobs.run_next()
    rows = opened(officer.get(f"{address}/file").data)[2:]
    assert [row[0] for row in rows] == ["广州出表0科技有限公司", "广州出表2科技有限公司"]
    again = out(officer, {"all_matching": "1", "query": ""})
    with app.app_context():
        with transaction():
            db.session.merge(user).active = False
        assert jobs.run_next()
        with transaction(writing=False):
            last = db.session.get(Export, int(again.rsplit("/", 1)[1]))
            assert (last.file_key, last.done_at) == (None, None), "a closed account gets no file"


def test_an_export_is_made_once(firms: list[Firm], make: Make, browse: Callable, app: Flask) -> None:
    officer = browse(make.user())
    address = out(officer, {"all_matching": "1", "query": ""})
    officer.post(address, {"use": ["name"], "file_format": "xlsx"}, 422)
    with app.app_context(), transaction(writing=False):
        assert len(db.session.scalars(select(Event).where(Event.action == "list.exported")).all()) == 1


def test_files_go_after_a_while_and_the_record_stays(
    firms: list[Firm], make: Make, browse: Callable, app: Flask
) -> None:
    officer = browse(make.user())
    address = out(officer, {"all_matching": "1", "query": ""})
    officer.post("/firms/exports", {"all_matching": "1", "query": ""}, 302)  # thought better of it
    with app.app_context():
        with transaction():
            made = db.session.scalars(select(Export).where(Export.file_key.is_not(None))).one()
            path = files.path_of(made.file_key)
            for item in db.session.scalars(select(Export)):
                item.created_at = clock.now() - files.KEPT_FOR - timedelta(hours=1)
        assert path.exists()
        with transaction():
            export.tidy()
        assert not path.exists()
    officer.get(f"{address}/file", 404)
    assert "文件已过保留期" in officer.get(address).words


def test_a_missing_figure_is_an_empty_cell_and_zero_is_zero(make: Make, browse: Callable) -> None:
    firm = make.firm()
    make.annual_return(firm, clock.today().year - 1, revenue=0)
    manager = browse(make.user("manager"))
    address = out(manager, {"firm_ids": [str(firm.id)], "query": ""}, "figures")
    _mark, headings, row = opened(manager.get(f"{address}/file").data)
    figures = dict(zip(headings, row, strict=True))
    assert (figures["营业收入（万元）"], figures["净利润（万元）"]) == (0, None)


def test_statements_do_not_grow_with_the_firms(make: Make, app: Flask, statements: Callable) -> None:
    user = make.user("manager")

    def count(number: int) -> int:
        for _ in range(number):
            make.certification(make.firm())
        with app.app_context(), app.test_request_context(), transaction():
            item = Export(owner_id=user.id, query="", ids=None, count=1, about="", created_at=clock.now())
            db.session.add(item)
            db.session.flush()
            wanted = export.Wanted(RowKind.FIRM, layouts.BUILT_IN["roster"].places, FileFormat.XLSX, "")
            with statements() as seen:
                export.make(db.session.merge(user), item, wanted)
            return len(seen)

    assert count(2) == count(30)


def test_no_columns_and_too_many_are_refused(make: Make, inside: None) -> None:
    user = make.user("manager")
    item = Export(owner_id=user.id, query="", ids=[], count=0, about="", created_at=clock.now())
    for places in ([], [layouts.Place("name")] * 41):
        with pytest.raises(Refused):
            export.make(user, item, export.Wanted(RowKind.FIRM, places, FileFormat.XLSX, ""))


def test_a_column_closed_to_somebody_is_not_taken_out_by_asking_for_it(make: Make, browse: Callable) -> None:
    firm = make.firm(note="内部意见", agency_id=make.agency().id)
    agency = browse(make.user("agency", agency_id=firm.agency_id))
    form = {"firm_ids": [str(firm.id)], "query": ""}
    address = agency.post("/firms/exports", form, 302).response.headers["Location"]
    assert "备注" not in agency.get(address).words.partition("更多列")[0]
    agency.post(address, {"use": ["name", "note", "tags", "stop"], "file_format": "xlsx"}, 302)
    _mark, headings, row = opened(agency.get(f"{address}/file").data)
    assert (headings, row) == (("企业名称",), (firm.name,))


def test_the_newest_figure_goes_out_with_its_own_year(make: Make, browse: Callable) -> None:
    """One firm states revenue later than R&D: one year for both would be false, and an import would believe it."""
    firm, year = make.firm(), clock.today().year
    make.annual_return(firm, year - 2, revenue=100, rd_hte=200)
    make.annual_return(firm, year - 1, revenue=300)
    manager = browse(make.user("manager"))
    address = out(manager, {"firm_ids": [str(firm.id)], "query": "columns=revenue,rd_hte"})
    _mark, headings, row = opened(manager.get(f"{address}/file").data)
    assert headings[2:] == (
        "最近营业收入（万元）", "最近营业收入年度", "最近研发费用（高企口径）（万元）", "最近研发费用（高企口径）年度",
    )  # fmt: skip
    assert row[2:] == (0.0003, year - 1, 0.0002, year - 2)
