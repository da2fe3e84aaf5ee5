"""What stands in the columns of a list: values of a page of firms in a constant number of statements."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from crm.accounts.models import Agency, User
from crm.domain.ladder import RANK
from crm.domain.records import FIGURES
from crm.firms import figures, stops, tags
from crm.firms.award_models import AwardGiven
from crm.firms.models import Certification, Contact, Firm
from crm.firms.queries import valid_on
from crm.kit.db import db
from crm.lists.columns import NEWEST_WITHIN, Column, newest
from crm.screening import queries as screening


def values(firms: Sequence[Firm], columns: Sequence[Column], on: date) -> dict[int, dict[str, Any]]:
    """Return {firm id: {column key: value}} as kept: days, fen, members of closed lists; None is not known.

    A figure of no given year is the newest stated; its year stands under "<key>:year". At most one statement for each
    kind of record behind the columns, however many the firms.
    """
    loaded = {need: LOADERS[need](firms, columns, on) for need in {column.needs for column in columns} if need}
    found: dict[int, dict[str, Any]] = {}
    for firm in firms:
        behind = {need: OF_FIRM[need](records, firm) for need, records in loaded.items()}
        row = {column.key: column.of(firm, behind.get(column.needs)) for column in columns}
        undated = (c for c in columns if c.needs == "figures" and c.key in FIGURES)
        found[firm.id] = row | {column.year_key: newest(column.key, behind["figures"]) for column in undated}
    return found


def _ids(firms: Sequence[Firm]) -> list[int]:
    return [firm.id for firm in firms]


def _certificates(firms: Sequence[Firm], _columns: Sequence[Column], on: date) -> dict[int, list[Any]]:
    """The certificates each firm holds on the day, the highest first, of one rung the longest first."""
    query = select(Certification.firm_id, Certification.kind, Certification.expires_on)
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(query.where(Certification.firm_id.in_(_ids(firms)), valid_on(on))):
        found.setdefault(row.firm_id, []).append(row)
    for held in found.values():
        held.sort(key=lambda row: (RANK[row.kind], row.expires_on or date.max), reverse=True)
    return found


def _figures(firms: Sequence[Firm], columns: Sequence[Column], on: date) -> dict[int, dict[int, dict[str, int]]]:
    years = {column.year for column in columns if column.year}
    names = sorted({column.key.partition(".")[0] for column in columns} & set(FIGURES)) or list(FIGURES)
    return figures.of_firms(_ids(firms), names, min({on.year - NEWEST_WITHIN} | years), on.year)


def _contacts(firms: Sequence[Firm], _columns: Sequence[Column], _on: date) -> dict[int, Contact]:
    query = select(Contact).where(Contact.firm_id.in_(_ids(firms))).order_by(Contact.main, Contact.id.desc())
    return {person.firm_id: person for person in db.session.scalars(query)}


def _awards(firms: Sequence[Firm], _columns: Sequence[Column], _on: date) -> dict[int, int]:
    query = select(AwardGiven.firm_id, func.sum(AwardGiven.amount)).where(AwardGiven.firm_id.in_(_ids(firms)))
    found = db.session.execute(query.group_by(AwardGiven.firm_id)).all()
    return {firm_id: int(total) for firm_id, total in found if total is not None}


def _officers(firms: Sequence[Firm], _columns: Sequence[Column], _on: date) -> dict[int, str]:
    ids = {firm.officer_id for firm in firms if firm.officer_id}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())


def _agencies(firms: Sequence[Firm], _columns: Sequence[Column], _on: date) -> dict[int, str]:
    ids = {firm.agency_id for firm in firms if firm.agency_id}
    return dict(db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(ids))).all())


def _screenings(firms: Sequence[Firm], columns: Sequence[Column], _on: date) -> dict[int, dict[str, Any]]:
    asked = [column.key.partition(".")[2] for column in columns if column.needs == "screenings"]
    return screening.of_firms(_ids(firms), asked)


LOADERS: dict[str, Callable[[Sequence[Firm], Sequence[Column], date], dict[int, Any]]] = {
    "certificates": _certificates,
    "figures": _figures,
    "contacts": _contacts,
    "awards": _awards,
    "officers": _officers,
    "agencies": _agencies,
    "screenings": _screenings,
    "tags": lambda firms, _columns, _on: tags.of(_ids(firms)),
    "stops": lambda firms, _columns, on: stops.of_firms(_ids(firms), on),
}
# What of that belongs to one firm.
OF_FIRM: dict[str, Callable[[dict[int, Any], Firm], Any]] = {
    "certificates": lambda held, firm: held.get(firm.id, ()),
    "figures": lambda years, firm: years.get(firm.id, {}),
    "contacts": lambda people, firm: people.get(firm.id),
    "awards": lambda totals, firm: totals.get(firm.id),
    "officers": lambda names, firm: names.get(firm.officer_id),
    "agencies": lambda names, firm: names.get(firm.agency_id),
    "screenings": lambda found, firm: found.get(firm.id, {}),
    "tags": lambda found, firm: found.get(firm.id, ()),
    "stops": lambda found, firm: found.get(firm.id),
}
