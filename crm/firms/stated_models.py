"""What is kept of facts that are stated one by one."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base


class StatedFact(Base):
    """What somebody stated of a firm for a rule, where no other part of the file says it (rules/catalogue.STATED).

    ``value`` is a whole number: money in fen, truth as 1 and 0, a share in millionths, a count in hundredths
    (firms/stated.py). ``stated_on`` is the day the statement holds from; a later one supersedes, none is changed.
    """

    __tablename__ = "stated_fact"
    __table_args__ = (Index("ix_stated_fact_firm_id_key_stated_on", "firm_id", "key", "stated_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    key: Mapped[str] = mapped_column(String(64))
    value: Mapped[int]
    stated_on: Mapped[date]
    evidence: Mapped[str] = mapped_column(String(300))
    stated_at: Mapped[datetime]
    stated_by: Mapped[str] = mapped_column(String(64))
