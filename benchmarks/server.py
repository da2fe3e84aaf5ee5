"""A register of a given size behind the real server, for as long as a measurement lasts."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

ROOT = Path(__file__).resolve().parents[1]
# Walked before anything is measured: a worker that finds it undone would walk it meanwhile.
NIGHT = """
from crm import create_app, nightly
from crm.kit import clock, jobs
from crm.screening import service
with create_app().app_context():
    nightly.walk(clock.today())
    while jobs.run_next() or service.catch_up(clock.today()):
        pass
"""


@dataclass(frozen=True)
class Server:
    """Where it answers, who signs in, and how to speak to its database from outside."""

    url: str
    minimal_url: str
    username: str
    password: str
    environment: dict[str, str]


@contextmanager
def serving(firms: int, database: str, workers: int = 2) -> Iterator[Server]:
    """Fill a new register with ``firms`` invented firms on ``database`` (sqlite or postgresql) and serve it."""
    from tests import cluster

    folder = Path(tempfile.mkdtemp(prefix="qiti-bench-"))
    own_cluster = cluster.running() if database == "postgresql" else nullcontext(f"sqlite:///{folder / 'crm.sqlite'}")
    with own_cluster as address:
        environment = {
            **os.environ,
            "FLASK_APP": "wsgi.py",
            "QITI_DATABASE_URL": address.format(database="postgres"),
            "QITI_UPLOADS": str(folder / "uploads"),
        }
        flask = [sys.executable, "-m", "flask"]
        run = {"cwd": ROOT, "env": environment, "check": True}
        subprocess.run([*flask, "db", "upgrade"], **run)
        began = time.perf_counter()
        filled = subprocess.run([*flask, "demo", "--firms", str(firms)], capture_output=True, text=True, **run)
        print(f"filled {firms:,} firms in {time.perf_counter() - began:.1f} s", file=sys.stderr)
        password = re.search(r"manager\s+(\S+)", filled.stdout)
        assert password, filled.stdout
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", NIGHT], **run)
        print(f"the night, screening included: {time.perf_counter() - began:.1f} s", file=sys.stderr)
        if database == "postgresql":
            _vacuum(environment["QITI_DATABASE_URL"])
        url, minimal_url = _free_address(), _free_address()
        environment["QITI_BASE_URL"] = url
        gunicorn = [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--threads", "4", "--bind"]
        commands = (
            [*gunicorn, url.removeprefix("http://"), "wsgi:app"],
            # The yardstick stands on the same table, behind the same server with the same settings.
            [*gunicorn, minimal_url.removeprefix("http://"), "benchmarks.minimal:app"],
            [sys.executable, "-m", "crm.worker"],
        )
        processes = [subprocess.Popen(command, cwd=ROOT, env=environment) for command in commands]
        try:
            _wait(f"{url}/healthz")
            _wait(f"{minimal_url}/healthz")
            yield Server(url, minimal_url, "manager", password.group(1), environment)
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            for process in processes:
                process.wait(20)


def _vacuum(address: str) -> None:
    """Do what autovacuum does within a minute, and the cluster of the tests does not: tell how the rows are spread."""
    with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def _wait(url: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)
