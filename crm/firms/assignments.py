"""Who has a firm in hand, since when: dated, for one firm or thousands; what is dated ahead comes with its night."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from crm.accounts.models import Agency, User
from crm.domain.access import Role
from crm.domain.care import Duty
from crm.domain.errors import Refused
from crm.domain.words import N_
from crm.firms import derived
from crm.firms.care_models import Assignment
from crm.firms.models import Firm
from crm.firms.outcomes import NOT_YOURS, Outcome
from crm.firms.queries import visible_to
from crm.journal.service import Actor, Entry, System, record, record_many
from crm.kit import clock
from crm.kit.db import chunks, db

HELD: dict[Duty, Any] = {Duty.OFFICER: Firm.officer_id, Duty.AGENCY: Firm.agency_id}
ALREADY = N_("已经由{name}负责")
HANDS_OFF = N_("本来就没有指定")


@dataclass(frozen=True)
class _Held:
    """A firm as it stands before a change of hands; ``last_on`` is the day of the last one, in force or to come."""

    firm_id: int
    name: str
    district: str | None
    person_id: int | None
    last_on: date | None = None


def assign(
    firm_ids: Collection[int],
    duty: Duty,
    person_id: int | None,
    since_on: date,
    actor: User,
    today: date,
    *,
    reason: str = "",
    handover_id: int | None = None,
) -> list[Outcome]:
    """Put firms into somebody's hands (``person_id``: a user or an agency by ``duty``; None: nobody's) from a day on.

    Up to today it holds at once, later from the night of its day. The number of statements does not grow with the
    firms. Returns what became of each, in the order asked; raises Refused when nobody may be given that person.
    """
    outcomes, held = _decided(firm_ids, duty, person_id, since_on, actor, today, lock=True)
    going = [held[outcome.firm_id] for outcome in outcomes if outcome.done]
    _write(going, duty, person_id, since_on, actor, today, handover_id)
    if since_on <= today:
        put([firm.firm_id for firm in going], duty, person_id)
    told = {"since_on": since_on, "reason": reason, "handover": handover_id}
    detail = {key: value for key, value in told.items() if value}
    act, key = ("assigned", "changes") if since_on <= today else ("assignment_planned", "planned")
    field = f"{duty.value}_id"
    record_many(
        [
            Entry(f"firm.{act}", "firm", f.firm_id, f.firm_id, {key: {field: [f.person_id, person_id]}, **detail})
            for f in going
        ],
        actor,
    )
    return outcomes


def preview(
    firm_ids: Collection[int], duty: Duty, person_id: int | None, since_on: date, actor: User, today: date
) -> list[Outcome]:
    """Return what ``assign`` would do, and change nothing."""
    return _decided(firm_ids, duty, person_id, since_on, actor, today, lock=False)[0]


def begin(firm: Firm, actor: Actor, today: date) -> None:
    """Note in whose hands a file was opened; the opening sets the columns and records it.

    Raises Refused at the field, as ``from_form`` does.
    """
    for duty in Duty:
        field = f"{duty.value}_id"
        if getattr(firm, field) is None:
            continue
        opened = _Held(firm.id, firm.name, firm.registration_district, None)
        _form_write(opened, duty, getattr(firm, field), actor, today)


def from_form(firm: Firm, values: Mapping[str, Any], actor: Actor, today: date) -> None:
    """Note a change of hands typed into the file's own form; the form's save sets the columns and records it.

    Raises Refused at the field, as ``assign`` would refuse the row.
    """
    district = values.get("registration_district", firm.registration_district)
    for duty in Duty:
        field = f"{duty.value}_id"
        if field not in values or values[field] == getattr(firm, field):
            continue
        last = _last_days([firm.id], duty).get(firm.id)
        _form_write(_Held(firm.id, firm.name, district, getattr(firm, field), last), duty, values[field], actor, today)


def _form_write(held: _Held, duty: Duty, person_id: int | None, actor: Actor, today: date) -> None:
    field = f"{duty.value}_id"
    refusal = _why_not(held, _person(duty, person_id, field), today, today)
    if refusal is not None:
        raise Refused(refusal.message, field=field, **refusal.params)
    _write([held], duty, person_id, today, actor, today, None)


def out_of_reach(firm: Firm) -> bool:
    """Return whether the officer in charge does not work on the district of the firm (any more)."""
    officer = db.session.get(User, firm.officer_id) if firm.officer_id is not None else None
    return officer is not None and not covers(officer, firm.registration_district)


def release(firm: Firm, actor: Actor, today: date) -> None:
    """Take a firm out of its officer's hands from today on, for a move that records it."""
    last = _last_days([firm.id], Duty.OFFICER).get(firm.id)
    _write([_Held(firm.id, firm.name, None, firm.officer_id, last)], Duty.OFFICER, None, today, actor, today, None)
    firm.officer_id = None


