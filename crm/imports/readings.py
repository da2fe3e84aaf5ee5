"""How lists were read before: by their headings, or by who sent them."""

from dataclasses import replace
from hashlib import sha256

from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.lists import ListKind
from crm.domain.money import Unit
from crm.imports.layout import Layout
from crm.imports.reading_models import Reading
from crm.imports.vocabulary import FIELDS, MONEY
from crm.kit import clock
from crm.kit.db import db


def fingerprint(layout: Layout) -> str:
    """Return what tells this set of headings from others; the years in them do not count."""
    return sha256("\n".join(column.key for column in layout.columns).encode()).hexdigest()


def earlier(layout: Layout, owner: User, source: str | None) -> Reading | None:
    """Return how ``owner`` last had these headings read, from ``source`` first; else the last list of that source."""
    mine = select(Reading).where(Reading.owner_id == owner.id).order_by(Reading.used_at.desc(), Reading.id.desc())
    same = mine.where(Reading.fingerprint == fingerprint(layout))
    wanted = [mine.where(Reading.source == source)] if source else []
    for query in (*(w.where(Reading.fingerprint == fingerprint(layout)) for w in wanted), same, *wanted):
        found = db.session.scalars(query.limit(1)).first()
        if found is not None:
            return found
    return None


def kind_before(layout: Layout, owner: User, source: str | None) -> ListKind | None:
    """Return what kind of list it was the last time."""
    found = earlier(layout, owner, source)
    return found.kind if found else None


def apply(layout: Layout, owner: User, source: str | None) -> Layout:
    """Return the layout with its columns read as the last time; units and years written in a heading stay."""
    found = earlier(layout, owner, source)
    if found is None:
        return layout
    columns = []
    for c in layout.columns:
        answer = found.columns.get(c.key)
        if answer is not None and (answer["field"] is None or answer["field"] in FIELDS):
            name = answer["field"]
            unit = c.unit or (Unit(answer["unit"]) if answer["unit"] and name in MONEY else None)
            # A column that was left out on purpose has no choices left to ask about.
            columns.append(replace(c, field=name, unit=unit, choices=c.choices if name in c.choices else ()))
        else:
            columns.append(c)
    same = found.fingerprint == fingerprint(layout)
    return replace(layout, columns=tuple(columns), learned=True, sure=layout.sure or same)


def remember(layout: Layout, owner: User, source: str | None) -> None:
    """Keep how the list was read, in place of how these headings of this source were read before."""
    mark, now = fingerprint(layout), clock.now()
    same = (Reading.owner_id == owner.id, Reading.source == (source or ""), Reading.fingerprint == mark)
    kept = db.session.scalars(select(Reading).where(*same)).first()
    if kept is None:
        kept = Reading(owner_id=owner.id, source=source or "", fingerprint=mark)
        db.session.add(kept)
    kept.kind, kept.used_at = layout.kind, now
    kept.columns = {c.key: {"field": c.field, "unit": c.unit} for c in layout.columns}


def sources(owner: User) -> list[str]:
    """Return who has sent lists to ``owner``, the latest first."""
    query = select(Reading.source).where(Reading.owner_id == owner.id, Reading.source != "")
    return list(dict.fromkeys(db.session.scalars(query.order_by(Reading.used_at.desc()).limit(200))))
