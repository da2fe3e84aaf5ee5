"""A list taken out: firms picked, columns chosen, a reason given, a file written, the act recorded."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.domain.access import Permission, may
from crm.domain.errors import Refused
from crm.domain.exports import LONGEST_REASON, SHORTEST_REASON, FileFormat, RowKind
from crm.domain.money import Unit
from crm.domain.words import N_
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.journal.service import record
from crm.kit import clock, files, jobs, sheets_out
from crm.kit.db import db, transaction
from crm.lists import addresses, choices, export_columns, layouts, queries, telling
from crm.lists.asked import Asked
from crm.lists.columns import Column
from crm.lists.export_models import Export
from crm.lists.picked import Picked

JOB = "lists.export"
TICKED, EVERYTHING = "逐家勾选", "全部企业"
MOST = 100_000
AT_ONCE = 1_000
BATCH = 1_000
WIDTHS = {"code": 22, "day": 12, "moment": 17, "number": 10, "year": 8, "wan": 16, "rung": 14, "option": 12}
Reading = Callable[[], AbstractContextManager[Any]]
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Wanted:
    """What the file is to be: what a row is about, its columns, the kind of file, the reason."""

    row_kind: RowKind
    places: Sequence[layouts.Place]
    file_format: FileFormat
    reason: str


def start(user: User, picked: Picked, query: str) -> Export:
    """Keep which firms are to go out; the columns come next. ``query`` is the address of the list they stand on."""
    export = Export(
        owner_id=user.id,
        query=query,
        ids=None if picked.asked else picked.ids,
        count=len(picked.ids),
        about=about(picked.asked, user) if picked.asked else TICKED,
        created_at=clock.now(),
    )
    db.session.add(export)
    db.session.flush()
    return export


def get(user: User, export_id: int) -> Export:
    """Return one of one's own exports; NotFound (404) for somebody else's."""
    return db.one_or_404(select(Export).where(Export.id == export_id, Export.owner_id == user.id))


def latest(user: User, limit: int = 50) -> list[Export]:
    """Return one's own exports that were made, newest first."""
    query = select(Export).where(Export.owner_id == user.id, Export.row_kind.is_not(None))
    return list(db.session.scalars(query.order_by(Export.id.desc()).limit(limit)))


def list_of(export: Export) -> Asked:
    """Return what the list was asked from which the firms were picked."""
    return addresses.asked_of(export.query, clock.today())


def about(asked: Asked, user: User) -> str:
    """Tell in words what a list was asked; the trail keeps one language."""
    with force_locale("zh_CN"):
        tree = asked.conditions()
        names = choices.names([tree], user)
        return " 且 ".join(telling.told(part, names) for part in tree.parts) or EVERYTHING


def make(user: User, export: Export, wanted: Wanted) -> None:
    """Write the file now, or queue it when the list is long. Raises Refused without columns, or without a reason.

    Unmasked personal data leave the house for a stated reason only.
    """
    if export.row_kind is not None:
        raise Refused("这次导出已经做过：请回到列表重新选择")
    if not wanted.places:
        raise Refused("请至少选择一列")
    if len(wanted.places) > layouts.MOST_PLACES:
        raise Refused("一次最多导出{limit}列", limit=layouts.MOST_PLACES)
    personal = any(column.personal for column, _unit, _heading in _columns(user, wanted.row_kind, wanted.places))
    export.personal = personal and may(user.role, Permission.LIST_EXPORT_PEOPLE)
    if len(wanted.reason) > LONGEST_REASON:
        raise Refused("事由最多{limit}个字", limit=LONGEST_REASON, field="reason")
    if export.personal and len(wanted.reason) < SHORTEST_REASON:
        raise Refused("所选的列含个人信息：请写明事由，至少{limit}个字", limit=SHORTEST_REASON, field="reason")
    export.row_kind, export.places = wanted.row_kind, layouts.dump(wanted.places)
    export.file_format, export.reason = wanted.file_format, wanted.reason
    if export.count > AT_ONCE:
        export.job_id = jobs.enqueue(JOB, user.id, {"export_id": export.id}, total=export.count).id
        return
    stored, rows = _write(user, export, clock.today(), nullcontext, lambda done, total, stage: None)
    _finish(user, export, stored, rows)


