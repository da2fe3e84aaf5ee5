"""What a list found, kept in memory for as long as the register stays as it is.

Nothing about a firm changes without a line in the trail, so the number of the newest line tells the state of the whole
register: while it stands still, a question asked again has the answer it had. Whoever shows a count beside a name, or
turns the pages of a long list, pays for it once.
"""

from collections import OrderedDict
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
SCREENED = ("screening.", "only_")
_found: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = Lock()


def once(user: User, asked: Asked, on: date, what: tuple[Any, ...], work_out: Callable[[], T]) -> T:
    """Return ``work_out()``, or what it returned before for the same firms, question, day and state of the register.

    Only for who reads: a transaction that writes may number lines of the trail that never come to be.
    """
    most = current_app.config["FINDINGS_KEPT"]
    if not most or not is_reading():
        return work_out()
    conditions = str(asked.conditions())
    personal = user.id if ME in conditions else None
    scope = (user.role, user.whole_city, tuple(user.districts), user.agency_id, user.firm_id, personal)
    # What the screening finds changes without a line in the trail.
    passes = screening.newest() if any(name in f"{conditions} {asked.sort}" for name in SCREENED) else 0
    key = (str(db.engine.url), journal.newest(), passes, scope, conditions, asked.sort, on, what)
    with _lock:
        if key in _found:
            _found.move_to_end(key)
            return _found[key]
    result = work_out()
    with _lock:
        _found[key] = result
        while len(_found) > most:
            _found.popitem(last=False)
    return result
