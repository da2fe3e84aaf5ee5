"""The desk's pages, as each role meets them."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from crm.desk.queries import KeyFigure
from crm.domain.access import Role
from crm.domain.records import VisitKind
from crm.firms.models import Attachment, Contact
from crm.journal.service import System, record
from crm.kit import clock, files, jobs
from crm.kit.db import db, transaction
from crm.kit.jobs import Job, JobStatus
from crm.visits.models import Visit
from tests.cluster import ON_POSTGRESQL

pytestmark = pytest.mark.usefixtures("noon")
TODAY = date(2026, 11, 26)


def promise(firm, by, days: int, what: str) -> Visit:
    return Visit(
        firm_id=firm.id,
        by_id=by.id,
        kind=VisitKind.VISIT,
        visited_on=TODAY - timedelta(days=30),
        summary="看了中试线",
        next_step=what,
        next_on=TODAY + timedelta(days=days),
        created_at=clock.now(),
    )


def job(owner, **values: Any) -> Job:
    defaults = {"kind": "desk.verify", "owner_id": owner.id, "params": {}, "created_at": clock.now()}
    return Job(**{**defaults, **values})


def queries_of(app: Flask, browser, address: str) -> int:
    """Count the queries of one page."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listener := lambda *a: seen.append(a[2]))
    browser.get(address)
    event.remove(engine, "before_cursor_execute", listener)
    return len(seen)


class TestHome:
    def test_every_number_of_the_morning_leads_somewhere(self, make, browse) -> None:
        officer = make.user(districts=["440106"])
        firm, quiet, far = make.firm(), make.firm(), make.firm(registration_district="440112")
        for one in (firm, far):
            make.certification(one, expires_on=TODAY + timedelta(days=90))
        make.certification(quiet, expires_on=TODAY + timedelta(days=91))
        make.add(promise(firm, officer, -1, "催补辅助账"))
        make.add(promise(firm, officer, 7, "约专家"))
        make.add(promise(far, officer, -1, "别区的事"))
        browser = browse(officer)
        page = browser.get("/")
        stats = [
            (link.get("href"), "".join(link.itertext()).split())
            for link in page.tree.iter("{http://www.w3.org/1999/xhtml}a")
            if "stat" in (link.get("class") or "").split()
        ]
        assert [words[:2] for _, words in stats] == [
            ["企业", "2家"],
            ["资质将到期", "1家"],
            ["答应的事已逾期", "1件"],
            ["久未联系", "1家"],
            ["我的诉求待答复", "0件"],
            ["我负责的计划目标", "0个"],
            ["我的待办", "0条"],
            ["七天内新符合政策", "0家"],
        ]
        for address, _ in stats:
            browser.get(address)
        assert "七天内 1 件" in page.words
        assert "全部未办结 2 件" in page.words
        assert "催补辅助账" in page.words
        assert "别区的事" not in page.words

    def test_a_firm_comes_to_its_own_file(self, make, browse) -> None:
        person = make.user(Role.FIRM_EDITOR)
        page = browse(person).get("/", 302)
        assert page.response.location == f"/firms/{person.firm_id}"

    def test_an_agency_sees_its_firms(self, make, browse) -> None:
        agency = make.user(Role.AGENCY)
        own, other = make.firm(agency_id=agency.agency_id), make.firm()
        page = browse(agency).get("/")
        assert own.name in page.words
        assert other.name not in page.words

    def test_an_administrator_sees_accounts_and_the_night(self, make, browse) -> None:
        make.user(password_hash=None)
        make.user(active=False)
        page = browse(make.user(Role.ADMIN)).get("/")
        assert "已邀请，未设密码" in page.words
        assert "还没有运行过" in page.words
        with page_round(make.app):
            pass
        assert "最近一次：2026-01-02" in browse(make.user(Role.ADMIN)).get("/").words

    def test_an_auditor_comes_to_the_trail(self, make, browse) -> None:
        assert "/audit" in browse(make.user(Role.AUDITOR)).get("/").links()

    def test_as_many_queries_for_many_as_for_few(self, app, make, browse) -> None:
        officer = make.user()
        browser = browse(officer)
        make.add(promise(make.firm(), officer, -1, "一"))
        few = queries_of(app, browser, "/")
        for _ in range(5):
            make.add(promise(make.firm(), make.user(), -1, "一"))
        assert queries_of(app, browser, "/") == few


