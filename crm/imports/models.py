"""What is kept of a list that came in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.domain.lists import Answer, ImportStatus, Question, RowOutcome
from crm.kit import files
from crm.kit.db import Base


class Import(Base):
    """One list: the raw file is kept; ``mapping`` says how its columns were read, ``sender`` who sent it to us.

    ``counts`` is {outcome: rows}. ``whole``: it was written only because every row could be. ``error`` says why the
    file as a whole was refused.
    """

    __tablename__ = "import"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    sender: Mapped[str | None] = mapped_column(String(120))
    file_name: Mapped[str] = mapped_column(String(200))
    file_key: Mapped[str] = mapped_column(String(80))
    file_sha256: Mapped[str] = mapped_column(String(64), index=True)
    status: Mapped[ImportStatus] = mapped_column(default=ImportStatus.UPLOADED)
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    counts: Mapped[dict[str, int] | None] = mapped_column(JSON)
    whole: Mapped[bool | None]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    error: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class ImportRow(Base):
    """One row of the list and what becomes of it. ``number`` is the row's number in the sheet, as Excel shows it.

    ``changes`` {field: [before, after]}; ``errors`` a list of {index, field, heading, value, message, params};
    ``notes`` a list of {message, params}. An unsure row has a ``question``, its ``values`` as the list gives them, and
    ``candidates``, a list of {firm_id, why, likeness}; ``decision_id`` is the decision that settled a row. ``written``
    is what applying wrote, a list of {table, id, before, after} in order, ``before`` null for a new record. After an
    undo a row is either ``undone_at`` or ``kept_because``, a list of {message, params}.
    """

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row_import_id_outcome", "import_id", "outcome", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"))
    number: Mapped[int]
    outcome: Mapped[RowOutcome]
    uscc: Mapped[str | None] = mapped_column(String(18))
    name: Mapped[str | None] = mapped_column(String(200))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id", ondelete="SET NULL"), index=True)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    question: Mapped[Question | None]
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("import_decision.id"), index=True)
    written: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    undone_at: Mapped[datetime | None]
    kept_because: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))


class Decision(Base):
    """What somebody said of a ``name`` (and ``uscc``, where the list gave one): it counts until it is revoked."""

    __tablename__ = "import_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"), index=True)
    question: Mapped[Question]
    name: Mapped[str] = mapped_column(String(200), index=True)
    uscc: Mapped[str | None] = mapped_column(String(18))
    answer: Mapped[Answer]
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), index=True)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


files.held_by(Import.file_key)
