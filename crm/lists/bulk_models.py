"""What is kept of one thing done to many firms."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.domain.bulk import BulkStatus, RowState
from crm.kit.db import Base


class BulkAct(Base):
    """One thing done, or about to be done, to the firms of its rows.

    ``kind`` names the act (lists/acts.py); ``about`` and ``query`` say where the firms were picked; ``given`` is what
    was typed (to whom, from which day), None until it is.
    """

    __tablename__ = "bulk_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    status: Mapped[BulkStatus] = mapped_column(default=BulkStatus.DRAFT)
    query: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    given: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class BulkRow(Base):
    """One firm of an act. ``why`` (a sentence with ``params``) says why not; ``before`` is what an undo puts back."""

    __tablename__ = "bulk_row"
    __table_args__ = (
        UniqueConstraint("act_id", "firm_id"),
        Index("ix_bulk_row_act_id_state", "act_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("bulk_act.id", ondelete="CASCADE"))
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    state: Mapped[RowState] = mapped_column(default=RowState.READY)
    why: Mapped[str] = mapped_column(Text, default="")
    params: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
