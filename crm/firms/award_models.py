"""What is kept of the money a firm was given."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.domain.records import AwardLevel
from crm.kit.db import Base


class AwardGiven(Base):
    """One award or subsidy the firm was given: of which ``year``, for what (``title``, as its list writes it).

    ``amount`` in fen, None where the list names the firm and no sum. ``policy_id`` says which policy of the packs it
    was given under, once that is known. ``given_on`` is the day it was announced or paid.
    """

    __tablename__ = "award_given"
    __table_args__ = (
        Index("ix_award_given_firm_id_year", "firm_id", "year"),
        # Who was given something under a policy, or of a name, in a year: asked of all firms at once.
        Index("ix_award_given_year_policy_id", "year", "policy_id"),
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    policy_id: Mapped[str | None] = mapped_column(String(64))
    batch: Mapped[str | None] = mapped_column(String(64))
    amount: Mapped[int | None]
    level: Mapped[AwardLevel | None]
    given_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)
