"""What was worked out over the whole register, kept in memory for as long as the register stays as it is.

Nothing about a firm changes without a line in the trail, so the number of the newest line tells the state of the whole
register: while it stands still, a question asked again has the answer it had. Whoever shows a count beside a name, or
turns the pages of a long list, pays for it once; of many who ask the same at once, one works it out and the rest wait.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from flask import current_app

from crm.accounts.models import User
from crm.journal import queries as journal
from crm.kit.db import db, is_reading

T = TypeVar("T")
_found: dict[str, OrderedDict[Hashable, Any]] = defaultdict(OrderedDict)
# One who works an answer out holds its turn; a turn that nobody holds or waits for is gone.
_turns: WeakValueDictionary[Hashable, Lock] = WeakValueDictionary()
_lock = Lock()


def once(user: User, kind: str, about: Hashable, work_out: Callable[[], T], most: int | None = None) -> T:
    """Return ``work_out()``, or what it returned before for ``about`` in the same state of the register.

    What comes back is shared and must not be changed. ``most`` answers of a ``kind`` are kept, the last ones asked for.
    Only for who reads: a transaction that writes may number lines of the trail that never come to be.
    """
    most = min(current_app.config["FINDINGS_KEPT"], most or current_app.config["FINDINGS_KEPT"])
    if not most or not is_reading():
        return work_out()
    scope = (user.role, user.whole_city, tuple(user.districts), user.agency_id, user.firm_id)
    key = (kind, str(db.engine.url), _newest(), scope, about)
    kept = _found[kind]
    with _lock:
        turn = _turns.setdefault(key, Lock())
    with turn:
        with _lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        result = work_out()
        with _lock:
            kept[key] = result
            while len(kept) > most:
                kept.popitem(last=False)
        return result


def _newest() -> int:
    """Return the number of the newest line of the trail, asked once in a transaction that reads."""
    session = db.session()
    read = session.info.get("newest line")
    if read is None or read[0] is not session.get_transaction():
        newest = journal.newest()
        read = session.info["newest line"] = (session.get_transaction(), newest)
    return int(read[1])
