"""How a file is to be read: proposed, looked at, corrected, remembered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.lists import ListKind
from crm.domain.records import MONEY_FIGURES
from crm.firms.models import AnnualReturn, Firm
from crm.firms.queries import visible_to as firms_of
from crm.imports import doubts, finding, readings, recognise
from crm.imports.cells import is_missing
from crm.imports.doubts import Doubt
from crm.imports.layout import Layout
from crm.imports.models import Import
from crm.imports.recognise import Passed
from crm.kit import clock, files, sheets
from crm.kit.db import db
from crm.kit.sheets import Cell, Sheet

SHOWN = 3  # cells of a column that the page shows
COMPARED = 500  # the register's latest figures that a column is held against
FEWEST = 20


@dataclass(frozen=True)
class Asked:
    """What somebody wants read: which sheet, as which kind of list, under which row of headings, hidden rows too."""

    sheet: str
    kind: ListKind | None = None
    heading_row: int | None = None
    hidden_rows: bool = False


@dataclass(frozen=True)
class Look:
    """What the page shows of a file: its ``pages``, how one of them would be read and what that leaves out.

    ``lists`` are the names of the sheets that look like lists. ``samples`` are the first cells of each column.
    """

    pages: Sequence[Sheet]
    lists: frozenset[str]
    layout: Layout
    rows: int
    passed: Counter[Passed]
    samples: Mapping[int, list[Cell]]
    hidden_columns: frozenset[int]
    doubts: Mapping[int, Doubt]

    @property
    def settled(self) -> bool:
        """Whether the list can be read without asking anybody."""
        visible = [page.name for page in self.pages if not page.hidden and page.name in self.lists]
        return self.layout.complete and not self.doubts and not self.passed[Passed.HIDDEN] and len(visible) == 1


def first_look(pages: Sequence[Sheet], owner: User, source: str | None) -> Look:
    """Return how a file that has just come in would be read: its first visible list. Raises Refused without one."""
    shown = [page for page in pages if not page.hidden and len(page.rows) > 1]
    if not shown:
        raise Refused("文件里没有可以读的表：每张表要有表头和至少一行内容", field="file")
    page = next((page for page in shown if finding.find(page)), shown[0])
    return look(pages, propose(page, Asked(page.name), owner, source), owner)


def propose(page: Sheet, asked: Asked, owner: User, source: str | None) -> Layout:
    """Return how a sheet would be read, by its headings and by how ``owner`` had such a list read before."""
    row = asked.heading_row
    found = finding.find(page, asked.kind, row)
    if found is None:
        found = replace(finding.find(page, asked.kind, finding.likely_heading(page)) or _bare(page), sure=False)
    before = readings.kind_before(found, owner, source)
    if asked.kind is None and before not in {None, found.kind}:
        found = finding.find(page, before, found.heading_row) or found
    return replace(readings.apply(found, owner, source), hidden_rows=asked.hidden_rows)


def _bare(page: Sheet) -> Layout:
    return Layout(page.name, 1, (), sure=False)


def look(pages: Sequence[Sheet], plan: Layout, owner: User) -> Look:
    """Return what reading a file by ``plan`` would find."""
    page = page_of(pages, plan.sheet)
    rows = recognise.rows(plan, page, clock.today().year)
    passed = recognise.passed(plan, page)
    below = enumerate(page.rows[plan.heading_row :], start=plan.heading_row + 1)
    body = [line for number, line in below if number not in passed]
    samples = {
        c.index: [line[c.index] for line in body if c.index < len(line) and not is_missing(line[c.index])][:SHOWN]
        for c in plan.columns
    }
    return Look(
        pages=pages,
        lists=frozenset(page.name for page in pages if page.name == plan.sheet or finding.find(page)),
        layout=plan,
        rows=len(rows),
        passed=Counter(passed.values()),
        samples=samples,
        hidden_columns=page.hidden_columns,
        doubts={doubt.index: doubt for doubt in doubts.find(plan, rows, usual(owner))} if plan.money else {},
    )


def page_of(pages: Sequence[Sheet], name: str) -> Sheet:
    """Return the sheet of that name. Raises Refused when the file has none."""
    page = next((page for page in pages if page.name == name), None)
    if page is None:
        raise Refused("文件里没有这张表")
    return page


def pages_of(item: Import) -> list[Sheet]:
    """Return the sheets of the file that came."""
    return sheets.read(files.read(item.file_key))


def usual(owner: User) -> dict[str, int]:
    """Return {figure: median in fen} of the latest figures of the firms ``owner`` sees, where there are enough."""
    mine = firms_of(owner).with_only_columns(Firm.id)
    columns = [getattr(AnnualReturn, name) for name in MONEY_FIGURES]
    latest = select(*columns).where(AnnualReturn.firm_id.in_(mine)).order_by(AnnualReturn.id.desc()).limit(COMPARED)
    capital = select(Firm.registered_capital).where(Firm.id.in_(mine), Firm.registered_capital > 0)
    lines = db.session.execute(latest).all()
    known = {name: [abs(line[at]) for line in lines if line[at]] for at, name in enumerate(MONEY_FIGURES)}
    known["registered_capital"] = list(db.session.scalars(capital.order_by(Firm.id.desc()).limit(COMPARED)))
    return {name: int(median(amounts)) for name, amounts in known.items() if len(amounts) >= FEWEST}
