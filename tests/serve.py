"""The real server (gunicorn and the worker) on a register of the test's own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass
class Running:
    """A server that answers at ``url``; its processes can be killed and started again."""

    url: str
    environment: dict[str, str]
    web: subprocess.Popen[bytes]
    worker: subprocess.Popen[bytes] | None
    accounts: dict[str, str] = field(default_factory=dict)

    def kill_worker(self) -> None:
        """kill -9, as a power cut would."""
        assert self.worker is not None
        self.worker.kill()
        self.worker.wait()

    def start_worker(self) -> None:
        """Start the worker again."""
        self.worker = subprocess.Popen([sys.executable, "-m", "crm.worker"], cwd=ROOT, env=self.environment)


def settings(folder: Path, database: str) -> dict[str, str]:
    """Return the environment of processes that share one register."""
    return {
        **os.environ,
        "FLASK_APP": "wsgi.py",
        "QITI_DATABASE_URL": database,
        "QITI_UPLOADS": str(folder / "uploads"),
        "QITI_PACKS": str(folder / "packs"),
        "QITI_SECRET_KEY": "w" * 40,
        "PYTHONWARNINGS": "default",
    }


def flask(environment: dict[str, str], *arguments: str) -> str:
    """Run a command of the product and return what it printed."""
    command = [sys.executable, "-m", "flask", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def serving(environment: dict[str, str], *, app: str = "wsgi:app", worker: bool = True) -> Iterator[Running]:
    """Serve until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {**environment, "QITI_BASE_URL": url}
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "8"]
    web = subprocess.Popen([*gunicorn, app], cwd=ROOT, env=environment)
    running = Running(url, environment, web, None)
    if worker:
        running.start_worker()
    try:
        _wait_for(f"{url}/healthz", web)
        yield running
    finally:
        for process in (running.web, running.worker):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended at once"
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            threading.Event().wait(0.05)
        else:
            return
    raise TimeoutError(url)