@jobs.handles(JOB)
def _in_background(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    with transaction(writing=False):
        export = db.session.get_one(Export, params["export_id"])
        user = accounts.get(export.owner_id)
        db.session.expunge_all()
    if not user.active or not may(user.role, Permission.LIST_EXPORT):
        raise Refused("您已没有导出的权限")
    stored, rows = _write(user, export, clock.today(), lambda: transaction(writing=False), step.at)
    with transaction():
        export = db.session.get_one(Export, params["export_id"])
        if export.done_at is None:
            _finish(accounts.get(export.owner_id), export, stored, rows)
    return {"rows": rows}


def _finish(user: User, export: Export, stored: files.Stored, rows: int) -> None:
    ending = "xlsx" if export.file_format is FileFormat.XLSX else "csv"
    export.file_key, export.sha256, export.rows = stored.key, stored.sha256, rows
    export.file_name = f"企业名单-{clock.today().isoformat()}-{export.id}.{ending}"
    export.done_at = clock.now()
    kind, places = _kind(export), layouts.read(export.places or [])
    record(
        "list.exported", user, "export", export.id,
        reason=export.reason, rows=rows, firms=export.count, filter=export.about, personal=export.personal,
        columns=[heading for _column, _unit, heading in _columns(user, kind, places)],
        format=export.file_format, sha256=stored.sha256,
    )  # fmt: skip


def _kind(export: Export) -> RowKind:
    if export.row_kind is None:
        raise ValueError("an export without columns cannot be written")
    return export.row_kind


def _columns(user: User, kind: RowKind, places: Sequence[layouts.Place]) -> list[tuple[Column, Unit, str]]:
    """Return (column, unit, heading) of the places; a column gone, or closed to ``user``, is passed over."""
    found = ((export_columns.find(place.column, kind, user), place) for place in places)
    return [
        (column, place.unit, place.heading or export_columns.heading(column, kind, place.unit))
        for column, place in found
        if column
    ]


def _write(user: User, export: Export, today: date, reading: Reading, tell: Tell) -> tuple[files.Stored, int]:
    """Write the file into the store; ``reading`` opens a transaction for each batch of firms."""
    kind = _kind(export)
    columns = _columns(user, kind, layouts.read(export.places or []))
    wanted = [(column, unit) for column, unit, _heading in columns]
    headings = [heading for _column, _unit, heading in columns]
    asked = list_of(export)
    with reading():
        ids = queries.ids(user, asked, asked.day(today), MOST) if export.ids is None else export.ids
        ids = export_columns.in_order(ids, kind, asked.day(today))
    written = 0

    def rows() -> Iterator[list[Any]]:
        nonlocal written
        for start in range(0, len(ids), BATCH):
            tell(start, len(ids), N_("逐批写出"))
            with reading():
                found = _firms(user, ids[start : start + BATCH])
                items = export_columns.items(found, kind, asked.day(today), written + 1)
                cells = list(export_columns.lines(items, kind, wanted, asked.day(today), masked=not export.personal))
            written += len(cells)
            yield from cells

    with tempfile.NamedTemporaryFile(dir=files.folder(), prefix=".export-", delete=False) as file:
        path = Path(file.name)
    try:
        mark = watermark(user, export.reason)
        if export.file_format is FileFormat.XLSX:
            widths = [WIDTHS.get(column.kind, 34 if column.key in {"name", "address"} else 16) for column, _ in wanted]
            sheets_out.xlsx(path, mark, headings, widths, rows())
        else:
            encoding = "gb18030" if export.file_format is FileFormat.CSV_GB18030 else "utf-8-sig"
            sheets_out.text(path, encoding, mark, headings, rows())
        return files.adopt(path), written
    finally:
        path.unlink(missing_ok=True)


def _firms(user: User, ids: Sequence[int]) -> list[Firm]:
    """Return the firms in the order given, those left out that ``user`` may not see at this moment."""
    found = {firm.id: firm for firm in db.session.scalars(firms.visible_to(user).where(Firm.id.in_(ids)))}
    return [found[firm_id] for firm_id in ids if firm_id in found]


def watermark(user: User, reason: str) -> str:
    """Return the first line of the file: who took it out, when, why."""
    at = clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    why = " ".join(reason.split())
    return "｜".join([sheets_out.MARK, f"{user.name}（{user.username}）", at, *([f"事由：{why}"] if why else [])])


def tidy() -> None:
    """Let go of files kept long enough and of choices that came to nothing."""
    old, keys = clock.now() - files.KEPT_FOR, set()
    for export in db.session.scalars(select(Export).where(Export.created_at < old, Export.file_key.is_not(None))):
        keys.add(str(export.file_key))
        export.file_key = None
    files.let_go(keys)
    for export in db.session.scalars(select(Export).where(Export.created_at < old, Export.row_kind.is_(None))):
        db.session.delete(export)
