"""A file of a whole register into an empty one: all of it, proved to be the same, or nothing."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from crm.domain.errors import Refused
from crm.domain.words import N_
from crm.firms import names
from crm.journal import service as journal
from crm.journal.models import ChainHead
from crm.kit import files
from crm.kit.db import db
from crm.transfer import queries, rows, rules
from crm.transfer.service import MANIFEST

BROKEN = N_("文件损坏，或不是整库导出的文件：请重新拷贝一份再试")


def read(source: Path, actor: journal.Actor) -> dict[str, Any]:
    """Load ``source`` in the caller's transaction and return its manifest.

    Raises Refused, and leaves no trace, when the register is not empty, when the file was made by another schema, when
    a count or a checksum differs, or when the trail does not hold.
    """
    connection = db.session.connection()
    filled = queries.first_filled(connection)
    if filled:
        raise Refused(
            "这个登记库不是空的（{table} 表已有 {rows} 行）：整库导入只能进刚建好的空库",
            table=filled[0],
            rows=filled[1],
        )
    new: list[Path] = []
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _manifest(archive)
            _same_schema(manifest, connection)
            _load(archive, manifest, connection)
            _bring_files(archive, manifest, new)
        _prove(manifest, connection)
        names.refresh()
    except (zipfile.BadZipFile, EOFError, KeyError):
        _take_away(new)
        raise Refused(BROKEN) from None
    except BaseException:
        _take_away(new)
        raise
    total = sum(table["rows"] for table in manifest["tables"])
    journal.record(
        "register.imported", actor, "register", None,
        reason=manifest["reason"], rows=total, files=len(manifest["files"]), made_at=manifest["made_at"],
    )  # fmt: skip
    return manifest


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        manifest = json.loads(archive.read(MANIFEST))
    except ValueError:
        raise Refused(BROKEN) from None
    if manifest.get("format") != rules.FORMAT:
        raise Refused(BROKEN)
    if manifest["version"] != rules.VERSION:
        raise Refused(
            "文件的格式是第 {version} 版，这个程序只读第 {own} 版：请用同一版本的程序",
            version=manifest["version"],
            own=rules.VERSION,
        )
    return manifest  # type: ignore[no-any-return]


def _same_schema(manifest: dict[str, Any], connection: Connection) -> None:
    own = queries.schema_of(connection)
    if manifest["schema"] != own:
        raise Refused(
            "文件出自结构版本 {theirs}，这个库是 {own}：两边装同一版本的程序并运行 flask db upgrade 后再试",
            theirs=manifest["schema"],
            own=own,
        )
    if {table["name"] for table in manifest["tables"]} != {table.name for table in rules.tables()}:
        raise Refused(BROKEN)


def _load(archive: zipfile.ZipFile, manifest: dict[str, Any], connection: Connection) -> None:
    told = {table["name"]: table for table in manifest["tables"]}
    with _keys_checked_at_the_end(connection):
        # The one row that migrations leave; the file brings its own.
        connection.execute(delete(ChainHead))
        for table in rules.tables():
            digest = sha256()
            with archive.open(f"tables/{table.name}.jsonl") as member:
                try:
                    count = rows.load(connection, table, _counted(member, digest))
                except StatementError as error:
                    raise Refused("表 {table} 写不进去：{error}", table=table.name, error=error.orig) from None
            if count != told[table.name]["rows"] or digest.hexdigest() != told[table.name]["sha256"]:
                raise Refused("表 {table} 与清单的行数或校验值不符：文件被改动过或不完整", table=table.name)
    if connection.dialect.name == "postgresql":
        for table in rules.tables():
            _count_on(connection, table)


def _counted(member: Any, digest: Any) -> Iterator[bytes]:
    for line in member:
        digest.update(line)
        yield line


@contextmanager
def _keys_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """Put foreign keys off until all is loaded: a firm names its officer, and a firm's people name their firm."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise Refused("表 {table} 里有一行指向不存在的记录", table=orphans[0][0])
        return
    foreign = text(
        "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    )
    keys = connection.execute(foreign).all()
    for table, key in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} ALTER CONSTRAINT {key} DEFERRABLE INITIALLY DEFERRED")
    connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    yield
    try:
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    except DBAPIError as error:
        raise Refused("有一行指向不存在的记录：{error}", error=error.orig) from None
    for table, key in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} ALTER CONSTRAINT {key} NOT DEFERRABLE")


def _count_on(connection: Connection, table: Table) -> None:
    """Let the next row get a number behind the last; PostgreSQL does not look at numbers it did not give itself."""
    key = table.autoincrement_column
    if key is None:
        return
    series = connection.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', key.name)))
    last = connection.scalar(select(func.max(key)))
    if series and last:
        connection.execute(select(func.setval(series, last)))


def _bring_files(archive: zipfile.ZipFile, manifest: dict[str, Any], new: list[Path]) -> None:
    """Put the files into the store; ``new`` gathers those that were not there, to be taken away again on a failure."""
    for told in manifest["files"]:
        content = archive.read(f"files/{told['key']}")
        digest = sha256(content).hexdigest()
        if told["key"] != f"{digest[:2]}/{digest}":
            raise Refused("文件 {key} 与清单的校验值不符：文件被改动过或不完整", key=told["key"])
        path = files.path_of(told["key"])
        if not path.exists():
            new.append(path)
        files.store(content)


def _take_away(new: list[Path]) -> None:
    for path in new:
        path.unlink(missing_ok=True)


def _prove(manifest: dict[str, Any], connection: Connection) -> None:
    """Write every table again from this database and compare: the same bytes, row for row; then walk the trail."""
    for told in manifest["tables"]:
        table = db.metadata.tables[told["name"]]
        digest, count = sha256(), 0
        for line in rows.lines(connection, table):
            digest.update(line)
            count += 1
        if (count, digest.hexdigest()) != (told["rows"], told["sha256"]):
            raise Refused("表 {table} 读回来与文件不一致：没有导入", table=table.name)
    broken_at = journal.verify()
    if broken_at is not None:
        raise Refused("审计链在第 {event} 条断开：来源的日志被改动过，没有导入", event=broken_at)
