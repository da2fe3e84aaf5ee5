"""Where one enters."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.domain.access import Permission
from crm.kit.access import requires
from crm.kit.pages import page

bp = Blueprint("firms", __name__, url_prefix="/firms")


@bp.get("")
@requires(Permission.FIRM_LIST)
def index() -> ResponseReturnValue:
    """List the firms the reader may see."""
    return page("firms/index.html")
