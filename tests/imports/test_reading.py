"""How a file is read is shown, corrected by hand, and remembered."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.domain.ladder import Rung
from crm.domain.lists import ListKind
from crm.imports.models import Import, ImportRow
from crm.imports.service import layout_of
from crm.kit import jobs
from crm.kit.db import db
from tests.browse import Browser, Page
from tests.make import Make, uscc

FIRST, SECOND = "广州甲科技有限公司", "广州乙科技有限公司"


def book(*pages: tuple[str, list[list[Any]]], hidden_rows: tuple[int, ...] = (), hidden: tuple[str, ...] = ()) -> bytes:
    """Return a workbook of these sheets; ``hidden_rows`` of the first."""
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer)
    for number, (name, rows) in enumerate(pages):
        page = made.add_worksheet(name)
        for row, line in enumerate(rows):
            page.write_row(row, 0, line)
        for row in hidden_rows if number == 0 else ():
            page.set_row(row, None, None, {"hidden": True})
        if name in hidden:
            page.hide()
    made.close()
    return buffer.getvalue()


class Desk:
    """One officer at the pages."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        self.app, self.browser = app, browser

    def bring(self, content: bytes, name: str = "名单.xlsx") -> int:
        self.browser.submit("/imports/new", {"file": (io.BytesIO(content), name)})
        with self.app.app_context():
            return db.session.scalar(select(func.max(Import.id)))

    def asks(self, item: int) -> bool:
        with self.app.app_context():
            return db.session.get(Import, item).job_id is None

    def typed(self, item: int, query: str = "") -> dict[str, str]:
        return self.browser.get(f"/imports/{item}/reading{query}").form()[1]

    def decide(self, item: int, query: str = "", status: int = 200, **answers: str) -> Page:
        """Send the page's form; ``field_2="name"`` answers for the third column."""
        named = {key.replace("_", "-", 1): value for key, value in answers.items()}
        return self.browser.post(f"/imports/{item}/decide", {**self.typed(item, query), **named}, status)

    def rows(self, item: int) -> list[ImportRow]:
        with self.app.app_context():
            while jobs.run_next():
                pass
            found = list(db.session.scalars(select(ImportRow).where(ImportRow.import_id == item)))
            db.session.expunge_all()
            return found


@pytest.fixture
def officer(make: Make) -> User:
    return make.user("officer")


@pytest.fixture
def desk(app: Flask, browse: Callable[..., Browser], officer: User) -> Desk:
    return Desk(app, browse(officer))


def figures(year: int) -> bytes:
    rows = [["企业名称", "信用代码", f"{year}年营业收入", "研发费用"], [FIRST, uscc(1), 12, 3]]
    return book(("名单", rows))


def test_what_was_said_once_is_remembered_by_whoever_said_it(
    desk: Desk, make: Make, browse: Callable[..., Browser]
) -> None:
    item = desk.bring(figures(2024))
    assert desk.asks(item)
    half = desk.decide(item, status=422, unit_2="wan")
    assert "是哪个口径" in half.words
    desk.decide(item, unit_2="wan", field_3="rd_hte", unit_3="wan", year_3="2024")
    assert desk.rows(item)[0].changes["rd_hte@2024"] == [None, 3_000_000]
    again = desk.bring(figures(2025))
    assert desk.asks(again), "the year of the second column is still to be said"
    form = desk.typed(again)
    assert (form["unit-2"], form["field-3"], form["unit-3"], form["year-2"]) == ("wan", "rd_hte", "wan", "2025")
    other = Desk(desk.app, browse(make.user("officer")))
    assert other.typed(other.bring(figures(2025)))["field-3"] == ""


def test_a_list_read_before_goes_straight_to_the_dry_run(desk: Desk) -> None:
    rows = [["企业名称", "信用代码", "年度", "营业收入", "产值说明"], [FIRST, uscc(1), 2025, 12, "好"]]
    item = desk.bring(book(("名单", rows)))
    desk.decide(item, unit_3="wan")
    again = desk.bring(book(("名单", [*rows, [SECOND, uscc(2), 2025, 13, "好"]])))
    assert not desk.asks(again)
    assert len(desk.rows(again)) == 2


def test_headings_nobody_knows_are_told_by_hand(desk: Desk) -> None:
    rows = [["甲方", "号码", "何时开张"], [FIRST, uscc(1), "2016-05-06"]]
    item = desk.bring(book(("表一", rows)))
    page = desk.browser.get(f"/imports/{item}/reading")
    assert "要有一列是企业名称或统一社会信用代码" in page.words
    desk.decide(item, field_0="name", field_1="uscc", field_2="established_on", given_registration_district="440106")
    (row,) = desk.rows(item)
    assert (row.outcome, row.changes["established_on"]) == ("create", [None, "2016-05-06"])
    assert row.changes["registration_district"] == [None, "440106"], "said once for the whole list"


def test_a_wrong_row_of_headings_is_corrected(desk: Desk) -> None:
    rows = [["企业名称", "信用代码"], ["(必填)", "(必填)"], ["单位全称", "代码"], [FIRST, uscc(1)]]
    item = desk.bring(book(("名单", rows)))
    desk.rows(item)
    form = desk.typed(item, "?sheet=名单&heading_row=3")
    assert form["heading_row"] == "3"
    desk.decide(item, "?sheet=名单&heading_row=3", field_0="name", field_1="uscc")
    assert [row.number for row in desk.rows(item)] == [4]


