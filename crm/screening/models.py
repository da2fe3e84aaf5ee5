"""What is kept of a pass: the outcome of every firm for every policy, what changed, who waits to be judged again."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.domain.words import N_
from crm.kit.db import Base


class Cause(StrEnum):
    """Why a firm was judged again."""

    NIGHT = "night"
    DEMAND = "demand"
    EDIT = "edit"


CAUSE_LABELS: dict[Cause, str] = {
    Cause.NIGHT: N_("夜间筛查"),
    Cause.DEMAND: N_("手动筛查"),
    Cause.EDIT: N_("档案变动"),
}


class Screening(Base):
    """The standing outcome of one firm for one policy; columns as in crm.rules.screen.

    ``renewal``: judged for the renewal of what it holds. ``since``: the day this outcome was first found.
    """

    __tablename__ = "screening"
    __table_args__ = (
        Index("ix_screening_policy_id_outcome", "policy_id", "outcome", "firm_id"),
        Index("ix_screening_policy_id_criterion", "policy_id", "criterion", "firm_id"),
        Index("ix_screening_policy_id_fact", "policy_id", "fact", "firm_id"),
    )

    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), primary_key=True)
    policy_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    renewal: Mapped[bool]
    outcome: Mapped[int]
    short: Mapped[int]
    unknown: Mapped[int]
    criterion: Mapped[str | None] = mapped_column(String(64))
    fact: Mapped[str | None] = mapped_column(String(64))
    distance: Mapped[float]
    award_least: Mapped[int | None]
    award_most: Mapped[int | None]
    since: Mapped[date]


class ScreeningChange(Base):
    """An outcome that turned; ``was`` is None for a firm the register had not judged before."""

    __tablename__ = "screening_change"
    __table_args__ = (Index("ix_screening_change_policy_id_on", "policy_id", "on", "now", "firm_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), index=True)
    policy_id: Mapped[str] = mapped_column(String(40))
    on: Mapped[date]
    was: Mapped[int | None]
    now: Mapped[int]
    cause: Mapped[Cause]


class ScreeningDue(Base):
    """A firm whose file has changed since it was judged; a line for each change, so that none is overlooked."""

    __tablename__ = "screening_due"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), index=True)


class ScreeningRun(Base):
    """One finished pass: of which day, over how many firms, by which versions {policy: [versions, digest]}."""

    __tablename__ = "screening_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date]
    cause: Mapped[Cause]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    firms: Mapped[int]
    turned: Mapped[int]
    policies: Mapped[dict[str, Any]] = mapped_column(JSON)
