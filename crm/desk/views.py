"""Where one enters."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from crm.domain.access import Permission
from crm.kit.access import public, requires
from crm.kit.db import db
from crm.kit.pages import page

bp = Blueprint("desk", __name__)


@bp.get("/")
@requires(Permission.DESK_READ)
def home() -> ResponseReturnValue:
    """Show what waits today."""
    return page("desk/home.html")


@bp.get("/kit")
@public
def kit() -> ResponseReturnValue:
    """Show every part the pages are built from."""
    return page("kit/kit.html")


@bp.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """Answer when the process and its database are alive."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")
