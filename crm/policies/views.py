"""Where one reads: every policy with what is in force today, one policy told rule by rule, its texts."""

from io import BytesIO
from typing import Any

from flask import Blueprint, abort, request, send_file
from flask.typing import ResponseReturnValue
from flask_login import current_user

from crm.accounts import queries as accounts
from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.ladder import POLICY_OF, RUNGS
from crm.domain.policies import EDITION_ACTION_LABELS, EDITION_STATUS_LABELS
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.pages import page
from crm.policies import differences, queries, store, telling, telling_money
from crm.policies import guide as written_guide
from crm.policies.views_edit import bp as editing
from crm.rules.metrics import FIGURES
from crm.rules.pack import Policy, Version
from crm.rules.reading import load, templates

bp = Blueprint("policies", __name__)
bp.register_blueprint(editing)


@bp.app_context_processor
def names() -> dict[str, Any]:
    """Give pages the words for rules: ``rules`` has all of them."""
    return {
        "rules": telling,
        "award_words": telling_money,
        "part_in_words": differences.part_in_words,
        "editions_waiting": lambda: queries.waiting_for(current_user),
        "edition_statuses": EDITION_STATUS_LABELS,
        "edition_actions": EDITION_ACTION_LABELS,
    }


@bp.get("/policies")
@requires(Permission.POLICY_READ)
def index() -> ResponseReturnValue:
    """List every policy: what is in force today, how well it is checked, who put it in force, what is coming."""
    today, standing, editions = clock.today(), queries.standing(), queries.active(current_user)
    shipped = load()
    policies = {key: standing.policies.get(key) or shipped.get(key) for key in {*shipped, *standing.policies}}
    waiting = queries.open_ones(current_user)
    people = [*waiting, *editions.values()]
    return page(
        "policies/index.html",
        policies=sorted((p for p in policies.values() if p), key=_by_level),
        in_force=standing.policies,
        broken={**standing.broken},
        editions=editions,
        waiting=waiting,
        strays=store.strays(queries.file_names(current_user)),
        changed=[e for e in editions.values() if store.state(e) is store.FileState.CHANGED],
        people=accounts.names_of({i for e in people for i in (e.drafted_by_id, e.activated_by_id) if i}),
        holding=lambda policy: queries.holding(policy, today),
        coming=lambda policy: queries.coming(policy, today),
        unwritten=[rung for rung in RUNGS if POLICY_OF[rung] in templates() and POLICY_OF[rung] not in policies],
        policy_of=POLICY_OF,
    )


def _by_level(policy: Policy) -> tuple[int, str]:
    return list(telling.LEVEL_LABELS).index(policy.level), policy.id


@bp.get("/policies/<policy_id>")
@requires(Permission.POLICY_READ)
def show(policy_id: str) -> ResponseReturnValue:
    """Tell one policy rule by rule, each version, and the history of its texts."""
    today, policy = clock.today(), _policy(policy_id)
    editions = queries.of_policy(policy.id, current_user)
    ids = {i for e in editions for i in (e.drafted_by_id, e.proposed_by_id, e.activated_by_id, e.withdrawn_by_id) if i}
    standing = queries.standing()
    return page(
        "policies/show.html",
        policy=policy,
        version=_asked_version(policy),
        holding=[version.id for version in queries.holding(policy, today)],
        counts=policy.id in standing.policies,
        broken=standing.broken.get(policy.id),
        shipped=load().get(policy.id),
        editions=editions,
        active=next((e for e in editions if e.digest == policy.digest and e.status == "active"), None),
        file_states={edition.id: store.state(edition) for edition in editions if edition.proposed_at},
        people=accounts.names_of(ids),
    )


def _policy(policy_id: str) -> Policy:
    try:
        return queries.get_policy(policy_id)
    except Refused:
        abort(404)


def _asked_version(policy: Policy) -> Version:
    """Return the version the address asks for, else one that holds today, else the latest."""
    asked = request.args.get("version", "")
    holding = queries.holding(policy, clock.today())
    return next((v for v in policy.versions if v.id == asked), holding[0] if holding else policy.versions[-1])


@bp.get("/policies/<policy_id>/text")
@requires(Permission.POLICY_READ)
def text(policy_id: str) -> ResponseReturnValue:
    """Hand out the YAML in force."""
    policy = _policy(policy_id)
    return as_file(queries.text_of(policy.digest), f"{policy.id}.yaml")


@bp.get("/editions/<int:edition_id>/text")
@requires(Permission.POLICY_READ)
def edition_text(edition_id: int) -> ResponseReturnValue:
    """Hand out the YAML of one edition, whatever became of it."""
    edition = queries.get(edition_id, current_user)
    return as_file(store.sound_text(edition), f"{edition.policy_id}-{edition.digest[:12]}.yaml")


@bp.get("/editions/guide")
@requires(Permission.POLICY_READ)
def guide() -> ResponseReturnValue:
    """Explain one pack line by line, and list the figures a rule may ask for."""
    figures = sorted(FIGURES.values(), key=lambda figure: figure.key)
    return page("policies/guide.html", lines=written_guide.LINES, kinds=written_guide.KINDS, figures=figures)


def as_file(content: str | None, name: str) -> ResponseReturnValue:
    """Answer with a text as a file to keep, never to be opened in place; 404 when there is none that can be trusted."""
    if content is None:
        abort(404)
    return send_file(
        BytesIO(content.encode()),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=name,
        etag=False,
    )
