"""The whole register into a file, and a file into an empty register: each proves by counts and checksums that it fits.

The format is told in docs/register-format.md and, table by table, in the manifest of every file.
"""

import json
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.domain.words import N_
from crm.journal.service import Actor, record
from crm.kit import clock, files, jobs
from crm.kit.db import snapshot, transaction
from crm.transfer import queries, rows, rules

EXPORT = "transfer.export"
MANIFEST = "manifest.json"
SAY_EVERY = 20_000  # rows

Tell = Callable[[int, int, str], None]
_KEY = re.compile(rb'"([0-9a-f]{2})/(\1[0-9a-f]{62})"')


@dataclass(frozen=True)
class Told:
    """What a file holds: its own SHA-256, rows and files; ``missing`` are files the store has lost or damaged."""

    sha256: str
    rows: int
    files: int
    missing: tuple[str, ...]


def write(target: Path, by: str, reason: str, tell: Tell = lambda done, total, stage: None) -> Told:
    """Write the register, as it is at this moment, to ``target``; nothing is held in memory but a batch of rows."""
    found: set[str] = set()
    with snapshot() as connection, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        counts = {table.name: queries.rows_of(connection, table) for table in rules.tables()}
        total, done, told = sum(counts.values()), 0, []
        for table in rules.tables():
            digest, count = sha256(), 0
            with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
                for line in rows.lines(connection, table):
                    member.write(line)
                    digest.update(line)
                    found |= {b"/".join(key).decode() for key in _KEY.findall(line)}
                    count += 1
                    if (done + count) % SAY_EVERY == 0:
                        tell(done + count, total, N_("逐表写出"))
            done += count
            told.append(
                {"name": table.name, "rows": count, "sha256": digest.hexdigest(), "columns": rules.describe(table)}
            )
            tell(done, total, N_("逐表写出"))
        kept, missing = _write_files(archive, sorted(found), tell)
        manifest = {
            "format": rules.FORMAT,
            "version": rules.VERSION,
            "schema": queries.schema_of(connection),
            "made_at": clock.now().isoformat(),
            "made_by": by,
            "reason": reason,
            "tables": told,
            "files": kept,
            "missing_files": missing,
            "left_behind": sorted(rules.STAYS),
        }
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    with target.open("rb") as file:
        return Told(_digest_of(file), done, len(kept), tuple(missing))


def _write_files(archive: zipfile.ZipFile, keys: list[str], tell: Tell) -> tuple[list[dict[str, Any]], list[str]]:
    """Copy the files the rows speak of; one that is gone or is not what its name says is told, not copied."""
    kept: list[dict[str, Any]] = []
    missing: list[str] = []
    for done, key in enumerate(keys):
        if done % 100 == 0:
            tell(done, len(keys), N_("附上文件"))
        path = files.path_of(key)
        if not path.exists():
            missing.append(key)
            continue
        with path.open("rb") as file:
            sound = _digest_of(file) == key.rpartition("/")[2]
        if sound:
            archive.write(path, f"files/{key}")
            kept.append({"key": key, "size": path.stat().st_size})
        else:
            missing.append(key)
    return kept, missing


def _digest_of(file: Any) -> str:
    digest = sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


def start_export(actor: User, reason: str) -> jobs.Job:
    """Queue the export; it is recorded when the file is there, with its checksum."""
    return jobs.enqueue(EXPORT, actor.id, {"owner_id": actor.id, "reason": reason})


@jobs.handles(EXPORT)
def _export(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    with transaction(writing=False):
        name = accounts.get(params["owner_id"]).name
    with tempfile.NamedTemporaryFile(dir=files.folder(), prefix=".register-", delete=False) as file:
        temporary = Path(file.name)
    try:
        told = write(temporary, name, params["reason"], step.at)
        stored = files.adopt(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    with transaction():
        note(accounts.get(params["owner_id"]), params["reason"], told)
    return {"file_key": stored.key, "file_name": f"qiti-register-{clock.today().isoformat()}.zip"}


def note(actor: Actor, reason: str, told: Told) -> None:
    """Record an export in the trail."""
    record(
        "register.exported", actor, "register", None,
        reason=reason, rows=told.rows, files=told.files, sha256=told.sha256, missing=list(told.missing),
    )  # fmt: skip
