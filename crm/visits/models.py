"""What is kept of a meeting with a firm."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.domain.records import VisitKind
from crm.firms.models import Firm
from crm.kit.db import Base, partial_index


class Visit(Base):
    """One visit, call or coaching session; ``next_on`` is the day the office promised to come back to it.

    The promise is open until ``done_on``, the day somebody settled it. Firm and author are read by queries that join
    them: a list that forgot to would fail instead of asking once a row.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_firm_id_visited_on", "firm_id", "visited_on"),
        # What is still promised is a small part of all that ever was.
        partial_index("ix_visit_next_on", "next_on", "id", "firm_id", where="next_on IS NOT NULL AND done_on IS NULL"),
        CheckConstraint("next_on IS NULL OR next_step IS NOT NULL", name="promise"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    kind: Mapped[VisitKind]
    visited_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    met: Mapped[str | None] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str | None] = mapped_column(String(300))
    next_on: Mapped[date | None]
    done_on: Mapped[date | None]
    created_at: Mapped[datetime]

    firm: Mapped[Firm] = relationship(lazy="raise")
    by: Mapped[User] = relationship(lazy="raise")

    @property
    def open(self) -> bool:
        """Whether something promised is still to be done."""
        return self.next_step is not None and self.done_on is None
