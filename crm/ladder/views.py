"""Where one enters."""

from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain import money
from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.ladder import POLICY_OF, RUNG_LABELS, RUNG_SHORT, RUNGS, Rung
from crm.domain.places import DISTRICTS
from crm.domain.records import CLASS_ONE, IP_LABELS
from crm.firms import queries as firms
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.pages import page, words
from crm.ladder import queries, service
from crm.ladder.evidence import evidence_of
from crm.rules.explain import Criterion
from crm.rules.metrics import FIGURES, Kind

bp = Blueprint("ladder", __name__)
EXPIRING_DAYS = 90


@bp.record_once
def _filters(state: Any) -> None:
    state.app.jinja_env.filters["figure_name"] = figure_name


@bp.app_context_processor
def tellers() -> dict[str, Any]:
    """Give templates the words for criteria."""
    return {"told": told, "shown": shown, "figure_name": figure_name}


def told(label: Any) -> str:
    """Return a label of a rule pack in the reader's language."""
    return str(label.en if str(get_locale()).startswith("en") else label.zh)


def figure_name(key: str) -> str:
    """Return the name of a fact or metric in the reader's language."""
    figure = FIGURES[key]
    return figure.en if str(get_locale()).startswith("en") else figure.zh


def shown(criterion: Criterion, value: Any) -> str:
    """Return a value of a criterion the way people write it."""
    if value is None:
        return "—"
    match criterion.kind:
        case Kind.MONEY:
            return _("%(amount)s 万元", amount=money.show(int(value), money.Unit.WAN))
        case Kind.RATIO:
            return f"{value * 100:.2f}%"
        case Kind.BOOL:
            return _("是") if value else _("否")
        case Kind.COUNT:
            return f"{value:,.10g}{_unit(criterion.unit)}"
        case Kind.SCORE:
            return _("%(points)s 分", points=f"{value:g}")
        case _:
            return str(value) if not isinstance(value, float) else f"{value:g}"


def _unit(unit: str) -> str:
    return {"person": _(" 人"), "item": _(" 项"), "day": _(" 天")}.get(unit, "")


def asked_day(today: date) -> date:
    """Return the day the address asks about; nonsense and days to come are today."""
    try:
        return min(date.fromisoformat(request.args.get("on", "")), today)
    except ValueError:
        return today


@bp.get("/ladder")
@requires(Permission.LADDER_COUNT)
def index() -> ResponseReturnValue:
    """Show the stairs: how many firms stand on each rung, by district."""
    today = clock.today()
    day = asked_day(today)
    by_district = queries.counts(current_user, day)
    rungs: list[Rung | None] = [None, *RUNGS]
    totals = queries.totals(by_district, rungs)
    as_of = {} if day == today else {"on": day.isoformat()}

    def link(**filters: Any) -> str:
        return url_for("firms.index", **{k: v for k, v in filters.items() if v}, **as_of)

    steps = [
        {
            "rung": rung.value if rung else None,
            "short": words(RUNG_SHORT[rung]) if rung else _("未入梯度"),
            "label": words(RUNG_LABELS[rung]) if rung else _("未入梯度"),
            "count": totals[rung],
            "url": link(rung=rung.value if rung else "none"),
        }
        for rung in rungs
    ]
    known = [code for code in DISTRICTS if code in by_district]
    return page(
        "ladder/index.html",
        steps=steps,
        rungs=rungs,
        totals=totals,
        total=sum(totals.values()),
        by_district=by_district,
        order=[*known, *(code for code in by_district if code not in DISTRICTS)],
        link=link,
        day=day,
        today=today,
        expiring=queries.expiring(current_user, day, EXPIRING_DAYS),
        expiring_days=EXPIRING_DAYS,
    )


@bp.get("/firms/<int:firm_id>/ladder")
@requires(Permission.LADDER_READ)
def firm(firm_id: int) -> ResponseReturnValue:
    """Show a firm's rungs, and what it lacks for the next one, today or on a past day, as it is or what if."""
    today = clock.today()
    day = asked_day(today)
    record = firms.get(firm_id, current_user)
    head = firms.head(record, day)
    asked = request.args.get("rung", "")
    rung = Rung(asked) if asked in set(POLICY_OF) else None
    now = service.gap(record, head, day, rung)
    typed, faults = _what_if(now)
    then = service.gap(record, head, day, now.rung, typed) if typed else None
    certificates = firms.certifications(record)
    return page(
        "ladder/firm.html",
        firm=record,
        head=firms.head(record, today),
        head_then=head,
        gap=then or now,
        before=now if then else None,
        rung=now.rung,
        choices=list(POLICY_OF),
        fields=service.what_if_fields(now.assessment) if now.assessment else [],
        typed=request.args,
        faults=faults,
        day=day,
        today=today,
        certificates=certificates,
        bars=_bars(certificates, day),
        rights=firms.intellectual_property(record),
        ip_labels=IP_LABELS,
        class_one=CLASS_ONE,
        evidence=evidence_of(record.id, day) if now.assessment else {},
        Kind=Kind,
        show_amount=lambda fen: "" if fen is None else money.show(int(fen), money.Unit.WAN).replace(",", ""),
    )


def _what_if(now: service.Gap) -> tuple[dict[str, Any], dict[str, str]]:
    """Read the what-if fields: (changed facts, {field: what is wrong}); a field left as it is changes nothing."""
    changed: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for key, kind, current in service.what_if_fields(now.assessment) if now.assessment else []:
        text = request.args.get(key, "").strip()
        if not text:
            continue
        try:
            value: float = money.parse(text, money.Unit.WAN) if kind is Kind.MONEY else _count(text)
        except Refused as refusal:
            faults[key] = words(refusal.message, **refusal.params)
            continue
        if value != current:
            changed[key] = value
    return changed, faults


def _count(text: str) -> float:
    plain = text.replace(",", "")
    if not plain.replace(".", "", 1).isascii() or not plain.replace(".", "", 1).isdigit() or len(plain) > 12:
        raise Refused("“{text}”不是数量：请写数字", text=text)
    return float(plain)


def _bars(certificates: list[Any], day: date) -> dict[str, Any]:
    """Lay certificates out on a time line: one lane a rung, x in thousandths of the span shown."""
    if not certificates:
        return {"lanes": [], "years": []}
    first = min(item.issued_on.year for item in certificates)
    last = max([day.year + 1, *(item.expires_on.year + 1 for item in certificates if item.expires_on)])
    start, span = date(first, 1, 1), max((date(last, 1, 1) - date(first, 1, 1)).days, 1)

    def x(when: date) -> float:
        return round(max(0, min(1000, (when - start).days * 1000 / span)), 1)

    lanes = []
    for rung in reversed(RUNGS):
        held = [item for item in certificates if item.kind is rung]
        bars = []
        for item in held:
            end = min(filter(None, [item.expires_on, item.revoked_on]), default=date(last, 1, 1))
            bars.append({"x": x(item.issued_on), "width": max(x(end) - x(item.issued_on), 4), "title": item.number})
        if bars:
            lanes.append({"rung": rung.value, "label": words(RUNG_SHORT[rung]), "bars": bars})
    years = [{"x": x(date(year, 1, 1)), "year": year} for year in range(first, last)]
    return {"lanes": lanes, "years": years, "day": x(day)}
