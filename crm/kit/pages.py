"""Pages: how they are rendered, what templates may use, which headers they carry, how errors look."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, current_app, g, has_request_context, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale, get_translations, gettext, lazy_gettext
from jinja2 import StrictUndefined
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import IntegerConverter, Map

from crm.domain.errors import Refused
from crm.kit import clock
from crm.kit.access import can
from crm.kit.db import give_up

UNKNOWN = "—"
FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
BIGGEST = 2**63 - 1

CSP = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


def page(template: str, form: Any = None, **context: Any) -> ResponseReturnValue:
    """Render ``template``; answer 422 when ``form`` came back with errors, so that nothing is kept."""
    status = 422 if form is not None and (form.errors or form.form_errors) else 200
    return render_template(template, form=form, **context), status


@contextmanager
def off_screen(locale: str) -> Iterator[None]:
    """Let a job render templates: there is no reader's request, so the language is said here."""
    with current_app.test_request_context(), force_locale(locale):
        yield


def is_fragment() -> bool:
    """Return whether the browser asks for a part of the page to swap in."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def in_english() -> bool:
    """Return whether the reader reads English."""
    return str(get_locale()).startswith("en")


def told(label: Any) -> str:
    """Return a label that has both languages (``zh``, ``en``) in the reader's."""
    return str(label.en if in_english() else label.zh)


def money(fen: int | None) -> str:
    """Show fen as 元 with two decimals."""
    return UNKNOWN if fen is None else f"{Decimal(fen) / FEN_PER_YUAN:,.2f}"


def wan(fen: int | None) -> str:
    """Show fen as 万元 with two decimals."""
    return UNKNOWN if fen is None else f"{Decimal(fen) / FEN_PER_WAN:,.2f}"


def number(value: float | None) -> str:
    """Show a count or a number with thousands separators."""
    return UNKNOWN if value is None else f"{value:,}"


def percent(value: float | None) -> str:
    """Show a ratio as a percentage."""
    return UNKNOWN if value is None else f"{value * 100:.2f}%"


def show_date(value: date | None) -> str:
    """Show a day the way forms and letters print it."""
    return UNKNOWN if value is None else value.isoformat()


def show_datetime(value: datetime | None) -> str:
    """Show a moment on the clock of Shanghai."""
    return UNKNOWN if value is None else value.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")


@cache
def _svg(folder: str, name: str) -> Markup:
    text = (Path(folder) / "lib" / "icons" / f"{name}.svg").read_text()
    # A file of a pinned package, never user text.
    return Markup(f'<span class="icon" aria-hidden="true">{text}</span>')  # noqa: S704


def icon(name: str) -> Markup:
    """Return an icon to stand beside a word; screen readers pass over it."""
    return _svg(str(current_app.static_folder), name)


def static(path: str) -> str:
    """Return the address of a static file, changed whenever the file changes."""
    file = Path(str(current_app.static_folder)) / path
    version = int(file.stat().st_mtime) if file.exists() else 0
    return url_for("static", filename=path, v=version)


def url_with(**changes: Any) -> str:
    """Return this page's address with some query arguments changed; None takes one away."""
    arguments: dict[str, Any] = {**request.args.to_dict(flat=False), **(request.view_args or {}), **changes}
    return url_for(str(request.endpoint), **{k: v for k, v in arguments.items() if v is not None})


def translated(message: str, **values: Any) -> str:
    """Translate a text of a page as gettext does; the catalogue is found once a request, not once a text."""
    if not has_request_context():
        return gettext(message, **values)
    here = vars(request._get_current_object())
    if "catalogue" not in here:
        here["catalogue"] = get_translations()
    text: str = here["catalogue"].ugettext(message)
    return text % values if values else text


def words(message: str, **params: Any) -> str:
    """Translate a sentence that came from below the views (a label, a Refused) and fill it."""
    text = translated(message)
    return text.format(**params) if params else text


class RecordNumber(IntegerConverter):
    """The number of a record in an address; one that no database can count to is not there (404)."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": BIGGEST, **options})


def _no_nul() -> None:
    """Refuse text with a NUL: nobody types it, and PostgreSQL cannot keep it."""
    if any("\0" in value for typed in (request.args, request.form) for _, value in typed.items(multi=True)):
        abort(400)


def init_app(app: Flask) -> None:
    """Give templates their tools and responses their headers."""
    app.url_map.converters["int"] = RecordNumber
    app.before_request(_no_nul)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=translated,
        icon=icon,
        can=can,
        static=static,
        url_with=url_with,
        words=words,
        is_fragment=is_fragment,
        today=clock.today,
    )
    app.jinja_env.filters.update(
        money=money,
        wan=wan,
        number=number,
        percent=percent,
        date=show_date,
        datetime=show_datetime,
    )
    app.after_request(_headers)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_away)


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    elif "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if error.response is not None or code < 400:
        return error
    if isinstance(error, InternalServerError):
        if isinstance(error.original_exception, OperationalError):
            return _database_away(error.original_exception)
        give_up()
        logging.getLogger("crm").exception("unhandled", exc_info=error.original_exception)
    known = code in {400, 403, 404, 405, 409, 413, 422, 429, 500, 503}
    g.error_code = code
    return render_template(f"kit/errors/{code if known else 500}.html"), code


def _refused(refusal: Refused) -> ResponseReturnValue:
    return render_template("kit/errors/422.html", message=words(refusal.message, **refusal.params)), 422


def _database_away(error: OperationalError) -> ResponseReturnValue:
    """Say that the register is busy, and keep what was typed ready to be sent again."""
    give_up()
    logging.getLogger("crm").warning("database away: %s", error.orig)
    posted = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    return render_template("kit/errors/503.html", posted=posted), 503


__all__ = ["gettext", "icon", "init_app", "is_fragment", "lazy_gettext", "page", "words"]
