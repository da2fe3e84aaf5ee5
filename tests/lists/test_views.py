"""The list as people meet it: conditions, columns, order and named views, all in the address."""

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from crm.domain.care import Lifter
from crm.firms.award_models import AwardGiven
from crm.firms.care_models import FirmTag, StopFlag, Tag
from crm.firms.models import Contact
from crm.journal.models import Event
from crm.journal.service import System, record
from crm.kit import clock
from crm.kit.db import db, transaction
from crm.lists.saved_models import SavedView
from tests.make import uscc

NAME = re.compile(r"广州[甲乙丙丁]{2}科技有限公司")


def names(page) -> list[str]:
    return list(dict.fromkeys(NAME.findall(page.words)))


@pytest.fixture
def four(make):
    """Four firms: 甲 revenue 1000→2000万, 乙 3000→3300万, 丙 figures of one year only, 丁 none."""
    firms = {letter: make.firm(name=f"广州{letter * 2}科技有限公司") for letter in "甲乙丙丁"}
    for letter, year, wan in (
        ("甲", 2024, 1000),
        ("甲", 2025, 2000),
        ("乙", 2024, 3000),
        ("乙", 2025, 3300),
        ("丙", 2025, 500),
    ):
        make.annual_return(firms[letter], year, revenue=wan * 1_000_000, employees_total=wan // 10)
    return firms


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("revenue.between(2025,2000,)", "甲乙"),
        ("revenue.between(2025,500,2000)", "甲丙"),
        ("revenue.between(2025,,499.99)", ""),
        ("revenue.grew(2024,2025,20,)", "甲"),
        ("revenue.grew(2024,2025,10,10)", "乙"),
        ("revenue.grew(2024,2025,10.01,50)", ""),
        ("revenue.missing(2025)", "丁"),
        ("revenue.known(2024)", "甲乙"),
        ("none(revenue.between(2025,2000,))", "丙丁"),
        ("employees_total.between(2025,200,330)", "甲乙"),
        ("any(revenue.missing(2025),revenue.between(2025,3000,))", "乙丁"),
    ],
)
def test_figures_of_a_year_and_their_growth(four, make, browse, where: str, found: str) -> None:
    page = browse(make.user("officer")).get(f"/firms?where={where}")
    assert {name[2] for name in names(page)} == set(found)


def test_last_year_is_a_year_that_moves_on(four, make, browse, monkeypatch) -> None:
    officer = browse(make.user("officer"))
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 1))
    assert {name[2] for name in names(officer.get("/firms?where=revenue.known(-1)"))} == set("甲乙丙")
    monkeypatch.setattr(clock, "today", lambda: date(2025, 6, 1))
    assert {name[2] for name in names(officer.get("/firms?where=revenue.known(-1)"))} == set("甲乙")


def test_a_list_is_ordered_by_several_columns(four, make, browse) -> None:
    officer = browse(make.user("officer"))
    assert [name[2] for name in names(officer.get("/firms?sort=-revenue"))] == ["乙", "甲", "丙", "丁"]
    assert [name[2] for name in names(officer.get("/firms?sort=revenue.2024,-name"))] == ["甲", "乙", "丙", "丁"]
    page = officer.get("/firms?sort=district,-name")
    assert [name[2] for name in names(page)] == sorted("甲乙丙丁", reverse=True)
    # A click on another head puts it first and keeps the rest behind it.
    assert any("sort=rung,district,-name" in link for link in page.links())


def test_columns_are_chosen_and_personal_ones_only_shown_to_who_works_with_the_firm(four, make, browse) -> None:
    make.add(Contact(firm_id=four["甲"].id, name="陈会计", phone="19900001234", main=True))
    url = "/firms?columns=phone,contact,revenue.2024,nonsense,phone"
    plain = browse(make.user("officer")).get(url)
    assert "19900001234" in plain.words
    assert "1,000.00" in plain.words
    assert "19900001234" not in browse(make.user("auditor")).get(url).text
    panel = browse(make.user("officer")).get("/firms/columns?columns=rung,district")
    assert any("columns=district,rung" in link for link in panel.links()), "a step to the right"
    assert any("columns=rung&" in f"{link}&" for link in panel.links()), "taken out"
    assert "电话" not in browse(make.user("auditor")).get("/firms/columns").words


def test_a_condition_is_added_changed_and_taken_out_without_a_script(four, make, browse) -> None:
    officer = browse(make.user("officer"))
    page = officer.get("/firms/condition?f=revenue&t=between&v=2025&v=2000&v=&go=1&into=&district=440106")
    assert {name[2] for name in names(page)} == set("甲乙")
    assert "2025年 营业收入 ≥ 2000 万元" in page.words
    page = officer.get("/firms/condition?where=revenue.between(2025,2000,)&f=status&t=is&o=closed&into=any:&go=1")
    assert "满足其一" in page.words
    edit = next(link for link in page.links() if "place=0&" in f"{link}&")
    assert 'value="2000"' in officer.get(edit).text
    page = officer.get(f"{edit}&f=revenue&t=between&v=2025&v=&v=600&go=1")
    assert "≤ 600 万元" in page.words


