"""The firm file and its list, as people meet them."""

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event, select

from crm.domain.records import Source
from crm.firms.models import AnnualReturn, Certification, Contact, Firm, FormerName, Move
from crm.journal.models import Event
from crm.kit.db import db
from tests.make import Make, uscc

EVIL = "<script>alert('x')</script>"


def one(app: Flask, query):
    with app.app_context():
        return db.session.scalars(query).one()


def test_a_file_is_opened_with_a_checked_code(app: Flask, make: Make, browse) -> None:
    officer = browse(make.user("officer"))
    code = uscc(901)
    page = officer.submit(
        "/firms/new",
        {
            "uscc": f" {code[:8]} {code[8:].lower()} ",
            "name": "广州新建科技有限公司",
            "registered_capital": "1,234.5",
            "registration_district": "440106",
            "established_on": "2019-05-06",
            "industry_code": "6513",
        },
    )
    assert "广州新建科技有限公司" in page.words
    firm = one(app, select(Firm))
    assert (firm.uscc, firm.registered_capital, firm.industry_code) == (code, 1_234_500_000, "6513")
    assert one(app, select(Move)).since_on == date(2019, 5, 6)
    assert one(app, select(Event).where(Event.action == "firm.created")).detail["changes"]["name"][1] == firm.name


def test_a_wrong_code_is_told_by_its_character_and_nothing_typed_is_lost(app: Flask, make: Make, browse) -> None:
    officer = browse(make.user("officer"))
    code = uscc(901)
    wrong = code[:5] + "O" + code[6:]
    page = officer.submit(
        "/firms/new", {"uscc": wrong, "name": "广州新建科技有限公司", "registered_capital": "一百"}, 422
    )
    assert "第6位是“O”" in page.words
    assert "“一百”不是金额" in page.words
    assert page.form()[1]["name"] == "广州新建科技有限公司"
    assert page.form()[1]["registered_capital"] == "一百"


def test_a_code_has_one_file(make: Make, browse) -> None:
    firm = make.firm()
    page = browse(make.user("officer")).submit("/firms/new", {"uscc": firm.uscc, "name": "另一家有限公司"}, 422)
    assert "库里已有这个代码的档案" in page.words


def test_sent_twice_it_is_done_once(app: Flask, make: Make, browse) -> None:
    officer = browse(make.user("officer"))
    action, values = officer.get("/firms/new").form()
    values |= {"uscc": uscc(902), "name": "广州双击科技有限公司", "registration_district": "440106"}
    first = officer.post("/firms/new", values, 302)
    second = officer.post("/firms/new", values, 302)
    assert first.response.location == second.response.location
    assert one(app, select(Firm)).name == "广州双击科技有限公司"


def test_a_rename_keeps_the_old_name_and_a_move_its_day(app: Flask, make: Make, browse) -> None:
    firm = make.firm(name="广州旧名科技有限公司")
    officer = browse(make.user("officer"))
    edit = {"name": "广州新名科技有限公司", "registration_district": "440112", "moved_on": "2026-01-15"}
    page = officer.submit(f"/firms/{firm.id}/edit", edit)
    assert "曾用名 广州旧名科技有限公司" in page.words
    assert one(app, select(FormerName)).name == "广州旧名科技有限公司"
    assert one(app, select(Move)).since_on == date(2026, 1, 15)
    changes = one(app, select(Event).where(Event.action == "firm.edited")).detail["changes"]
    assert changes == {
        "name": ["广州旧名科技有限公司", "广州新名科技有限公司"],
        "registration_district": ["440106", "440112"],
    }


def test_figures_are_added_never_changed_and_a_slip_is_asked_about(app: Flask, make: Make, browse) -> None:
    firm = make.firm()
    make.annual_return(firm, 2024, revenue=1_000_000_000, source=Source.SELF_REPORT)
    officer = browse(make.user("officer"))
    url = f"/firms/{firm.id}/figures/state"
    page = officer.submit(url, {"year": "2025", "source": "audit", "revenue": "12000000"}, 422)
    assert "相差一千倍以上" in page.words
    page = officer.submit(url, {"year": "2025", "source": "audit", "revenue": "1,200.50"})
    assert "1,200.50" in page.words
    officer.submit(url, {"year": "2025", "source": "audit", "revenue": "1,300"})
    with app.app_context():
        held = select(AnnualReturn.version, AnnualReturn.revenue).where(AnnualReturn.year == 2025)
        assert [tuple(r) for r in db.session.execute(held.order_by(AnnualReturn.version))] == [
            (1, 1_200_500_000),
            (2, 1_300_000_000),
        ]


