"""Where each fact came from: source, day, who. For the page that shows what a verdict rests on."""

from datetime import date

from crm.domain.records import SOURCE_LABELS
from crm.firms import figures
from crm.ladder.facts import FROM_FIGURE, end_of
from crm.rules.metrics import YEARS


def evidence_of(firm_id: int, on: date) -> dict[str, tuple[str, date, str]]:
    """Return {fact: (label of the source, day stated, who)} of the yearly facts of one firm on a day."""
    found: dict[str, tuple[str, date, str]] = {}
    by_year = {year.year: year for year in figures.of_firm(firm_id, as_of=end_of(on))}
    for back in YEARS:
        year = by_year.get(on.year - back)
        if year is None:
            continue
        for fact, figure in FROM_FIGURE.items():
            said = year.in_force(figure)
            if said is not None:
                label = SOURCE_LABELS[said.source]
                found[f"{fact}_y{back}"] = (label, said.stated_at.astimezone(end_of(on).tzinfo).date(), said.stated_by)
    return found
