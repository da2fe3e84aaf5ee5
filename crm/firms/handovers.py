"""Handing firms over: all that somebody has in hand, or some of it, to somebody else from a day on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.orm import aliased

from crm.accounts.models import Agency, User
from crm.domain.access import Role
from crm.domain.care import Duty
from crm.domain.errors import Refused
from crm.firms import assignments
from crm.firms.assignments import HELD
from crm.firms.care_models import Assignment, Handover
from crm.firms.models import Firm
from crm.firms.outcomes import Outcome
from crm.firms.queries import visible_to
from crm.journal.service import Entry, record, record_many
from crm.kit import clock
from crm.kit.db import db
from crm.kit.tables import Page, paginate


@dataclass(frozen=True)
class Portfolio:
    """What somebody has in hand (``person_id`` None: nobody has): how many of the reader's firms.

    ``active``: the account is open.
    """

    person_id: int | None
    name: str
    count: int
    active: bool = True


def held_by(user: User, duty: Duty, person_id: int | None) -> Select[tuple[Firm]]:
    """Return the firms of ``user`` that somebody has in hand (None: that nobody has)."""
    return visible_to(user).where(HELD[duty] == person_id)


def portfolio(user: User, duty: Duty, person_id: int | None, district: str, page: int) -> Page:
    """Return one page of ``held_by``, of one district if asked, by name."""
    query = held_by(user, duty, person_id).order_by(Firm.name, Firm.id)
    return paginate(query.where(Firm.registration_district == district) if district else query, page)


def ids(user: User, duty: Duty, person_id: int | None, district: str) -> list[int]:
    """Return the numbers of the firms of one district that somebody has in hand."""
    query = held_by(user, duty, person_id).where(Firm.registration_district == district)
    return list(db.session.scalars(query.with_only_columns(Firm.id)))


def name_of(duty: Duty, person_id: int | None) -> str | None:
    """Return the name of an officer or an agency; NotFound (404) when there is none, None for nobody."""
    if person_id is None:
        return None
    table = User if duty is Duty.OFFICER else Agency
    name: str = db.one_or_404(select(table.name).where(table.id == person_id))
    return name


def portfolios(user: User, duty: Duty) -> list[Portfolio]:
    """Return who has how many firms of ``user`` in hand, those in nobody's hands first, then by name."""
    column = HELD[duty]
    counts = visible_to(user).with_only_columns(column, func.count(), maintain_column_froms=True).group_by(column)
    held: dict[int | None, int] = dict(db.session.execute(counts).all())
    found = [Portfolio(None, "", held.get(None, 0))]
    if duty is Duty.AGENCY:
        agencies = db.session.execute(select(Agency.id, Agency.name).order_by(Agency.name))
        return found + [Portfolio(id_, name, held.get(id_, 0)) for id_, name in agencies]
    at_work = User.role.in_([Role.OFFICER, Role.MANAGER]) & User.active
    people = select(User.id, User.name, User.active).where(or_(at_work, User.id.in_([i for i in held if i])))
    rows = db.session.execute(people.order_by(User.active.desc(), User.name))
    return found + [Portfolio(id_, name, held.get(id_, 0), active) for id_, name, active in rows]


def preview(
    user: User,
    duty: Duty,
    from_id: int | None,
    to_id: int | None,
    firm_ids: Collection[int] | None,
    since_on: date,
    today: date,
) -> list[Outcome]:
    """Return what ``make`` would do, and change nothing."""
    going = _going(user, duty, from_id, firm_ids)
    return assignments.preview(going, duty, to_id, since_on, user, today)


def make(
    user: User,
    duty: Duty,
    from_id: int | None,
    to_id: int | None,
    firm_ids: Collection[int] | None,
    since_on: date,
    today: date,
    reason: str,
) -> Handover:
    """Hand over these firms (None: all) from one to another; what cannot go stays, and the record says why.

    Raises Refused when nothing can go, and as ``assignments.assign`` does.
    """
    if from_id == to_id:
        raise Refused("交出和接手的是同一方", field="to_id")
    # Held from here on: of two who hand over the same firms the second finds them in other hands.
    going = _going(user, duty, from_id, firm_ids, lock=True)
    ends = {"from_user_id": from_id, "to_user_id": to_id}
    if duty is Duty.AGENCY:
        ends = {"from_agency_id": from_id, "to_agency_id": to_id}
    handover = Handover(
        duty=duty,
        since_on=since_on,
        reason=reason,
        refused=[],
        count=0,
        made_by_id=user.id,
        made_at=clock.now(),
        **ends,
    )
    db.session.add(handover)
    db.session.flush()
    outcomes = assignments.assign(going, duty, to_id, since_on, user, today, reason=reason, handover_id=handover.id)
    handover.count = sum(outcome.done for outcome in outcomes)
    if not handover.count:
        raise Refused("没有一家可以交接")
    handover.refused = [{"firm_id": o.firm_id, "why": o.why, "params": dict(o.params)} for o in outcomes if not o.done]
    told: dict[str, Any] = {"since_on": since_on, "count": handover.count, "reason": reason}
    record("handover.made", user, "handover", handover.id, changes={f"{duty.value}_id": [from_id, to_id]}, **told)
    return handover


