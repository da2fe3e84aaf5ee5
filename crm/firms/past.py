"""The file as it was at the end of a day: today's records taken back, act by act, to what the register said then.

Where the firm belonged and what it held is told by dated facts (moves, certificates); what the file said, by the trail.
What was recorded only later is not told, even when it speaks of earlier days.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from crm.domain.ladder import RANK
from crm.domain.places import DISTRICTS
from crm.domain.records import Jurisdiction
from crm.firms import history, queries, rows, service
from crm.firms.award_models import AwardGiven
from crm.firms.merge_models import Merge
from crm.firms.models import (
    Achievement,
    Attachment,
    Certification,
    Contact,
    CreditCheck,
    Firm,
    FormerName,
    IntellectualProperty,
)
from crm.firms.queries import Head
from crm.journal.models import Event
from crm.journal.service import plain
from crm.kit import clock
from crm.kit.db import Base, db

# For each kind of record: whether it speaks of a day up to ``on``, and what it is sorted by.
_KINDS: dict[str, tuple[Any, Callable[[Any], date | None], Callable[[Any], Any]]] = {
    "contacts": (Contact, lambda item: None, lambda item: (not item.main, item.id)),
    "achievements": (Achievement, lambda item: item.given_on, lambda item: (-item.given_on.toordinal(), item.id)),
    "awards": (AwardGiven, lambda item: item.given_on, lambda item: (-item.year, -item.id)),
    "credit_checks": (CreditCheck, lambda item: item.checked_on, lambda item: (-item.checked_on.toordinal(), item.id)),
    "attachments": (Attachment, lambda item: day_of(item.added_at), lambda item: -item.id),
    "certificates": (Certification, lambda item: item.issued_on, lambda item: (-item.issued_on.toordinal(), item.id)),
    "rights": (IntellectualProperty, lambda item: item.applied_on or item.granted_on, lambda item: item.id),
}


@dataclass(frozen=True)
class Past:
    """A firm's file on a day. ``firm`` and the records in ``parts`` are copies that no session keeps.

    ``merged_later`` are (name, day) of the files that have been merged into this one since.
    """

    firm: Firm
    head: Head
    parts: dict[str, list[Any]]
    moves: list[Any]
    merged_later: list[tuple[str, date]]


def end_of(on: date) -> datetime:
    """Return the moment at which a day is over in Shanghai."""
    return datetime.combine(on + timedelta(days=1), time(), clock.SHANGHAI)


def day_of(at: datetime) -> date:
    """Return the day of a moment in Shanghai."""
    return at.astimezone(clock.SHANGHAI).date()


def on_day(firm: Firm, on: date) -> Past | None:
    """Return the file as it was at the end of ``on``; None when there was none yet. One statement a kind of record."""
    end = end_of(on)
    if firm.created_at >= end:
        return None
    later = list(db.session.scalars(select(Event).where(Event.firm_id == firm.id, Event.at >= end).order_by(Event.id)))
    merged = select(Merge, Firm.name).join(Firm, Firm.id == Merge.gone_id).where(Merge.kept_id == firm.id)
    merges = list(db.session.execute(merged.where(Merge.at >= end, Merge.undone_at.is_(None))))
    came = {(table, key[0]) for merge, _name in merges for table, key, was, _now, _seal in merge.log if was}
    then = _identity(firm, on, later)
    parts, lists = {}, _lists(firm, later)
    for name, (table, day, order) in _KINDS.items():
        found = _rolled_back(table, firm, later, lists, came)
        parts[name] = sorted((item for item in found if (day(item) or on) <= on), key=order)
    held = [item for item in parts["certificates"] if _counts(item, on)]
    best = max(held, key=lambda item: (RANK[item.kind], item.expires_on or date.max), default=None)
    expires = best.expires_on if best else None
    former = db.session.scalars(select(FormerName).where(FormerName.firm_id == firm.id).order_by(FormerName.id))
    names = [n.name for n in former if (n.until_on is None or n.until_on <= on) and ("former_name", n.id) not in came]
    known = queries.head(then, on)
    head = replace(
        known,
        # A flag set only later was not known; what tags the file had is not told.
        stop=known.stop if known.stop and known.stop.set_at < end else None,
        tags=(),
        rung=best.kind if best else None,
        expires_on=expires,
        days_left=(expires - on).days if expires else None,
        former_names=tuple(name for name in names if name != then.name),
    )
    moves = [move for move in queries.moves(firm) if move.since_on <= on]
    return Past(then, head, parts, moves, [(name, day_of(merge.at)) for merge, name in merges])


def _counts(item: Certification, on: date) -> bool:
    """As ``queries.valid_on`` says of a certificate in the table."""
    ended = item.revoked_on is not None and item.revoked_on <= on
    return item.issued_on <= on and not ended and (item.expires_on is None or item.expires_on >= on)


def _identity(firm: Firm, on: date, later: list[Event]) -> Firm:
    """Return a copy of the firm with the fields of then; the districts are those in force on the day."""
    mine = [event for event in later if event.subject == "firm" and event.subject_id == firm.id]
    now = {name: plain(getattr(firm, name)) for name in service.EDITABLE}
    values = {name: history.typed(Firm, name, value) for name, value in history.rolled_back(now, mine).items()}
    for move in reversed(queries.moves(firm)):
        if move.since_on <= on and move.district in DISTRICTS:
            values[f"{Jurisdiction(move.jurisdiction).value}_district"] = move.district
    return Firm(id=firm.id, created_at=firm.created_at, **values)


def _rolled_back(
    table: Any,
    firm: Firm,
    later: list[Event],
    lists: dict[tuple[int, int], list[dict[str, Any]]],
    came: set[tuple[str, Any]],
) -> list[Any]:
    """Return copies of the firm's records of one kind as they were before the acts ``later``."""
    columns, name = table.__table__, table.__tablename__
    found = db.session.execute(select(columns).where(columns.c.firm_id == firm.id)).mappings()
    held = {row["id"]: rows.kept(columns, row) for row in found if (name, row["id"]) not in came}
    blank = {column.name: None for column in columns.columns}
    for event in reversed(later):
        if event.subject == "firm" and "import" in event.detail:
            written = lists.get((event.detail["import"], event.detail["row"]), [])
            _unlist(name, held, written, "undone" in event.detail)
        if event.subject != name or event.subject_id is None:
            continue
        before = {field: both[0] for field, both in event.detail.get("changes", {}).items() if field in blank}
        if event.action.endswith(".added"):
            held.pop(event.subject_id, None)
        elif event.action.endswith(".removed"):
            held[event.subject_id] = {**before, "id": event.subject_id, "firm_id": firm.id}
        elif event.subject_id in held:
            held[event.subject_id] |= before
    return [table(**rows.typed(columns, {**blank, **values})) for values in held.values()]


def _lists(firm: Firm, later: list[Event]) -> dict[tuple[int, int], list[dict[str, Any]]]:
    """Return {(list, row): what it wrote} of the lists among ``later``; they are a floor above, so asked by name."""
    numbers = {event.detail["import"] for event in later if event.subject == "firm" and "import" in event.detail}
    if not numbers:
        return {}
    row = Base.metadata.tables["import_row"].c
    query = select(row.import_id, row.number, row.written).where(row.firm_id == firm.id, row.import_id.in_(numbers))
    return {(number, place): written for number, place, written in db.session.execute(query) if written}


def _unlist(name: str, held: dict[int, dict[str, Any]], written: list[dict[str, Any]], undone: bool) -> None:
    """Take back what a row of a list did to records of a kind; put it in again where its undoing is taken back."""
    for one in written if undone else reversed(written):
        number, before, after = one["id"], one["before"], one["after"]
        if one["table"] != name:
            continue
        if before is None and undone:
            held[number] = {**after, "id": number}
        elif before is None:
            held.pop(number, None)
        elif number in held:
            held[number] |= after if undone else before
