"""Who walks a round: the first to write its row. Two schedulers, or a restart, walk it once all the same."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit import clock
from crm.kit.db import Base, db


class Round(Base):
    """One walk of one round for one period."""

    __tablename__ = "round"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    period: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]


def claim(name: str, period: str) -> bool:
    """Return whether the caller's transaction is the one that walks this round; the row commits with its work."""
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"name": name, "period": period, "at": clock.now()}
    insert = dialect.insert(Round).values(row).on_conflict_do_nothing().returning(Round.name)
    return db.session.execute(insert).first() is not None