def page_round(app: Flask):
    from crm.kit import rounds

    class Walked:
        def __enter__(self) -> None:
            with app.app_context(), transaction():
                rounds.claim("nightly", "2026-01-02")

        def __exit__(self, *_: object) -> None: ...

    return Walked()


def test_a_course_is_drawn_from_nought_and_broken_where_nobody_knows() -> None:
    assert KeyFigure("revenue", [100, 50, None, 200], None).lines(30, 20) == ["0.0,10.0 10.0,15.0", "30.0,0.0"]
    assert KeyFigure("net_profit", [100, -100], None).lines(30, 20) == ["0.0,0.0 30.0,20.0"]
    assert KeyFigure("net_profit", [0], None).lines(30, 20) == ["0.0,0.0"]


class TestFirm:
    def test_an_officer_sees_the_file_at_a_glance(self, make, browse) -> None:
        officer, firm = make.user(), make.firm(legal_representative="欧阳<script>alert(1)</script>")
        make.certification(firm, expires_on=TODAY + timedelta(days=10), number="GR202644000001")
        make.add(promise(firm, officer, 3, "约专家"))
        page = browse(officer).get(f"/firms/{firm.id}")
        for words in ("GR202644000001", "还有 10 天", "约专家", "看了中试线", "欧阳<script>alert(1)</script>"):
            assert words in page.words

    def test_figures_in_force_and_how_they_grew(self, make, browse) -> None:
        """Revenue 1,000 then 1,250 万元 grew by 25 %; the audit's word counts before the import's."""
        officer, firm = make.user(), make.firm()
        make.annual_return(firm, 2024, revenue=1_000_000_000, tech_staff=12)
        make.annual_return(firm, 2025, revenue=9_999_000_000)
        make.annual_return(firm, 2025, revenue=1_250_000_000, source="audit")
        words = browse(officer).get(f"/firms/{firm.id}").words
        assert "营业收入 万元 1,000.00 1,250.00 +25.00%" in words
        assert "科技人员 人 12 — —" in words
        assert "净利润" not in words

    def test_a_firm_sees_itself_without_the_notes_of_the_office(self, make, browse) -> None:
        person = make.user(Role.FIRM_EDITOR)
        other = make.firm()
        with make.app.app_context():
            firm = db.session.get_one(type(other), person.firm_id)
            db.session.expunge(firm)
        make.add(promise(firm, make.user(), 3, "约专家"))
        browser = browse(person)
        for address in (f"/firms/{firm.id}", f"/firms/{firm.id}/timeline"):
            page = browser.get(address)
            assert firm.name in page.words
            assert "约专家" not in page.words
            assert "看了中试线" not in page.words
        browser.get(f"/firms/{other.id}", 404)
        browser.get(f"/firms/{other.id}/timeline", 404)

    def test_as_many_queries_for_much_as_for_little(self, app, make, browse) -> None:
        officer, firm = make.user(), make.firm()
        browser = browse(officer)
        make.certification(firm)
        make.annual_return(firm, 2025)
        make.add(promise(firm, officer, 3, "一"))
        few = queries_of(app, browser, f"/firms/{firm.id}")
        for year in range(2019, 2025):
            make.certification(firm)
            make.annual_return(firm, year)
            make.add(promise(firm, make.user(), 4, "二"))
        assert queries_of(app, browser, f"/firms/{firm.id}") == few


