"""What is kept of two files that were made one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base


class Merge(Base):
    """Two files made one: ``gone_id`` went into ``kept_id``.

    ``log`` is a list of [table, key, was, is, seal]: every row that differs afterwards, the two firms included, with
    the columns that do (all of them where a row came or went) and the seal of all it said. Undoing goes by it, and it
    tells whose a record was on an earlier day.
    """

    __tablename__ = "merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(64))
    log: Mapped[list[list[Any]]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(64))
