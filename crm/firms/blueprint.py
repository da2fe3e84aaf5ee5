"""The blueprint of the room and what every page of a firm shares."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.ladder import RUNG_LABELS, RUNG_SHORT
from crm.domain.places import DISTRICTS
from crm.domain.records import SOURCE_LABELS
from crm.firms import queries
from crm.kit.access import can

bp = Blueprint("firms", __name__, url_prefix="/firms")


@bp.app_context_processor
def names() -> dict[str, Any]:
    """Give every template the words for closed lists."""
    return {
        "rung_labels": RUNG_LABELS,
        "rung_short": RUNG_SHORT,
        "districts": DISTRICTS,
        "firm_tabs": _tabs,
        "source_labels": SOURCE_LABELS,
    }


# Pages of one meeting or one request stand under the tab of them all.
_TAB_OF = {
    "visits": "visits.firm",
    "requests": "visits.firm",
    "plans": "plans.firm",
    "decisions": "ladder.firm",
    "ladder": "ladder.firm",
    "ladder.tasks": "ladder.firm",
    "letters": "letters.firm",
}


def _tabs(firm_id: int) -> list[tuple[str, str, bool]]:
    """Return the tabs of a firm's file that the reader may open: (url, label, active)."""
    tabs = [
        ("desk.firm", _("概览"), Permission.FIRM_READ),
        ("firms.file", _("基本信息"), Permission.FIRM_READ),
        ("firms.figures", _("年度数据"), Permission.FIRM_READ),
        ("ladder.firm", _("资质与梯度"), Permission.LADDER_READ),
        ("awards.firm", _("奖补"), Permission.LADDER_READ),
        ("visits.firm", _("诉求与走访"), Permission.VISIT_READ),
        ("plans.firm", _("一企一策"), Permission.PLAN_READ),
        *([] if can(Permission.VISIT_READ) else [("requests.firm", _("诉求"), Permission.FIRM_READ)]),
        ("firms.care.show", _("服务与归属"), Permission.FIRM_CARE_READ),
        ("letters.firm", _("文书"), Permission.PROFILE_PRINT),
        ("desk.timeline", _("时间线"), Permission.FIRM_READ),
    ]
    return [
        (
            url_for(endpoint, firm_id=firm_id),
            label,
            endpoint in {request.endpoint, _TAB_OF.get(request.blueprint or "")},
        )
        for endpoint, label, permission in tabs
        if can(permission) and endpoint in current_app.view_functions
    ]


@bp.app_errorhandler(queries.MergedError)
def merged_away(moved: queries.MergedError) -> ResponseReturnValue:
    """Lead from a merged file to the one in use; what was typed for it is not silently put elsewhere."""
    if request.method == "GET":
        asked = {**request.args.to_dict(flat=False), **(request.view_args or {}), "firm_id": moved.kept.id}
        flash(_("您打开的档案已并入这一份"), "good")
        return redirect(url_for(str(request.endpoint), **asked))
    refusal = Refused("这份档案已并入“{name}”，您填写的内容没有保存：请到那一份里再做", name=moved.kept.name)
    return current_app.handle_user_exception(refusal)
