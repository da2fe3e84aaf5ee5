"""What is done with a list: taken in, checked, applied as a whole, sent back with its errors marked."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.lists import ImportStatus, RowOutcome
from crm.domain.money import Unit
from crm.domain.records import FIGURES, Jurisdiction, Source
from crm.domain.words import N_
from crm.firms import derived, names
from crm.firms.models import AnnualReturn, Certification, Contact, Firm, FormerName, Move
from crm.imports import finding, plan, recognise
from crm.imports import layout as layouts
from crm.imports.layout import Layout
from crm.imports.models import Import, ImportRow
from crm.imports.plan import IDENTITY, Planned
from crm.journal.service import Entry, record, record_many
from crm.kit import clock, files, jobs, sheets
from crm.kit.db import Base, db, transaction

Writes = dict[type[Base], list[dict[str, Any]]]
Edits = dict[tuple[str, ...], list[dict[str, Any]]]


def create(owner: User, file_name: str, content: bytes) -> Import:
    """Keep the raw file, find out how it is laid out, and queue the dry run when nothing has to be asked.

    Raises Refused when the file is no list of firms.
    """
    pages = sheets.read(content)
    found = [found for page in pages if not page.hidden and (found := finding.find(page))]
    if not found:
        raise Refused("没有找到表头：要有一行写着“企业名称”或“统一社会信用代码”和另一列，请对照模板检查", field="file")
    stored = files.store(content)
    item = Import(
        owner_id=owner.id,
        file_name=file_name[-200:],
        file_key=stored.key,
        file_sha256=stored.sha256,
        mapping=layouts.dump(found[0]),
        created_at=clock.now(),
    )
    db.session.add(item)
    db.session.flush()
    record("import.created", owner, "import", item.id, file=item.file_name, sha256=stored.sha256)
    if found[0].complete:
        check(item, owner)
    return item


def decide(item: Import, owner: User, answers: dict[int, tuple[str | None, Unit | None]]) -> None:
    """Take the answers to what the headings left open, {column index: (field, unit)}, and queue the dry run.

    Raises Refused while something is still open.
    """
    decided = layouts.decide(layout_of(item), answers)
    item.mapping = layouts.dump(decided)
    check(item, owner)


def check(item: Import, owner: User) -> None:
    """Queue the dry run."""
    item.status, item.error = ImportStatus.UPLOADED, None
    item.job_id = jobs.enqueue("imports.check", owner.id, {"import_id": item.id}).id


def apply(item: Import, owner: User, confirmed: dict[int, int]) -> None:
    """Queue the writing of what the dry run showed. ``confirmed`` {row number: firm id} settles unsure rows.

    Raises Refused unless the list has been checked and not been applied yet.
    """
    if item.status is not ImportStatus.CHECKED:
        raise Refused("这份表格现在不能写入：要先预检，且只能写入一次")
    counts = item.counts or {}
    if not confirmed and not any(counts.get(outcome) for outcome in (RowOutcome.CREATE, RowOutcome.UPDATE)):
        raise Refused("没有可以写入的行")
    item.status = ImportStatus.APPLYING
    params = {"import_id": item.id, "confirmed": {str(number): firm for number, firm in confirmed.items()}}
    item.job_id = jobs.enqueue("imports.apply", owner.id, params).id


def marked(item: Import, title: str, notes: Mapping[int, str], comments: Mapping[tuple[int, int], str]) -> bytes:
    """Return the workbook that came, with a column saying what became of each row and comments on its faulty cells."""
    layout = layout_of(item)
    return sheets.annotate(files.read(item.file_key), layout.sheet, layout.heading_row, notes, title, comments)


def _sheet(content: bytes, layout: Layout) -> sheets.Sheet:
    return next(page for page in sheets.read(content) if page.name == layout.sheet)


@jobs.handles("imports.check")
def _check(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    """Plan every row and keep the plan; the register itself is only read."""
    import_id = params["import_id"]
    with transaction(writing=False):
        item = db.session.get_one(Import, import_id)
        content, layout = files.read(item.file_key), layout_of(item)
        owner_id = item.owner_id
    try:
        step.at(0, 3, N_("读取表格"))
        rows = recognise.rows(layout, _sheet(content, layout), clock.today().year)
        step.at(1, 3, N_("与库中档案比对"))
        with transaction(writing=False):
            planned = plan.make(rows, db.session.get_one(User, owner_id), {})
            kept = [_row(import_id, p) for p in planned]
        step.at(2, 3, N_("保存预检结果"))
    except Refused as refusal:
        with transaction():
            failed = db.session.get_one(Import, import_id)
            failed.status, failed.error = ImportStatus.FAILED, str(refusal)
        raise
    counts = Counter(row["outcome"].value for row in kept)
    with transaction():
        db.session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
        if kept:
            db.session.execute(insert(ImportRow), kept)
        item = db.session.get_one(Import, import_id)
        item.status, item.counts = ImportStatus.CHECKED, dict(counts)
    return {"counts": dict(counts)}


@jobs.handles("imports.apply")
def _apply(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    """Write the list in one transaction: killed at any moment, all of it is there or nothing."""
    import_id = params["import_id"]
    confirmed = {int(number): firm for number, firm in params["confirmed"].items()}
    with transaction(writing=False):
        item = db.session.get_one(Import, import_id)
        if item.status is ImportStatus.APPLIED:
            return {"counts": item.counts}  # the work was kept, only the answer was lost
        content, layout = files.read(item.file_key), layout_of(item)
    step.at(0, 2, N_("读取表格"))
    rows = recognise.rows(layout, _sheet(content, layout), clock.today().year)
    step.at(1, 2, N_("写入{count}行").format(count=len(rows)))
    try:
        with transaction():
            item = db.session.get_one(Import, import_id)
            owner = db.session.get_one(User, item.owner_id)
            planned = plan.make(rows, owner, confirmed)
            _refuse_unless_as_shown(import_id, planned, confirmed)
            _write(planned, owner, item)
            item.status, item.applied_at = ImportStatus.APPLIED, clock.now()
            item.counts = dict(Counter(p.outcome.value for p in planned))
            _settle(import_id, planned, confirmed)
            record("import.applied", owner, "import", item.id, counts=item.counts)
            return {"counts": item.counts}
    except Refused as refusal:
        with transaction():
            stale = db.session.get_one(Import, import_id)
            stale.status, stale.error = ImportStatus.FAILED, str(refusal)
        raise


def _refuse_unless_as_shown(import_id: int, planned: list[Planned], confirmed: dict[int, int]) -> None:
    """What is written must be what the dry run showed; the register may have changed meanwhile."""
    query = select(ImportRow.number, ImportRow.outcome, ImportRow.changes).where(ImportRow.import_id == import_id)
    shown = {number: (outcome, held) for number, outcome, held in db.session.execute(query)}
    for item in planned:
        number = item.row.number
        if number not in confirmed and shown.get(number) != (item.outcome, item.changes):
            raise Refused("预检之后库里的数据有变化（第{row}行），没有写入任何内容：请重新预检", row=number)


def _write(planned: list[Planned], owner: User, item: Import) -> None:
    """Write every row that creates or updates, table by table, and record each firm's changes."""
    now, today = clock.now(), clock.today()
    work = [p for p in planned if p.outcome in {RowOutcome.CREATE, RowOutcome.UPDATE}]
    new = [p for p in work if p.outcome is RowOutcome.CREATE]
    if new:
        blank = dict.fromkeys(IDENTITY) | {"clusters": [], "created_at": now, "updated_at": now}
        rows = [blank | {k: p.row.values[k] for k in IDENTITY if k in p.row.values} | {"uscc": p.uscc} for p in new]
        ids = db.session.scalars(insert(Firm).returning(Firm.id, sort_by_parameter_order=True), rows)
        by_code = dict(zip((p.uscc for p in new), ids, strict=True))
        for p in work:
            p.firm_id = p.firm_id or by_code[p.uscc]
    writes: Writes = {}
    edits: Edits = {}
    entries = []
    for p in work:
        _collect(p, owner, today, writes, edits)
        act = "firm.created" if p.outcome is RowOutcome.CREATE else "firm.edited"
        detail = {"changes": p.changes, "import": item.id, "row": p.row.number}
        entries.append(Entry(act, "firm", p.firm_id, p.firm_id, detail))
    firm = Firm.__table__
    for keys, edited in edits.items():
        values = {key: bindparam(key) for key in (*keys, "version", "updated_at")}
        db.session.connection().execute(update(firm).where(firm.c.id == bindparam("the_id")).values(values), edited)
    for table, rows in writes.items():
        db.session.execute(insert(table), rows)
    derived.refresh({p.firm_id for p in work if p.firm_id is not None})
    names.refresh({p.firm_id for p in work if p.firm_id is not None})
    record_many(entries, owner)


