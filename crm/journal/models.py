"""The audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base


class Event(Base):
    """One thing that happened. Rows are only ever added; each carries the hash of the one before.

    ``detail`` holds {"changes": {field: [before, after]}} for an edit, or whatever tells the act. ``actor_name`` is
    kept with the row because the trail must still read after an account is gone.
    """

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_firm_id_id", "firm_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[int | None]
    firm_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class ChainHead(Base):
    """The last link; locked by whoever adds the next, so the chain never forks."""

    __tablename__ = "chain_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
