"""The pages of lists: the dry run, the questions side by side, the writing, the downloads, the undo."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from crm.domain.lists import Answer
from crm.firms.models import Firm
from crm.imports import undo, writing
from crm.imports.models import Decision, Import
from crm.kit import jobs
from crm.kit.db import db
from tests.browse import Browser
from tests.imports.desk import Desk, book
from tests.make import Make, uscc

HTML = "{http://www.w3.org/1999/xhtml}"
NAME = "广州澜图软件科技有限公司"


@pytest.fixture
def browser(desk: Desk, browse: Callable[..., Browser]) -> Browser:
    return browse(desk.user)


def a_list(desk: Desk, make: Make) -> Import:
    """One row of each class: new, unsure, refused."""
    make.firm(name=NAME)
    return desk.check(
        book(
            [uscc(701), "广州新来科技有限公司", "天河区", "2016-05-06", 2025, 10, 1],
            [None, "广州市澜图软件科技公司", None, None, 2025, 20, 2],
            [uscc(702), "=HYPERLINK(1)", "火星区", None, 2025, 30, 3],
        )
    )


def test_upload_says_who_sent_it_and_keeps_the_file(desk: Desk, browser: Browser, app: Flask) -> None:
    content = book([uscc(701), "广州新来科技有限公司", "天河区", "2016-05-06", 2025, 10, 1])
    page = browser.get("/imports/new")
    _action, values = page.form()
    data = {**values, "sender": "市科技局高新处", "file": (io.BytesIO(content), "名单.xlsx")}
    shown = browser.post("/imports/new", data, content_type="multipart/form-data")
    assert "市科技局高新处" in shown.words
    with app.app_context():
        number = db.session.scalars(select(Import.id)).one()
    assert browser.get(f"/imports/{number}/file").data == content


def test_the_questions_stand_beside_the_firms_and_are_answered(
    desk: Desk, make: Make, browser: Browser, app: Flask
) -> None:
    item = a_list(desk, make)
    with app.app_context():
        firm = db.session.scalars(select(Firm)).one()
    page = browser.get(f"/imports/{item.id}?outcome=unsure")
    assert "广州市澜图软件科技公司" in page.words
    assert NAME in page.words
    assert "只差地名或公司形式" in page.words
    browser.post(f"/imports/{item.id}/answer", {"row-3": f"firm:{firm.id}"})
    with app.app_context():
        jobs.run_next()
    shown = browser.get(f"/imports/{item.id}")
    assert "就是这家" in shown.words
    browser.post(f"/imports/{item.id}/apply", {"rows": "all"}, status=422)
    browser.post(f"/imports/{item.id}/apply", {"rows": "good"})
    with app.app_context():
        jobs.run_next()
        assert desk.load(item.id).counts == {"create": 1, "update": 1, "reject": 1}
    assert "撤销这次导入" in browser.get(f"/imports/{item.id}").words
    browser.post(f"/imports/{item.id}/undo")
    with app.app_context():
        jobs.run_next()
    assert "已撤销 2 行" in browser.get(f"/imports/{item.id}").words


def test_an_answer_of_nobodys_making_is_refused(desk: Desk, make: Make, browser: Browser) -> None:
    item = a_list(desk, make)
    before = desk.digest()
    wrong = [
        ({"row-3": "renamed"}, 422),
        ({"row-3": "firm:x"}, 400),
        ({"row-3": "firm:999"}, 422),
        ({"code-3": "乱"}, 422),
    ]
    for data, status in wrong:
        browser.post(f"/imports/{item.id}/answer", data, status=status)
    assert (desk.digest(), desk.count(Decision)) == (before, 0)


def test_the_rows_of_each_class_are_downloaded_with_their_cells(desk: Desk, make: Make, browser: Browser) -> None:
    item = a_list(desk, make)
    for outcome, number in (("create", 2), ("unsure", 3), ("reject", 4)):
        data = browser.get(f"/imports/{item.id}/rows.xlsx?outcome={outcome}").data
        sheet = load_workbook(io.BytesIO(data)).worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
        assert [row[0] for row in rows] == ["行号", number]
        assert rows[0][3:6] == ("统一社会信用代码", "企业名称", "注册区")
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line), "T21: no live formula"


def test_somebody_elses_list_is_not_there(desk: Desk, make: Make, browse: Callable[..., Browser]) -> None:
    """EspoCRM's lesson: rows, files and errors of a list are its owner's."""
    item = a_list(desk, make)
    stranger = browse(make.user("officer"))
    for path in ("", "/file", "/rows.xlsx", "/marked"):
        stranger.get(f"/imports/{item.id}{path}", status=404)


def test_an_earlier_import_of_the_same_file_is_told(desk: Desk, make: Make, browser: Browser) -> None:
    content = book([uscc(701), "广州新来科技有限公司", "天河区", "2016-05-06", 2025, 10, 1])
    desk.apply(desk.check(content))
    again = desk.check(content)
    assert again.counts == {"same": 1}
    assert "这份文件已经导入过" in browser.get(f"/imports/{again.id}").words


def test_decisions_are_listed_found_and_taken_back(desk: Desk, make: Make, browser: Browser, app: Flask) -> None:
    item = a_list(desk, make)
    with app.app_context():
        firm = db.session.scalars(select(Firm.id)).one()
    desk.answer(item, {3: (Answer.FIRM, firm)})
    assert "广州市澜图软件科技公司" in browser.get("/imports/decisions?q=澜图").words
    assert "没有这样的决定" in browser.get("/imports/decisions?q=无此").words
    with app.app_context():
        decision = db.session.scalars(select(Decision.id)).one()
    browser.post(f"/imports/decisions/{decision}/revoke")
    assert "没有这样的决定" in browser.get("/imports/decisions").words


def test_queries_do_not_grow_with_the_rows(
    desk: Desk, make: Make, browser: Browser, statements: Callable[..., Any]
) -> None:
    counts = []
    for size in (2, 15):
        firms = [make.firm(name=f"广州第{size}批{n}航测控技术有限公司") for n in range(size)]
        item = desk.check(book(*([None, firm.name, None, None, 2025, 1, 1] for firm in firms)))
        with statements() as seen:
            browser.get(f"/imports/{item.id}?outcome=unsure")
            browser.get(f"/imports/{item.id}")
            browser.get("/imports")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_page_tells_how_far_the_writing_and_the_undo_have_come(
    desk: Desk, make: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are one transaction: nothing of it can be read by others, and yet the bar moves."""
    item = desk.check(book([uscc(701), "广州新来科技有限公司", "天河区", "2016-05-06", 2025, 10, 1]))
    seen = []
    work_out = writing.work_out

    def look_meanwhile(touched: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            page = pool.submit(browser.get, f"/imports/{item.id}").result(20)
        seen.append((next(page.tree.iter(f"{HTML}progress")).attrib["value"], "重算检索和完整度" in page.words))
        work_out(touched)

    monkeypatch.setattr(writing, "work_out", look_meanwhile)
    monkeypatch.setattr(undo, "work_out", look_meanwhile)
    item = desk.apply(item)
    desk.undo(item)
    assert seen == [("3", True), ("2", True)]
