"""What is kept of how lists were read, so that next month's list of the same source is read the same way."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.domain.lists import ListKind
from crm.kit.db import Base


class Reading(Base):
    """How somebody had a list read. ``source`` is who sent it, "" when nobody said.

    ``fingerprint`` is that of its headings, years left out; ``columns`` {heading: {field, unit}}, field None for a
    column that is not read.
    """

    __tablename__ = "import_reading"
    __table_args__ = (UniqueConstraint("owner_id", "source", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    source: Mapped[str] = mapped_column(String(120), default="")
    fingerprint: Mapped[str] = mapped_column(String(64))
    kind: Mapped[ListKind]
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    used_at: Mapped[datetime]
