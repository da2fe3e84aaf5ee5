"""Where a text is tried: a dry run of an edition, other thresholds on a copy, what came of it firm by firm."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import queries as accounts
from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.ladder import POLICY_OF
from crm.domain.places import DISTRICTS
from crm.kit import charts, clock, files, jobs, tables
from crm.kit.access import can, requires
from crm.kit.pages import is_fragment, page, words
from crm.policies import differences, faults
from crm.policies import queries as policies
from crm.policies import service as editing
from crm.rules.edges import edges, replaced
from crm.rules.pack import Action, Policy, Version, version_on
from crm.rules.reading import PackError
from crm.trials import queries, service
from crm.trials.comparing import GROUP_LABELS, OUTCOME_LABELS, Group
from crm.trials.forms import TryForm, changed, knobs
from crm.trials.models import Trial

bp = Blueprint("trials", __name__)
CHARTED = (Group.GAINS, Group.DROPS, Group.UNKNOWN)


@bp.app_context_processor
def sight() -> dict[str, Any]:
    """Let pages about policies offer a trial to those who may see what it tells."""
    return {"may_try": lambda: can(Permission.POLICY_TRY) and queries.whole_register(current_user)}


@bp.get("/trials")
@requires(Permission.POLICY_READ)
def index() -> ResponseReturnValue:
    """List what was tried of late."""
    trials = queries.latest(current_user)
    people = accounts.names_of({trial.owner_id for trial in trials})
    return page("trials/index.html", trials=trials, people=people, known=policies.known(), groups=GROUP_LABELS)


@bp.route("/editions/<int:edition_id>/dry-run", methods=["GET", "POST"])
@requires(Permission.POLICY_TRY)
def dry_run(edition_id: int) -> ResponseReturnValue:
    """Try an edition on the whole register before it is put in force."""
    _check_sight()
    edition = policies.get(edition_id, current_user)
    form = TryForm(data={"on": _first_day(editing.check(edition.text)), "action": Action.NEW})
    if form.posted():
        with form.refusals():
            trial = service.start(current_user, edition.text, form.on.data, form.action.data, edition)
            return redirect(url_for(".show", trial_id=trial.id))
    return page("trials/dry_run.html", form, edition=edition)


def _check_sight() -> None:
    """What a trial tells is of every firm: for who may not see them there is none."""
    if not queries.whole_register(current_user):
        abort(404)


def _first_day(policy: Policy) -> Any:
    """Return today, or the day the first version begins if none holds yet."""
    today = clock.today()
    begun = any(version.since <= today for version in policy.versions)
    return today if begun else min(version.since for version in policy.versions)


@bp.route("/policies/<policy_id>/what-if", methods=["GET", "POST"])
@requires(Permission.POLICY_TRY)
def what_if(policy_id: str) -> ResponseReturnValue:
    """Turn the numbers of the version in force on a copy, and try it."""
    _check_sight()
    policy = policies.in_force().get(policy_id) or abort(404)
    text = policies.text_of(policy.digest) or abort(404)
    action = Action(request.args["action"]) if request.args.get("action") in set(Action) else Action.NEW
    version = _held(policy, action)
    found = knobs(edges(text, version), version) if version else []
    form = TryForm(data={"on": clock.today(), "action": action})
    wrong: dict[str, str] = {}
    slips: list[faults.Fault] = []
    if form.posted() and version is not None:
        values, wrong = changed(found, request.form)
        tried = replaced(text, [knob.edge for knob in found], values)
        with form.refusals():
            if not values and not wrong:
                raise Refused("还没有改动：请至少改一个数再试算")
            try:
                if not wrong:
                    trial = service.start(current_user, tried, clock.today(), action)
                    return redirect(url_for(".show", trial_id=trial.id))
            except PackError as error:
                slips = faults.told(error.faults, tried)
        if wrong or slips:
            form.form_errors.append(_("有的数不能用，见下面"))
    return page("trials/what_if.html", form, policy=policy, version=version, action=action, knobs=found, wrong=wrong,
                slips=slips, typed=request.form)  # fmt: skip


def _held(policy: Policy, action: Action) -> Version | None:
    try:
        return version_on(policy, clock.today(), action)
    except Refused:
        return None


@bp.get("/trials/<int:trial_id>")
@requires(Permission.POLICY_READ)
def show(trial_id: int) -> ResponseReturnValue:
    """Show how far a trial is; once done, who gains, who drops, by district, and what it costs."""
    trial = queries.get(trial_id, current_user)
    if trial.found is None:
        job = jobs.get(trial.job_id, current_user.id)
        return page(
            "trials/_state.html" if is_fragment() else "trials/show.html", trial=trial, job=job, **_about(trial)
        )
    context = {**_about(trial), **_numbers(trial.found)}
    if is_fragment():
        return page("trials/_found.html", trial=trial, **context)
    return page("trials/show.html", trial=trial, job=None, **context)


def _about(trial: Trial) -> dict[str, Any]:
    tried = editing.check(trial.text)
    before = editing.check(trial.before) if trial.before else None
    return {
        "policy": tried,
        "changes": differences.in_words(before, tried),
        "had": before is not None,
        "owner": accounts.names_of({trial.owner_id}).get(trial.owner_id, ""),
        "groups": GROUP_LABELS,
        "all_firms": queries.all_firms(current_user),
    }


def _numbers(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of a trial laid out: a row a district, a sum, a chart."""
    order = [*(code for code in DISTRICTS if code in found["groups"]), *sorted(set(found["groups"]) - set(DISTRICTS))]
    rows = [
        {
            "district": code or queries.NOWHERE,
            "name": words(DISTRICTS[code]) if code in DISTRICTS else (code or _("未知")),
            "groups": found["groups"][code],
            "cost": found["cost"].get(code),
        }
        for code in order
    ]
    totals = {group: sum(row["groups"].get(group, 0) for row in rows) for group in Group}
    series = {words(GROUP_LABELS[group]): [row["groups"].get(group, 0) for row in rows] for group in CHARTED}
    turned = any(any(values) for values in series.values())
    chart = charts.bars([row["name"] for row in rows], series, _("没有变化"), wide=True) if turned else ""
    cost = [sum(pair[end] for pair in found["cost"].values()) for end in (0, 1)] if found["cost"] else None
    return {"rows": rows, "totals": totals, "chart": chart, "cost": cost, "found": found}