class TestTimeline:
    def test_a_change_is_told_in_words(self, make, browse) -> None:
        officer, firm = make.user(name="陈专员"), make.firm()
        make.annual_return(firm, revenue=5_000_000_000, rd_hte=None)
        with make.app.app_context(), transaction():
            changed = {"registration_district": ["440106", "440112"], "registered_capital": [None, 1_000_000_000]}
            record("firm.edited", officer, "firm", firm.id, firm.id, changes=changed)
        browser = browse(officer)
        page = browser.get(f"/firms/{firm.id}/timeline")
        for words in ("陈专员", "注册地 天河区 → 黄埔区", "注册资本 — → 1,000.00 万元", "营业收入 5,000.00 万元"):
            assert words in page.words
        page = browser.get(f"/firms/{firm.id}/timeline?kind=figures")
        assert "注册资本" not in page.words
        assert "5,000.00" in page.words


class TestSearch:
    def test_a_page_and_a_fragment(self, make, browse) -> None:
        officer, firm = make.user(), make.firm(name="澜图<i>软件")
        browser = browse(officer)
        page = browser.get("/search?q=图")
        assert "澜<mark>图</mark>&lt;i&gt;软件" in page.text
        fragment = browser.get("/search?q=图", headers={"HX-Request": "true"})
        assert "<html" not in fragment.text
        assert f"/firms/{firm.id}" in fragment.links()
        assert "没有找到" in browser.get("/search?q=无此企业").words
        assert browser.get("/search").status == 200

    def test_contacts_are_not_found_by_those_who_may_not_see_them(self, make, browse) -> None:
        firm = make.firm()
        make.add(Contact(firm_id=firm.id, name="欧阳若溪", phone="13800001234"))
        assert firm.name in browse(make.user()).get("/search?q=若溪").words
        auditor = browse(make.user(Role.AUDITOR))
        assert firm.name not in auditor.get("/search?q=若溪").words
        assert firm.name not in auditor.get("/search?q=0000123").words

    def test_a_number_is_found_and_stays_masked(self, make, browse) -> None:
        make.add(Contact(firm_id=make.firm().id, name="欧阳若溪", phone="138-0000-1234"))
        for headers in ({}, {"HX-Request": "true"}):
            page = browse(make.user()).get("/search?q=00001234", headers=headers)
            assert "联系人：欧阳若溪 138******34" in page.words
            assert "13800001234" not in page.text

    def test_what_was_typed_is_marked_and_why_is_said(self, make, browse) -> None:
        make.firm(name="广州澜图（华南）软件")
        browser = browse(make.user(districts=["440106"]))
        for typed, shown in (("图(华", "<mark>图（华</mark>"), ("ltrj", ""), ("lth", "<mark>澜图（华</mark>")):
            assert shown in browser.get(f"/search?q={typed}").text
        assert "拼音首字母" in browser.get("/search?q=lth").words
        assert "搜索范围：天河区" in browser.get("/search?q=ltrj").words

    @pytest.mark.parametrize("role", [Role.FIRM_EDITOR, Role.ADMIN])
    def test_some_have_nothing_to_search(self, make, browse, role) -> None:
        browse(make.user(role)).get("/search?q=x", 403)


