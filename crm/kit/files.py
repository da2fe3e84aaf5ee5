"""Files that people bring: kept by content, named by us, given out as downloads only."""

import os
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from crm.domain.errors import Refused
from crm.kit.db import chunks, db

MAX_ATTACHMENT_BYTES = 20 * 1024 * 1024
# How long the register keeps what it wrote for somebody to fetch.
KEPT_FOR = timedelta(days=7)
# The columns that name files of the store. The same content is kept once, so one file may have many holders.
_holders: list[Any] = []

# What an attachment may be, by its first bytes. Anything a browser would run (html, svg) is not here.
_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "pdf", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"PK\x03\x04", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"PK\x03\x04", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls", "application/vnd.ms-excel"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc", "application/msword"),
)


@dataclass(frozen=True)
class Stored:
    """A file in the store: ``key`` finds it again; ``size`` is in bytes."""

    key: str
    sha256: str
    size: int


def media_type(name: str, content: bytes) -> str:
    """Return the media type when name and content agree on an allowed kind.

    Raises Refused otherwise, saying which kinds are taken.
    """
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    ending = {"jpeg": "jpg"}.get(ending, ending)
    for magic, kind, media in _KINDS:
        if kind == ending and content.startswith(magic):
            return media
    raise Refused("不接受这种文件：请上传 PDF、PNG、JPG、Word 或 Excel 文件，文件名后缀须与内容一致")


def store(content: bytes) -> Stored:
    """Keep ``content`` whole or not at all; the same content is kept once."""
    digest = sha256(content).hexdigest()
    key = f"{digest[:2]}/{digest}"
    path = path_of(key)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).rename(path)
    return Stored(key, digest, len(content))


def held_by(column: Any) -> None:
    """Say that ``column`` names files of the store: whoever keeps keys says so."""
    _holders.append(column)


def let_go(keys: Collection[str]) -> None:
    """Remove files that no record names any more; the records have let go of them in the caller's transaction."""
    db.session.flush()
    still = {
        key
        for column in _holders
        for part in chunks(keys)
        for key in db.session.scalars(select(column).where(column.in_(part)))
    }
    for key in set(keys) - still:
        path_of(key).unlink(missing_ok=True)


def folder() -> Path:
    """Return the folder of the store, made when it is not there: what is to be adopted is written into it."""
    place = Path(current_app.config["UPLOADS"])
    place.mkdir(parents=True, exist_ok=True)
    return place


def adopt(temporary: Path) -> Stored:
    """Keep a file that was written into ``folder()``, however large, without reading it into memory at once."""
    with temporary.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    key = f"{digest[:2]}/{digest}"
    path_of(key).parent.mkdir(parents=True, exist_ok=True)
    size = temporary.stat().st_size
    temporary.rename(path_of(key))
    return Stored(key, digest, size)


def path_of(key: str) -> Path:
    """Return where the file of ``key`` lies; keys are ours, so nothing a user typed becomes a path."""
    return Path(current_app.config["UPLOADS"]) / key


def read(key: str) -> bytes:
    """Return the content kept under ``key``."""
    return path_of(key).read_bytes()
