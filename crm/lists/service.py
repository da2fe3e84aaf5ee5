"""What is done with saved views: kept, renamed, shared, pinned, opened first, taken away."""

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.domain.access import BUREAU_ROLES
from crm.domain.errors import Refused
from crm.journal.service import record
from crm.kit import clock
from crm.kit.db import db
from crm.lists import saved
from crm.lists.saved_models import SavedView, ViewMark

MOST = 100


def save(actor: User, name: str, query: str, *, shared: bool) -> SavedView:
    """Keep a list under a name of one's own. Raises Refused for a name in use, and beyond MOST."""
    if len(saved.own(actor)) >= MOST:
        raise Refused("最多保存{limit}个视图：请先删除用不着的", limit=MOST)
    view = SavedView(owner_id=actor.id, name=name, query=query, shared=_shared(actor, shared), saved_at=clock.now())
    _unique(view)
    record("saved_view.saved", actor, "saved_view", view.id, name=name, query=query, shared=view.shared)
    return view


def change(view: SavedView, actor: User, name: str, *, shared: bool) -> None:
    """Rename a view of one's own, and share it or no longer. Raises Refused for a name in use."""
    before = {"name": view.name, "shared": view.shared}
    view.name, view.shared = name, _shared(actor, shared)
    _unique(view)
    after = {"name": view.name, "shared": view.shared}
    changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changed:
        record("saved_view.edited", actor, "saved_view", view.id, changes=changed)
    if "shared" in changed and not view.shared:
        # Others see it no more, so their pins of it go.
        db.session.execute(delete(ViewMark).where(ViewMark.view_id == view.id, ViewMark.user_id != actor.id))


def replace(view: SavedView, actor: User, query: str) -> None:
    """Let a view of one's own stand for the list as it is now."""
    if view.query != query:
        record("saved_view.edited", actor, "saved_view", view.id, changes={"query": [view.query, query]})
        view.query, view.saved_at = query, clock.now()


def remove(view: SavedView, actor: User) -> None:
    """Take a view of one's own away, from everybody who sees it."""
    record("saved_view.removed", actor, "saved_view", view.id, name=view.name, query=view.query)
    db.session.execute(delete(ViewMark).where(ViewMark.view_id == view.id))
    db.session.delete(view)


def pin(view: SavedView, actor: User, *, pinned: bool) -> None:
    """Put a view at the side of one's pages, or take it from there; a comfort of one's own, so nothing is recorded."""
    _mark(view, actor).pinned = pinned


def open_first(view: SavedView, actor: User, *, first: bool) -> None:
    """Open the list with this view, or no longer; one at most is the first."""
    db.session.execute(update(ViewMark).where(ViewMark.user_id == actor.id).values(first=False))
    _mark(view, actor).first = first


def _mark(view: SavedView, actor: User) -> ViewMark:
    mark = db.session.get(ViewMark, (actor.id, view.id))
    if mark is None:
        mark = ViewMark(user_id=actor.id, view_id=view.id)
        db.session.add(mark)
    return mark


def _shared(actor: User, shared: bool) -> bool:
    return shared and actor.role in BUREAU_ROLES


def _unique(view: SavedView) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(view)
            db.session.flush()
    except IntegrityError:
        raise Refused("您已有同名的视图", field="name") from None