@pytest.mark.parametrize(
    ("part", "typed", "shown"),
    [
        ("contacts", {"name": "陈会计", "phone": "19900001234"}, "陈会计"),
        (
            "achievements",
            {"kind": "science_award", "level": "national", "title": "某奖", "given_on": "2024-01-01"},
            "某奖",
        ),
        ("awards", {"year": "2025", "title": "研发补助", "amount": "30.5", "level": "city", "policy_id": ""}, "30.50"),
        ("credit-checks", {"checked_on": "2026-01-02", "listed": "no"}, "2026-01-02"),
    ],
)
def test_records_are_added_changed_and_removed_with_a_trail(app, make, browse, part, typed, shown) -> None:
    firm = make.firm()
    officer = browse(make.user("officer"))
    assert shown in officer.submit(f"/firms/{firm.id}/{part}/new", typed).words
    link = next(
        href for href in officer.get(f"/firms/{firm.id}/file").links() if f"/{part}/" in href and "/edit" in href
    )
    officer.submit(link, {})
    officer.post(link.replace("/edit", "/remove"))
    assert shown not in officer.get(f"/firms/{firm.id}/file").text
    with app.app_context():
        acts = [act for act in db.session.scalars(select(Event.action).order_by(Event.id)) if "." in act]
    assert acts[0].endswith(".added")
    assert acts[-1].endswith(".removed")


def test_a_certificate_number_is_used_once(app: Flask, make: Make, browse) -> None:
    firm = make.firm()
    officer = browse(make.user("officer"))
    typed = {"kind": "high_tech", "number": "GR202544000001", "issued_on": "2025-12-01", "expires_on": "2028-11-30"}
    officer.submit(f"/firms/{firm.id}/certifications/new", typed)
    page = officer.submit(f"/firms/{firm.id}/certifications/new", typed, 422)
    assert "已有同类、同编号的记录" in page.words
    assert one(app, select(Certification)).number == "GR202544000001"
    page = officer.submit(
        f"/firms/{firm.id}/certifications/new", {**typed, "number": "GR2", "expires_on": "2020-01-01"}, 422
    )
    assert "有效期早于发证日期" in page.words


def test_attachments_are_downloads_of_the_own_firm_only(app: Flask, make: Make, browse, tmp_path) -> None:
    import io

    mine, foreign = make.firm(), make.firm()
    officer = browse(make.user("officer"))

    def upload(name: str, content: bytes, status: int):
        data = {"file": (io.BytesIO(content), name)}
        return officer.post(f"/firms/{mine.id}/attachments", data, status, content_type="multipart/form-data")

    upload("../../etc/审计报告.pdf", b"%PDF-1.7 x", 200)
    assert "不接受这种文件" in upload("网页.html", b"<script>alert(1)</script>", 422).words
    assert "不接受这种文件" in upload("假的.pdf", b"<script>alert(1)</script>", 422).words
    page = officer.get(f"/firms/{mine.id}/file")
    link = next(href for href in page.links() if "/attachments/" in href)
    answer = officer.get(link)
    assert answer.response.headers["Content-Disposition"].startswith("attachment")
    assert answer.response.headers["Content-Security-Policy"] == "sandbox"
    assert answer.data == b"%PDF-1.7 x"
    stranger = browse(make.user("firm_editor", firm_id=foreign.id))
    stranger.get(link, 404)
    stranger.get(link.replace(f"/firms/{mine.id}/", f"/firms/{foreign.id}/"), 404)


