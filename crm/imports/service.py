"""What is done with a list: taken in, checked, applied, undone, sent back with its errors marked."""

from collections.abc import Mapping

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.lists import ImportStatus, RowOutcome
from crm.domain.money import Unit
from crm.imports import finding, queries
from crm.imports import layout as layouts
from crm.imports.layout import Layout
from crm.imports.models import Import
from crm.journal.service import record
from crm.kit import clock, files, jobs, sheets
from crm.kit.db import db

AGAIN = frozenset({ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.FAILED})


def create(owner: User, file_name: str, content: bytes, sender: str | None = None) -> Import:
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
        sender=sender,
        file_name=file_name[-200:],
        file_key=stored.key,
        file_sha256=stored.sha256,
        mapping=layouts.dump(found[0]),
        created_at=clock.now(),
    )
    db.session.add(item)
    db.session.flush()
    told = {"file": item.file_name, "sha256": stored.sha256, "sender": sender}
    record("import.created", owner, "import", item.id, **told)
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


def check_again(item: Import, owner: User) -> None:
    """Queue the dry run anew, against the register as it is now. Raises Refused when the list is at work or written."""
    job = queries.job_of(item)
    if standing(item) not in AGAIN or (job is not None and not job.over) or not layout_of(item).complete:
        raise Refused("这份表格正在处理，或已经写入")
    check(item, owner)


def apply(item: Import, owner: User, *, whole: bool) -> None:
    """Queue the writing of what the dry run showed: all of it or, unless ``whole``, the rows that are in order.

    Raises Refused unless the list has been checked and not been applied yet, and when ``whole`` cannot be.
    """
    if standing(item) is not ImportStatus.CHECKED:
        raise Refused("这份表格现在不能写入：要先预检，且只能写入一次")
    counts = item.counts or {}
    if not any(counts.get(outcome) for outcome in (RowOutcome.CREATE, RowOutcome.UPDATE)):
        raise Refused("没有可以写入的行")
    left = sum(counts.get(outcome, 0) for outcome in (RowOutcome.REJECT, RowOutcome.UNSURE))
    if whole and left:
        raise Refused("有{count}行不能导入或还没有确认，不能整表写入", count=left)
    item.status, item.error = ImportStatus.APPLYING, None
    item.job_id = jobs.enqueue("imports.apply", owner.id, {"import_id": item.id, "whole": whole}).id


def undo(item: Import, owner: User) -> None:
    """Queue taking the list back; rows that stayed last time are tried again.

    Raises Refused when nothing of the list stands in the register.
    """
    if standing(item) not in {ImportStatus.APPLIED, ImportStatus.UNDONE} or not queries.undoable(item):
        raise Refused("这份表格没有可以撤销的行")
    item.status = ImportStatus.UNDOING
    item.job_id = jobs.enqueue("imports.undo", owner.id, {"import_id": item.id}).id


def standing(item: Import) -> ImportStatus:
    """Return where a list really stands."""
    return standing_of(item, queries.job_of(item))


def standing_of(item: Import, job: jobs.Job | None) -> ImportStatus:
    """Return where a list with this job stands: one that was cancelled or failed has left it as it was before."""
    if job is not None and not job.over:
        return item.status
    before = ImportStatus.UNDONE if item.undone_at else ImportStatus.APPLIED
    return {ImportStatus.APPLYING: ImportStatus.CHECKED, ImportStatus.UNDOING: before}.get(item.status, item.status)


def marked(item: Import, title: str, notes: Mapping[int, str], comments: Mapping[tuple[int, int], str]) -> bytes:
    """Return the workbook that came, with a column saying what became of each row and comments on its faulty cells."""
    layout = layout_of(item)
    return sheets.annotate(files.read(item.file_key), layout.sheet, layout.heading_row, notes, title, comments)


def raw(item: Import) -> bytes:
    """Return the file as it came."""
    return files.read(item.file_key)


def layout_of(item: Import) -> Layout:
    """Return how the list is read."""
    return layouts.load(item.mapping or {})


def originals(item: Import, numbers: set[int]) -> tuple[list[str], dict[int, list[sheets.Cell]]]:
    """Return the headings of the list and its rows of these numbers, cells as they came."""
    layout = layout_of(item)
    sheet = next(page for page in sheets.read(files.read(item.file_key)) if page.name == layout.sheet)
    headings = [str(cell or "") for cell in sheet.rows[layout.heading_row - 1]]
    lines = enumerate(sheet.rows[layout.heading_row :], start=layout.heading_row + 1)
    return headings, {number: line for number, line in lines if number in numbers}
