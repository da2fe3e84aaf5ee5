"""What is kept of a meeting with a firm."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.domain.records import VisitKind
from crm.kit.db import Base


class Visit(Base):
    """One visit, call or coaching session; ``next_on`` is the day the office promised to come back to it."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_firm_id_visited_on", "firm_id", "visited_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    kind: Mapped[VisitKind]
    visited_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    met: Mapped[str | None] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str | None] = mapped_column(String(300))
    next_on: Mapped[date | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
