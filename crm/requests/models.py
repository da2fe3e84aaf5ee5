"""What is kept of a request."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.domain.requests import RequestAction, RequestKind, RequestResult, RequestSource, RequestStatus
from crm.firms.models import Firm
from crm.kit.db import Base


class Request(Base):
    """What a firm asked, who is to answer by ``due_on``, and the answer.

    ``ended_on`` is the day it was closed or withdrawn. ``version`` counts moves: a move that began from an older
    version is refused. Firm and people are read by queries that join them.
    """

    __tablename__ = "request"
    __table_args__ = (
        Index("ix_request_owner_id_status_due_on", "owner_id", "status", "due_on"),
        Index("ix_request_status_due_on", "status", "due_on"),
        CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answered_on_a_day"),
        CheckConstraint("(status = 'closed') = (result IS NOT NULL)", name="closed_with_a_result"),
        CheckConstraint("(status IN ('closed', 'withdrawn')) = (ended_on IS NOT NULL)", name="ended_on_a_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[RequestKind]
    source: Mapped[RequestSource]
    asked_on: Mapped[date] = mapped_column(index=True)
    asked_by: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    solver: Mapped[str | None] = mapped_column(String(200))
    due_on: Mapped[date]
    status: Mapped[RequestStatus]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_on: Mapped[date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    result: Mapped[RequestResult | None]
    confirmed_with: Mapped[str | None] = mapped_column(String(200))
    confirmed_on: Mapped[date | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_on: Mapped[date | None]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    firm: Mapped[Firm] = relationship(lazy="raise")
    owner: Mapped[User] = relationship(foreign_keys=owner_id, lazy="raise")
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id, lazy="raise")
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=confirmed_by_id, lazy="raise")
    recorded_by: Mapped[User] = relationship(foreign_keys=recorded_by_id, lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own spelling


class RequestStep(Base):
    """One move of a request; rows are only ever added. ``action`` is None for the recording itself.

    ``owner_id`` and ``due_on`` are those in force after the move.
    """

    __tablename__ = "request_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    action: Mapped[RequestAction | None]
    status: Mapped[RequestStatus]
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    due_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]

    by: Mapped[User] = relationship(foreign_keys=by_id, lazy="raise")
    owner: Mapped[User] = relationship(foreign_keys=owner_id, lazy="raise")
