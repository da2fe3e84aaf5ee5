"""What is kept of a rule pack's texts."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.domain.policies import EditionStatus
from crm.kit.db import Base

_ACTIVE = text("status = 'active'")


class PolicyEdition(Base):
    """One text of one policy, known by its SHA-256. No row is ever deleted; once proposed the text does not change.

    ``based_on`` is the digest of the text in force it was compared with when it was proposed, None when there was none.
    ``writers`` are the people who have written in it: none of them may activate it. It is in force from
    ``activated_at`` until ``replaced_at`` or ``withdrawn_at``. ``version`` counts changes of the row.
    """

    __tablename__ = "policy_edition"
    __table_args__ = (
        CheckConstraint("activated_by_id <> proposed_by_id", name="second_person"),
        Index("uq_policy_edition_active", "policy_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[EditionStatus] = mapped_column(index=True)
    based_on: Mapped[str | None] = mapped_column(String(64))
    why: Mapped[str | None] = mapped_column(Text)
    writers: Mapped[list[int]] = mapped_column(JSON)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    drafted_at: Mapped[datetime]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[datetime | None]
    returned_why: Mapped[str | None] = mapped_column(Text)
    activated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    activated_at: Mapped[datetime | None]
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("policy_edition.id"))
    replaced_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own spelling

    @property
    def file_name(self) -> str:
        """Where its file lies below instance/packs."""
        return file_name(self.policy_id, self.digest)


def file_name(policy_id: str, digest: str) -> str:
    """Return where the text of a policy lies below instance/packs."""
    return f"{policy_id}/{digest}.yaml"
