"""The bureau's own packs as files: instance/packs/<policy>/<digest>.yaml, written once and never changed.

The row keeps the text too, so every process and every backup has it; whichever of the two fits the digest is used, and
one that does not is told and never judged by.
"""

import os
import tempfile
from collections.abc import Collection
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from flask import current_app

from crm.policies.models import PolicyEdition
from crm.rules.document import MOST_BYTES


class FileState(StrEnum):
    """How the file of an edition stands."""

    SOUND = "sound"
    MISSING = "missing"
    CHANGED = "changed"


def path_of(edition: PolicyEdition) -> Path:
    """Return where the file lies; policy id and digest are ours, nothing else typed becomes part of a path."""
    return Path(current_app.config["PACKS"]) / edition.file_name


def keep(edition: PolicyEdition) -> None:
    """Write the file, whole or not at all; one that is there already is left as it is."""
    path = path_of(edition)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(descriptor, "wb") as file:
        file.write(edition.text.encode())
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o444)
    Path(temporary).rename(path)


def strays(known: Collection[str]) -> list[str]:
    """Return the files of the folder that are none of ``known`` file names: nobody proposed them, nothing uses them."""
    folder = Path(current_app.config["PACKS"])
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return sorted({path.relative_to(folder).as_posix() for path in found} - set(known))


def stray_text(name: str, known: Collection[str]) -> str | None:
    """Return the text of one of ``strays``; None for a name that is none of them, and for what is no text."""
    if name not in strays(known):
        return None
    try:
        return plain((Path(current_app.config["PACKS"]) / name).read_bytes()[:MOST_BYTES].decode())
    except (OSError, UnicodeDecodeError):
        return None


def state(edition: PolicyEdition) -> FileState:
    """Return whether the file is there and says what was proposed."""
    try:
        content = path_of(edition).read_bytes()
    except OSError:
        return FileState.MISSING
    return FileState.SOUND if sha256(content).hexdigest() == edition.digest else FileState.CHANGED


def sound_text(edition: PolicyEdition) -> str | None:
    """Return the text that fits the digest: the row's, else the file's; None when both were changed."""
    if digest_of(edition.text) == edition.digest:
        return edition.text
    return path_of(edition).read_text(encoding="utf-8") if state(edition) is FileState.SOUND else None


def digest_of(text: str) -> str:
    """Return what a text is known by."""
    return sha256(text.encode()).hexdigest()


def plain(text: str) -> str:
    """Return a text as it is kept: without a byte order mark, lines ended the one way, the last one too."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip()
    return f"{lines}\n"
