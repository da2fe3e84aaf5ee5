"""What is kept of the care for a firm: who looks after it since when, what stops it, its group, its tags."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.domain.care import Duty, Lifter
from crm.firms.models import Firm
from crm.kit.db import Base


class StopFlag(Base):
    """The office stops working for a firm, for a reason, from a day to a day (None: until lifted), both included.

    ``office``: the districts its setter worked on, none for the city's own office. From ``lifted_on`` on it is not in
    force. Two flags are never set for one day; two files made one may have brought both, and then each counts.
    """

    __tablename__ = "stop_flag"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= since_on", name="period"),
        CheckConstraint("(lifted_on IS NULL) = (lifted_why IS NULL)", name="lifted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    lifter: Mapped[Lifter]
    office: Mapped[list[str]] = mapped_column(JSON)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    lifted_on: Mapped[date | None]
    lifted_by: Mapped[str | None] = mapped_column(String(64))
    lifted_why: Mapped[str | None] = mapped_column(String(500))


class Handover(Base):
    """Firms put into other hands together, from a day on. ``from_…`` and ``to_…`` None: nobody.

    ``refused`` keeps what was left where it was: [{"firm_id", "why", "params"}].
    """

    __tablename__ = "handover"

    id: Mapped[int] = mapped_column(primary_key=True)
    duty: Mapped[Duty]
    from_user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    to_user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    from_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    to_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    since_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(300))
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    count: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(64))


class Assignment(Base):
    """From a day on somebody has the firm in hand for one duty, or nobody (neither given); the latest is in force.

    ``Firm.officer_id`` and ``Firm.agency_id`` are those in force today. ``applied``: the file says so already; what is
    dated ahead waits for the night of its day.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("firm_id", "duty", "since_on"),
        CheckConstraint("user_id IS NULL OR duty = 'officer'", name="officer"),
        CheckConstraint("agency_id IS NULL OR duty = 'agency'", name="agency"),
        Index("ix_assignment_applied_since_on", "applied", "since_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    duty: Mapped[Duty]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    since_on: Mapped[date]
    applied: Mapped[bool]
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handover.id"), index=True)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class Group(Base):
    """A group of companies (集团); its head is one of its members."""

    __tablename__ = "firm_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    head_firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"))
    created_at: Mapped[datetime]


class GroupMember(Base):
    """A firm belongs to a group from a day up to the day before ``until_on``; to one group at a time."""

    __tablename__ = "group_member"
    __table_args__ = (
        UniqueConstraint("firm_id", "since_on"),
        CheckConstraint("until_on IS NULL OR until_on > since_on", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("firm_group.id"), index=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    since_on: Mapped[date]
    until_on: Mapped[date | None]

    group: Mapped[Group] = relationship(lazy="raise")
    firm: Mapped[Firm] = relationship(lazy="raise")


class Tag(Base):
    """A word the office puts on files to find them again."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class FirmTag(Base):
    """A tag on a file."""

    __tablename__ = "firm_tag"

    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True, index=True)
