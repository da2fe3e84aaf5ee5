"""How lists that came in are found: each belongs to whoever brought it."""

from sqlalchemy import Select, select

from crm.accounts.models import User
from crm.domain.lists import RowOutcome
from crm.imports.models import Import, ImportRow
from crm.kit import clock
from crm.kit.db import db
from crm.kit.jobs import Job


def visible_to(user: User) -> Select[tuple[Import]]:
    """Return the lists ``user`` brought; nobody else's rows, files or errors."""
    return select(Import).where(Import.owner_id == user.id)


def latest(user: User, limit: int = 30) -> list[Import]:
    """Return the user's latest lists."""
    return list(db.session.scalars(visible_to(user).order_by(Import.id.desc()).limit(limit)))


def get(import_id: int, user: User) -> Import:
    """Return one list of the user's; NotFound (404) otherwise."""
    return db.one_or_404(visible_to(user).where(Import.id == import_id))


def rows(item: Import, outcome: RowOutcome | None) -> Select[tuple[ImportRow]]:
    """Return the rows of a list, of one outcome or all, in the order of the sheet."""
    query = select(ImportRow).where(ImportRow.import_id == item.id).order_by(ImportRow.number)
    return query.where(ImportRow.outcome == outcome) if outcome else query


def job_of(item: Import) -> Job | None:
    """Return the job that checks or applies the list."""
    return db.session.get(Job, item.job_id) if item.job_id else None


def this_year() -> int:
    """Return the year the template's example speaks of."""
    return clock.today().year - 1


def all_rows(item: Import) -> list[ImportRow]:
    """Return every row of a list, in the order of the sheet."""
    return list(db.session.scalars(rows(item, None)))
