"""What is kept of lists that went out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.domain.exports import FileFormat, RowKind
from crm.kit import files
from crm.kit.db import Base


class Export(Base):
    """One list taken out. Until ``done_at`` it is a choice of firms waiting for its columns.

    ``ids`` are the firms ticked, in the order of their list; None means all that ``query`` (the list's address) finds
    when the file is written. ``about`` says in words which firms. ``places`` are the columns, see lists/layouts.py.
    ``personal``: it holds personal data unmasked. The file goes after a while, the row stays.
    """

    __tablename__ = "export"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    query: Mapped[str] = mapped_column(Text)
    ids: Mapped[list[int] | None] = mapped_column(JSON)
    count: Mapped[int]
    about: Mapped[str] = mapped_column(Text)
    row_kind: Mapped[RowKind | None]
    places: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    file_format: Mapped[FileFormat | None]
    reason: Mapped[str] = mapped_column(String(200), default="")
    personal: Mapped[bool] = mapped_column(default=False)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    file_key: Mapped[str | None] = mapped_column(String(80))
    file_name: Mapped[str | None] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64))
    rows: Mapped[int | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class ExportLayout(Base):
    """Columns somebody has put together and named, for himself or for the whole office."""

    __tablename__ = "export_layout"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(60))
    shared: Mapped[bool] = mapped_column(default=False)
    row_kind: Mapped[RowKind]
    places: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[datetime]


files.held_by(Export.file_key)