def test_a_condition_that_is_not_complete_is_told_at_its_place(make, browse) -> None:
    officer = browse(make.user("officer"))
    page = officer.get("/firms/condition?f=revenue&t=between&v=2025&v=一百&v=&go=1", 422)
    assert "“一百”不是金额" in page.words
    assert 'value="一百"' in page.text
    assert "没有填完" in officer.get("/firms/condition?f=rung&t=is&go=1", 422).words
    many = ",".join(["rung.is(none)"] * 40)
    assert "最多40项" in officer.get(f"/firms/condition?where={many}&f=rung&t=is&o=none&go=1", 422).words


def test_tags_and_flags_are_the_office_s_own(four, make, browse) -> None:
    tag = make.add(Tag(name="重点", made_by="测试", made_at=clock.now()))
    make.add(FirmTag(firm_id=four["甲"].id, tag_id=tag.id))
    agency = make.agency("机构")
    url = f"/firms?where=tags.has({tag.id})&columns=tags,note"
    page = browse(make.user("officer")).get(url)
    assert [name[2] for name in names(page)] == ["甲"]
    assert "标签：重点" in page.words
    with_firm = make.firm(name="广州甲乙科技有限公司", agency_id=agency.id)
    make.add(FirmTag(firm_id=with_firm.id, tag_id=tag.id))
    theirs = browse(make.user("agency", agency_id=agency.id)).get(url)
    assert "重点" not in theirs.words
    assert not names(theirs)


def test_a_view_keeps_conditions_columns_and_order(app: Flask, four, make, browse) -> None:
    owner = make.user("officer", name="王专员")
    officer = browse(owner)
    query = "district=440106&where=revenue.between(2025,2000,)&columns=revenue.2025&sort=-revenue.2025"
    page = officer.submit(f"/firms/views/new?{query}", {"name": "大户", "shared": "y"})
    assert [name[2] for name in names(page)] == ["乙", "甲"]
    assert "大户" in page.words
    with app.app_context():
        view = db.session.scalars(select(SavedView)).one()
        assert db.session.scalars(select(Event.action).where(Event.action == "saved_view.saved")).all()
    page = officer.get(f"/firms?{query}&view={view.id}&q=甲甲")
    assert "保存后有改动" in page.words
    page = officer.submit(f"/firms?{query}&view={view.id}&q=甲甲", {}, form=0)
    assert "已更新" in page.words
    assert [name[2] for name in names(page)] == ["甲"]
    assert "您已有同名的视图" in officer.submit(f"/firms/views/new?{query}", {"name": "大户"}, 422).words
    colleague = browse(make.user("manager"))
    assert "王专员 共享的视图" in colleague.get(f"/firms?view={view.id}").words
    colleague.get(f"/firms/views/{view.id}", 404)
    colleague.post(f"/firms/views/{view.id}/remove", {}, 404)
    assert "大户" not in browse(make.user("agency")).get(f"/firms?view={view.id}").words


def test_pinned_and_first_views_are_one_s_own(app: Flask, four, make, browse) -> None:
    officer, other = browse(make.user("officer")), browse(make.user("officer"))
    officer.submit("/firms/views/new?where=revenue.missing(2025)", {"name": "缺数据", "shared": "y"})
    with app.app_context():
        view = db.session.scalars(select(SavedView)).one()
    officer.post(f"/firms/views/{view.id}/pin", {"on": "1"})
    officer.post(f"/firms/views/{view.id}/first", {"on": "1"})
    assert [name[2] for name in names(officer.get("/firms"))] == ["丁"], "the list opens with the first view"
    assert len(names(officer.get("/firms?view=0"))) == 4
    assert len(names(officer.get("/firms?q="))) == 4, "an emptied filter is no bare address"
    assert "缺数据" in officer.get("/firms?view=0").words, "pinned above the list"
    assert "缺数据" not in other.get("/firms").words
    officer.post(f"/firms/views/{view.id}/remove")
    assert len(names(officer.get("/firms"))) == 4


def test_the_number_of_statements_does_not_grow(four, make, browse, statements) -> None:
    officer = browse(make.user("officer"))
    every = "rung,expires,district,park,officer,agency,contact,phone,tags,stop,note,revenue,revenue.2024,completeness"
    url = (
        f"/firms?columns={every}&where=any(officer.is(me),revenue.known(2025),revenue.missing(2025))&sort=-revenue,rung"
    )
    officer.get(url)
    with statements() as few:
        officer.get(url)
    for number in range(20):
        firm = make.firm(name=f"广州甲乙科技有限公司{number}")
        make.annual_return(firm, 2025, revenue=number)
        make.certification(firm)
        make.add(Contact(firm_id=firm.id, name="人", phone="1"))
    with statements() as many:
        officer.get(url)
    assert len(many) == len(few)


