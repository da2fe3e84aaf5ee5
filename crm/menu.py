"""The way around: the entries of the side bar, each shown to those who may enter."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext

from crm.domain.access import Permission
from crm.domain.words import N_
from crm.kit.access import can


@dataclass(frozen=True)
class Entry:
    """One line of the side bar."""

    endpoint: str
    label: str
    icon: str
    permission: Permission


ENTRIES: tuple[Entry, ...] = (
    Entry("desk.home", N_("工作台"), "home", Permission.DESK_READ),
    Entry("firms.index", N_("企业"), "building", Permission.FIRM_LIST),
    Entry("ladder.index", N_("梯度"), "stairs-up", Permission.LADDER_COUNT),
    Entry("imports.index", N_("导入"), "table-import", Permission.IMPORT_RUN),
    Entry("visits.index", N_("走访"), "message-2", Permission.VISIT_READ),
    Entry("desk.jobs", N_("后台任务"), "progress", Permission.JOB_READ),
    Entry("accounts.index", N_("账号"), "users", Permission.ACCOUNT_ADMINISTER),
    Entry("desk.audit", N_("审计日志"), "shield-check", Permission.AUDIT_READ),
)


def init_app(app: Flask) -> None:
    """Give every page the entries its reader may use."""
    app.context_processor(_nav)


def _nav() -> dict[str, Any]:
    room = (request.endpoint or "").split(".")[0]
    return {
        "nav": [
            {
                "endpoint": entry.endpoint,
                "url": url_for(entry.endpoint),
                "label": gettext(entry.label),
                "icon": entry.icon,
                "active": request.endpoint == entry.endpoint
                or (room != "desk" and entry.endpoint.startswith(f"{room}.")),
            }
            for entry in ENTRIES
            if entry.endpoint in current_app.view_functions and can(entry.permission)
        ]
    }
