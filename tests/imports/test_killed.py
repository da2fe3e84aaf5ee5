"""kill -9 of the worker in the middle of the writing and of the undo: nothing half done, and it goes on by itself."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from crm.accounts.models import User
from crm.domain.lists import ImportStatus
from crm.imports import service
from crm.imports.models import Import
from crm.kit import jobs
from crm.kit.db import db, transaction
from tests import serve
from tests.imports.desk import Desk, book
from tests.make import uscc

# The worker as it is, but it stands still when all rows are in the transaction and the commit has not come.
STANDING_STILL = """
import os, signal
from crm import worker
from crm.imports import undo, writing
written = writing.record_many
undo.record_many = writing.record_many = lambda *a: (written(*a), os.kill(os.getpid(), signal.SIGSTOP))
worker.main()
"""
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def worker(app: Flask) -> Iterator[Start]:
    """Return a function that starts a worker on the test's register: ``python -m crm.worker``, or ``program``."""
    started: list[subprocess.Popen[bytes]] = []
    uploads = str(app.config["UPLOADS"])
    environment = {**serve.settings(Path(uploads), app.config["DATABASE_URL"]), "QITI_UPLOADS": uploads}

    def start(*program: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, *program], cwd=serve.ROOT, env=environment)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(app: Flask, item: Import, reached: Callable[[Import, jobs.Job], bool]) -> None:
    """Look at the list until it is so far."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        with app.app_context(), transaction(writing=False):
            fresh = db.session.get_one(Import, item.id)
            if reached(fresh, db.session.get_one(jobs.Job, fresh.job_id)):
                return
    raise TimeoutError


def kill_and_start_again(app: Flask, desk: Desk, item: Import, worker: Start, done: ImportStatus) -> str:
    """Kill the worker before its commit; return the digest of what it left. Another finishes when the lease is over."""
    process = worker("-c", STANDING_STILL)
    _pid, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    process.kill()
    process.wait()
    left = desk.digest()
    with app.app_context(), transaction():
        job = db.session.get_one(jobs.Job, db.session.get_one(Import, item.id).job_id)
        assert job.status is jobs.JobStatus.RUNNING
        job.lease_until = job.created_at
    other = worker("-m", "crm.worker")
    until(app, item, lambda fresh, job: fresh.status is done and job.over)
    # It would take the next job from the one that is to stand still in it.
    other.terminate()
    other.wait(60)
    return left


@pytest.mark.sqlite
def test_killed_in_the_writing_and_in_the_undo(app: Flask, desk: Desk, worker: Start) -> None:
    rows = [[uscc(700 + n), f"广州{n}号有限公司", "天河区", "2016-05-06", 2025, n, n] for n in range(50)]
    before = desk.digest()
    item = desk.check(book(*rows))
    with app.app_context(), transaction():
        service.apply(db.session.get_one(Import, item.id), db.session.get_one(User, desk.user.id), whole=True)
    assert kill_and_start_again(app, desk, item, worker, ImportStatus.APPLIED) == before, "all or nothing"
    written = desk.digest()
    with app.app_context(), transaction():
        service.undo(db.session.get_one(Import, item.id), db.session.get_one(User, desk.user.id))
    assert kill_and_start_again(app, desk, item, worker, ImportStatus.UNDONE) == written, "all or nothing"
    assert desk.digest() == before