def test_hidden_rows_are_told_and_chosen(desk: Desk) -> None:
    rows = [["企业名称", "信用代码", "注册区"], [FIRST, uscc(1), "天河区"], [SECOND, uscc(2), "天河区"]]
    item = desk.bring(book(("名单", rows), hidden_rows=(2,)))
    assert desk.asks(item)
    assert "隐藏的行 1" in desk.browser.get(f"/imports/{item}/reading").words
    desk.decide(item)
    assert [row.number for row in desk.rows(item)] == [2]
    desk.decide(item, "?sheet=名单&hidden=1")
    assert [row.number for row in desk.rows(item)] == [2, 3]


def test_every_sheet_can_be_brought_in(desk: Desk) -> None:
    def page(name: str, number: int) -> list[list[Any]]:
        return [["企业名称", "信用代码", "注册区"], [name, uscc(number), "天河区"]]

    pages = (("天河", page(FIRST, 1)), ("黄埔", page(SECOND, 2)), ("底稿", page("底稿公司", 3)))
    item = desk.bring(book(*pages, hidden=("底稿",)))
    assert desk.asks(item), "which of two lists is meant is asked"
    told = desk.browser.get(f"/imports/{item}/reading").words
    assert "黄埔" in told
    assert "底稿" in told
    desk.decide(item)
    assert [row.name for row in desk.rows(item)] == [FIRST]
    desk.browser.post(f"/imports/{item}/another", {"sheet": "黄埔"})
    with desk.app.app_context():
        beside = db.session.scalars(select(Import).order_by(Import.id.desc())).first()
        assert (beside.id, layout_of(beside).sheet) == (item + 1, "黄埔")
    desk.decide(item + 1)
    assert [row.name for row in desk.rows(item + 1)] == [SECOND]


def test_a_column_a_thousandfold_off_is_asked_about(desk: Desk, make: Make) -> None:
    for _ in range(20):
        make.annual_return(make.firm(), revenue=2_000 * 1_000_000)
    rows = [["企业名称", "信用代码", "注册区", "年度", "营业收入（万元）"]]
    rows += [[f"广州{n}号科技有限公司", uscc(100 + n), "天河区", 2025, 20_000_000 + n] for n in range(4)]
    item = desk.bring(book(("名单", rows)))
    assert desk.asks(item)
    page = desk.browser.get(f"/imports/{item}/reading")
    assert "库中企业是 2,000.00 万元：单位像是元" in page.words
    desk.decide(item, status=422)
    desk.decide(item, unit_4="yuan")
    assert desk.rows(item)[0].changes["revenue@2025"] == [None, 20_000_000 * 100]
    sure = desk.bring(book(("名单", [[*row[:4], row[4]] for row in rows])))
    desk.decide(sure, sure_4="1")
    assert desk.rows(sure)[0].changes["revenue@2025"] == [None, 20_000_000 * 1_000_000]


def test_the_day_of_a_batch_is_asked_once_for_the_whole_list(desk: Desk, make: Make) -> None:
    firm = make.firm(name=FIRST)
    rows = [["统一社会信用代码", "企业名称", "证书编号"], [firm.uscc, FIRST, "GR202544000001"]]
    item = desk.bring(book(("2025年第一批", rows)))
    assert desk.asks(item)
    bad = desk.decide(item, status=422, given_cert_issued_on="明天", given_cert_kind=Rung.HIGH_TECH)
    assert "不是日期" in bad.words
    desk.decide(
        item, given_cert_issued_on="2025-12-19", given_cert_kind=Rung.HIGH_TECH, given_cert_expires_on="2028-12-18"
    )
    (row,) = desk.rows(item)
    assert row.changes["cert_issued_on"] == [None, "2025-12-19"]
    with desk.app.app_context():
        kept = layout_of(db.session.get(Import, item))
    assert (kept.kind, kept.given["cert_expires_on"]) == (ListKind.CERTIFICATES, date(2028, 12, 18))


def test_looking_at_another_way_changes_nothing(desk: Desk) -> None:
    item = desk.bring(figures(2025))
    with desk.app.app_context():
        before = db.session.get(Import, item).mapping
    page = desk.browser.get(f"/imports/{item}/reading?sheet=名单&kind=visits&heading_row=1")
    assert "这种名单要有“走访情况”" in page.words
    desk.browser.get(f"/imports/{item}/reading?sheet=没有", 422)
    desk.browser.get(f"/imports/{item}/reading?sheet=名单&kind=nonsense&heading_row=99999")
    with desk.app.app_context():
        assert db.session.get(Import, item).mapping == before


def test_a_written_list_keeps_its_reading(desk: Desk) -> None:
    item = desk.bring(book(("名单", [["企业名称", "信用代码", "注册区"], [FIRST, uscc(1), "天河区"]])))
    with desk.app.app_context():
        kept = db.session.get(Import, item)
        kept.status = "applied"
        db.session.commit()
    assert "已经写入或正在处理" in desk.browser.get(f"/imports/{item}/reading").words
    form = {"sheet": "名单", "kind": "firms", "heading_row": "1"}
    assert "不能再改读法" in desk.browser.post(f"/imports/{item}/decide", form, 422).words


def test_the_page_asks_the_database_the_same_however_long_the_list(desk: Desk, statements: Callable[..., Any]) -> None:
    counts = []
    for many in (2, 60):
        rows = [["企业名称", "信用代码", "年度", "营业收入"], *[[FIRST, uscc(n), 2025, n] for n in range(1, many)]]
        item = desk.bring(book((f"名单{many}", rows)))
        with statements() as seen:
            desk.browser.get(f"/imports/{item}/reading")
        counts.append(len(seen))
    assert counts[0] == counts[1]
