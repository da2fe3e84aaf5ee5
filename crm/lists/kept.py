"""What a list found, kept while the register stays as it is: see ``firms.kept``."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from crm.accounts.models import User
from crm.firms import kept
from crm.lists.asked import Asked
from crm.lists.kinds import ME
from crm.screening import queries as screening

T = TypeVar("T")
SCREENED = ("screening.", "only_", "due.", "due_most.")
# Of what is large, not so many are kept: a hundred pages drawn are some fifteen megabytes.
MOST = {"rows": 100}


def once(user: User, asked: Asked, on: date, what: tuple[Any, ...], work_out: Callable[[], T]) -> T:
    """Return ``work_out()``, or what it returned before for the same firms, question, day and state of the register."""
    conditions = str(asked.conditions())
    personal = user.id if ME in conditions else None
    # What the screening finds changes without a line in the trail.
    passes = screening.newest() if any(name in f"{conditions} {asked.sort} {what}" for name in SCREENED) else 0
    about = (passes, personal, conditions, asked.sort, on, what)
    return kept.once(user, f"list {what[0]}", about, work_out, MOST.get(what[0]))
