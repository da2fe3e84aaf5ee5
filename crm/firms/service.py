"""What is done to a firm's file; every change is recorded field by field."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.domain.access import Role
from crm.domain.errors import Refused
from crm.domain.records import FIGURES, FirmStatus, Source
from crm.domain.words import N_
from crm.firms import assignments, derived, figures, moves, names, queries
from crm.firms.models import AnnualReturn, Attachment, Firm, FormerName
from crm.journal.service import changes, record
from crm.kit import clock, files
from crm.kit.db import db

EDITABLE = (
    "uscc",
    "name",
    "legal_representative",
    "registered_capital",
    "established_on",
    "status",
    "address",
    "registration_district",
    "tax_district",
    "statistics_district",
    "industry_code",
    "tech_field",
    "clusters",
    "main_product",
    "park",
    "incubator",
    "resident_enterprise",
    "audited_collection",
    "restricted_product",
    "officer_id",
    "agency_id",
    "note",
)
# A figure this many times last year's, or this part of it, looks like 元 typed for 万元 or the other way round.
SLIP = 1000
SAME_NUMBER = N_("这家企业已有同类、同编号的记录")
SAME_CODE = N_("这个统一社会信用代码刚刚由别人建了档")


def create(actor: User, values: Mapping[str, Any], today: date) -> Firm:
    """Open a file. Raises Refused for a code that has one, or a district the actor does not work on."""
    _check_code(values["uscc"], None)
    _check_district(actor, values.get("registration_district"), needed=True)
    now = clock.now()
    firm = Firm(**{key: values[key] for key in EDITABLE if key in values}, created_at=now, updated_at=now)
    with _unique(SAME_CODE, "uscc"):
        db.session.add(firm)
    moves.from_form(firm, {}, values, min(values.get("moved_on") or firm.established_on or today, today), actor, today)
    assignments.begin(firm, actor, today)
    derived.refresh([firm.id])
    names.refresh([firm.id])
    record("firm.created", actor, "firm", firm.id, firm.id, changes=changes({}, _kept(values)))
    return firm


def edit(firm: Firm, actor: User, values: Mapping[str, Any], today: date, *, act: str = "edited", **told: Any) -> bool:
    """Set the fields that ``values`` names. An old name is kept, a change of district becomes a move on its day.

    Whoever lets people type over what others may have saved meanwhile weighs both first (``together.weigh``).
    ``act`` and ``told`` say in the trail how it came about. Returns whether anything changed;
    raises Refused as ``create`` does.
    """
    before = {key: getattr(firm, key) for key in EDITABLE}
    changed = changes(before, _kept(values))
    if not changed:
        return False
    _check_status(firm, values)
    if "uscc" in changed:
        _check_code(values["uscc"], firm)
    if "registration_district" in changed:
        _check_district(actor, values["registration_district"], needed=False)
    if "name" in changed:
        known = select(FormerName).where(FormerName.firm_id == firm.id, FormerName.name == firm.name)
        if db.session.scalars(known).first() is None:
            db.session.add(FormerName(firm_id=firm.id, name=firm.name, until_on=today))
    assignments.from_form(firm, values, actor, today)
    moves.from_form(firm, before, values, values.get("moved_on") or today, actor, today)
    for key in EDITABLE:
        if key in values:
            setattr(firm, key, values[key])
    if "registration_district" in changed and assignments.out_of_reach(firm):
        changed["officer_id"] = [firm.officer_id, None]
        assignments.release(firm, actor, today)
    firm.updated_at = clock.now()
    derived.refresh([firm.id])
    names.refresh([firm.id])
    record(f"firm.{act}", actor, "firm", firm.id, firm.id, changes=changed, **told)
    return True


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: values[key] for key in EDITABLE if key in values}


def _check_code(code: str, firm: Firm | None) -> None:
    found = queries.by_uscc(code)
    if found is not None and found is not firm and found.merged_into_id is not None:
        raise Refused("这个代码的档案“{name}”已并入另一份：请用那一份", name=found.name, field="uscc")
    if found is not None and found is not firm:
        raise Refused("库里已有这个代码的档案：{name}", name=found.name, field="uscc")


def _check_district(actor: User, district: str | None, *, needed: bool) -> None:
    if actor.whole_city or actor.role not in {Role.OFFICER, Role.MANAGER}:
        return
    if district is None and needed:
        raise Refused("请选择注册地，才知道归谁管理", field="registration_district")
    if district not in actor.districts:
        raise Refused("这个区不在您管理的范围内：请由市级专员办理", field="registration_district")


def _check_status(firm: Firm, values: Mapping[str, Any]) -> None:
    """A firm leaves the city and comes back on a day and to a place, which the file's form does not ask for."""
    status = values.get("status", firm.status)
    if status is not firm.status and FirmStatus.MOVED_OUT in {status, firm.status}:
        raise Refused(moves.WITH_ITS_DAY, field="status")