def _collect(p: Planned, owner: User, today: date, writes: Writes, edits: Edits) -> None:
    """Put the rows that one planned row writes with those of its table."""

    def add(table: type[Base], **row: Any) -> None:
        writes.setdefault(table, []).append({"firm_id": p.firm_id, **row})

    values = p.row.values
    if p.outcome is RowOutcome.UPDATE:
        changed = {key: values[key] for key in IDENTITY if key in p.changes and key in values}
        if changed:
            edits.setdefault(tuple(changed), []).append(
                {"the_id": p.firm_id, **changed, "version": p.version + 1, "updated_at": clock.now()}
            )
        if "name" in changed and p.changes["name"][0] and p.changes["name"][0] not in _former(p.firm_id):
            add(FormerName, name=p.changes["name"][0], until_on=today)
    for jurisdiction in Jurisdiction:
        key = f"{jurisdiction.value}_district"
        if key in p.changes:
            since = values.get("established_on", today) if p.outcome is RowOutcome.CREATE else today
            if p.outcome is RowOutcome.UPDATE:  # two moves on one day: the later word counts
                same = (Move.firm_id == p.firm_id, Move.jurisdiction == jurisdiction, Move.since_on == since)
                db.session.execute(delete(Move).where(*same))
            add(Move, jurisdiction=jurisdiction, district=values[key], since_on=since, previous=p.changes[key][0])
    for year, figures in p.row.figures.items():
        if any(f"{key}@{year}" in p.changes for key in figures):
            _collect_return(p, owner, year, figures, add)
    if "certificate" in p.changes:
        expires = values.get("cert_expires_on")
        add(
            Certification,
            kind=values["cert_kind"],
            number=values["cert_number"],
            batch=values.get("cert_batch"),
            issued_on=values["cert_issued_on"],
            expires_on=expires,
        )
    elif any(key in p.changes for key in ("cert_batch", "cert_issued_on", "cert_expires_on")):
        columns = {"cert_batch": "batch", "cert_issued_on": "issued_on", "cert_expires_on": "expires_on"}
        db.session.execute(
            update(Certification)
            .where(Certification.firm_id == p.firm_id, Certification.kind == values["cert_kind"])
            .where(Certification.number == values["cert_number"])
            .values({column: values[key] for key, column in columns.items() if key in p.changes})
        )
    if values.get("contact_name") and (p.outcome is RowOutcome.CREATE or "contact_name" in p.changes):
        add(
            Contact, name=values["contact_name"], phone=values.get("contact_phone"), main=p.outcome is RowOutcome.CREATE
        )
    if values.get("former_name") and (p.outcome is RowOutcome.CREATE or "former_name" in p.changes):
        add(FormerName, name=values["former_name"], until_on=None)