def undo(handover: Handover, user: User, today: date) -> None:
    """Call a hand-over off before its day: everything stays as it is.

    Raises Refused from its day on, and for who neither made it nor is a manager.
    """
    db.session.refresh(handover, with_for_update=True)
    if user.id != handover.made_by_id and user.role is not Role.MANAGER:
        raise Refused("只有办理交接的人或科室负责人可以撤销")
    if handover.undone_at is not None:
        raise Refused("这次交接已经撤销")
    if handover.since_on <= today:
        raise Refused("这次交接已于 {day} 生效，不能撤销：需要时请再交接回来", day=handover.since_on.isoformat())
    waiting = (Assignment.handover_id == handover.id, ~Assignment.applied)
    firm_ids = list(db.session.scalars(select(Assignment.firm_id).where(*waiting).order_by(Assignment.firm_id)))
    db.session.execute(delete(Assignment).where(*waiting))
    handover.undone_at, handover.undone_by = clock.now(), user.name
    taker = handover.to_user_id or handover.to_agency_id
    planned = {"planned": {f"{handover.duty.value}_id": [taker, None]}, "handover": handover.id}
    record("handover.undone", user, "handover", handover.id, count=len(firm_ids))
    record_many([Entry("firm.assignment_cancelled", "firm", f, f, planned) for f in firm_ids], user)


def visible(user: User) -> ColumnElement[bool]:
    """Whoever works on the whole city sees every hand-over; others what they made, gave and took."""
    if user.whole_city:
        return Handover.id.is_not(None)
    return or_(Handover.made_by_id == user.id, Handover.from_user_id == user.id, Handover.to_user_id == user.id)


def get(handover_id: int, user: User) -> Any:
    """Return (Handover, giver, taker, made_by), the last three by name; NotFound (404) when ``user`` may not see it."""
    db.one_or_404(select(Handover).where(Handover.id == handover_id, visible(user)))
    return db.session.execute(_told().where(Handover.id == handover_id)).one()


def listing(user: User, page: int) -> Page:
    """Return one page of hand-overs as ``get`` returns one, the latest first."""
    return paginate(_told().where(visible(user)).order_by(Handover.id.desc()), page)


def firms_of(handover: Handover, user: User, page: int) -> Page:
    """Return one page of the firms of ``user`` that went with a hand-over, by name."""
    went = select(Assignment.firm_id).where(Assignment.handover_id == handover.id)
    return paginate(visible_to(user).where(Firm.id.in_(went)).order_by(Firm.name, Firm.id), page)


def names_of_refused(handover: Handover, user: User) -> dict[int, str]:
    """Return {firm id: name} of the firms of ``user`` that stayed where they were."""
    ids = [item["firm_id"] for item in handover.refused]
    query = visible_to(user).with_only_columns(Firm.id, Firm.name).where(Firm.id.in_(ids))
    return dict(db.session.execute(query).all()) if ids else {}


def _going(
    user: User, duty: Duty, from_id: int | None, firm_ids: Collection[int] | None, *, lock: bool = False
) -> list[int]:
    held = held_by(user, duty, from_id).with_only_columns(Firm.id)
    if firm_ids is not None:
        held = held.where(Firm.id.in_(firm_ids))
    held = held.order_by(Firm.id)
    return list(db.session.scalars(held.with_for_update(of=Firm) if lock else held))


def _told() -> Select[Any]:
    giver, taker, maker = aliased(User), aliased(User), aliased(User)
    from_agency, to_agency = aliased(Agency), aliased(Agency)
    return (
        select(
            Handover,
            func.coalesce(giver.name, from_agency.name).label("giver"),
            func.coalesce(taker.name, to_agency.name).label("taker"),
            maker.name.label("made_by"),
        )
        .join(maker, maker.id == Handover.made_by_id)
        .outerjoin(giver, giver.id == Handover.from_user_id)
        .outerjoin(taker, taker.id == Handover.to_user_id)
        .outerjoin(from_agency, from_agency.id == Handover.from_agency_id)
        .outerjoin(to_agency, to_agency.id == Handover.to_agency_id)
    )
