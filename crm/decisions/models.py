"""What is kept of an assessment that something was decided on."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.kit.db import Base
from crm.rules.pack import Action


class DecisionPack(Base):
    """The text of a pack that some decision was taken by, once; ``digest`` is its SHA-256."""

    __tablename__ = "decision_pack"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Decision(Base):
    """One assessment as it stood. Rows are only ever added: the database itself refuses to change one.

    ``facts`` and ``found`` are those of crm.rules.replay, ``on`` the day asked about, ``purpose`` what was decided.
    ``digest`` is over all the rest and stands in the trail as well. Name, code and who decided are kept with the row:
    it must still read after a merge, and after an account is gone.
    """

    __tablename__ = "decision"
    __table_args__ = (CheckConstraint("outcome IN ('met', 'not_met', 'cannot_tell')", name="outcome"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    firm_name: Mapped[str] = mapped_column(String(200))
    uscc: Mapped[str] = mapped_column(String(18))
    policy_id: Mapped[str] = mapped_column(String(40))
    version_id: Mapped[str] = mapped_column(String(64))
    action: Mapped[Action]
    on: Mapped[date]
    pack_digest: Mapped[str] = mapped_column(ForeignKey("decision_pack.digest"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(String(200))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    decided_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))

    pack: Mapped[DecisionPack] = relationship(lazy="raise")
