"""What is done with a list: taken in, checked, applied, undone, sent back with its errors marked."""

from collections.abc import Mapping

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.lists import ImportStatus, RowOutcome
from crm.imports import layout as layouts
from crm.imports import mapping, queries, readings
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
    look = mapping.first_look(sheets.read(content), owner, sender)
    stored = files.store(content)
    item = Import(
        owner_id=owner.id,
        sender=sender,
        file_name=file_name[-200:],
        file_key=stored.key,
        file_sha256=stored.sha256,
        mapping=layouts.dump(look.layout),
        created_at=clock.now(),
    )
    db.session.add(item)
    db.session.flush()
    told = {"file": item.file_name, "sha256": stored.sha256, "sender": sender}
    record("import.created", owner, "import", item.id, **told)
    if look.settled:
        check(item, owner)
    return item


def decide(item: Import, owner: User, decided: Layout) -> None:
    """Read the list by ``decided``, remember it for the next of its kind, and queue the dry run.

    Raises Refused while the list is at work or written, and while something is still open.
    """
    if not may_be_read_anew(item):
        raise Refused("这份表格正在处理，或已经写入，不能再改读法")
    if not decided.complete:
        raise Refused("还有没有说明的列：见下面标出的地方")
    item.mapping = layouts.dump(decided)
    readings.remember(decided, owner, item.sender)
    read_as = {sheets.column_letters(c.index): c.field for c in decided.columns if c.field}
    record("import.read_as", owner, "import", item.id, sheet=decided.sheet, kind=decided.kind, columns=read_as)
    check(item, owner)


def may_be_read_anew(item: Import) -> bool:
    """Return whether nothing of the list is written or at work."""
    job = queries.job_of(item)
    return standing(item) in AGAIN and (job is None or job.over)


def another(item: Import, owner: User, sheet: str) -> Import:
    """Bring another sheet of the same file in as a list of its own. Raises Refused when there is no such sheet."""
    page = mapping.page_of(mapping.pages_of(item), sheet)
    beside = Import(
        owner_id=owner.id,
        sender=item.sender,
        file_name=item.file_name,
        file_key=item.file_key,
        file_sha256=item.file_sha256,
        mapping=layouts.dump(mapping.propose(page, mapping.Asked(sheet), owner, item.sender)),
        created_at=clock.now(),
    )
    db.session.add(beside)
    db.session.flush()
    told = {"file": item.file_name, "sha256": item.file_sha256, "sender": item.sender, "sheet": sheet}
    record("import.created", owner, "import", beside.id, **told)
    return beside


def check(item: Import, owner: User) -> None:
    """Queue the dry run."""
    item.status, item.error = ImportStatus.UPLOADED, None
    item.job_id = jobs.enqueue("imports.check", owner.id, {"import_id": item.id}).id


def check_again(item: Import, owner: User) -> None:
    """Queue the dry run anew, against the register as it is now. Raises Refused when the list is at work or written."""
    if not may_be_read_anew(item) or not layout_of(item).complete:
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
