"""What is kept of lists: those that were given a name."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base


class SavedView(Base):
    """A list with a name. ``query`` is its address: conditions, columns and order. ``shared``: the office sees it."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(default=False, index=True)
    saved_at: Mapped[datetime]


class ViewMark(Base):
    """What one person made of a view: ``pinned`` to the side of every page, ``first`` when the list is opened."""

    __tablename__ = "view_mark"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id", ondelete="CASCADE"), primary_key=True, index=True)
    pinned: Mapped[bool] = mapped_column(default=False)
    first: Mapped[bool] = mapped_column(default=False)
