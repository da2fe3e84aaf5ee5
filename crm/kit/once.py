"""A form sent twice (double click, Back, a lost answer sent again) does its act once and gets the same answer."""

from datetime import datetime
from hashlib import sha256

from flask import Flask, Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit import clock
from crm.kit.db import Base, db


class Act(Base):
    """One form sent with success: its key, what was typed (as a digest), and where the answer led."""

    __tablename__ = "act"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int]
    body_sha256: Mapped[str] = mapped_column(String(64))
    location: Mapped[str | None] = mapped_column(String(2000))
    at: Mapped[datetime]


def init_app(app: Flask) -> None:
    """Watch every form that carries a key."""
    app.before_request(_same_answer)
    app.after_request(_remember)


def _digest() -> str:
    """Digest what was typed; the CSRF token changes between pages and is left out."""
    fields = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    files = sorted((name, file.filename or "") for name, file in request.files.items(multi=True))
    return sha256(repr((request.path, fields, files)).encode()).hexdigest()


def _same_answer() -> ResponseReturnValue | None:
    key = request.form.get("act_key", "") if request.method == "POST" else ""
    if not key or len(key) > 32 or not current_user.is_authenticated:
        return None
    body = _digest()
    # The insert comes first: on PostgreSQL the twin waits here until this request has ended.
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"key": key, "user_id": current_user.id, "body_sha256": body, "at": clock.now()}
    inserted = db.session.execute(dialect.insert(Act).values(row).on_conflict_do_nothing().returning(Act.key)).first()
    if inserted:
        g.act_key = key
        return None
    act = db.session.scalars(select(Act).where(Act.key == key)).one()
    if act.user_id != current_user.id or act.body_sha256 != body:
        abort(409)
    return redirect(act.location) if act.location else abort(409)


def _remember(response: Response) -> Response:
    """Keep where the answer led, in the transaction of the act itself."""
    if "act_key" in g and response.status_code < 400:
        act = db.session.get_one(Act, g.act_key)
        act.location = response.location
    return response
