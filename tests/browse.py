"""A browser for tests: it signs in, follows links and forms, and checks the house style of every page it opens."""

import hashlib
import io
import secrets
from datetime import timedelta
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.test import TestResponse

from crm.accounts.models import SignIn
from crm.kit import clock
from crm.kit.db import db, transaction
from tests.cluster import ON_POSTGRESQL

HTML = "{http://www.w3.org/1999/xhtml}"
# A page is drawn the same whichever database stands below: it is looked at once, in the lane of SQLite.
STYLE_CHECKED = not ON_POSTGRESQL


def sign_in(app: Flask, user: Any) -> str:
    """Begin a session of ``user`` and return what its cookie carries."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with app.app_context(), transaction():
        digest = hashlib.sha256(token.encode()).hexdigest()
        session = SignIn(token_sha256=digest, user_id=user.id, began_at=now, address="127.0.0.1", agent="test")
        session.expires_at = now + timedelta(hours=1)
        db.session.add(session)
    return token


class Browser:
    """One person's browser. ``get`` and ``post`` return a Page; every page is checked on the way."""

    def __init__(self, app: Flask, user: Any = None, token: str = "") -> None:
        self.app = app
        self.client = app.test_client()
        if user is not None:
            token = sign_in(app, user)
        if token:
            with self.client.session_transaction() as cookie:
                cookie["token"] = token

    def get(self, url: str, status: int = 200, **options: Any) -> "Page":
        """Open ``url`` and expect ``status``; redirects are followed unless ``follow_redirects=False``."""
        options.setdefault("follow_redirects", status == 200)
        return self._page(self.client.get(url, **options), status)

    def post(self, url: str, data: dict[str, Any] | None = None, status: int = 200, **options: Any) -> "Page":
        """Send ``data`` with a CSRF token of this browser; redirects after success are followed."""
        options.setdefault("follow_redirects", status == 200)
        data = {"csrf_token": self.csrf_token(), **(data or {})}
        return self._page(self.client.post(url, data=data, **options), status)

    def submit(self, url: str, data: dict[str, Any], status: int = 200, form: int = 0, **options: Any) -> "Page":
        """Open ``url``, fill its ``form``-th POST form with ``data`` over what stands in it, and send it."""
        page = self.get(url)
        action, values = page.form(form)
        return self.post(action or url, {**values, **data}, status, **options)

    def csrf_token(self) -> str:
        """Return a token that fits this browser's session."""
        from flask_wtf.csrf import generate_csrf

        with self.client.session_transaction() as cookie, self.app.test_request_context():
            from flask import session

            session.update(cookie)
            token = generate_csrf()
            cookie.update(session)
        return token

    def _page(self, response: TestResponse, status: int) -> "Page":
        data = response.get_data()
        response.close()
        text = data.decode() if response.mimetype.startswith("text/") else ""
        assert response.status_code == status, (
            f"{response.status_code} instead of {status}\n{_words(html5lib.parse(text))[:1500]}"
        )
        page = Page(response, text)
        if STYLE_CHECKED and response.mimetype == "text/html" and "<html" in text:
            page.check_style()
        return page


class Page:
    """One answer, parsed."""

    def __init__(self, response: TestResponse, text: str) -> None:
        self.response = response
        self.status = response.status_code
        self.text = text

    @cached_property
    def words(self) -> str:
        """What a reader sees, blanks folded."""
        return _words(self.tree)

    @cached_property
    def _parsed(self) -> tuple[Element, list[str]]:
        """The tree and what the parser minded; parsing is most of what a page costs a test, so it is done once."""
        parser = html5lib.HTMLParser(strict=False)
        tree = parser.parse(io.StringIO(self.text))
        return tree, [f"{code} at {position}" for position, code, _ in parser.errors]

    @property
    def tree(self) -> Element:
        """The page as html5 (elements in the xhtml namespace)."""
        return self._parsed[0]

    @property
    def data(self) -> bytes:
        """The raw body, for downloads."""
        return self.response.get_data()

    def links(self) -> list[str]:
        """Return where the page's links lead."""
        return [a.get("href", "") for a in self.tree.iter(f"{HTML}a")]

    def forms(self) -> list[tuple[str, dict[str, str]]]:
        """Return (action, values as they stand) of each POST form outside the frame of the page."""
        found = []
        main = next(self.tree.iter(f"{HTML}main"), self.tree)
        for form in main.iter(f"{HTML}form"):
            if (form.get("method") or "get").lower() == "post":
                found.append((form.get("action") or "", _values(form)))
        return found

    def form(self, index: int = 0) -> tuple[str, dict[str, str]]:
        """Return the ``index``-th of ``forms()``."""
        return self.forms()[index]

    def check_style(self) -> None:
        """Fail on what the house never does on any page."""
        errors = self._parsed[1]
        assert not errors, f"not valid HTML: {errors[:5]}"
        title = next(self.tree.iter(f"{HTML}title"), None)
        assert title is not None, "a page without a title"
        assert (title.text or "").strip(), "a page with an empty title"
        ids = [element.get("id") for element in self.tree.iter() if element.get("id")]
        twice = {name for name in ids if ids.count(name) > 1}
        assert not twice, f"ids given twice: {twice}"
        for form in self.tree.iter(f"{HTML}form"):
            if (form.get("method") or "get").lower() == "post":
                names = {field.get("name") for field in form.iter(f"{HTML}input")}
                assert "csrf_token" in names, f"a form without CSRF token: {form.get('action')}"
        for element in self.tree.iter():
            if element.get("class") == "table-wrap":
                assert element.get("tabindex") == "0", "a table that scrolls must be reached by the keyboard"
            assert element.get("style") is None, f"inline style on <{element.tag}>: the CSP forbids it"
            handlers = [name for name in element.keys() if name.startswith("on")]  # noqa: SIM118 - Element has no __iter__ over keys
            assert not handlers, f"inline handler {handlers}: the CSP forbids it"
        assert "None" not in self.words.split(), "a bare None on the page: missing is shown as —"


def _values(form: Element) -> dict[str, str]:
    values: dict[str, str] = {}
    for field in form.iter():
        name = field.get("name")
        if not name:
            continue
        if field.tag == f"{HTML}input":
            kind = (field.get("type") or "text").lower()
            if kind in {"checkbox", "radio"} and field.get("checked") is None:
                continue
            if kind not in {"file", "submit", "button"}:
                values[name] = field.get("value") or ("y" if kind == "checkbox" else "")
        elif field.tag == f"{HTML}textarea":
            values[name] = (field.text or "").lstrip("\n")
        elif field.tag == f"{HTML}select":
            options = list(field.iter(f"{HTML}option"))
            first = options[0] if options and field.get("multiple") is None else None
            chosen = next((o for o in options if o.get("selected") is not None), first)
            if chosen is not None:
                values[name] = chosen.get("value") if chosen.get("value") is not None else (chosen.text or "")
    return values


def _words(tree: Element) -> str:
    skip = {f"{HTML}script", f"{HTML}style", f"{HTML}head"}
    parts: list[str] = []

    def walk(element: Element) -> None:
        if element.tag in skip:
            return
        parts.append(element.text or "")
        for child in element:
            walk(child)
            parts.append(child.tail or "")

    walk(tree)
    return " ".join(" ".join(parts).split())
