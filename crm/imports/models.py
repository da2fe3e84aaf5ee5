"""What is kept of a list that came in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.domain.lists import ImportStatus, RowOutcome
from crm.kit.db import Base


class Import(Base):
    """One list: the raw file is kept; ``mapping`` and ``units`` say how its columns were read.

    ``counts`` is {outcome: rows}. ``error`` says why the file as a whole was refused.
    """

    __tablename__ = "import"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_key: Mapped[str] = mapped_column(String(80))
    file_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[ImportStatus] = mapped_column(default=ImportStatus.UPLOADED)
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    counts: Mapped[dict[str, int] | None] = mapped_column(JSON)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    error: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class ImportRow(Base):
    """One row of the list and what becomes of it.

    ``values`` are the typed values by target field; ``changes`` {field: [before, after]}; ``errors`` a list of
    {column, heading, value, message}. ``number`` is the row's number in the sheet, as Excel shows it.
    """

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row_import_id_outcome", "import_id", "outcome", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"))
    number: Mapped[int]
    outcome: Mapped[RowOutcome]
    uscc: Mapped[str | None] = mapped_column(String(18))
    name: Mapped[str | None] = mapped_column(String(200))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
