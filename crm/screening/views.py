"""Where one enters: how all firms stand towards every policy, and who is one step away from one."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.ladder import RANK, RUNG_OF
from crm.domain.places import CITY, DISTRICTS
from crm.domain.words import N_
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.pages import page, words
from crm.ladder.telling import fact_name
from crm.policies.queries import known
from crm.rules.pack import Policy
from crm.screening import queries, service, views_next
from crm.screening import words as telling
from crm.screening.forms import ActForm

bp = Blueprint("screening", __name__, url_prefix="/screening")
bp.register_blueprint(views_next.bp)
LATELY = 7  # days
KINDS: dict[str, str] = {
    "recognition": N_("认定"),
    "award": N_("奖补"),
    "list": N_("榜单"),
    "check": N_("实地核查"),
}


@bp.get("")
@requires(Permission.SCREENING_READ)
def index() -> ResponseReturnValue:
    """Show how many firms meet each policy, miss one thing, or turned of late; each number leads to its list."""
    today = clock.today()
    counts = queries.counts(current_user, today - timedelta(LATELY))
    policies = {key: policy for key, policy in known().items() if key in counts}
    windows = {key: _window(policy, today) for key, policy in policies.items()}
    closing = {key: window.closes for key, window in windows.items() if window and key in RUNG_OF}
    expiring = queries.expiring(current_user, today, {RUNG_OF[key]: on for key, on in closing.items()})
    return page(
        "screening/index.html",
        ActForm(),
        kinds=[(kind, words(label), _of_kind(kind, policies.values())) for kind, label in KINDS.items()],
        counts=counts,
        windows=windows,
        months={key: policy.next_expected_month(today) for key, policy in policies.items()},
        expiring={key: expiring.get(RUNG_OF[key], 0) for key in closing},
        link=_link,
        link_expiring=lambda key: _expiring(key, closing[key], today),
        timed={policy.kind for policy in policies.values() if windows[policy.id] or policy.next_expected_month(today)},
        lately=LATELY,
        last=queries.last_pass(),
        waiting=queries.waiting(),
        name=telling.policy_name,
        today=today,
    )


def _of_kind(kind: str, policies: Iterable[Policy]) -> list[Policy]:
    """Return the policies of a kind, those of the ladder from the ground up."""
    rank = {policy_id: RANK[rung] for policy_id, rung in RUNG_OF.items()}
    return sorted((p for p in policies if p.kind == kind), key=lambda p: (rank.get(p.id, len(RANK) + 1), p.id))


def _window(policy: Policy, on: date) -> Any:
    return policy.next_window(on, CITY)


def _link(policy_id: str, test: str, *more: str, sort: str = "name") -> str:
    """Return the list of a number: ``test`` of the policy, narrowed by ``more`` conditions."""
    days = f"{LATELY}," if test in {"gained", "lost"} else ""
    where = ",".join((f"screening.{test}({days}{policy_id})", *more))
    return url_for("lists.index", where=where, columns=f"rung,district,screening.{policy_id},officer", sort=sort)


def _expiring(policy_id: str, closes: date, today: date) -> str:
    where = f"certificate.expiring({(closes - today).days},{RUNG_OF[policy_id].value})"
    return url_for("lists.index", where=where, columns=f"rung,expires,district,screening.{policy_id},officer")


@bp.get("/<policy_id>")
@requires(Permission.SCREENING_READ)
def show(policy_id: str) -> ResponseReturnValue:
    """Show who is one step away from a policy: by criterion and district, by unknown fact and district."""
    today = clock.today()
    policy = known().get(policy_id) or abort(404)
    counts = queries.counts(current_user, today - timedelta(LATELY), policy_id)
    sheet = queries.sheet(current_user, policy_id)
    found = {district for row in (*sheet.criteria.values(), *sheet.facts.values()) for district in row}

    def rows(steps: dict[str, dict[str | None, int]], name: Any) -> list[tuple[str, str, dict[str | None, int]]]:
        told = [(key, name(key), row) for key, row in steps.items()]
        return sorted(told, key=lambda row: -sum(row[2].values()))

    def link_step(field: str, key: str, district: str | None = "") -> str:
        where = [f"{field}.is({policy_id}:{key})"]
        if district != "":
            where.append(f"district.is({district or 'none'})")
        columns = f"rung,district,screening.{policy_id},officer,last_contact_on"
        return url_for("lists.index", where=",".join(where), columns=columns, sort=f"screening.{policy_id}")

    return page(
        "screening/show.html",
        policy=policy,
        title=telling.policy_name(policy_id),
        count_of=counts.get(policy_id, queries.Count()),
        heads=[(code, words(label)) for code, label in DISTRICTS.items() if code in found]
        + ([(None, _("未知"))] if found - set(DISTRICTS) else []),
        criteria=rows(sheet.criteria, lambda key: telling.criterion_name(policy_id, key)),
        facts=rows(sheet.facts, lambda key: fact_name(key, today.year)),
        link=_link,
        link_step=link_step,
        window=_window(policy, today),
        month=policy.next_expected_month(today),
        lately=LATELY,
        last=queries.last_pass(),
    )


@bp.post("/run")
@requires(Permission.SCREENING_RUN)
def run() -> ResponseReturnValue:
    """Judge every firm again now, in the background."""
    return redirect(url_for("desk.job", job_id=service.start(current_user).id))
