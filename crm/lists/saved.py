"""How saved views are found: one's own, and those the office shares."""

from dataclasses import dataclass

from sqlalchemy import Select, and_, or_, select

from crm.accounts.models import User
from crm.domain.access import BUREAU_ROLES
from crm.kit.db import db
from crm.lists.saved_models import SavedView, ViewMark

MOST_PINNED = 12


@dataclass(frozen=True)
class Shown:
    """A view as one person meets it; ``owner`` names whose it is, None for one's own."""

    id: int
    name: str
    query: str
    shared: bool
    owner: str | None
    pinned: bool
    first: bool


def visible_to(user: User) -> Select[tuple[SavedView]]:
    """Return the views ``user`` may use: one's own, and for the bureau those that are shared."""
    mine = SavedView.owner_id == user.id
    return select(SavedView).where(or_(mine, SavedView.shared) if user.role in BUREAU_ROLES else mine)


def own(user: User) -> list[SavedView]:
    """Return the views ``user`` has saved."""
    return list(db.session.scalars(select(SavedView).where(SavedView.owner_id == user.id).order_by(SavedView.name)))


def shown(user: User) -> list[Shown]:
    """Return every view ``user`` may use: pinned ones first, then by name."""
    marked = and_(ViewMark.view_id == SavedView.id, ViewMark.user_id == user.id)
    query = visible_to(user).join(User, User.id == SavedView.owner_id).outerjoin(ViewMark, marked)
    rows = db.session.execute(query.with_only_columns(SavedView, User.name, ViewMark.pinned, ViewMark.first))
    found = [
        Shown(
            view.id,
            view.name,
            view.query,
            view.shared,
            None if view.owner_id == user.id else owner,
            bool(pinned),
            bool(first),
        )
        for view, owner, pinned, first in rows
    ]
    return sorted(found, key=lambda view: (not view.pinned, view.name, view.id))


def pinned(user: User) -> list[SavedView]:
    """Return the views ``user`` has pinned, by name."""
    mine = and_(ViewMark.view_id == SavedView.id, ViewMark.user_id == user.id, ViewMark.pinned)
    return list(db.session.scalars(visible_to(user).join(ViewMark, mine).order_by(SavedView.name).limit(MOST_PINNED)))


def get(view_id: int, user: User) -> SavedView:
    """Return a view ``user`` may use; NotFound (404) when there is none."""
    return db.one_or_404(visible_to(user).where(SavedView.id == view_id))


def get_own(view_id: int, user: User) -> SavedView:
    """Return a view of one's own; NotFound (404) when there is none."""
    return db.one_or_404(select(SavedView).where(SavedView.id == view_id, SavedView.owner_id == user.id))
