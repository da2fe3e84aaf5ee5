"""Stop flags: the office stops working for a firm, says why and until when, and who may lift it."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from crm.accounts.models import User
from crm.domain.access import Role
from crm.domain.care import Lifter, may_lift
from crm.domain.errors import Refused
from crm.firms.care_models import StopFlag
from crm.firms.models import Firm
from crm.journal.service import record
from crm.kit import clock
from crm.kit.db import db

KEPT = ("reason", "since_on", "until_on", "lifter")


def in_force_on(on: date, of: Any = StopFlag) -> ColumnElement[bool]:
    """A flag counts from its first to its last day, both included, unless lifted by then."""
    return and_(
        of.since_on <= on,
        or_(of.until_on.is_(None), of.until_on >= on),
        or_(of.lifted_on.is_(None), of.lifted_on > on),
    )


def in_force(firm_id: int, on: date) -> StopFlag | None:
    """Return the flag that stops the firm on a day; of two that a merge brought together the one that lasts longer."""
    return of_firms([firm_id], on).get(firm_id)


def of_firms(firm_ids: list[int], on: date) -> dict[int, StopFlag]:
    """Return {firm id: the flag in force} of a few firms, with one statement."""
    found = select(StopFlag).where(StopFlag.firm_id.in_(firm_ids), in_force_on(on))
    shorter_first = found.order_by(StopFlag.until_on.asc().nulls_last(), StopFlag.id)
    return {flag.firm_id: flag for flag in db.session.scalars(shorter_first)}


def history(firm_id: int) -> list[StopFlag]:
    """Return every flag the firm ever had, the newest first."""
    query = select(StopFlag).where(StopFlag.firm_id == firm_id)
    return list(db.session.scalars(query.order_by(StopFlag.since_on.desc(), StopFlag.id.desc())))


def get(stop_id: int, firm: Firm) -> StopFlag:
    """Return one flag of the firm; NotFound (404) when there is none."""
    return db.one_or_404(select(StopFlag).where(StopFlag.id == stop_id, StopFlag.firm_id == firm.id))


def put(firm: Firm, actor: User, values: dict[str, Any], today: date) -> StopFlag:
    """Set a flag; ``values`` are the KEPT ones. Raises Refused when another is in force on one of its days."""
    since, until = values["since_on"], values["until_on"]
    if until is not None and until < max(since, today):
        raise Refused("结束日期不能早于开始日期或今天", field="until_on")
    # Whoever sets a flag holds the firm's row: the second of two at one moment finds the first.
    db.session.execute(select(Firm.id).where(Firm.id == firm.id).with_for_update())
    held = select(StopFlag).where(StopFlag.firm_id == firm.id)
    lasted = and_(StopFlag.lifted_on > since, StopFlag.lifted_on > StopFlag.since_on)
    held = held.where(or_(StopFlag.lifted_on.is_(None), lasted))
    held = held.where(or_(StopFlag.until_on.is_(None), StopFlag.until_on >= since))
    if until is not None:
        held = held.where(StopFlag.since_on <= until)
    other = db.session.scalars(held.order_by(StopFlag.since_on)).first()
    if other is not None:
        raise Refused("与 {day} 起的暂停标记重叠，同一天只能有一个：请先解除那一个", day=other.since_on.isoformat())
    office = [] if actor.whole_city else list(actor.districts)
    kept = {name: values[name] for name in KEPT}
    flag = StopFlag(firm_id=firm.id, office=office, set_by=actor.name, set_at=clock.now(), **kept)
    db.session.add(flag)
    db.session.flush()
    record("stop_flag.set", actor, "stop_flag", flag.id, firm.id, changes={name: [None, kept[name]] for name in KEPT})
    return flag


def lift(flag: StopFlag, actor: User, why: str, today: date) -> None:
    """Lift a flag from today on; the history keeps it. Raises Refused for who may not, and when it is over."""
    db.session.refresh(flag, with_for_update=True)
    if flag.lifted_on is not None:
        raise Refused("{name}已于 {day} 解除", name=flag.lifted_by, day=flag.lifted_on.isoformat())
    if flag.until_on is not None and flag.until_on < today:
        raise Refused("这个标记已于 {day} 到期，不用解除", day=flag.until_on.isoformat())
    if not liftable_by(flag, actor):
        if flag.lifter is Lifter.MANAGER:
            raise Refused("这个标记只有科室负责人可以解除")
        raise Refused("这个标记只有设置人{name}所在科室或科室负责人可以解除", name=flag.set_by)
    flag.lifted_on, flag.lifted_by, flag.lifted_why = today, actor.name, why
    lifted = {"lifted_on": [None, today], "lifted_why": [None, why]}
    record("stop_flag.lifted", actor, "stop_flag", flag.id, flag.firm_id, changes=lifted)


def liftable_by(flag: StopFlag, user: User) -> bool:
    """Return whether ``user`` is one of those who may lift the flag."""
    return may_lift(
        flag.lifter, flag.office, role=Role(user.role), whole_city=user.whole_city, districts=set(user.districts)
    )
