"""Where a firm belongs, since when: between districts and out of the city; what is dated ahead comes with its night.

Moving out of the city changes the status, not the district: the one it left keeps the file. Moving back makes it
active again.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.access import Role
from crm.domain.errors import Refused
from crm.domain.places import DISTRICTS, ELSEWHERE
from crm.domain.records import FirmStatus, Jurisdiction
from crm.domain.words import N_
from crm.firms import assignments, derived
from crm.firms.models import Firm, Move
from crm.firms.queries import visible_to
from crm.journal.service import Actor, System, record
from crm.kit import clock
from crm.kit.db import db
from crm.kit.tables import Page, paginate

WITH_ITS_DAY = N_("迁出和迁回请在“服务与归属”里登记：要写明日期和去向")
GONE = N_("已登记迁出本市")
THERE = N_("所选的管辖已经在这个区")


def move(
    firm: Firm,
    actor: User,
    purposes: Sequence[Jurisdiction],
    district: str,
    since_on: date,
    today: date,
    *,
    place: str | None,
    reason: str,
) -> None:
    """Move a firm to ``district`` for these purposes, or out of the city (ELSEWHERE, to ``place`` in words).

    Up to today it holds at once, later from the night of its day. Raises Refused for a move to where the firm is, one
    before the last, and while another waits for its day.
    """
    leaving = district == ELSEWHERE
    if leaving and not place:
        raise Refused("迁出本市请写明去向", field="place")
    if not leaving and district not in DISTRICTS:
        raise Refused("请选择迁往的区", field="district")
    wanted = [Jurisdiction.REGISTRATION] if leaving else list(purposes)
    going = [purpose for purpose in wanted if _here(firm, purpose) != district]
    if not going:
        raise Refused(GONE if leaving else THERE, field="district")
    rows = []
    for purpose in going:
        replaced = _make_room(firm, purpose, since_on, "since_on")
        previous = replaced.previous if replaced else _here(firm, purpose)
        row = Move(firm_id=firm.id, jurisdiction=purpose, district=district, since_on=since_on, previous=previous)
        row.place, row.reason = place if leaving else None, reason
        row.applied = since_on <= today
        row.made_by, row.made_at = actor.name, clock.now()
        rows.append(row)
    db.session.add_all(rows)
    if since_on <= today:
        _apply(firm, rows, actor, today)
        return
    planned = {f"{row.jurisdiction.value}_district": [_here(firm, row.jurisdiction), district] for row in rows}
    record(
        "firm.move_planned", actor, "firm", firm.id, firm.id,
        planned=planned, since_on=since_on, reason=reason, place=rows[0].place,
    )  # fmt: skip


def from_form(
    firm: Firm, before: Mapping[str, Any], values: Mapping[str, Any], since: date, actor: Actor, today: date
) -> None:
    """Note the districts that the file's own form changes; the form's save sets the columns and records it.

    Raises Refused for a day to come, one before the last move, and while a move waits for its day.
    """
    for purpose in Jurisdiction:
        key = f"{purpose.value}_district"
        if not values.get(key) or values[key] == before.get(key):
            continue
        if since > today:
            raise Refused("以后才生效的迁移请在“服务与归属”里登记", field="moved_on")
        if firm.status is FirmStatus.MOVED_OUT and purpose is Jurisdiction.REGISTRATION:
            raise Refused(WITH_ITS_DAY, field=key)
        replaced = _make_room(firm, purpose, since, "moved_on")
        previous = replaced.previous if replaced else before.get(key)
        row = Move(firm_id=firm.id, jurisdiction=purpose, district=values[key], since_on=since, previous=previous)
        row.made_by, row.made_at = actor.name, clock.now()
        db.session.add(row)


def take_effect(today: date) -> int:
    """Put into force the moves dated up to ``today`` that wait; return how many. The second time there are none."""
    waiting = select(Move, Firm).join(Firm, Firm.id == Move.firm_id).where(~Move.applied, Move.since_on <= today)
    found = db.session.execute(waiting.order_by(Move.since_on, Move.firm_id, Move.id)).all()
    heaps: dict[tuple[int, date], tuple[Firm, list[Move]]] = {}
    for row, firm in found:
        heaps.setdefault((firm.id, row.since_on), (firm, []))[1].append(row)
    for firm, rows in heaps.values():
        _apply(firm, rows, System(), today)
    return len(found)


def cancel(row: Move, firm: Firm, actor: User) -> None:
    """Call off a move that waits for its day. Raises Refused when it has been made."""
    db.session.refresh(row, with_for_update=True)
    if row.applied:
        raise Refused("这次迁移已经生效：请登记迁回")
    key = f"{row.jurisdiction.value}_district"
    record("firm.move_cancelled", actor, "firm", firm.id, firm.id, planned={key: [row.district, None]})
    db.session.delete(row)


def moved_out(user: User, page: int) -> Page:
    """Return one page of (move, firm, whether ``user`` still sees it): who left the districts of ``user``."""
    sees = Firm.id.in_(visible_to(user).with_only_columns(Firm.id))
    query = select(Move, Firm, sees).join(Firm, Firm.id == Move.firm_id)
    query = query.where(Move.jurisdiction == Jurisdiction.REGISTRATION, Move.applied, Move.previous.is_not(None))
    if not user.whole_city and user.role is not Role.AUDITOR:
        query = query.where(Move.previous.in_(user.districts), Move.district.not_in(user.districts))
    return paginate(query.order_by(Move.since_on.desc(), Move.id.desc()), page)


def _here(firm: Firm, purpose: Jurisdiction) -> str | None:
    """Return where the firm belongs now for one purpose."""
    if purpose is Jurisdiction.REGISTRATION and firm.status is FirmStatus.MOVED_OUT:
        return ELSEWHERE
    here: str | None = getattr(firm, f"{purpose.value}_district")
    return here


def _make_room(firm: Firm, purpose: Jurisdiction, since_on: date, field: str) -> Move | None:
    """Refuse a day that does not fit the moves before; of two on one day the later word counts: return the first."""
    db.session.execute(select(Firm.id).where(Firm.id == firm.id).with_for_update())
    held = select(Move).where(Move.firm_id == firm.id, Move.jurisdiction == purpose)
    last = db.session.scalars(held.order_by(Move.since_on.desc())).first()
    if last is None or (last.applied and last.since_on < since_on):
        return None
    if not last.applied:
        raise Refused("已定于 {day} 迁移，请先撤销那一次", day=last.since_on.isoformat(), field=field)
    if since_on < last.since_on:
        raise Refused("不能早于上一次迁移的 {day}", day=last.since_on.isoformat(), field=field)
    db.session.delete(last)
    db.session.flush()
    return last


def _apply(firm: Firm, rows: Sequence[Move], actor: Actor, today: date) -> None:
    """Say on the file where it belongs now, and take it out of hands that do not reach there."""
    changed: dict[str, list[Any]] = {}

    def put(field: str, value: Any) -> None:
        if getattr(firm, field) != value:
            changed[field] = [getattr(firm, field), value]
            setattr(firm, field, value)

    for row in rows:
        row.applied = True
        if row.district == ELSEWHERE:
            put("status", FirmStatus.MOVED_OUT)
            continue
        put(f"{row.jurisdiction.value}_district", row.district)
        if row.jurisdiction is Jurisdiction.REGISTRATION and firm.status is FirmStatus.MOVED_OUT:
            put("status", FirmStatus.ACTIVE)
    if assignments.out_of_reach(firm):
        changed["officer_id"] = [firm.officer_id, None]
        assignments.release(firm, actor, today)
    firm.updated_at = clock.now()
    derived.refresh([firm.id])
    told = {"since_on": rows[0].since_on, "reason": rows[0].reason, "place": rows[0].place}
    detail = {key: value for key, value in told.items() if value}
    record("firm.moved", actor, "firm", firm.id, firm.id, changes=changed, **detail)
