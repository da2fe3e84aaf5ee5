"""What is kept of a task."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.firms.models import Firm
from crm.kit.db import Base


class Task(Base):
    """Something to be done by ``owner``, for one firm or for none; open until ``done_on``.

    ``came_of`` is the key of what it came from (a criterion not met). ``about`` is the same while it is open: a firm
    has one open task of it, and one that is done gives the key up.

    ``act`` is the key of the act that made it: one act makes one task a firm, however often it is sent. ``version``
    counts changes, so 1 means that nobody has touched it. Firm and people are read by queries that join them.
    """

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("act", "firm_id"),
        UniqueConstraint("firm_id", "about"),
        Index("ix_task_owner_id_done_on_due_on", "owner_id", "done_on", "due_on"),
        CheckConstraint("(done_on IS NULL) = (done_by_id IS NULL)", name="done_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    due_on: Mapped[date | None]
    act: Mapped[str] = mapped_column(String(32))
    came_of: Mapped[str | None] = mapped_column(String(120))
    about: Mapped[str | None] = mapped_column(String(120))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    made_at: Mapped[datetime]
    done_on: Mapped[date | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)

    firm: Mapped[Firm | None] = relationship(lazy="raise")
    owner: Mapped[User] = relationship(foreign_keys=owner_id, lazy="raise")
    made_by: Mapped[User] = relationship(foreign_keys=made_by_id, lazy="raise")
    done_by: Mapped[User | None] = relationship(foreign_keys=done_by_id, lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own spelling
