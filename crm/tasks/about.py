"""Tasks that come from something (a criterion a firm does not meet): one open task a firm and thing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm.accounts.models import User
from crm.domain.tasks import TaskOutcome
from crm.tasks import queries
from crm.tasks.service import Row, check_day, insert_rows, names_of, owner_of

TITLE = 200  # characters


@dataclass(frozen=True)
class Wanted:
    """A task for a firm; ``about`` is the key of what it comes from, 120 characters at most."""

    firm_id: int
    about: str
    title: str
    note: str | None = None


def create(
    wanted: Sequence[Wanted], *, owner_id: int, due_on: date | None, actor: User, key: str, today: date
) -> list[Row]:
    """Make the tasks that no open task is about yet and say what became of each, in order; a constant number of
    statements.

    ``key`` names the act as in service.create, for the first task of each firm; a further one gets a key of its own.
    Raises Refused for an owner who may not be given tasks, or a day that is over.
    """
    check_day(due_on, today)
    owner = owner_of(owner_id, actor)
    ids = list({one.firm_id for one in wanted})
    names = names_of(ids, actor)
    owned = names if owner.id == actor.id else names_of(ids, owner)
    there = {(firm_id, about) for firm_id, told in queries.open_about(ids).items() for about in told}
    rows: list[Row] = []
    making = []
    numbers: Counter[int] = Counter()
    for one in wanted:
        if one.firm_id not in names:
            outcome = TaskOutcome.UNSEEN
        elif one.firm_id not in owned:
            outcome = TaskOutcome.OWNER_CANNOT_SEE
        elif (one.firm_id, one.about) in there:
            outcome = TaskOutcome.OPEN
        else:
            outcome = TaskOutcome.MADE
            there.add((one.firm_id, one.about))
            number = numbers[one.firm_id]
            numbers[one.firm_id] += 1
            told = {"firm_id": one.firm_id, "about": one.about, "title": one.title[:TITLE], "note": one.note}
            act = f"{key[:28]}-{number:03}" if number else key
            making.append({**told, "owner_id": owner.id, "due_on": due_on, "act": act})
        rows.append(Row(one.firm_id, names.get(one.firm_id), outcome))
    insert_rows(making, actor)
    return rows
