"""A demo register behind the real server, and Debian's Chromium to walk through it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests import serve

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[serve.Running]:
    """Serve a demo register of 60 firms; ``served.accounts`` is {username: password}."""
    folder = tmp_path_factory.mktemp("served")
    environment = serve.settings(folder, f"sqlite:///{folder / 'crm.sqlite'}")
    serve.flask(environment, "db", "upgrade")
    printed = serve.flask(environment, "demo", "--firms", "60")
    with serve.serving(environment) as running:
        running.accounts = accounts(printed)
        yield running


def accounts(printed: str) -> dict[str, str]:
    """Read {username: password} from what ``flask demo`` printed."""
    found = re.findall(r"^\s*([a-z]+\d*)\s{2,}(\S+)\s{2,}", printed, re.M)
    assert found, printed
    return dict(found)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return one browser for the session."""
    assert Path("/usr/bin/chromium").exists(), "apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def _is_fault(message: ConsoleMessage) -> bool:
    # An answer of 404 or 422 is part of the walk, and so is a question taken back while somebody types on; scripts and
    # the Content-Security-Policy must be silent.
    expected = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
    return message.type == "error" and not message.text.startswith(expected)


@pytest.fixture
def walk(served: serve.Running, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return ``walk(username, viewport)``: a page signed in as that account.

    It fails the test on a script error, on a Content-Security-Policy violation and on a 5xx answer.
    """
    contexts = []
    faults: list[str] = []

    def enter(username: str | None = None, viewport: dict[str, int] = DESK) -> Page:
        context = chromium.new_context(viewport=viewport, locale="zh-CN", base_url=served.url)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("console", lambda m: faults.append(f"console: {m.text}") if _is_fault(m) else None)
        page.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        if username:
            page.goto("/sign-in")
            page.get_by_label("用户名").fill(username)
            page.get_by_label("密码").fill(served.accounts[username])
            page.get_by_role("button", name="登录").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not faults, faults
