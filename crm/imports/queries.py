"""How lists that came in are found: each belongs to whoever brought it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from crm.accounts.models import User
from crm.domain.lists import ImportStatus, RowOutcome
from crm.firms import figures
from crm.firms.models import Firm
from crm.firms.queries import visible_to as firms_of
from crm.imports.models import Decision, Import, ImportRow
from crm.imports.vocabulary import HEADINGS, MONEY
from crm.kit import clock
from crm.kit.db import db
from crm.kit.jobs import Job


def visible_to(user: User) -> Select[tuple[Import]]:
    """Return the lists ``user`` brought; nobody else's rows, files or errors."""
    return select(Import).where(Import.owner_id == user.id)


def listing(user: User) -> Select[tuple[Import]]:
    """Return the user's lists, the latest first."""
    return visible_to(user).order_by(Import.id.desc())


def get(import_id: int, user: User) -> Import:
    """Return one list of the user's; NotFound (404) otherwise."""
    return db.one_or_404(visible_to(user).where(Import.id == import_id))


def rows(item: Import, outcome: RowOutcome | None, *, kept: bool = False) -> Select[tuple[ImportRow]]:
    """Return the rows of a list in the order of the sheet: of one outcome or all, or those an undo left (``kept``)."""
    query = select(ImportRow).where(ImportRow.import_id == item.id).order_by(ImportRow.number)
    if kept:
        query = query.where(ImportRow.kept_because.is_not(None))
    return query.where(ImportRow.outcome == outcome) if outcome else query


def job_of(item: Import) -> Job | None:
    """Return the job that checks, applies or undoes the list."""
    return db.session.get(Job, item.job_id) if item.job_id else None


def jobs_of(items: Iterable[Import]) -> dict[int | None, Job]:
    """Return the jobs of several lists, by id."""
    ids = [item.job_id for item in items if item.job_id is not None]
    return {job.id: job for job in db.session.scalars(select(Job).where(Job.id.in_(ids)))}


def heading(field: str, year: int | None = None) -> str:
    """Return the heading under which our own lists ask for a field, with its unit, of a year if one is said."""
    named = f"{year}年{HEADINGS[field][0]}" if year else HEADINGS[field][0]
    return f"{named}（万元）" if field in MONEY else named


def this_year() -> int:
    """Return the year the template's example speaks of."""
    return clock.today().year - 1


def all_rows(item: Import) -> list[ImportRow]:
    """Return every row of a list, in the order of the sheet."""
    return list(db.session.scalars(rows(item, None)))


def listed(item: Import, outcome: RowOutcome | None, *, kept: bool) -> list[ImportRow]:
    """Return the rows that ``rows`` selects, all of them."""
    return list(db.session.scalars(rows(item, outcome, kept=kept)))


def undoable(item: Import) -> int:
    """Count the rows of the list that still stand in the register."""
    written = (ImportRow.import_id == item.id, ImportRow.written.is_not(None), ImportRow.undone_at.is_(None))
    return db.session.scalar(select(func.count()).where(*written)) or 0


def count_undone(item: Import) -> tuple[int, int]:
    """Return how many rows an undo took back, and how many it left with a reason."""
    counted = select(func.count(ImportRow.undone_at), func.count(ImportRow.kept_because))
    undone, kept = db.session.execute(counted.where(ImportRow.import_id == item.id)).one()
    return undone, kept


def earlier(item: Import) -> tuple[Import, str] | None:
    """Return (list, name of who brought it) when this very file has been written before, by anybody."""
    query = (
        select(Import, User.name)
        .join(User, User.id == Import.owner_id)
        .where(Import.file_sha256 == item.file_sha256, Import.id != item.id, Import.status == ImportStatus.APPLIED)
        .order_by(Import.applied_at.desc())
    )
    found = db.session.execute(query.limit(1)).first()
    return (found[0], found[1]) if found else None


@dataclass(frozen=True)
class Offered:
    """A firm beside the row that may mean it. ``year`` and ``figures`` {name: fen or persons}: the last known year."""

    firm: Firm
    year: int | None
    figures: dict[str, int | None]


SHOWN_FIGURES = ("revenue", "employees_total")
LOOKING_BACK = 5  # years


def offered(items: Iterable[ImportRow], user: User) -> dict[int, Offered]:
    """Return the firms offered for rows, by id; two statements, however many rows."""
    ids = {candidate["firm_id"] for row in items for candidate in row.candidates}
    firms = list(db.session.scalars(firms_of(user).where(Firm.id.in_(ids)))) if ids else []
    last = figures.latest([firm.id for firm in firms], clock.today().year - LOOKING_BACK) if firms else {}
    return {
        firm.id: Offered(
            firm,
            last[firm.id]["year"] if firm.id in last else None,
            {name: last.get(firm.id, {}).get(name) for name in SHOWN_FIGURES},
        )
        for firm in firms
    }


def decided(items: Sequence[ImportRow]) -> dict[int, tuple[Decision, str]]:
    """Return {decision id: (decision, name of who decided)} of the rows that a decision settled."""
    ids = {row.decision_id for row in items if row.decision_id is not None}
    query = select(Decision, User.name).join(User, User.id == Decision.decided_by_id).where(Decision.id.in_(ids))
    return {decision.id: (decision, name) for decision, name in db.session.execute(query)} if ids else {}