def add(table: Any, firm: Firm, actor: User, values: Mapping[str, Any]) -> Any:
    """Add one record to the file (a contact, a certificate, a right …). Raises Refused for a number used twice."""
    item = table(firm_id=firm.id, **values)
    with _unique(SAME_NUMBER, "number"):
        db.session.add(item)
    derived.refresh([firm.id])
    names.refresh_for(table, firm.id)
    record(f"{table.__tablename__}.added", actor, table.__tablename__, item.id, firm.id, changes=changes({}, values))
    return item


def amend(item: Any, actor: User, values: Mapping[str, Any], *, act: str = "edited", **told: Any) -> None:
    """Change one record of the file; ``act`` and ``told`` say in the trail how it came about."""
    changed = changes({key: getattr(item, key) for key in values}, values)
    if not changed:
        return
    with _unique(SAME_NUMBER, "number"):
        for key, value in values.items():
            setattr(item, key, value)
    derived.refresh([item.firm_id])
    names.refresh_for(type(item), item.firm_id)
    table = item.__tablename__
    record(f"{table}.{act}", actor, table, item.id, item.firm_id, changes=changed, **told)


def remove(item: Any, actor: User) -> None:
    """Take one record out of the file; the trail keeps what it said."""
    table = item.__tablename__
    skip = {"id", "firm_id", "key", "sha256"}
    held = {c.key: getattr(item, c.key) for c in item.__table__.columns if c.key not in skip}
    gone = {key: [value, None] for key, value in held.items() if value is not None}
    record(f"{table}.removed", actor, table, item.id, item.firm_id, changes=gone)
    db.session.delete(item)
    derived.refresh([item.firm_id])
    names.refresh_for(type(item), item.firm_id)


@contextmanager
def _unique(sentence: str, field: str) -> Iterator[None]:
    """Turn the database's word that something is there already into a refusal; the page can still be drawn after it."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError:
        raise Refused(sentence, field=field) from None


def attach(firm: Firm, actor: User, name: str, content: bytes) -> Attachment:
    """Keep a file of the firm. Raises Refused for a kind that is not taken, or too large."""
    if len(content) > files.MAX_ATTACHMENT_BYTES:
        raise Refused("文件超过{limit} MB", limit=files.MAX_ATTACHMENT_BYTES // 1024 // 1024, field="file")
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip()[-200:] or "文件"
    media = files.media_type(plain, content)
    stored = files.store(content)
    values = {"name": plain, "media_type": media, "key": stored.key, "sha256": stored.sha256, "size": stored.size}
    item = Attachment(firm_id=firm.id, **values, added_at=clock.now(), added_by=actor.name)
    db.session.add(item)
    db.session.flush()
    record("attachment.added", actor, "attachment", item.id, firm.id, name=plain, sha256=stored.sha256)
    return item


def state(firm: Firm, actor: User, year: int, source: Source, stated: Mapping[str, int | None], *, sure: bool) -> None:
    """Add one source's statement of a year; an earlier one of the source stays as it was.

    Raises Refused when nothing is stated, and, unless ``sure``, when a figure looks a thousandfold off.
    """
    if all(value is None for value in stated.values()):
        raise Refused("至少要填一个数")
    if year > clock.today().year:
        raise Refused("这个年度还没有开始", field="year")
    doubtful = [] if sure else slips(firm, year, stated)
    if doubtful:
        raise Refused(
            "有数字与相邻年度相差一千倍以上，请核对单位是否为万元；确认无误请勾选“数字已核对”后再保存",
            field=doubtful[0],
        )
    query = select(func.max(AnnualReturn.version)).where(
        AnnualReturn.firm_id == firm.id, AnnualReturn.year == year, AnnualReturn.source == source
    )
    version = (db.session.scalar(query) or 0) + 1
    item = AnnualReturn(
        firm_id=firm.id,
        year=year,
        source=source,
        version=version,
        stated_at=clock.now(),
        stated_by=actor.name,
        **{name: stated.get(name) for name in FIGURES},
    )
    db.session.add(item)
    db.session.flush()
    derived.refresh([firm.id])
    told = {name: value for name, value in stated.items() if value is not None}
    record("annual_return.stated", actor, "annual_return", item.id, firm.id, year=year, source=source, figures=told)


def slips(firm: Firm, year: int, stated: Mapping[str, int | None]) -> list[str]:
    """Return the figures that are a thousandfold off the nearest other year's figure in force."""
    doubtful = []
    others = sorted((y for y in figures.of_firm(firm.id)), key=lambda y: (abs(y.year - year), -y.year))
    for name, value in stated.items():
        held = next((s.value for y in others if (s := y.in_force(name)) is not None and s.value), None)
        if value and held and not 1 / SLIP < abs(value / held) < SLIP:
            doubtful.append(name)
    return doubtful
