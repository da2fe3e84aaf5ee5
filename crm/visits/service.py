"""What is done in this room: record a meeting, edit it, settle what was promised."""

from datetime import date
from typing import Any

from crm.accounts.models import User
from crm.domain.access import Role
from crm.domain.errors import Refused
from crm.domain.records import VisitKind
from crm.firms import derived
from crm.journal.service import changes
from crm.journal.service import record as journal
from crm.kit import clock
from crm.kit.db import db
from crm.visits.models import Visit

FIELDS = ("kind", "visited_on", "met", "summary", "next_step", "next_on")


def kinds_for(user: User) -> tuple[VisitKind, ...]:
    """Return the kinds of meeting ``user`` may record: an agency coaches, the office does all."""
    return (VisitKind.COACHING,) if user.role is Role.AGENCY else tuple(VisitKind)


def record(firm_id: int, by: User, values: dict[str, Any], today: date) -> Visit:
    """Keep a meeting with a firm; ``values`` are the FIELDS.

    Raises Refused for a day to come, a promise before its meeting or without words, a kind not one's own.
    """
    _check(values, by, today)
    visit = Visit(firm_id=firm_id, by_id=by.id, created_at=clock.now(), **values)
    db.session.add(visit)
    db.session.flush()
    derived.refresh([firm_id])
    journal("visit.recorded", by, "visit", visit.id, firm_id, changes=changes({}, values))
    return visit


def edit(visit: Visit, by: User, values: dict[str, Any], today: date) -> None:
    """Correct one's own entry; both readings stay in the trail.

    Raises Refused when somebody else wrote it, or as ``record`` does.
    """
    if visit.by_id != by.id:
        raise Refused("只能修改自己的记录")
    _check(values, by, today)
    changed = changes({name: getattr(visit, name) for name in FIELDS}, values)
    if not changed:
        return
    if visit.done_on and changed.keys() & {"next_step", "next_on"}:
        # A promise given anew is open again.
        changed["done_on"] = [visit.done_on, None]
        visit.done_on = None
    for name in FIELDS:
        setattr(visit, name, values[name])
    derived.refresh([visit.firm_id])
    journal("visit.edited", by, "visit", visit.id, visit.firm_id, changes=changed)


def settle(visit: Visit, by: User, today: date) -> None:
    """Note that what was promised has been done, by whoever did it; settled once, it stays settled.

    Raises Refused when nothing was promised.
    """
    if visit.next_step is None:
        raise Refused("这条记录没有待办的下一步")
    if visit.done_on is None:
        visit.done_on = today
        journal("visit.settled", by, "visit", visit.id, visit.firm_id, changes={"done_on": [None, today]})


def _check(values: dict[str, Any], by: User, today: date) -> None:
    if values["kind"] not in kinds_for(by):
        raise Refused("服务机构只能登记辅导", field="kind")
    if values["visited_on"] > today:
        raise Refused("日期不能晚于今天：尚未发生的请写在“下一步”", field="visited_on")
    if values["next_on"] and not values["next_step"]:
        raise Refused("定了日期，请写明下一步做什么", field="next_step")
    if values["next_on"] and values["next_on"] < values["visited_on"]:
        raise Refused("下一步的日期不能早于这次见面", field="next_on")
