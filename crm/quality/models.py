"""What is kept of the checks: last night's counts, suspected pairs, what somebody has settled."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base


class QualityCount(Base):
    """How many firms of one officer and one district a check found when it was last walked."""

    __tablename__ = "quality_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    check_key: Mapped[str] = mapped_column(String(40), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    district: Mapped[str | None] = mapped_column(String(6))
    firms: Mapped[int]
    counted_at: Mapped[datetime]


class SuspectedPair(Base):
    """Two files that may be of one firm, and why; ``first_id`` is the older file."""

    __tablename__ = "suspected_pair"
    __table_args__ = (CheckConstraint("first_id < second_id", name="once"),)

    first_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), primary_key=True, index=True)
    why: Mapped[str] = mapped_column(String(20))


class Settled(Base):
    """Somebody has looked at a finding and says why it stands as it is: it is not shown again.

    ``other_id``: the second file of a pair, 0 for a finding about one firm.
    """

    __tablename__ = "quality_settled"
    __table_args__ = (Index("uq_quality_settled", "check_key", "firm_id", "other_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    check_key: Mapped[str] = mapped_column(String(40))
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