class TestJobs:
    def test_a_running_job_asks_again_and_a_finished_one_does_not(self, make, browse) -> None:
        officer = make.user()
        running = make.add(job(officer, status=JobStatus.RUNNING, done=30, total=120, stage="逐条核对"))
        browser = browse(officer)
        page = browser.get(f"/jobs/{running.id}")
        assert 'hx-trigger="every 1s"' in page.text
        assert "30 / 120" in page.words
        fragment = browser.get(f"/jobs/{running.id}", headers={"HX-Request": "true"})
        assert "<html" not in fragment.text
        over = make.add(job(officer, status=JobStatus.DONE, result={"broken_at": None}, finished_at=clock.now()))
        page = browser.get(f"/jobs/{over.id}")
        assert 'hx-trigger="every' not in page.text
        assert "审计链完整" in page.words

    def test_a_job_that_failed_says_why(self, make, browse) -> None:
        officer = make.user()
        failed = make.add(job(officer, status=JobStatus.FAILED, error="第 7 行没有企业名称", finished_at=clock.now()))
        assert "第 7 行没有企业名称" in browse(officer).get(f"/jobs/{failed.id}").words

    def test_a_crash_is_told_in_plain_words(self, make, browse, monkeypatch) -> None:
        def crash() -> None:
            raise ZeroDivisionError("密码 secret 13800000000")

        monkeypatch.setattr("crm.desk.service.verify", crash)
        officer = make.user()
        crashed = make.add(job(officer))
        with make.app.app_context():
            assert jobs.run_next()
        page = browse(officer).get(f"/jobs/{crashed.id}")
        assert "出现意外错误" in page.words
        assert "secret" not in page.text

    def test_stopping(self, make, browse) -> None:
        officer = make.user()
        waiting = make.add(job(officer))
        running = make.add(job(officer, status=JobStatus.RUNNING))
        browser = browse(officer)
        assert "已取消" in browser.post(f"/jobs/{waiting.id}/cancel").words
        page = browser.post(f"/jobs/{running.id}/cancel")
        assert "正在停止" in page.words
        assert page.forms() == []

    def test_the_last_step_is_not_stopped(self, make, browse) -> None:
        officer = make.user()
        writing = make.add(job(officer, status=JobStatus.RUNNING))
        with make.app.app_context():
            jobs.Step(writing.id).at(1, 2, "写入档案", last=True)
        browser = browse(officer)
        page = browser.get(f"/jobs/{writing.id}")
        assert "不能停止" in page.words
        assert page.forms() == []
        browser.post(f"/jobs/{writing.id}/cancel", {}, 422)

    def test_a_result_is_let_go_of_after_its_days_unless_somebody_else_holds_it(self, make, browse) -> None:
        officer, firm = make.user(), make.firm()
        with make.app.app_context():
            alone, shared = (files.store(content).key for content in (b"PK\x03\x04 a", b"PK\x03\x04 b"))
        old = clock.now() - files.KEPT_FOR - timedelta(hours=1)
        over = {"kind": "letters.profiles", "status": JobStatus.DONE, "result": {}, "result_name": "画像.zip"}
        gone, fresh = (make.add(job(officer, **over, result_key=alone, finished_at=at)) for at in (old, clock.now()))
        make.add(job(officer, **over, result_key=shared, finished_at=old))
        told = {"name": "b.zip", "media_type": "application/zip", "sha256": "0" * 64, "size": 5}
        make.add(Attachment(firm_id=firm.id, key=shared, **told, added_at=clock.now(), added_by="x"))
        with make.app.app_context():
            with transaction():
                jobs.tidy()
            assert files.path_of(alone).exists(), "a later job left the same"
            assert files.path_of(shared).exists(), "it is attached to a file"
        browser = browse(officer)
        assert "文件已过保留期" in browser.get(f"/jobs/{gone.id}").words
        browser.get(f"/jobs/{gone.id}/result", 404)
        assert "文件保留 7 天。" in browser.get(f"/jobs/{fresh.id}").words
        with make.app.app_context():
            with transaction():
                db.session.get(jobs.Job, fresh.id).finished_at = old
                jobs.tidy()
            assert not files.path_of(alone).exists()

    def test_the_result_goes_to_its_owner_alone(self, make, browse) -> None:
        officer = make.user()
        with make.app.app_context():
            kept = files.store(b"PK\x03\x04 a zip")
        done = make.add(
            job(
                officer,
                status=JobStatus.DONE,
                result={},
                result_key=kept.key,
                result_name="画像.zip",
                finished_at=clock.now(),
            )
        )
        address = f"/jobs/{done.id}/result"
        page = browse(officer).get(address)
        assert page.data == b"PK\x03\x04 a zip"
        page.response.close()
        assert page.response.headers["Content-Disposition"].startswith("attachment")
        assert page.response.headers["X-Content-Type-Options"] == "nosniff"
        stranger = browse(make.user())
        for method, where in (("get", address), ("get", f"/jobs/{done.id}"), ("post", f"/jobs/{done.id}/cancel")):
            getattr(stranger, method)(where, status=404)
        browse().get(address, 302)
        assert "画像.zip" in browse(officer).get("/jobs").words
        assert "画像.zip" not in stranger.get("/jobs").words

    def test_no_file_no_download(self, make, browse) -> None:
        officer = make.user()
        done = make.add(job(officer, status=JobStatus.DONE, result_key="aa/gone", finished_at=clock.now()))
        browse(officer).get(f"/jobs/{done.id}/result", 404)


