"""Where one enters: the morning, the file of a firm at a glance, its timeline, search."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import text

from crm.decisions import queries as decisions
from crm.desk import history, queries, service, views_worklist
from crm.desk.forms import TrailForm
from crm.domain.access import BUREAU_ROLES, FIRM_ROLES, ROLE_LABELS, Permission, Role
from crm.domain.finding import marked, mask_phone
from crm.domain.industries import SECTIONS, section_of
from crm.domain.ladder import RUNG_LABELS
from crm.domain.places import DISTRICTS
from crm.domain.records import FIGURES, MONEY_FIGURES, VISIT_LABELS
from crm.firms import queries as firms
from crm.firms import search as finding
from crm.firms.labels import JOB_LABELS, SUBJECT_LABELS, TABLES
from crm.firms.telling import Teller
from crm.kit import clock, files, jobs, tables
from crm.kit.access import can, public, requires
from crm.kit.db import db
from crm.kit.pages import is_fragment, page, words
from crm.ladder import service as ladder
from crm.plans import queries as plans
from crm.requests import queries as requests
from crm.screening import queries as screening
from crm.screening.words import policy_name
from crm.tasks import queries as tasks
from crm.visits import queries as visits

bp = Blueprint("desk", __name__)
bp.register_blueprint(views_worklist.bp)

HITS_AS_YOU_TYPE = 8
HITS = 50
LATELY = timedelta(days=7)


@bp.get("/")
@requires(Permission.DESK_READ)
def home() -> ResponseReturnValue:
    """Show what waits today; a firm's people find their own file."""
    role = current_user.role
    if role in FIRM_ROLES:
        return redirect(url_for(".firm", firm_id=current_user.firm_id))
    if role is Role.ADMIN:
        return page(
            "desk/home_admin.html",
            accounts=queries.accounts_by_state(),
            states=[("active", _("启用")), ("invited", _("已邀请，未设密码")), ("disabled", _("已停用"))],
            night=queries.last_night(),
            labels=ROLE_LABELS,
        )
    today = clock.today()
    context: dict[str, Any] = {
        "firms": queries.count_firms(current_user),
        "expiring": queries.count_expiring(current_user, today),
        "expiring_days": queries.EXPIRING_DAYS,
        "due": visits.due(current_user, today),
        "silent": visits.count_silent(current_user, today),
        "silent_days": visits.SILENT_DAYS,
        "jobs": queries.count_running_jobs(current_user),
        "soon": visits.promised(current_user, 1, until=today + visits.NEAR, size=12),
        "tasks": tasks.due(current_user, today, tasks.Whose(current_user.id)),
        "plans": plans.due(current_user, today),
        "requests": requests.due(current_user, today, requests.Filters(owner_id=current_user.id)),
        "requests_soon": _requests_soon(today),
        "tasks_soon": _tasks_soon(today),
        "assigned": queries.assigned(current_user) if role is Role.AGENCY else [],
        "turned": screening.turned(current_user, today - LATELY),
        "events": queries.count_events() if can(Permission.AUDIT_READ) else None,
        "day": today,
    }
    return page("desk/home.html", **context)


def _requests_soon(today: date) -> tables.Page:
    """Return the reader's own requests that wait for an answer, the nearest day first."""
    mine = requests.Filters(owner_id=current_user.id)
    return requests.listing(current_user, requests.Heap.UNANSWERED, mine, today, 1, size=8)


def _tasks_soon(today: date) -> tables.Page:
    """Return the reader's own tasks that come due within a week or are past their day."""
    return tasks.listing(current_user, tasks.Heap.SOON, today, 1, tasks.Whose(current_user.id), size=12)


def _tasks_of(firm_id: int, today: date) -> tables.Page:
    return tasks.listing(current_user, tasks.Heap.OPEN, today, 1, tasks.Whose(firm_id=firm_id), size=5)


@bp.get("/firms/<int:firm_id>")
@requires(Permission.FIRM_READ)
def firm(firm_id: int) -> ResponseReturnValue:
    """Show one firm at a glance."""
    firm = firms.get(firm_id, current_user)
    today = clock.today()
    notes = can(Permission.VISIT_READ)
    head = firms.head(firm, today)
    years, figures = queries.key_figures(firm.id)
    return page(
        "desk/firm.html",
        firm=firm,
        head=head,
        gap=ladder.gap(firm, today),
        visits=visits.of_firm(firm.id, current_user, limit=3) if notes else [],
        promise=visits.next_promise(firm.id, current_user) if notes else None,
        visit_labels=VISIT_LABELS,
        tasks=_tasks_of(firm.id, today) if can(Permission.TASK_READ) else None,
        certificates=firms.certifications(firm),
        decisions=decisions.of_firm(firm, 3) if can(Permission.DECISION_READ) else [],
        rung_of=decisions.rung_of,
        policy_name=policy_name,
        years=years,
        figures=figures,
        figure_labels=FIGURES,
        money=MONEY_FIGURES,
        rungs=RUNG_LABELS,
        districts=DISTRICTS,
        industry=SECTIONS.get(section_of(firm.industry_code or "") or ""),
        expiring_days=queries.EXPIRING_DAYS,
        day=today,
    )


