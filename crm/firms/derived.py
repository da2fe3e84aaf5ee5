"""What a file works out from itself: how whole it is, and when the office last met the firm.

Both are kept on the firm so that a list can filter and sort by them. Whoever changes a part calls ``refresh``, which
also has the firm screened again; the night calls it for all, so that nothing written past it stays wrong for longer
than a day.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, insert, or_, select, update

from crm.domain.care import PARTS_OF_A_WHOLE_FILE
from crm.firms.models import AnnualReturn, Contact, Firm
from crm.kit.db import Base, chunks, db


def refresh(firm_ids: Collection[int] | None = None) -> None:
    """Work out ``completeness`` and ``last_contact_on`` of these firms anew (None: of all), with one statement."""
    whole, met = completeness(), _last_contact()
    _judge_again(firm_ids)
    wrong = or_(Firm.completeness.is_distinct_from(whole), Firm.last_contact_on.is_distinct_from(met))
    change = update(Firm).where(wrong).values(completeness=whole, last_contact_on=met)
    if firm_ids is None:
        db.session.execute(change)
        return
    for part in chunks(firm_ids):
        db.session.execute(change.where(Firm.id.in_(part)))


def _judge_again(firm_ids: Collection[int] | None) -> None:
    """Put the firms in the queue of those to be screened; its table stands floors above and is asked by its name.

    The night judges everybody anyway.
    """
    if firm_ids:
        due = Base.metadata.tables["screening_due"]
        db.session.execute(insert(due), [{"firm_id": firm_id} for firm_id in firm_ids])


def completeness() -> ColumnElement[int]:
    """Return how whole the file is, in parts of a hundred, as a column."""
    there = _there()
    total: ColumnElement[int] = sum(
        (case((there[key], weight), else_=0) for key, (weight, _label) in PARTS_OF_A_WHOLE_FILE.items()),
        start=cast(0, Integer),
    )
    return total


def missing(firm: Firm) -> list[str]:
    """Return the labels of what the file lacks, the weightiest first."""
    there = _there()
    found = db.session.execute(
        select(*(part.label(key) for key, part in there.items())).where(Firm.id == firm.id)
    ).one()
    lacking = [PARTS_OF_A_WHOLE_FILE[key] for key, given in found._mapping.items() if not given]
    return [label for _weight, label in sorted(lacking, key=lambda part: -part[0])]


def _there() -> dict[str, ColumnElement[bool]]:
    """Return for each part of a whole file whether it is there."""
    figures = {
        "revenue": AnnualReturn.revenue.is_not(None),
        "rd": or_(
            *(column.is_not(None) for column in (AnnualReturn.rd_tax, AnnualReturn.rd_hte, AnnualReturn.rd_accounts))
        ),
        "employees_total": AnnualReturn.employees_total.is_not(None),
    }
    there: dict[str, ColumnElement[bool]] = {
        key: getattr(Firm, key).is_not(None) for key in PARTS_OF_A_WHOLE_FILE if hasattr(Firm, key)
    }
    there["contact"] = _has(Contact, Contact.phone.is_not(None))
    return there | {key: _has(AnnualReturn, stated) for key, stated in figures.items()}


def _has(table: type[Base], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = and_(table.firm_id == Firm.id, condition)  # type: ignore[attr-defined]
    return select(1).select_from(table).where(mine).correlate(Firm).exists()


def _last_contact() -> ColumnElement[object]:
    """Return the day of the last meeting; meetings are a floor above, so their table is asked by its name."""
    visit = Base.metadata.tables["visit"]
    return select(func.max(visit.c.visited_on)).where(visit.c.firm_id == Firm.id).correlate(Firm).scalar_subquery()
