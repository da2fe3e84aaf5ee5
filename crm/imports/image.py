"""What the register holds of the firms a list names, read once; each row changes it for the rows behind it.

So the dry run counts what a row finds after the rows before it, as applying will.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from crm.accounts.models import User
from crm.domain.care import Duty
from crm.domain.errors import Refused
from crm.domain.records import Source
from crm.firms.care_models import Assignment
from crm.firms.models import AnnualReturn, Firm, FormerName, Move
from crm.firms.queries import gone_into, visible_to
from crm.kit.db import Base, chunks, db

Table = type[Base]


@dataclass(eq=False, slots=True)
class Held:
    """One record. ``id`` is None until it is written; ``said`` is {column: row number} of what the list said of it.

    ``parts`` are the records of a firm, by table.
    """

    table: Table
    values: dict[str, Any]
    id: int | None = None
    firm: "Held | None" = None
    parts: dict[Table, list["Held"]] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Write:
    """A record as a row leaves it: ``after`` are the columns it sets, ``before`` what stood there (None: a new one)."""

    held: Held
    before: dict[str, Any] | None
    after: dict[str, Any]

    def enter(self) -> None:
        """Let the rows behind find it."""
        self.held.values.update(self.after)
        if self.before is None and self.held.firm is not None:
            self.held.firm.parts.setdefault(self.held.table, []).append(self.held)


class Image:
    """The firms of a list by code and by id, and those of its codes that are somebody else's (``foreign``)."""

    def __init__(self, owner: User, codes: set[str], ids: Collection[int], *, lock: bool) -> None:
        """``lock``: keep the firms from being changed until the transaction ends."""
        self.by_code: dict[str, Held] = {}
        self.by_id: dict[int, Held] = {}
        known: set[str] = set()
        for part in chunks(sorted(codes)):
            self._enter(visible_to(owner).where(Firm.uscc.in_(part)), lock=lock)
            known |= set(db.session.scalars(select(Firm.uscc).where(Firm.uscc.in_(part))))
        # The code of a file that was merged is that of the file in use now; decisions follow it too.
        called = [Firm.uscc.in_(part) for part in chunks(sorted(codes - self.by_code.keys()))]
        called += [Firm.id.in_(part) for part in chunks(sorted(set(ids) - self.by_id.keys()))]
        merged = {gone: firm.id for fits in called for gone, firm in gone_into(owner, fits).items()}
        for part in chunks(sorted({*merged.values(), *ids} - self.by_id.keys())):
            self._enter(visible_to(owner).where(Firm.id.in_(part)), lock=lock)
        self._follow(merged)
        self.foreign = known - self.by_code.keys()

    def _follow(self, merged: Mapping[int, int]) -> None:
        for part in chunks(sorted(merged)):
            for gone, code in db.session.execute(select(Firm.id, Firm.uscc).where(Firm.id.in_(part))):
                self.by_code[code] = self.by_id[gone] = self.by_id[merged[gone]]

    def _enter(self, query: Select[tuple[Firm]], *, lock: bool) -> None:
        query = query.order_by(Firm.id)
        columns = [column for column in Firm.__table__.columns if column.name != "id"]
        rows = query.with_only_columns(Firm.id, *columns)
        for firm_id, *values in db.session.execute(rows.with_for_update() if lock else rows):
            held = Held(Firm, dict(zip((column.name for column in columns), values, strict=True)), firm_id)
            self.by_code[held.values["uscc"]] = self.by_id[firm_id] = held

    def read(self, tables: Iterable[Table], today: date) -> None:
        """Read the firms' records of ``tables``, a fixed number of statements for each."""
        for table in tables:
            columns = list(table.__table__.columns)
            names = [column.name for column in columns]
            narrowed = _NARROWED.get(table, lambda query, today: query)
            for part in chunks(sorted({firm.id for firm in self.by_id.values() if firm.id is not None})):
                query = narrowed(select(*columns).where(table.__table__.c.firm_id.in_(part)), today)
                for row in db.session.execute(query.order_by(table.__table__.c.id)):
                    values = dict(zip(names, row, strict=True))
                    firm = self.by_id[values.pop("firm_id")]
                    firm.parts.setdefault(table, []).append(Held(table, values, values.pop("id"), firm))


# A list adds to its own kind of statement only, and moves a firm and takes it out of hands today.
_NARROWED: dict[Table, Any] = {
    AnnualReturn: lambda query, today: query.where(AnnualReturn.source == Source.IMPORT).order_by(AnnualReturn.version),
    Move: lambda query, today: query.where(or_(Move.since_on == today, ~Move.applied)),
    Assignment: lambda query, today: query.where(Assignment.duty == Duty.OFFICER, Assignment.since_on == today),
    FormerName: lambda query, today: query,
}


def say(held: Held, column: str, same: bool, number: int, field: str) -> bool:
    """Return whether an earlier row of the list has said the ``same`` of a column.

    Raises Refused when it said otherwise.
    """
    earlier = held.said.get(column, number)
    if earlier != number and not same:
        raise Refused("与第{row}行不一致：同一家企业的同一项，两行写得不一样", row=earlier, field=field)
    return earlier != number
