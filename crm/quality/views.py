"""Where one enters: the table of all checks, and the list of each to work through."""

from collections import Counter
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.places import DISTRICTS
from crm.firms import queries as firms
from crm.kit import clock, tables
from crm.kit.access import can, requires
from crm.kit.pages import page, words
from crm.quality import queries, service
from crm.quality.checks import CHECKS, KIND_LABELS, PAIRS, Check, Kind
from crm.quality.duplicates import WHY_LABELS
from crm.quality.forms import ActForm, ReasonForm
from crm.quality.queries import NOBODY, Narrowed

bp = Blueprint("quality", __name__, url_prefix="/quality")
ANY_CHECK = f"<any({', '.join(repr(key) for key in (*CHECKS, PAIRS))}):check>"


@bp.get("")
@requires(Permission.QUALITY_READ)
def index() -> ResponseReturnValue:
    """Show how many firms each check found, by district or by officer."""
    by = "officer" if request.args.get("by") == "officer" else "district"
    cells: Counter[tuple[str, str]] = Counter()
    for count in queries.counts(current_user):
        value = count.officer_id if by == "officer" else count.district
        cells[count.check_key, str(value) if value is not None else NOBODY] += count.firms
    kinds = [(words(KIND_LABELS[kind]), [c for c in CHECKS.values() if c.kind is kind]) for kind in Kind]
    return page(
        "quality/index.html",
        by=by,
        heads=_heads(by, {value for _key, value in cells}),
        cells=cells,
        kinds=[(label, [(check.key, words(check.label)) for check in checks]) for label, checks in kinds if checks],
        duplicates=words(KIND_LABELS[Kind.DUPLICATE]),
        counted_at=queries.counted_at(),
        form=ActForm(),
    )


def _heads(by: str, found: set[str]) -> list[tuple[str, str]]:
    """Return (value, words) of the columns that hold anything, in their usual order."""
    known = {str(user.id): user.name for user in firms.officers()} if by == "officer" else {}
    labels = known if by == "officer" else {code: words(label) for code, label in DISTRICTS.items()}
    rest = sorted(value for value in found if value not in labels and value != NOBODY)
    heads = [(value, labels.get(value, _("其他专员") if by == "officer" else value)) for value in (*labels, *rest)]
    heads.append((NOBODY, _("未指定") if by == "officer" else _("未知")))
    return [head for head in heads if head[0] in found]


@bp.get(f"/{ANY_CHECK}")
@requires(Permission.QUALITY_READ)
def show(check: str) -> ResponseReturnValue:
    """List what one check finds now."""
    return _list(check)


def _list(key: str, form: ReasonForm | None = None) -> ResponseReturnValue:
    today, number, narrowed = clock.today(), tables.page_number(), _narrowed()
    context: dict[str, Any] = {
        "key": key,
        "narrowed": narrowed,
        "chips": _chips(narrowed),
        "districts": DISTRICTS,
        "reason": _reason,
        "settled": request.args.get("settled") == "1",
    }
    if context["settled"]:
        found = queries.settled(current_user, key, number)
        return page(
            "quality/settled.html", form, title=_title(key), rows=found, act=lambda: ActForm(formdata=None), **context
        )
    if key == PAIRS:
        found = queries.suspects(current_user, narrowed, number)
        return page(
            "quality/pairs.html",
            form,
            title=_title(key),
            rows=found,
            why=WHY_LABELS,
            merge=can(Permission.FIRM_MERGE),
            **context,
        )
    check = CHECKS[key]
    found = queries.page(current_user, check, narrowed, number, today)
    seen = queries.evidence(check, [firm.id for firm in found.items], today)
    told = {firm_id: [_tell(check, values) for values in rows] for firm_id, rows in seen.items()}
    officers = {user.id: user.name for user in firms.officers()}
    return page("quality/show.html", form, title=_title(key), check=check, rows=found, told=told, officers=officers,
                mend=can(Permission.FIRM_EDIT), **context)  # fmt: skip


def _reason(firm: Any, other: Any = None) -> ReasonForm:
    """Return a form of its own for each finding of the page."""
    return ReasonForm(formdata=None, firm_id=firm.id, other_id=other.id if other else "")


def _tell(check: Check, values: tuple[Any, ...]) -> str:
    return words(check.told).format(*values)


def _title(key: str) -> str:
    return words(KIND_LABELS[Kind.DUPLICATE] if key == PAIRS else CHECKS[key].label)


def _narrowed() -> Narrowed:
    officer, district = request.args.get("officer", ""), request.args.get("district", "")
    known = officer == NOBODY or (officer.isascii() and officer.isdigit() and len(officer) < 19)
    return Narrowed(officer if known else "", district if district in {*DISTRICTS, NOBODY} else "")


def _chips(narrowed: Narrowed) -> list[tuple[str, str]]:
    """Return (name of the argument, its words) for what the list is narrowed by."""
    names = {str(user.id): user.name for user in firms.officers()}
    found = [("officer", _("未指定专员") if narrowed.officer == NOBODY else names.get(narrowed.officer, _("其他专员")))]
    place = _("注册地未知") if narrowed.district == NOBODY else words(DISTRICTS.get(narrowed.district, "-"))
    found.append(("district", place))
    return [(name, text) for name, text in found if getattr(narrowed, name)]


@bp.post(f"/{ANY_CHECK}/settle")
@requires(Permission.QUALITY_SETTLE)
def settle(check: str) -> ResponseReturnValue:
    """Say why a finding stands as it is."""
    form = ReasonForm()
    if form.posted():
        firm = firms.get(_number(form.firm_id.data), current_user)
        other = firms.get(_number(form.other_id.data), current_user) if form.other_id.data else None
        with form.refusals():
            service.settle(check, firm, other, current_user, form.reason.data)
            flash(_("已记下，不再提示；可在“已处理的”里恢复"), "good")
            return redirect(url_for(".show", check=check, **request.args.to_dict()))
    return _list(check, form)


def _number(text: str | None) -> int:
    if not (text or "").isdigit() or len(text or "") > 18:
        abort(404)
    return int(text or 0)


@bp.post("/settled/<int:settled_id>/reopen")
@requires(Permission.QUALITY_SETTLE)
def reopen(settled_id: int) -> ResponseReturnValue:
    """Show a settled finding again."""
    item = queries.get_settled(current_user, settled_id)
    check = item.check_key
    service.reopen(item, current_user)
    flash(_("已恢复提示"), "good")
    return redirect(url_for(".show", check=check, settled=1))


@bp.post("/walk")
@requires(Permission.QUALITY_SETTLE)
def walk() -> ResponseReturnValue:
    """Walk the checks again now."""
    return redirect(url_for("desk.job", job_id=service.start_walk(current_user).id))
