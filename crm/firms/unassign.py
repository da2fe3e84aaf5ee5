"""A change of hands undone: for the firms that nobody has put into other hands since."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import delete, insert, select

from crm.accounts.models import User
from crm.domain.care import Duty
from crm.domain.words import N_
from crm.firms.assignments import HELD, put
from crm.firms.care_models import Assignment
from crm.firms.models import Firm
from crm.firms.outcomes import NOT_YOURS, Outcome
from crm.firms.queries import visible_to
from crm.journal.service import Actor, Entry, record_many
from crm.kit import clock
from crm.kit.db import chunks, db

CHANGED_SINCE = N_("之后又换过人")


def take_back(
    firm_ids: Collection[int],
    duty: Duty,
    person_id: int | None,
    since_on: date,
    before: Mapping[int, int | None],
    actor: User,
) -> list[Outcome]:
    """Undo an ``assign``: each firm goes back to whom it had (``before``), as if the change had not been.

    A firm that somebody has put into other hands since stays where it is. Returns what became of each.
    """
    latest: dict[int, Assignment] = {}
    held: dict[int, tuple[str, int | None]] = {}
    for part in chunks(firm_ids):
        mine = visible_to(actor).with_only_columns(Firm.id, Firm.name, HELD[duty]).where(Firm.id.in_(part))
        rows = db.session.execute(mine.order_by(Firm.id).with_for_update(of=Firm))
        held |= {firm_id: (name, person) for firm_id, name, person in rows}
        query = select(Assignment).where(Assignment.firm_id.in_(part), Assignment.duty == duty)
        latest |= {row.firm_id: row for row in db.session.scalars(query.order_by(Assignment.since_on))}
    outcomes: list[Outcome] = []
    for firm_id in dict.fromkeys(firm_ids):
        row, name = latest.get(firm_id), held.get(firm_id, ("", None))[0]
        person = None if row is None else row.user_id if duty is Duty.OFFICER else row.agency_id
        as_left = row is not None and (row.since_on, person) == (since_on, person_id)
        why = NOT_YOURS if firm_id not in held else "" if as_left else CHANGED_SINCE
        outcomes.append(Outcome(firm_id, name, done=not why, why=why))
    going = [outcome.firm_id for outcome in outcomes if outcome.done]
    _write_back(going, duty, since_on, before, actor)
    told = {f: {f"{duty.value}_id": [held[f][1], before.get(f)]} for f in going if held[f][1] != before.get(f)}
    by_person: dict[int | None, list[int]] = {}
    for firm_id in told:
        by_person.setdefault(before.get(firm_id), []).append(firm_id)
    for former, ids in by_person.items():
        put(ids, duty, former)
    acts = {f: {"changes": told[f]} if f in told else {"since_on": since_on} for f in going}
    record_many([Entry("firm.assignment_undone", "firm", f, f, acts[f]) for f in going], actor)
    return outcomes


def _write_back(
    firm_ids: Sequence[int], duty: Duty, since_on: date, before: Mapping[int, int | None], actor: Actor
) -> None:
    """Take the rows away; where the history then ends with somebody else than before, a row says who it was."""
    last: dict[int, int | None] = {}
    for part in chunks(firm_ids):
        same = (Assignment.firm_id.in_(part), Assignment.duty == duty)
        db.session.execute(delete(Assignment).where(*same, Assignment.since_on == since_on))
        query = select(Assignment.firm_id, Assignment.user_id, Assignment.agency_id).where(*same)
        for firm_id, user_id, agency_id in db.session.execute(query.order_by(Assignment.since_on)):
            last[firm_id] = user_id if duty is Duty.OFFICER else agency_id
    row = {"duty": duty, "since_on": since_on, "applied": True, "handover_id": None, "made_by": actor.name}
    other = {Duty.OFFICER: ("user_id", "agency_id"), Duty.AGENCY: ("agency_id", "user_id")}[duty]
    missing = [
        {**row, "firm_id": f, other[0]: before.get(f), other[1]: None, "made_at": clock.now()}
        for f in firm_ids
        if last.get(f) != before.get(f)
    ]
    if missing:
        db.session.execute(insert(Assignment), missing)
