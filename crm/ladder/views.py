"""Where one enters."""

from collections import Counter
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.ladder import POLICY_OF, RUNG_LABELS, RUNG_SHORT, RUNGS, Rung
from crm.domain.places import DISTRICTS
from crm.domain.records import CLASS_ONE, IP_LABELS
from crm.firms import queries as firms
from crm.firms import stated
from crm.kit import clock
from crm.kit.access import can, requires
from crm.kit.pages import is_fragment, page, words
from crm.kit.tables import asked_day
from crm.ladder import history, queries, service, telling, views_tasks, whatif
from crm.ladder.evidence import evidence_of
from crm.ladder.forms import fact_form
from crm.policies import queries as policies
from crm.rules.catalogue import FACTS, STATED
from crm.rules.figure import Kind

bp = Blueprint("ladder", __name__)
bp.register_blueprint(views_tasks.bp)
EXPIRING_DAYS = 90
STRIP = 1000  # how wide the strip of past rungs is drawn


@bp.app_context_processor
def tellers() -> dict[str, Any]:
    """Give templates the words for criteria: ``tell`` has all of them."""
    return {"tell": telling, "told": telling.told, "shown": telling.shown, "figure_name": telling.figure_name}


@bp.get("/firms/<int:firm_id>/ladder")
@requires(Permission.LADDER_READ)
def firm(firm_id: int) -> ResponseReturnValue:
    """Show a firm's rungs, and what it lacks for the next one, today or on a past day, as it is or what if."""
    today = clock.today()
    day = asked_day(today)
    record = firms.get(firm_id, current_user)
    asked = request.args.get("rung", "")
    now = service.gap(record, day, Rung(asked) if asked in set(POLICY_OF) else None)
    rows = whatif.rows(now.assessment) if now.assessment else []
    changed, faults = whatif.read(rows, request.args)
    then = service.what_if(now, changed) if changed and not faults else now
    certificates = firms.certifications(record)
    rights = firms.intellectual_property(record)
    known: dict[str, Any] = {
        "firm": record,
        "gap": then,
        "now": now,
        "tried": then is not now,
        "before": _by_id(now) if then is not now else {},
        "proofs": evidence_of(record, day, certificates, rights),
        "doors": _doors(record.id) if can(Permission.FIRM_EDIT) else {},
        "changed": changed,
        "faults": {key: words(refusal.message, **refusal.params) for key, refusal in faults.items()},
        "day": day,
        "today": today,
    }
    if is_fragment():
        answer, status = page("ladder/_answer.html", **known)
    else:
        head = firms.head(record, today)
        answer, status = page(
            "ladder/firm.html",
            head=head,
            head_then=head if day == today else firms.head(record, day),
            policies=service.assessed(policies.in_force()),
            rows=rows,
            typed=request.args,
            Kind=Kind,
            certificates=[item for item in certificates if item.issued_on <= day],
            strip=_strip(history.periods(certificates), day, today),
            rights=[item for item in rights if item.granted_on is None or item.granted_on <= day],
            ip_labels=IP_LABELS,
            class_one=CLASS_ONE,
            ticked={c.id for c in now.by_state()["not_met"]},
            **(
                views_tasks.offer(record, now, today) if day == today and can(Permission.TASK_WORK) else {"lacking": []}
            ),
            **known,
        )
    return answer, 422 if faults else status