def test_another_firm_s_file_is_not_there(make: Make, browse) -> None:
    mine, foreign = make.firm(), make.firm(registration_district="440112")
    contact = make.add(Contact(firm_id=foreign.id, name="别家的人"))
    for reader in (
        browse(make.user("officer", districts=["440106"])),
        browse(make.user("firm_editor", firm_id=mine.id)),
        browse(make.user("agency")),
    ):
        for tab in ("file", "figures"):
            reader.get(f"/firms/{foreign.id}/{tab}", 404)
    officer = browse(make.user("officer", districts=["440106"]))
    officer.get(f"/firms/{foreign.id}/edit", 404)
    officer.get(f"/firms/{mine.id}/contacts/{contact.id}/edit", 404)
    officer.post(f"/firms/{mine.id}/contacts/{contact.id}/remove", {}, 404)


def test_phones_are_masked_to_those_who_do_not_work_with_the_firm(make: Make, browse) -> None:
    firm = make.firm()
    make.add(Contact(firm_id=firm.id, name="陈会计", phone="19900001234", email="c@example.com"))
    plain = browse(make.user("officer")).get(f"/firms/{firm.id}/file").text
    masked = browse(make.user("auditor")).get(f"/firms/{firm.id}/file").text
    assert "19900001234" in plain
    assert "19900001234" not in masked
    assert "199******34" in masked


def test_what_people_type_is_never_run(make: Make, browse) -> None:
    firm = make.firm(name=EVIL, address=EVIL, main_product=EVIL, note=EVIL)
    make.add(Contact(firm_id=firm.id, name=EVIL, post=EVIL))
    officer = browse(make.user("officer"))
    for url in ("/firms", f"/firms/{firm.id}/file", f"/firms/{firm.id}/edit", f"/firms/{firm.id}/figures"):
        assert EVIL not in officer.get(url).text


def test_the_list_is_filtered_sorted_paged_by_its_address(make: Make, browse) -> None:
    high = make.firm(name="广州高企科技有限公司")
    make.certification(high, "high_tech", issued_on=date(2025, 1, 1), expires_on=date(2027, 12, 31))
    make.certification(high, "tech_sme", number="S1", issued_on=date(2026, 6, 1), expires_on=date(2026, 12, 31))
    small = make.firm(name="广州科小科技有限公司", registration_district="440112")
    make.certification(small, "tech_sme", number="S2", issued_on=date(2026, 6, 1), expires_on=date(2027, 12, 31))
    make.firm(name="广州无证科技有限公司", industry_code="3491")
    officer = browse(make.user("officer"))

    def names(query: str) -> list[str]:
        return re.findall(r"广州..科技有限公司", officer.get(f"/firms?{query}").words)

    assert set(names("rung=high_tech")) == {"广州高企科技有限公司"}
    assert set(names("rung=tech_sme")) == {"广州科小科技有限公司"}, "the higher rung counts"
    assert set(names("rung=none")) == {"广州无证科技有限公司"}
    assert set(names("district=440112")) == {"广州科小科技有限公司"}
    assert set(names("section=C")) == {"广州无证科技有限公司"}
    assert set(names("q=%E7%A7%91%E5%B0%8F")) == {"广州科小科技有限公司"}
    assert set(names(f"q={high.uscc[5:12]}")) >= {"广州高企科技有限公司"}
    assert names("sort=-rung")[0] == "广州高企科技有限公司"
    assert len(set(names("sort=;drop+table&page=-5&rung=x&district=%27"))) == 3, "nonsense narrows nothing"


def test_the_list_asks_the_database_a_fixed_number_of_times(app: Flask, make: Make, browse) -> None:
    officer = browse(make.user("officer"))

    def queries() -> int:
        seen: list[str] = []
        with app.app_context():
            engine = db.engine
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        officer.get("/firms")
        event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    def fill(count: int) -> None:
        for _ in range(count):
            firm = make.firm()
            make.certification(firm)
            make.annual_return(firm, revenue=1)

    fill(2)
    few = queries()
    fill(10)
    assert queries() == few


def test_somebody_s_wildcards_are_text(make: Make, browse) -> None:
    make.firm(name="广州百分%科技有限公司")
    make.firm(name="广州普通科技有限公司")
    words = browse(make.user("officer")).get("/firms?q=%25").words
    assert "广州百分%科技有限公司" in words
    assert "广州普通科技有限公司" not in words
