"""One timeline of a firm: what it was given, what it stated, who met it, and every change of its file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from crm.accounts.models import User
from crm.domain.access import BUREAU_ROLES
from crm.domain.words import N_
from crm.firms import queries as firms
from crm.firms.award_models import AwardGiven
from crm.firms.care_models import GroupMember, StopFlag
from crm.firms.models import (
    Achievement,
    AnnualReturn,
    Attachment,
    Certification,
    Firm,
    FormerName,
    IntellectualProperty,
    Move,
)
from crm.journal import queries as journal
from crm.journal.models import Event
from crm.kit import clock
from crm.kit.db import db
from crm.kit.tables import Page
from crm.plans import queries as plans
from crm.plans.models import Plan
from crm.requests import queries as requests
from crm.requests.models import Request
from crm.tasks import queries as tasks
from crm.tasks.models import Task
from crm.visits import queries as visits
from crm.visits.models import Visit

PER_PAGE = 40


class Kind(StrEnum):
    """What a moment of the timeline tells of; the filter above it offers these."""

    CERTIFICATE = "certificate"
    AWARD = "award"
    MEETING = "meeting"
    REQUEST = "request"
    FIGURES = "figures"
    IP = "ip"
    PLACE = "place"
    CARE = "care"
    FILE = "file"
    IMPORT = "import"
    CHANGE = "change"


KIND_LABELS: dict[Kind, str] = {
    Kind.CERTIFICATE: N_("资质荣誉"),
    Kind.AWARD: N_("奖补"),
    Kind.MEETING: N_("走访联系"),
    Kind.REQUEST: N_("诉求"),
    Kind.FIGURES: N_("年度数据"),
    Kind.IP: N_("知识产权"),
    Kind.PLACE: N_("更名迁址"),
    Kind.CARE: N_("服务与标记"),
    Kind.FILE: N_("附件"),
    Kind.IMPORT: N_("导入"),
    Kind.CHANGE: N_("档案变更"),
}


@dataclass(frozen=True)
class Moment:
    """One thing that happened on ``day`` (in Shanghai). ``what`` says which sentence tells it; ``record`` is its row.

    ``at`` is the exact moment, where it is known.
    """

    day: date
    kind: Kind
    what: str
    record: Any
    at: datetime | None = None


def of_firm(firm: Firm, user: User, today: date, kind: Kind | None = None, page: int = 1) -> Page:
    """Return one page of what happened to ``firm`` up to ``today``, as far as ``user`` may read it.

    Each source is read once; only the journal, which can be long, is read by key first and in full for the page alone.
    """
    sources = [source for of, source in _SOURCES if kind is None or of is kind]
    found = [moment for source in sources for moment in source(firm, user) if moment.day <= today]
    found.sort(key=_latest_first, reverse=True)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    ids = [moment.record for moment in shown if moment.what == "event"]
    events = {event.id: event for event in db.session.scalars(select(Event).where(Event.id.in_(ids)))} if ids else {}
    moments = [Moment(m.day, m.kind, m.what, events[m.record], m.at) if m.what == "event" else m for m in shown]
    return Page(moments, page, PER_PAGE, len(found))


def _latest_first(moment: Moment) -> tuple[date, float]:
    return moment.day, moment.at.timestamp() if moment.at else 0.0


def _rows(table: type[Any], firm: Firm) -> Iterable[Any]:
    return db.session.scalars(select(table).where(table.firm_id == firm.id).order_by(table.id))


def _certificates(firm: Firm, user: User) -> Iterable[Moment]:
    for row in _rows(Certification, firm):
        yield Moment(row.issued_on, Kind.CERTIFICATE, "issued", row)
        if row.revoked_on:
            yield Moment(row.revoked_on, Kind.CERTIFICATE, "revoked", row)
        elif row.expires_on:
            yield Moment(row.expires_on, Kind.CERTIFICATE, "expired", row)


def _achievements(firm: Firm, user: User) -> Iterable[Moment]:
    for row in _rows(Achievement, firm):
        yield Moment(row.given_on, Kind.CERTIFICATE, "achieved", row)


def _awards(firm: Firm, user: User) -> Iterable[Moment]:
    for row in _rows(AwardGiven, firm):
        if row.given_on:
            yield Moment(row.given_on, Kind.AWARD, "awarded", row)


def _meetings(firm: Firm, user: User) -> Iterable[Moment]:
    for row in visits.of_firm(firm.id, user):
        yield Moment(row.visited_on, Kind.MEETING, "met", row)


def _requests(firm: Firm, user: User) -> Iterable[Moment]:
    for row in requests.told(firm.id, user):
        yield Moment(row.asked_on, Kind.REQUEST, "asked", row)
        if row.answered_on:
            yield Moment(row.answered_on, Kind.REQUEST, "answered", row)


def _returns(firm: Firm, user: User) -> Iterable[Moment]:
    for row in _rows(AnnualReturn, firm):
        yield Moment(_day(row.stated_at), Kind.FIGURES, "stated", row, row.stated_at)


def _rights(firm: Firm, user: User) -> Iterable[Moment]:
    for row in _rows(IntellectualProperty, firm):
        if row.granted_on:
            yield Moment(row.granted_on, Kind.IP, "granted", row)
        if row.lapsed_on:
            yield Moment(row.lapsed_on, Kind.IP, "lapsed", row)


def _places(firm: Firm, user: User) -> Iterable[Moment]:
    for row in _rows(Move, firm):
        if row.applied:
            yield Moment(row.since_on, Kind.PLACE, "moved", row)
    for row in _rows(FormerName, firm):
        if row.until_on:
            yield Moment(row.until_on, Kind.PLACE, "renamed", row)


def _files(firm: Firm, user: User) -> Iterable[Moment]:
    for row in _rows(Attachment, firm):
        yield Moment(_day(row.added_at), Kind.FILE, "attached", row, row.added_at)


def _stops(firm: Firm, user: User) -> Iterable[Moment]:
    for row in _rows(StopFlag, firm):
        if row.lifted_on is None or row.lifted_on > row.since_on:
            yield Moment(row.since_on, Kind.CARE, "stopped", row)
        if row.lifted_on:
            yield Moment(row.lifted_on, Kind.CARE, "lifted", row)
        elif row.until_on:
            yield Moment(row.until_on, Kind.CARE, "stop_ended", row)


def _groups(firm: Firm, user: User) -> Iterable[Moment]:
    query = select(GroupMember).join(GroupMember.group).options(contains_eager(GroupMember.group))
    for row in db.session.scalars(query.where(GroupMember.firm_id == firm.id)):
        yield Moment(row.since_on, Kind.CARE, "joined", row)
        if row.until_on:
            yield Moment(row.until_on, Kind.CARE, "left", row)


# Acts whose record stands in the timeline by itself. A file can be removed; then the act is all that is left.
TOLD_BY_RECORD = frozenset(
    {
        "visit.recorded",
        "request.recorded",
        "request.answered",
        "annual_return.stated",
        "firm.moved",
        "stop_flag.set",
        "stop_flag.lifted",
        "group.joined",
        "group.left",
    }
)
# Who cares for the firm and what marks its file carries. Tags are the office's own.
TAGGING = frozenset({"firm.tagged", "firm.untagged"})
CARING = TAGGING | {
    "firm.assigned",
    "firm.assignment_planned",
    "firm.assignment_cancelled",
    "firm.move_planned",
    "firm.move_cancelled",
}


def _events(of: Kind) -> Callable[[Firm, User], Iterable[Moment]]:
    def source(firm: Firm, user: User) -> Iterable[Moment]:
        imported = Event.detail["import"].as_integer().is_not(None)
        # What was written about a meeting is read by those who may read the meeting.
        readable = visits.visible_to(user).where(Visit.firm_id == firm.id).with_only_columns(Visit.id)
        shared = tasks.visible_to(user).where(Task.firm_id == firm.id).with_only_columns(Task.id)
        planned = plans.visible_to(user).where(Plan.firm_id == firm.id).with_only_columns(Plan.id)
        worked = requests.visible_to(user).where(Request.firm_id == firm.id).with_only_columns(Request.id)
        attached = select(Attachment.id).where(Attachment.firm_id == firm.id)
        query = (
            journal.of_firm(*firms.lineage(firm.id))
            .with_only_columns(Event.id, Event.at)
            .where(Event.action.not_in(TOLD_BY_RECORD if user.role in BUREAU_ROLES else TOLD_BY_RECORD | TAGGING))
            .where(imported if of is Kind.IMPORT else ~imported)
            .where(Event.action.in_(CARING) if of is Kind.CARE else Event.action.not_in(CARING))
            .where((Event.subject != "visit") | Event.subject_id.in_(readable))
            .where((Event.subject != "plan") | Event.subject_id.in_(planned))
            .where((Event.subject != "request") | Event.subject_id.in_(worked))
            .where((Event.subject != "task") | Event.subject_id.in_(shared))
            .where((Event.action != "attachment.added") | Event.subject_id.not_in(attached))
        )
        for event_id, at in db.session.execute(query):
            yield Moment(_day(at), of, "event", event_id, at)

    return source


def _day(at: datetime) -> date:
    return at.astimezone(clock.SHANGHAI).date()


_SOURCES: tuple[tuple[Kind, Callable[[Firm, User], Iterable[Moment]]], ...] = (
    (Kind.CERTIFICATE, _certificates),
    (Kind.CERTIFICATE, _achievements),
    (Kind.AWARD, _awards),
    (Kind.MEETING, _meetings),
    (Kind.REQUEST, _requests),
    (Kind.FIGURES, _returns),
    (Kind.IP, _rights),
    (Kind.PLACE, _places),
    (Kind.FILE, _files),
    (Kind.CARE, _stops),
    (Kind.CARE, _groups),
    (Kind.CARE, _events(Kind.CARE)),
    (Kind.IMPORT, _events(Kind.IMPORT)),
    (Kind.CHANGE, _events(Kind.CHANGE)),
)
