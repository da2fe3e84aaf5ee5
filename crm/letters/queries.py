"""What a print needs to know, gathered once."""

from datetime import date

from crm.accounts.models import User
from crm.firms import figures
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.firms.queries import Filters
from crm.kit.db import db
from crm.ladder.facts import end_of

YEARS = 4


def years_of(firm: Firm, on: date) -> list[figures.YearFigures]:
    """Return the last four accounting years before ``on``, oldest first, years nobody has stated included."""
    known = {year.year: year for year in figures.of_firm(firm.id, as_of=end_of(on))}
    return [known.get(year, figures.YearFigures(year, {})) for year in range(on.year - YEARS, on.year)]


def chosen(user: User, ids: list[int]) -> list[int]:
    """Return those of ``ids`` that ``user`` may see, in order of name."""
    query = firms.visible_to(user).where(Firm.id.in_(ids)).order_by(Firm.name, Firm.id)
    return list(db.session.scalars(query.with_only_columns(Firm.id)))


def all_matching(user: User, filters: Filters, on: date, limit: int) -> list[int]:
    """Return the firms of a list, in order of name, ``limit`` at most."""
    query = firms.matching(user, filters, on).order_by(Firm.name, Firm.id).limit(limit)
    return list(db.session.scalars(query.with_only_columns(Firm.id)))


def user(user_id: int) -> User:
    """Return whoever asked for the print."""
    return db.session.get_one(User, user_id)