@bp.get("/firms/<int:firm_id>/timeline")
@requires(Permission.FIRM_READ)
def timeline(firm_id: int) -> ResponseReturnValue:
    """Show all that happened to one firm, latest first."""
    firm = firms.get(firm_id, current_user)
    today = clock.today()
    kind = request.args.get("kind", type=history.Kind)
    found = history.of_firm(firm, current_user, today, kind, tables.page_number())
    events = [moment.record for moment in found.items if moment.what == "event"]
    return page(
        "desk/timeline.html",
        firm=firm,
        head=firms.head(firm, today),
        found=found,
        kind=kind,
        kinds=history.KIND_LABELS,
        teller=_teller(events),
        words_of=TABLES,
    )


@bp.get("/search")
@requires(Permission.FIRM_LIST)
def search() -> ResponseReturnValue:
    """Find firms; as one types, the top bar asks for the list of hits alone."""
    typed = request.args.get("q", "")[:100]
    number = 1 if is_fragment() else tables.page_number()
    size = HITS_AS_YOU_TYPE if is_fragment() else HITS
    found = finding.find(current_user, typed, contacts=_sees_contacts(), size=size, page=number)
    return page(
        "desk/_hits.html" if is_fragment() else "desk/search.html",
        found=found,
        query=typed.strip(),
        number=number,
        contacts=_sees_contacts(),
        scope=_scope(),
        marked=marked,
        mask=mask_phone,
        districts=DISTRICTS,
    )


def _scope() -> str:
    """Say among which firms the reader searches."""
    if current_user.role is Role.AGENCY:
        return _("分派给本机构的企业")
    if current_user.role is Role.AUDITOR or current_user.whole_city:
        return _("全市企业")
    return "、".join(words(DISTRICTS[code]) for code in current_user.districts if code in DISTRICTS) or _(
        "暂无负责的区"
    )


@bp.get("/jobs", endpoint="jobs")
@requires(Permission.JOB_READ)
def list_jobs() -> ResponseReturnValue:
    """List one's own long work."""
    return page("desk/jobs.html", jobs=jobs.of(current_user.id), kinds=JOB_LABELS, statuses=jobs.STATUS_LABELS)


@bp.get("/jobs/<int:job_id>")
@requires(Permission.JOB_READ)
def job(job_id: int) -> ResponseReturnValue:
    """Show how far one job is; the page asks for its middle part again until the job is over."""
    template = "desk/_job.html" if is_fragment() else "desk/job.html"
    return page(
        template, job=_own(job_id), kinds=JOB_LABELS, statuses=jobs.STATUS_LABELS, kept_days=files.KEPT_FOR.days
    )


@bp.post("/jobs/<int:job_id>/cancel")
@requires(Permission.JOB_READ)
def cancel(job_id: int) -> ResponseReturnValue:
    """Ask a job to stop."""
    job = _own(job_id)
    if not job.over:
        jobs.cancel(job)
        flash(_("已要求停止"), "info")
    return redirect(url_for(".job", job_id=job.id))


@bp.get("/jobs/<int:job_id>/result")
@requires(Permission.JOB_READ)
def download(job_id: int) -> ResponseReturnValue:
    """Hand the file a job left to its owner, never to be opened in place."""
    job = _own(job_id)
    if job.result_key is None or not files.path_of(job.result_key).exists():
        abort(404)
    return send_file(
        files.path_of(job.result_key),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=job.result_name or f"{job.id}",
        etag=False,
    )


def _own(job_id: int) -> jobs.Job:
    return jobs.get(job_id, current_user.id) or abort(404)


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def audit() -> ResponseReturnValue:
    """Show the trail, filtered, newest first."""
    return _trail()


@bp.get("/audit/verify")
@requires(Permission.AUDIT_READ)
def verify() -> ResponseReturnValue:
    """Walk the chain now and say in words whether it holds; a long one is walked in the background."""
    if queries.count_events() > service.VERIFY_AT_ONCE:
        return redirect(url_for(".audit"))
    return _trail(verdict=service.check())


@bp.post("/audit/verify")
@requires(Permission.AUDIT_READ)
def start_verify() -> ResponseReturnValue:
    """Have a long chain walked in the background."""
    return redirect(url_for(".job", job_id=service.start_verify(current_user).id))


def _trail(**context: Any) -> ResponseReturnValue:
    form = TrailForm(request.args).offer(queries.actions())
    asked = queries.Asked(**form.values()) if form.validate() else queries.Asked()
    events, older = queries.trail(asked, tables.record_number("before"))
    return page(
        "desk/audit.html",
        form,
        events=events,
        older=older,
        total=queries.count_events(),
        at_once=service.VERIFY_AT_ONCE,
        firms=queries.firm_names_of({event.firm_id for event in events if event.firm_id}),
        subjects=SUBJECT_LABELS,
        teller=_teller(events),
        **context,
    )


def _teller(events: list[Any]) -> Teller:
    return Teller(events, office=current_user.role in BUREAU_ROLES, contacts=_sees_contacts())


def _sees_contacts() -> bool:
    return current_user.role in {Role.OFFICER, Role.MANAGER, Role.AGENCY} | FIRM_ROLES


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
