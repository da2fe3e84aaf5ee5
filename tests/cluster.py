"""A PostgreSQL cluster of the tests' own: made, started, used over its socket, stopped, gone."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The whole suite runs once on each database: QITI_TEST_DATABASE=postgresql chooses the second.
ON_POSTGRESQL = os.environ.get("QITI_TEST_DATABASE") == "postgresql"


def binaries() -> Path | None:
    """Return the folder of Debian's newest PostgreSQL, or None when none is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def memory() -> str | None:
    """Return a folder in memory when there is room: a database a test, copied there in a twentieth of the time."""
    shared = Path("/dev/shm")  # noqa: S108 - what lies there is the tests' own and goes with them
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > 4 * 1024**3 else None


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of an empty cluster: postgresql+psycopg://… with the database name left for the caller."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="qiti-pg-", dir=memory()))
    as_owner: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_owner = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    run = {"check": True, "capture_output": True, "cwd": "/"}
    initdb = [*as_owner, str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync"]
    subprocess.run([*initdb, "--locale=C.UTF-8", "-E", "UTF8"], **run)
    control = [*as_owner, str(programs / "pg_ctl"), "-D", str(data)]
    # Commits stay synchronous and on disk in real life; here only the rules are under test.
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60 -c autovacuum=off"
    subprocess.run([*control, "-w", "-l", str(folder / "log"), "-o", options, "start"], **run)
    try:
        yield f"postgresql+psycopg://postgres@/{{database}}?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder, ignore_errors=True)