class TestAudit:
    def test_filters(self, make, browse) -> None:
        anna, firm, auditor = make.user(name="安娜"), make.firm(), make.user(Role.AUDITOR)
        with make.app.app_context(), transaction():
            record("visit.edited", anna, "visit", 1, firm.id, changes={"summary": ["<u>甲</u>", "乙"]})
            record("account.signed_in", System(), "user", 1)
        browser = browse(auditor)
        page = browser.get("/audit")
        assert "<u>甲</u> → 乙" in page.words
        assert firm.name in page.words
        assert "共 2 条" in page.words
        for query, there in (
            ("who=安", True),
            ("who=系统", False),
            ("action=visit.edited", True),
            ("action=account.signed_in", False),
            (f"firm={firm.uscc[4:15]}", True),
            ("firm=%25", False),
            (f"since={TODAY}&until={TODAY}", True),
            (f"until={TODAY - timedelta(days=1)}", False),
        ):
            assert ("甲" in browser.get(f"/audit?{query}").words) is there, query

    def test_pages_go_on_where_the_last_ended(self, make, browse) -> None:
        with make.app.app_context(), transaction():
            for number in range(60):
                record("test", System(), "firm", number)
        browser = browse(make.user(Role.AUDITOR))
        older = next(link for link in browser.get("/audit").links() if "before=" in link)
        assert "第 10 到 1 条" in browser.get(older).words

    def test_the_chain_is_verified_in_words(self, make, browse) -> None:
        with make.app.app_context(), transaction():
            for number in range(5):
                record("test", System(), "firm", number)
        browser = browse(make.user(Role.AUDITOR))
        assert "审计链完整" in browser.get("/audit/verify").words
        with make.app.app_context(), transaction():
            disarm = (
                "ALTER TABLE event DISABLE TRIGGER event_refuses"
                if ON_POSTGRESQL
                else "DROP TRIGGER event_refuses_update"
            )
            db.session.execute(text(disarm))
            db.session.execute(text("UPDATE event SET actor_name = '别人' WHERE id = 3"))
        assert "审计链在第 3 条断开" in browser.get("/audit/verify").words

    def test_a_long_chain_is_verified_in_the_background(self, make, browse, monkeypatch) -> None:
        monkeypatch.setattr("crm.desk.service.VERIFY_AT_ONCE", 0)
        with make.app.app_context(), transaction():
            record("test", System(), "firm", 1)
        browser = browse(make.user(Role.AUDITOR))
        assert browser.get("/audit/verify", 302).response.location == "/audit"
        action, _ = browser.get("/audit").form()
        assert "排队中" in browser.post(action).words
        with make.app.app_context():
            assert jobs.run_next()
        assert "审计链完整" in browser.get("/jobs/1").words

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.ADMIN, Role.FIRM_EDITOR, Role.AGENCY])
    def test_the_trail_is_for_auditors(self, make, browse, role) -> None:
        browser = browse(make.user(role))
        browser.get("/audit", 403)
        browser.get("/audit/verify", 403)
        browser.post("/audit/verify", {}, 403)


class TestNonsense:
    """An address made up by hand never breaks a page."""

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("/firms/99999999999999999999", 404),
            ("/firms/9223372036854775807", 404),
            ("/jobs/99999999999999999999", 404),
            ("/visits?by=99999999999999999999&kind=nonsense&page=-3", 200),
            ("/search?q=%00", 400),
            ("/search?q=" + "%F0%A0%AE%B7" * 300, 200),
        ],
    )
    def test_for_an_officer(self, make, browse, address, status) -> None:
        browse(make.user()).get(address, status)

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("before=99999999999999999999", 200),
            ("who=%00", 400),
            ("since=9999-12-31&until=9999-12-31", 422),
            ("since=0001-01-01", 422),
            ("since=2026-13-99", 422),
        ],
    )
    def test_for_an_auditor(self, make, browse, query, status) -> None:
        browse(make.user(Role.AUDITOR)).get(f"/audit?{query}", status)
