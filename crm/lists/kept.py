"""What a list found, kept in memory for as long as the register stays as it is.

Nothing about a firm changes without a line in the trail, so the number of the newest line tells the state of the whole
register: while it stands still, a question asked again has the answer it had. Whoever shows a count beside a name, or
turns the pages of a long list, pays for it once.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import Any, TypeVar

from flask import current_app

from crm.accounts.models import User
from crm.journal import queries as journal
from crm.kit.db import db, is_reading
from crm.lists.asked import Asked
from crm.lists.kinds import ME
from crm.screening import queries as screening

T = TypeVar("T")
BIG = 10**9
SCREENED = ("screening.", "only_", "due.", "due_most.")
# Of what is large, not so many are kept: a hundred pages drawn are some fifteen megabytes.
MOST = {"rows": 100}
_found: dict[str, OrderedDict[tuple[Any, ...], Any]] = defaultdict(OrderedDict)
_lock = Lock()


def once(user: User, asked: Asked, on: date, what: tuple[Any, ...], work_out: Callable[[], T]) -> T:
    """Return ``work_out()``, or what it returned before for the same firms, question, day and state of the register.

    Only for who reads: a transaction that writes may number lines of the trail that never come to be.
    """
    kept = _found[what[0]]
    most = min(current_app.config["FINDINGS_KEPT"], MOST.get(what[0], BIG))
    if not most or not is_reading():
        return work_out()
    conditions = str(asked.conditions())
    personal = user.id if ME in conditions else None
    scope = (user.role, user.whole_city, tuple(user.districts), user.agency_id, user.firm_id, personal)
    # What the screening finds changes without a line in the trail.
    passes = screening.newest() if any(name in f"{conditions} {asked.sort} {what}" for name in SCREENED) else 0
    key = (str(db.engine.url), _newest(), passes, scope, conditions, asked.sort, on, what)
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
