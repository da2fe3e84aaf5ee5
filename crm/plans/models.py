"""What is kept of a plan."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.domain.ladder import Rung
from crm.domain.plans import FULL, PlanStatus
from crm.firms.models import Firm
from crm.kit.db import Base


class Plan(Base):
    """What the office and one firm set out to do from one year to another; ``version`` counts changes.

    Firm, people and goals are read by queries that join them.
    """

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("firm_id", "since_year"),
        CheckConstraint("since_year <= until_year", name="years_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    title: Mapped[str] = mapped_column(String(200))
    since_year: Mapped[int]
    until_year: Mapped[int]
    note: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    status: Mapped[PlanStatus] = mapped_column(index=True)
    agreed_on: Mapped[date | None]
    agreed_with: Mapped[str | None] = mapped_column(String(200))
    closed_on: Mapped[date | None]
    summary: Mapped[str | None] = mapped_column(Text)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    firm: Mapped[Firm] = relationship(lazy="raise")
    owner: Mapped[User] = relationship(foreign_keys=owner_id, lazy="raise")
    goals: Mapped[list["PlanGoal"]] = relationship(order_by="PlanGoal.id", lazy="raise", back_populates="plan")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own spelling

    @property
    def progress(self) -> int:
        """How far the goals have come on average, in whole per cent, rounded down: 100 means every one is reached."""
        return sum(goal.progress for goal in self.goals) // len(self.goals) if self.goals else 0

    def late(self, today: date) -> list["PlanGoal"]:
        """Return the goals past their day; none while nothing is agreed."""
        return [goal for goal in self.goals if self.status is PlanStatus.AGREED and goal.late(today)]


class PlanGoal(Base):
    """One goal: what, how much (in words or figures), the rung it leads to, by when, who sees to it.

    ``progress`` is that of the latest note; reached at FULL, on ``done_on``.
    """

    __tablename__ = "plan_goal"
    __table_args__ = (
        CheckConstraint(f"progress BETWEEN 0 AND {FULL}", name="per_cent"),
        CheckConstraint(f"(progress = {FULL}) = (done_on IS NOT NULL)", name="done_when_full"),
        Index("ix_plan_goal_owner_id_done_on_due_on", "owner_id", "done_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    what: Mapped[str] = mapped_column(String(200))
    target: Mapped[str | None] = mapped_column(String(200))
    rung: Mapped[Rung | None]
    due_on: Mapped[date]
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    progress: Mapped[int] = mapped_column(default=0)
    done_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    plan: Mapped[Plan] = relationship(lazy="raise", back_populates="goals")
    owner: Mapped[User] = relationship(lazy="raise")
    notes: Mapped[list["PlanNote"]] = relationship(order_by="PlanNote.id.desc()", lazy="raise", back_populates="goal")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own spelling

    def late(self, today: date) -> bool:
        """Whether its day is over and it is not reached."""
        return self.done_on is None and self.due_on < today


class PlanNote(Base):
    """How far a goal had come on a day. Rows are only ever added: the database itself refuses to change one."""

    __tablename__ = "plan_note"
    __table_args__ = (CheckConstraint(f"progress BETWEEN 0 AND {FULL}", name="per_cent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    goal_id: Mapped[int] = mapped_column(ForeignKey("plan_goal.id"), index=True)
    progress: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    noted_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]

    goal: Mapped[PlanGoal] = relationship(lazy="raise", back_populates="notes")
    by: Mapped[User] = relationship(lazy="raise")
