"""Letting people in: passwords, delays, invitations, sessions that end when they are said to end."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from crm.accounts.models import FailedAttempt, SignIn, User
from crm.accounts.views import own_address
from crm.domain.access import Role
from crm.journal.models import Event
from crm.kit import clock
from crm.kit.db import db
from tests.make import PASSWORD, Make

NEW = "another long enough phrase"


def sign_in(browser, username: str, password: str = PASSWORD, status: int = 302, **options):
    return browser.post("/sign-in", {"username": username, "password": password}, status, **options)


def test_the_right_password_opens_a_session(app: Flask, make: Make, browse) -> None:
    user = make.user("officer")
    browser = browse()
    assert sign_in(browser, user.username).response.location == "/"
    assert user.name in browser.get("/me").text
    with app.app_context():
        assert db.session.scalars(select(Event.action)).all()[-1] == "account.signed_in"


def test_a_wrong_name_password_or_closed_account_sound_the_same(make: Make, browse) -> None:
    user, closed = make.user("officer"), make.user("officer", active=False)
    invited = make.user("officer", password_hash=None)
    said = set()
    for name, password in ((user.username, "wrong one"), ("nobody", PASSWORD), (closed.username, PASSWORD),
                           (invited.username, PASSWORD)):  # fmt: skip
        words = sign_in(browse(), name, password, 422).words
        assert "用户名或密码不对" in words
        said.add(words)
    assert len(said) == 1


def test_failures_make_one_wait_longer_and_longer_but_never_for_good(app: Flask, make: Make, browse) -> None:
    user = make.user("officer")
    browser = browse()
    with time_machine.travel("2026-06-01 09:00:00 +08:00", tick=False) as now:
        for _ in range(5):
            assert "用户名或密码不对" in sign_in(browser, user.username, "wrong", 422).words
        words = sign_in(browser, user.username, PASSWORD, 422).words
        assert "请过 3 秒再试" in words, "the right password has to wait as well"
        now.shift(timedelta(seconds=3))
        sign_in(browser, user.username, "wrong", 422)
        assert "请过 5 秒再试" in sign_in(browser, user.username, PASSWORD, 422).words
        for _ in range(30):
            now.shift(timedelta(minutes=15))
            sign_in(browser, user.username, "wrong", 422)
        now.shift(timedelta(minutes=15, seconds=1))
        sign_in(browser, user.username)
    with app.app_context():
        name = f"name:{user.username}"
        assert db.session.get(FailedAttempt, name) is None, "a right password wipes the account's count"
        failed = select(Event).where(Event.action == "account.sign_in_failed")
        assert len(db.session.scalars(failed).all()) == 36


def test_another_address_in_a_header_gets_nobody_around_the_wait(app: Flask, make: Make, browse) -> None:
    user = make.user("officer")
    browser = browse()
    for turn in range(6):
        headers = {"X-Forwarded-For": f"10.0.0.{turn}"}
        page = sign_in(browser, user.username, "wrong", 422, headers=headers)
    assert "试错次数太多" in page.words
    with app.app_context():
        assert set(db.session.scalars(select(FailedAttempt.key))) == {f"name:{user.username}", "address:127.0.0.1"}


class TestOldCookies:
    """Five ways a session ends; the old cookie is worth nothing on the next request."""

    @pytest.fixture
    def entered(self, make: Make, browse):
        user = make.user("officer")
        browser, copy = browse(), browse()
        sign_in(browser, user.username)
        with browser.client.session_transaction() as cookie:
            kept = dict(cookie)
        with copy.client.session_transaction() as cookie:
            cookie.update(kept)
        copy.get("/me")
        return user, browser, copy

    def refused(self, browser) -> None:
        assert "/sign-in" in browser.get("/me", 302).response.location

    def test_after_signing_out(self, entered) -> None:
        _user, browser, copy = entered
        browser.post("/sign-out")
        self.refused(copy)

    def test_after_a_new_password(self, entered) -> None:
        user, browser, copy = entered
        browser.post("/me", {"old": PASSWORD, "password": NEW, "again": NEW}, 302)
        self.refused(copy)
        sign_in(copy, user.username, NEW)

    def test_after_the_account_is_closed(self, entered, make: Make, browse) -> None:
        user, _browser, copy = entered
        browse(make.user("admin")).post(f"/accounts/{user.id}/close")
        self.refused(copy)

    def test_after_the_role_has_changed(self, entered, make: Make, browse) -> None:
        user, _browser, copy = entered
        browse(make.user("admin")).submit(f"/accounts/{user.id}", {"role": "auditor"})
        self.refused(copy)

    def test_after_its_time(self, entered, app: Flask) -> None:
        user, _browser, copy = entered
        with time_machine.travel(clock.now() + timedelta(hours=13)):
            self.refused(copy)
        with app.app_context():
            assert db.session.scalars(select(SignIn).where(SignIn.user_id == user.id)).first() is not None

    def test_after_an_idle_while(self, entered, app: Flask) -> None:
        _user, _browser, copy = entered
        with time_machine.travel(clock.now() + timedelta(minutes=app.config["SESSION_IDLE_MINUTES"] + 1)):
            self.refused(copy)

    def test_ended_from_another_device(self, entered, browse) -> None:
        user, browser, _copy = entered
        other = browse()
        sign_in(other, user.username)
        page = browser.get("/me")
        link = next(action for action, _values in page.forms() if "/sessions/" in action)
        browser.post(link)
        self.refused(other)
        browser.get("/me")


def test_a_new_cookie_at_every_sign_in(make: Make, browse) -> None:
    user = make.user("officer")
    browser = browse()
    with browser.client.session_transaction() as cookie:
        cookie["token"] = "planted"
    sign_in(browser, user.username)
    with browser.client.session_transaction() as cookie:
        assert cookie["token"] != "planted"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "https://evil.test",
        "http:evil.test",
        "javascript:alert(1)",
        "///evil",
    ]
    + ["/\tevil", "/\n/evil", "evil.test", "", None, "https:/evil.test", "/\\/evil", " //evil.test", "data:text/html,x"]
    + [
        "//evil.test/firms",
        "/%0d%0aLocation:x\r\n",
        "http://localhost.evil.test/",
        "ftp://evil",
        "//@evil.test",
        "\x00/x",
    ]
    + ["/\\\\evil", "https://evil.test\\@localhost", "mailto:x@evil.test"],
)
def test_no_redirect_leads_elsewhere(app: Flask, target: str | None) -> None:
    with app.test_request_context():
        assert own_address(target) == "/"
        assert own_address("/firms?page=2") == "/firms?page=2"


def test_an_invitation_sets_the_password_once(app: Flask, make: Make, browse) -> None:
    admin = browse(make.user("admin"))
    page = admin.submit(
        "/accounts/new",
        {"username": "new.officer", "name": "新专员", "role": "officer", "districts": "440106"},
        headers={"X-Forwarded-Host": "evil.test"},
    )
    link = re.search(r"http://localhost/invitation/[\w-]+", page.text)
    assert link, "built on the configured address, not on the Host header"
    assert "evil.test" not in page.text
    path = link.group(0).removeprefix("http://localhost")
    newcomer = browse()
    assert "容易猜到" in newcomer.post(path, {"password": "qwertyuiop", "again": "qwertyuiop"}, 422).words
    assert "不一样" in newcomer.post(path, {"password": NEW, "again": "something else"}, 422).words
    newcomer.post(path, {"password": NEW, "again": NEW}, 302)
    assert "新专员" in newcomer.get("/me").text
    assert "已经用过或过期" in browse().get(path, 404).words
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == "new.officer")).one()
        assert (user.role, user.districts, user.whole_city) == (Role.OFFICER, ["440106"], False)
        assert NEW not in (user.password_hash or "")


def test_an_old_invitation_dies_with_a_new_one_and_with_time(make: Make, browse) -> None:
    admin, user = browse(make.user("admin")), make.user("officer")

    def fresh() -> str:
        page = admin.post(f"/accounts/{user.id}/invite")
        return re.search(r"/invitation/[\w-]+", page.text).group(0)

    first, second = fresh(), fresh()
    browse().get(first, 404)
    browse().get(second)
    with time_machine.travel(clock.now() + timedelta(hours=73)):
        browse().get(second, 404)


def test_extra_fields_change_nothing(app: Flask, make: Make, browse) -> None:
    """A form takes the fields it shows and no others."""
    user = make.user("officer")
    browser = browse(user)
    extra = {"role": "admin", "whole_city": "y", "firm_id": "1", "password_hash": "x", "active": ""}
    browser.post("/me", {"old": PASSWORD, "password": NEW, "again": NEW, **extra}, 302)
    with app.app_context():
        kept = db.session.get(User, user.id)
        assert (kept.role, kept.firm_id, kept.active) == (Role.OFFICER, None, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"role": "firm_editor"}, "统一社会信用代码"),
        ({"role": "agency"}, "服务机构账号要填机构名称"),
        ({"role": "officer"}, "请选择所管的区"),
        ({"username": "Bad Name"}, "小写字母"),
    ],
)
def test_each_role_has_the_scope_that_fits(make: Make, browse, typed: dict[str, str], said: str) -> None:
    admin = browse(make.user("admin"))
    values = {"username": "someone", "name": "某人", "role": "auditor", **typed}
    assert said in admin.submit("/accounts/new", values, 422).words


def test_the_last_administrator_stays(make: Make, browse) -> None:
    only = make.user("admin")
    admin = browse(only)
    assert "不能停用自己" in admin.post(f"/accounts/{only.id}/close", status=422).words
    assert "最后一个系统管理员" in admin.submit(f"/accounts/{only.id}", {"role": "auditor"}, 422).words


def test_the_first_administrator_comes_by_a_link_printed_once(app: Flask, browse) -> None:
    runner = app.test_cli_runner()
    printed = runner.invoke(args=["accounts", "first-admin"]).output
    path = re.search(r"/invitation/[\w-]+", printed).group(0)
    browse().post(path, {"password": NEW, "again": NEW}, 302)
    assert "already" in runner.invoke(args=["accounts", "first-admin"]).output


def test_the_language_is_kept_for_the_account(app: Flask, make: Make, browse) -> None:
    user = make.user("officer")
    browser = browse(user)
    browser.post("/language", {"locale": "en", "next": "/me"})
    with app.app_context():
        assert db.session.get(User, user.id).locale == "en"
    browser.post("/language", {"locale": "en", "next": "https://evil.test"}, 302)
