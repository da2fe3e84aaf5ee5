"""What a print needs to know, gathered once."""

from datetime import date

from crm.accounts.models import User
from crm.firms import figures
from crm.firms.models import Firm
from crm.kit.db import db
from crm.ladder.facts import end_of

YEARS = 4


def years_of(firm: Firm, on: date) -> list[figures.YearFigures]:
    """Return the last four accounting years before ``on``, oldest first, years nobody has stated included."""
    known = {year.year: year for year in figures.of_firm(firm.id, as_of=end_of(on))}
    return [known.get(year, figures.YearFigures(year, {})) for year in range(on.year - YEARS, on.year)]


def user(user_id: int) -> User:
    """Return whoever asked for the print."""
    return db.session.get_one(User, user_id)