@bp.route("/firms/<int:firm_id>/facts/<key>", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def state_fact(firm_id: int, key: str) -> ResponseReturnValue:
    """State one fact that no other part of the file says; what was stated before stays."""
    record = firms.get(firm_id, current_user)
    if key not in STATED:
        abort(404)
    today = clock.today()
    form = fact_form(FACTS[key].kind)
    if form.posted():
        with form.refusals():
            stated.state(record, current_user, key, form.fact(), form.stated_on.data, form.evidence.data)
            flash(_("已登记"), "good")
            return redirect(url_for("ladder.firm", firm_id=record.id))
    return page(
        "ladder/state_fact.html",
        form,
        firm=record,
        head=firms.head(record, today),
        figure=FACTS[key],
        key=key,
        said=[(item, stated.value_of(item)) for item in stated.of_firm(record.id, today).get(key, [])],
    )


def _by_id(gap: service.Gap) -> dict[str, Any]:
    """Return every criterion of an assessment by its id."""
    found: dict[str, Any] = {}
    waiting = list(gap.assessment.root.children) if gap.assessment else []
    while waiting:
        criterion = waiting.pop()
        found[criterion.id] = criterion
        waiting += criterion.children
    return found


def _doors(firm_id: int) -> dict[str, str]:
    """Return where each part of the file is entered, for those who may."""
    parts = ("intellectual-property", "credit-checks", "achievements", "certifications")
    return {
        "figures": url_for("firms.state", firm_id=firm_id),
        "identity": url_for("firms.edit", firm_id=firm_id),
        **{part: url_for("firms.add", firm_id=firm_id, part=part) for part in parts},
        **{key: url_for("ladder.state_fact", firm_id=firm_id, key=key) for key in STATED},
    }


def _strip(periods: list[history.Period], day: date, today: date) -> dict[str, Any]:
    """Lay the periods out from left to right: x and width in STRIP-ths of the years shown."""
    if not periods:
        return {}
    start = date(periods[0].since.year, 1, 1)
    ends = [period.until for period in periods if period.until]
    stop = date(max([today.year, *(end.year for end in ends)]) + 1, 1, 1)

    def x(when: date) -> float:
        return round(min((when - start).days / (stop - start).days, 1) * STRIP, 1)

    bars = [
        {"period": period, "x": x(period.since), "width": round(x(period.until or stop) - x(period.since), 1)}
        for period in periods
        if period.rung
    ]
    every = max(1, (stop.year - start.year) // 12)
    years = [{"x": x(date(year, 1, 1)), "year": year} for year in range(start.year, stop.year, every)]
    return {"bars": bars, "years": years, "day": x(day), "width": STRIP}


@bp.get("/ladder")
@requires(Permission.LADDER_COUNT)
def index() -> ResponseReturnValue:
    """Show the stairs: how many firms stand on each rung, by district, and who moved within a year."""
    today = clock.today()
    day = asked_day(today)
    since = clock.years_before(day, 1)
    standings = queries.standings(current_user, since, day)
    by_district = queries.by_district(standings)
    rungs: list[Rung | None] = [None, *RUNGS]
    totals = sum(by_district.values(), start=Counter[Rung | None]())

    def link(then: date = day, **filters: Any) -> str:
        on = None if then == today else then.isoformat()
        return url_for("lists.index", on=on, **{name: value for name, value in filters.items() if value})

    def rung_key(rung: Rung | None) -> str:
        return rung.value if rung else "none"

    steps = [
        {
            "rung": rung.value if rung else None,
            "short": words(RUNG_SHORT[rung]) if rung else _("未入梯度"),
            "label": words(RUNG_LABELS[rung]) if rung else _("未入梯度"),
            "count": totals[rung],
            "before": sum(one.firms for one in standings if one.was is rung),
            "url": link(rung=rung_key(rung)),
            "url_before": link(since, rung=rung_key(rung)),
        }
        for rung in rungs
    ]
    known = [code for code in DISTRICTS if code in by_district]
    return page(
        "ladder/index.html",
        steps=steps,
        rungs=rungs,
        rung_key=rung_key,
        totals=totals,
        total=sum(totals.values()),
        by_district=by_district,
        order=[*known, *(code for code in by_district if code not in DISTRICTS)],
        link=link,
        day=day,
        today=today,
        since=since,
        moved=queries.moved(standings),
        expiring=queries.expiring(current_user, day, EXPIRING_DAYS),
        expiring_days=EXPIRING_DAYS,
    )
