"""The way around: the entries of the side bar, each shown to those who may enter."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for
from flask_login import current_user

from crm.domain.access import ROLE_LABELS, Permission
from crm.domain.words import N_
from crm.kit.access import can
from crm.kit.pages import words
from crm.lists import saved


@dataclass(frozen=True)
class Entry:
    """One line of the side bar."""

    endpoint: str
    label: str
    icon: str
    permission: Permission


ENTRIES: tuple[Entry, ...] = (
    Entry("desk.home", N_("工作台"), icon="home", permission=Permission.DESK_READ),
    Entry("lists.index", N_("企业"), icon="building", permission=Permission.FIRM_LIST),
    Entry("ladder.index", N_("梯度"), icon="stairs-up", permission=Permission.LADDER_COUNT),
    Entry("screening.index", N_("政策筛查"), icon="filter-check", permission=Permission.SCREENING_READ),
    Entry("awards.index", N_("奖补"), icon="coin-yuan", permission=Permission.SCREENING_READ),
    Entry("imports.index", N_("导入"), icon="table-import", permission=Permission.IMPORT_RUN),
    Entry("visits.index", N_("走访"), icon="message-2", permission=Permission.VISIT_READ),
    Entry("requests.index", N_("诉求"), icon="message-report", permission=Permission.REQUEST_READ),
    Entry("plans.index", N_("一企一策"), icon="target-arrow", permission=Permission.PLAN_READ),
    Entry("tasks.index", N_("待办"), icon="checklist", permission=Permission.TASK_READ),
    Entry("firms.handovers.index", N_("交接"), icon="transfer", permission=Permission.FIRM_ASSIGN),
    Entry("firms.groups.index", N_("集团"), icon="sitemap", permission=Permission.FIRM_LIST),
    Entry("policies.index", N_("政策"), icon="gavel", permission=Permission.POLICY_READ),
    Entry("quality.index", N_("数据质量"), icon="zoom-exclamation", permission=Permission.QUALITY_READ),
    Entry("desk.jobs", N_("后台任务"), icon="progress", permission=Permission.JOB_READ),
    Entry("accounts.index", N_("账号"), icon="users", permission=Permission.ACCOUNT_ADMINISTER),
    Entry("transfer.export", N_("整库导出"), icon="database-export", permission=Permission.REGISTER_EXPORT),
    Entry("desk.audit", N_("审计日志"), icon="shield-check", permission=Permission.AUDIT_READ),
)

# Rooms that stand under the entry of another.
UNDER = dict.fromkeys(("firms", "lists.saved", "lists.cells", "lists.exports", "lists.bulk"), "lists") | {
    "policies.editions": "policies",
    "screening.next": "screening",
    "desk.worklist": "visits",
    "trials": "policies",
}


def init_app(app: Flask) -> None:
    """Give every page the entries its reader may use."""
    app.context_processor(_nav)


def _nav() -> dict[str, Any]:
    role = getattr(current_user, "role", None)
    # Entries are worked out when a page draws them: an error page draws none and must not fail on a permission.
    return {"nav": entries, "role_label": words(ROLE_LABELS[role]) if role else ""}


def _pins() -> list[dict[str, Any]]:
    """Return the lists the reader has pinned: {id, url, label, active}; how many they find comes after the page."""
    shown = request.args.get("view") if request.endpoint == "lists.index" else None
    return [
        {
            "id": view.id,
            "url": url_for("lists.index", view=view.id),
            "label": view.name,
            "active": shown == str(view.id),
        }
        for view in _pinned()
    ]


def _pinned() -> list[Any]:
    """Return the reader's pinned views; the list has read all of them already."""
    if "views" in g:
        return [view for view in g.views if view.pinned][: saved.MOST_PINNED]
    return list(saved.pinned(current_user))


def entries() -> list[dict[str, Any]]:
    """Return the entries the reader may use: {url, label, icon, active, pins}."""
    here, room = request.endpoint, UNDER.get(request.blueprint or "", request.blueprint)
    if "firm_id" in (request.view_args or {}):  # every tab of a firm's file stands under the list of firms
        here, room = "lists.index", "lists"
    return [
        {
            "url": url_for(entry.endpoint),
            "label": words(entry.label),
            "icon": entry.icon,
            "active": here == entry.endpoint or (room != "desk" and entry.endpoint.rpartition(".")[0] == room),
            "pins": _pins() if entry.endpoint == "lists.index" else [],
        }
        for entry in ENTRIES
        if can(entry.permission)
    ]