def _collect_return(p: Planned, owner: User, year: int, figures: dict[str, int], add: Any) -> None:
    """A statement is never changed: what the list adds to an earlier one makes a new version of the whole."""
    held = p.held.get(year)
    before = {key: getattr(held, key) if held else None for key in FIGURES}
    add(
        AnnualReturn,
        **{**before, **figures},
        year=year,
        source=Source.IMPORT,
        version=held.version + 1 if held else 1,
        stated_at=clock.now(),
        stated_by=owner.name,
    )


def _former(firm_id: int | None) -> set[str]:
    return set(db.session.scalars(select(FormerName.name).where(FormerName.firm_id == firm_id)))


def _settle(import_id: int, planned: list[Planned], confirmed: dict[int, int]) -> None:
    """Keep with each row whose file it went to, and what a confirmed row became."""
    table = ImportRow.__table__
    numbered = select(ImportRow.number, ImportRow.id).where(ImportRow.import_id == import_id)
    ids = {number: row_id for number, row_id in db.session.execute(numbered)}
    settled = [
        {"row": ids[p.row.number], "firm_id": p.firm_id, "outcome": p.outcome, "changes": p.changes}
        for p in planned
        if p.outcome is RowOutcome.CREATE or p.row.number in confirmed
    ]
    if settled:
        values = {key: bindparam(key) for key in ("firm_id", "outcome", "changes")}
        db.session.connection().execute(update(table).where(table.c.id == bindparam("row")).values(values), settled)


def _row(import_id: int, p: Planned) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "number": p.row.number,
        "outcome": p.outcome,
        "uscc": p.uscc,
        "name": p.name,
        "firm_id": p.firm_id,
        "values": {},
        "changes": p.changes,
        "errors": p.row.errors,
    }


def layout_of(item: Import) -> Layout:
    """Return how the list is read."""
    return layouts.load(item.mapping or {})