def take_effect(today: date) -> int:
    """Put into force what was dated up to ``today`` and waits; return how many. Done twice, the second does nothing."""
    waiting = select(Assignment, Firm.officer_id, Firm.agency_id).join(Firm, Firm.id == Assignment.firm_id)
    waiting = waiting.where(~Assignment.applied, Assignment.since_on <= today).order_by(Assignment.id)
    entries: list[Entry] = []
    hands: dict[tuple[Duty, int | None], list[int]] = {}
    for row, officer_id, agency_id in db.session.execute(waiting):
        before, after = (officer_id, row.user_id) if row.duty is Duty.OFFICER else (agency_id, row.agency_id)
        hands.setdefault((row.duty, after), []).append(row.firm_id)
        detail = {"changes": {f"{row.duty.value}_id": [before, after]}, "since_on": row.since_on}
        entries.append(Entry("firm.assigned", "firm", row.firm_id, row.firm_id, detail))
    for (duty, person_id), firm_ids in hands.items():
        put(firm_ids, duty, person_id)
    due = (~Assignment.applied, Assignment.since_on <= today)
    db.session.execute(update(Assignment).where(*due).values(applied=True))
    record_many(entries, System())
    return len(entries)


def cancel(row: Assignment, actor: User) -> None:
    """Call off one firm's change of hands that waits for its day. Raises Refused when it is in force."""
    db.session.refresh(row, with_for_update=True)
    if row.applied:
        raise Refused("已经生效，不能撤销：请再换一次人")
    planned = {f"{row.duty.value}_id": [row.user_id or row.agency_id, None]}
    record("firm.assignment_cancelled", actor, "firm", row.firm_id, row.firm_id, planned=planned)
    db.session.delete(row)


def history(firm_id: int) -> list[tuple[Assignment, str | None]]:
    """Return (assignment, name of the officer or agency) of one firm, the newest first."""
    query = (
        select(Assignment, User.name, Agency.name)
        .outerjoin(User, User.id == Assignment.user_id)
        .outerjoin(Agency, Agency.id == Assignment.agency_id)
        .where(Assignment.firm_id == firm_id)
        .order_by(Assignment.since_on.desc(), Assignment.id.desc())
    )
    return [(row, officer or agency) for row, officer, agency in db.session.execute(query)]


def _decided(
    firm_ids: Collection[int],
    duty: Duty,
    person_id: int | None,
    since_on: date,
    actor: User,
    today: date,
    *,
    lock: bool,
) -> tuple[list[Outcome], dict[int, _Held]]:
    person = _person(duty, person_id, "person_id")
    held: dict[int, _Held] = {}
    for part in chunks(firm_ids):
        columns = (Firm.id, Firm.name, Firm.registration_district, HELD[duty])
        mine = visible_to(actor).with_only_columns(*columns).where(Firm.id.in_(part)).order_by(Firm.id)
        # Locked in the order of their ids: of two hand-overs at one moment the second sees what the first has done.
        rows = db.session.execute(mine.with_for_update(of=Firm) if lock else mine).all()
        last = _last_days(part, duty)
        for row in rows:
            held[row[0]] = _Held(*row, last_on=last.get(row[0]))
    outcomes = []
    for firm_id in dict.fromkeys(firm_ids):
        firm = held.get(firm_id)
        if firm is None:
            outcomes.append(Outcome(firm_id, "", done=False, why=NOT_YOURS))
            continue
        refusal = _why_not(firm, person, since_on, today)
        if refusal is None:
            outcomes.append(Outcome(firm_id, firm.name, done=True))
        else:
            outcomes.append(Outcome.refused(firm_id, firm.name, refusal))
    return outcomes, held


