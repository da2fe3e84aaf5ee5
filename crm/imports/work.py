"""The long work on a list, done by the worker: the dry run, the writing, the undo.

Each leaves all or nothing: the writing and the undo are one transaction, and a job that a crash broke off is started
again. The register's own lock is held from the plan to the commit, so nothing comes between what is shown and what is
written.
"""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.lists import ImportStatus, RowOutcome
from crm.domain.words import N_
from crm.imports import plan, recognise, undo, writing
from crm.imports.models import Import, ImportRow
from crm.imports.plan import Planned
from crm.imports.recognise import Row
from crm.imports.service import layout_of
from crm.journal.service import plain, record
from crm.kit import clock, files, jobs, sheets
from crm.kit.db import db, transaction

STALE = N_("预检之后库里的数据有变化（第{row}行），没有写入任何内容：请重新预检")
TWICE = N_("写入时别人刚刚登记了同样的记录，没有写入任何内容：请重新预检")
NOT_WHOLE = N_("有{count}行不能导入或还没有确认，整表没有写入")
WRITTEN = (RowOutcome.CREATE, RowOutcome.UPDATE)


@jobs.handles("imports.check")
def check(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    """Plan every row and keep the plan; the register itself is only read."""
    import_id = params["import_id"]
    if not _awaits(import_id, ImportStatus.UPLOADED, step):
        return {}
    with _all_kept(), _failing(import_id):
        step.at(0, 3, N_("读取表格"))
        item, rows = _read(import_id)
        step.at(1, 3, N_("与库中档案比对"))
        with transaction(writing=False):
            item = db.session.get_one(Import, import_id)
            owner = db.session.get_one(User, item.owner_id)
            kept = [_row(import_id, p) for p in plan.make(rows, owner, layout_of(item).kind, clock.today())]
        step.at(2, 3, N_("保存预检结果"))
        counts = dict(Counter(row["outcome"].value for row in kept))
        with transaction():
            db.session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
            if kept:
                db.session.execute(insert(ImportRow), kept)
            item = db.session.get_one(Import, import_id)
            item.status, item.counts = ImportStatus.CHECKED, counts
    return {"counts": counts}


@jobs.handles("imports.apply")
def apply(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    """Write the list in one transaction: killed at any moment, all of it is there or nothing."""
    import_id = params["import_id"]
    if not _awaits(import_id, ImportStatus.APPLYING, step):
        return {}
    with _all_kept(), _failing(import_id):
        step.at(0, writing.STEPS, N_("读取表格"))
        item, rows = _read(import_id)
        step.at(1, writing.STEPS, N_("与库中档案比对"), last=True)
        with transaction():
            step.hold()
            item = db.session.get_one(Import, import_id)
            owner = db.session.get_one(User, item.owner_id)
            planned = plan.make(rows, owner, layout_of(item).kind, clock.today(), lock=True)
            _refuse_unless_as_shown(import_id, planned)
            held_back = [p for p in planned if p.outcome in {RowOutcome.REJECT, RowOutcome.UNSURE}]
            if params["whole"] and held_back:
                raise Refused(NOT_WHOLE, count=len(held_back))
            kept = writing.write(planned, owner, item, step)
            step.tell(5, writing.STEPS, N_("保存逐行结果"))
            item.status, item.applied_at = ImportStatus.APPLIED, clock.now()
            item.whole = params["whole"]
            _keep(import_id, planned, kept)
            record("import.applied", owner, "import", item.id, counts=item.counts)
            return {"counts": item.counts}


@jobs.handles("imports.undo")
def take_back(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    """Take the list back in one transaction; rows that somebody has built upon stay, with the reason."""
    import_id = params["import_id"]
    if not _awaits(import_id, ImportStatus.UNDOING, step):
        return {}
    step.at(0, undo.STEPS, N_("核对写入后的改动"), last=True)
    with _all_kept(), transaction():
        step.hold()
        item = db.session.get_one(Import, import_id)
        owner = db.session.get_one(User, item.owner_id)
        counts = undo.undo(item, owner, step)
        item.status, item.undone_at = ImportStatus.UNDONE, clock.now()
        record("import.undone", owner, "import", item.id, counts=counts)
        return counts


def _awaits(import_id: int, status: ImportStatus, step: jobs.Step) -> bool:
    """Whether the list still waits for this very job: when a crash lost only its answer, the work itself was kept."""
    with transaction(writing=False):
        item = db.session.get_one(Import, import_id)
        return item.status is status and item.job_id == step.job_id


@contextmanager
def _all_kept() -> Iterator[None]:
    """Do not look for what can be thrown away: all of a list lives to the end, and looking takes half the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _failing(import_id: int) -> Iterator[None]:
    """Keep with the list why it was refused."""
    try:
        yield
    except (Refused, IntegrityError) as error:
        refusal = error if isinstance(error, Refused) else Refused(TWICE)
        with transaction():
            failed = db.session.get_one(Import, import_id)
            failed.status, failed.error = ImportStatus.FAILED, str(refusal)
        raise refusal from None


def _read(import_id: int) -> tuple[Import, list[Row]]:
    with transaction(writing=False):
        item = db.session.get_one(Import, import_id)
        content, layout = files.read(item.file_key), layout_of(item)
    sheet = next(page for page in sheets.read(content) if page.name == layout.sheet)
    return item, recognise.rows(layout, sheet, clock.today().year)


def _refuse_unless_as_shown(import_id: int, planned: Sequence[Planned]) -> None:
    """What is written must be what the dry run showed; the register may have changed meanwhile."""
    query = select(ImportRow.number, ImportRow.outcome, ImportRow.changes).where(ImportRow.import_id == import_id)
    shown = {number: (outcome, held) for number, outcome, held in db.session.execute(query)}
    for p in planned:
        if shown.get(p.row.number) != (p.outcome, p.changes):
            raise Refused(STALE, row=p.row.number)


def _keep(import_id: int, planned: Sequence[Planned], kept: writing.Kept) -> None:
    """Keep with each row whose file it went to, and what it wrote there."""
    table = ImportRow.__table__
    numbered = select(ImportRow.number, ImportRow.id).where(ImportRow.import_id == import_id)
    ids = dict(map(tuple, db.session.execute(numbered)))
    rows = [
        {"row": ids[p.row.number], "firm_id": p.firm.id, "written": kept[p.row.number]}
        for p in planned
        if p.outcome in WRITTEN and p.firm is not None
    ]
    if rows:
        values = {key: bindparam(key) for key in ("firm_id", "written")}
        db.session.connection().execute(update(table).where(table.c.id == bindparam("row")).values(values), rows)


def _row(import_id: int, p: Planned) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "number": p.row.number,
        "outcome": p.outcome,
        "uscc": p.row.values.get("uscc"),
        "name": p.row.values.get("name"),
        "firm_id": p.firm.id if p.firm else None,
        "values": plain(p.row.values) if p.outcome is RowOutcome.UNSURE else {},
        "changes": p.changes,
        "errors": p.row.errors,
        "notes": p.notes,
        "question": p.question,
        "candidates": p.offered(),
        "decision_id": p.decision_id,
        "written": None,
        "undone_at": None,
        "kept_because": None,
    }
