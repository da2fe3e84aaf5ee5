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

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Server:
    """Where it answers, who signs in, and how to speak to its database from outside."""

    url: str
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
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        environment["QITI_BASE_URL"] = url
        gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
        web = subprocess.Popen(
            [*gunicorn, "--threads", "4", "--log-level", "warning", "wsgi:app"], cwd=ROOT, env=environment
        )
        worker = subprocess.Popen([sys.executable, "-m", "crm.worker"], cwd=ROOT, env=environment)
        try:
            _wait(f"{url}/healthz")
            yield Server(url, "manager", password.group(1), environment)
        finally:
            for process in (web, worker):
                process.send_signal(signal.SIGTERM)
            for process in (web, worker):
                process.wait(20)


def _wait(url: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)