@bp.get("/trials/<int:trial_id>/firms")
@requires(Permission.FIRM_LIST)
def firms(trial_id: int) -> ResponseReturnValue:
    """List the firms behind one number of a trial."""
    if not queries.all_firms(current_user):
        abort(404)
    trial = queries.get(trial_id, current_user)
    asked = request.args.get("group", "")
    group = Group(asked) if asked in set(Group) else None
    district = request.args.get("district", "")
    lines = queries.page(trial, current_user, group, district, tables.page_number())
    return page("trials/firms.html", trial=trial, policy=editing.check(trial.text), group=group, district=district,
                lines=lines, groups=GROUP_LABELS, outcomes=OUTCOME_LABELS, districts=DISTRICTS,
                nowhere=queries.NOWHERE, rung=_rung(trial.policy_id))  # fmt: skip


def _rung(policy_id: str) -> str | None:
    return next((rung.value for rung, policy in POLICY_OF.items() if policy == policy_id), None)


@bp.get("/trials/<int:trial_id>/file")
@requires(Permission.LIST_EXPORT)
def file(trial_id: int) -> ResponseReturnValue:
    """Hand out the workbook of the firms that change."""
    if not queries.all_firms(current_user):
        abort(404)
    trial = queries.get(trial_id, current_user)
    if trial.sheet_key is None or not files.path_of(trial.sheet_key).exists():
        abort(404)
    return send_file(
        files.path_of(trial.sheet_key),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=_("政策试算-%(policy)s-%(number)s.xlsx", policy=trial.policy_id, number=trial.id),
        etag=False,
    )


@bp.post("/trials/<int:trial_id>/propose")
@requires(Permission.POLICY_EDIT)
def propose(trial_id: int) -> ResponseReturnValue:
    """Keep the text that was tried as a draft."""
    edition = service.propose(queries.get(trial_id, current_user), current_user)
    flash(_("草稿已保存：下面是它与现行文本的差别"), "good")
    return redirect(url_for("policies.editions.show", edition_id=edition.id))
