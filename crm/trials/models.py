"""What is kept of a trial."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit import files
from crm.kit.db import Base
from crm.rules.pack import Action


class Trial(Base):
    """One text held against the text in force, over every firm: by the versions of ``on``, for ``action``.

    ``edition_id``: the edition that was tried; None for a what-if. ``before``: the text it was held against, None when
    nothing was in force. ``found`` is Counted as plain data; the outcome of each firm is in the file of ``file_key``
    (parquet: firm_id, district, was, now), those that change in the workbook of ``sheet_key``.
    """

    __tablename__ = "policy_trial"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[str] = mapped_column(String(40), index=True)
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("policy_edition.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    on: Mapped[date]
    action: Mapped[Action]
    text: Mapped[str] = mapped_column(Text)
    before: Mapped[str | None] = mapped_column(Text)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    done_at: Mapped[datetime | None]
    found: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    file_key: Mapped[str | None] = mapped_column(String(80))
    sheet_key: Mapped[str | None] = mapped_column(String(80))


files.held_by(Trial.file_key)
files.held_by(Trial.sheet_key)