def test_firms_are_found_by_what_they_were_given(make, browse) -> None:
    """Twice in a year is one firm; the column adds up what is known and shows nothing where nothing is."""
    given, other, none = (make.firm(name=f"广州{letter}{letter}科技有限公司") for letter in "甲乙丙")
    for firm, year, title, amount in (
        (given, 2025, "高新技术企业认定奖补", 200_000_00),
        (given, 2025, "研发100%补助", None),
        (other, 2024, "高新技术企业认定奖补", 100_000_00),
    ):
        make.add(AwardGiven(firm_id=firm.id, year=year, title=title, amount=amount))
    page = browse(make.user("officer"))
    found = {
        where: {name[2] for name in names(page.get(f"/firms?where={where}"))}
        for where in (
            "award.given(2025,高新技术)",
            "award.given(2025,0%25补)",
            "award.given(2025,_)",
            "award.not_given(2025,高新技术)",
            "award.in_year(2024)",
            "award.missing()",
        )
    }
    assert list(found.values()) == [{"甲"}, {"甲"}, set(), {"乙", "丙"}, {"乙"}, {"丙"}]
    rows = page.get("/firms?columns=awards&sort=name")
    assert "累计奖补" in rows.words
    assert "20.00" in rows.words


def test_what_a_list_found_is_kept_while_the_register_stands_still(app: Flask, make, browse, statements) -> None:
    app.config["FINDINGS_KEPT"] = 100
    make.firm(name="广州甲甲科技有限公司")
    officer, other = browse(make.user("officer")), browse(make.user("officer", districts=["440112"]))
    assert "共 1 家" in officer.get("/firms").words
    with statements() as seen:
        assert "共 1 家" in officer.get("/firms").words
    assert not [one for one in seen if "count(" in one.lower() and "FROM firm" in one]
    assert "共 0 家" in other.get("/firms").words, "what others may see is another question"
    officer.submit("/firms/new", {"uscc": uscc(907), "name": "广州乙乙科技有限公司", "registration_district": "440106"})
    assert "共 2 家" in officer.get("/firms").words
    assert len(names(officer.get("/firms"))) == 2


def test_rows_kept_are_of_the_reader_s_rights_and_language_and_of_now(app: Flask, make, browse, statements) -> None:
    app.config["FINDINGS_KEPT"] = 100
    firm = make.firm(name="广州甲甲科技有限公司")
    stopped = StopFlag(
        firm_id=firm.id, reason="核查", since_on=date(2026, 1, 1), lifter=Lifter.MANAGER, office=[],
        set_by="科长", set_at=clock.now(),
    )  # fmt: skip
    officer, other, auditor = (browse(make.user(role)) for role in ("officer", "officer", "auditor"))
    first = officer.get("/firms?columns=district")
    assert "天河区" in first.words
    assert "data-edit" in officer.get("/firms?columns=park").text
    assert "data-edit" not in auditor.get("/firms?columns=park").text
    other.post("/language", {"locale": "en"}, 302)
    assert "Tianhe" in other.get("/firms?columns=district").words
    assert "天河区" in officer.get("/firms?columns=district").words
    with statements() as seen:
        officer.get("/firms?columns=district")
    assert not [one for one in seen if "FROM firm " in one], "nothing about a firm is read again"
    officer.submit(f"/firms/{firm.id}/edit", {"name": "广州乙乙科技有限公司"})
    assert names(officer.get("/firms?columns=district")) == ["广州乙乙科技有限公司"]
    assert "暂停办理" not in officer.get("/firms?columns=district").words
    with app.app_context(), transaction():
        db.session.add(stopped)
        record("stop_flag.set", System(), "stop_flag", 1, firm.id)
    assert "暂停办理" in officer.get("/firms?columns=district").words


def test_bulk_acts_and_exports_stand_under_the_list(make, browse) -> None:
    officer = browse(make.user())
    for address in ("/bulk", "/exports"):
        assert '<a href="/firms" aria-current="page">' in officer.get(address).text


def test_pinned_views_stand_at_the_side_with_their_counts(app: Flask, four, make, browse) -> None:
    officer = browse(make.user("officer"))
    officer.submit("/firms/views/new?where=revenue.missing(2025)", {"name": "缺数据"})
    with app.app_context():
        view = db.session.scalars(select(SavedView)).one()
    assert f"pin-{view.id}" not in officer.get("/").text
    officer.post(f"/firms/views/{view.id}/pin", {"on": "1"})
    assert "缺数据" in officer.get("/ladder").words, "on every page"
    assert f'id="pin-{view.id}" hx-swap-oob="true">1<' in officer.get("/firms/views/counts").text
    officer.post(f"/firms/views/{view.id}/pin", {"on": "0"})
    assert "缺数据" not in officer.get("/ladder").words