def _person(duty: Duty, person_id: int | None, field: str) -> User | Agency | None:
    """Return who is to take the firms. Raises Refused for a closed account and for somebody who looks after none."""
    if person_id is None:
        return None
    if duty is Duty.AGENCY:
        agency = db.session.get(Agency, person_id)
        if agency is None:
            raise Refused("没有这个服务机构", field=field)
        return agency
    user = db.session.get(User, person_id)
    if user is None or user.role not in {Role.OFFICER, Role.MANAGER}:
        raise Refused("服务专员只能是企业服务专员或科室负责人", field=field)
    if not user.active:
        raise Refused("{name}的账号已停用，不能再接手企业", name=user.name, field=field)
    return user


def covers(user: User, district: str | None) -> bool:
    """Return whether ``user`` works on the district."""
    return user.whole_city or district in user.districts


def _why_not(firm: _Held, person: User | Agency | None, since_on: date, today: date) -> Refused | None:
    if firm.last_on is not None and firm.last_on > today:
        return Refused("已定于 {day} 换人，请先撤销那一次", day=firm.last_on.isoformat())
    if firm.last_on is not None and since_on < firm.last_on:
        return Refused("生效日不能早于上一次换人的 {day}", day=firm.last_on.isoformat())
    if firm.person_id == (person.id if person else None):
        return Refused(ALREADY, name=person.name) if person else Refused(HANDS_OFF)
    if isinstance(person, User) and not covers(person, firm.district):
        return Refused("注册地不在{name}所管的区", name=person.name)
    return None


def _last_days(firm_ids: Sequence[int], duty: Duty) -> dict[int, date]:
    query = select(Assignment.firm_id, Assignment.since_on).where(Assignment.firm_id.in_(firm_ids))
    return dict(db.session.execute(query.where(Assignment.duty == duty).order_by(Assignment.since_on)).all())


def _write(
    firms: Sequence[_Held],
    duty: Duty,
    person_id: int | None,
    since_on: date,
    actor: Actor,
    today: date,
    handover_id: int | None,
) -> None:
    """Write the rows; two changes on one day: the later word counts."""
    again = [firm.firm_id for firm in firms if firm.last_on == since_on]
    for part in chunks(again):
        same = (Assignment.firm_id.in_(part), Assignment.duty == duty, Assignment.since_on == since_on)
        db.session.execute(delete(Assignment).where(*same))
    row = {
        "duty": duty,
        "user_id": person_id if duty is Duty.OFFICER else None,
        "agency_id": person_id if duty is Duty.AGENCY else None,
        "since_on": since_on,
        "applied": since_on <= today,
        "handover_id": handover_id,
        "made_by": actor.name,
        "made_at": clock.now(),
    }
    if firms:
        db.session.execute(insert(Assignment), [{**row, "firm_id": firm.firm_id} for firm in firms])


def put(firm_ids: Sequence[int], duty: Duty, person_id: int | None) -> None:
    """Say on the files who has them; an edit that began before is told, as after any save."""
    values = {HELD[duty]: person_id, Firm.version: Firm.version + 1, Firm.updated_at: clock.now()}
    for part in chunks(firm_ids):
        db.session.execute(update(Firm).where(Firm.id.in_(part)).values(values))
    derived.refresh(firm_ids)
