"""Long work: queued in the database, done by the worker, watched and cancelled from a page."""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import JSON, ForeignKey, String, Text, select, true
from sqlalchemy.orm import Mapped, mapped_column

from crm.domain.errors import Refused
from crm.domain.words import N_
from crm.kit import clock, files
from crm.kit.db import Base, db, transaction

# A worker that has not said a word for this long is taken for dead and its job is started again.
LEASE = timedelta(minutes=2)
MAX_TRIES = 3


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATUS_LABELS: dict[JobStatus, str] = {
    JobStatus.QUEUED: N_("排队中"),
    JobStatus.RUNNING: N_("进行中"),
    JobStatus.DONE: N_("已完成"),
    JobStatus.FAILED: N_("失败"),
    JobStatus.CANCELLED: N_("已取消"),
}
OVER = frozenset({JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED})


class Progress(NamedTuple):
    """``done`` of ``total`` steps, and what is being done."""

    done: int
    total: int
    stage: str


class Job(Base):
    """One piece of long work. ``done`` of ``total`` steps; ``result`` is what the kind of job leaves behind.

    ``stoppable``: it still asks whether to go on. ``result_key`` is let go of after files.KEPT_FOR.
    """

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    status: Mapped[JobStatus] = mapped_column(default=JobStatus.QUEUED, index=True)
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    stage: Mapped[str] = mapped_column(String(200), default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    result_key: Mapped[str | None] = mapped_column(String(80))
    result_name: Mapped[str | None] = mapped_column(String(200))
    error: Mapped[str | None] = mapped_column(Text)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    stoppable: Mapped[bool] = mapped_column(default=True, server_default=true())
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in OVER

    @property
    def progress(self) -> Progress:
        """What the job said last, be it in the middle of a transaction (see ``Step.tell``)."""
        try:
            return Progress(*json.loads(_told(self.id).read_text("utf-8")))
        except FileNotFoundError:
            return Progress(self.done, self.total, self.stage)


files.held_by(Job.result_key)


class Cancelled(Exception):
    """The owner asked for the job to stop."""


class Step:
    """What a running job says of itself; saying it also asks whether to go on."""

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id

    def at(self, done: int, total: int, stage: str, *, last: bool = False) -> None:
        """Record progress in a transaction of its own; call it outside the job's own transactions.

        ``last``: what follows is one transaction to the end (see ``hold``), and nobody asks again. Raises Cancelled
        when the owner has asked to stop.
        """
        with transaction():
            job = db.session.get_one(Job, self.job_id)
            job.done, job.total, job.stage, job.stoppable = done, total, stage, not last
            job.lease_until = clock.now() + LEASE
            cancelled = job.cancel_asked
        _told(self.job_id).unlink(missing_ok=True)
        if cancelled:
            raise Cancelled

    def tell(self, done: int, total: int, stage: str) -> None:
        """Say how far the caller's transaction has come: in a file, for records are read only when it is over."""
        told = _told(self.job_id)
        told.parent.mkdir(parents=True, exist_ok=True)
        new = told.with_suffix(".new")
        new.write_text(json.dumps((done, total, stage)), "utf-8")
        new.replace(told)

    def hold(self) -> None:
        """Keep the job from being started a second time while the caller's transaction lasts, however long that is.

        On SQLite the transaction that writes does so by itself; PostgreSQL's workers pass over a row that is held.
        """
        db.session.execute(select(Job.id).where(Job.id == self.job_id).with_for_update())


def _told(job_id: int) -> Path:
    return Path(current_app.instance_path) / "progress" / str(job_id)


Handler = Callable[[dict[str, Any], Step], dict[str, Any]]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Name the function that does jobs of ``kind``: (params, step) -> result.

    The handler opens its own ``transaction()`` blocks. It may be started a second time after a crash, so it must leave
    all or nothing, or go on where it stopped. ``result`` may carry "file_key" and "file_name" for a download.
    """

    def decorate(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return decorate


def enqueue(kind: str, owner_id: int | None, params: dict[str, Any], total: int = 0) -> Job:
    """Queue work in the caller's transaction: if the act is rolled back there is no job."""
    job = Job(kind=kind, owner_id=owner_id, params=params, total=total, created_at=clock.now())
    db.session.add(job)
    db.session.flush()
    return job


def get(job_id: int, owner_id: int) -> Job | None:
    """Return the owner's job, or None when it is somebody else's."""
    return db.session.scalars(select(Job).where(Job.id == job_id, Job.owner_id == owner_id)).first()


def of(owner_id: int, limit: int = 50) -> list[Job]:
    """Return the owner's latest jobs."""
    query = select(Job).where(Job.owner_id == owner_id).order_by(Job.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def cancel(job: Job) -> None:
    """Ask a job to stop: one that has not begun stops at once. Raises Refused when it does not listen any more."""
    if job.status is JobStatus.QUEUED:
        job.status, job.finished_at = JobStatus.CANCELLED, clock.now()
    elif not job.over and not job.stoppable:
        raise Refused("已经开始改动档案，不能停止：请等它完成")
    elif not job.over:
        job.cancel_asked = True


def tidy() -> None:
    """Let go of results kept long enough."""
    old = Job.finished_at < clock.now() - files.KEPT_FOR
    keys = set()
    for job in db.session.scalars(select(Job).where(old, Job.result_key.is_not(None))):
        keys.add(str(job.result_key))
        job.result_key = None
    files.let_go(keys)


def run_next() -> bool:
    """Do the oldest waiting job, or one whose worker died; return whether there was one."""
    claimed = _claim()
    if claimed is None:
        return False
    job_id, kind, params = claimed
    try:
        result = _handlers[kind](params, Step(job_id))
    except Cancelled:
        _finish(job_id, JobStatus.CANCELLED)
    except Refused as refusal:
        _finish(job_id, JobStatus.FAILED, error=str(refusal))
    except Exception:
        logging.getLogger("crm").exception("job %s (%s) failed", job_id, kind)
        # The log holds the details; they can quote what is in the register and are not for the page.
        _finish(job_id, JobStatus.FAILED, error=N_("出现意外错误，没有完成：请再试一次，仍失败时把任务编号告诉管理员"))
    else:
        _finish(job_id, JobStatus.DONE, result=result)
    return True


def _claim() -> tuple[int, str, dict[str, Any]] | None:
    now = clock.now()
    abandoned = (Job.status == JobStatus.RUNNING) & (Job.lease_until < now)
    query = (select(Job).where((Job.status == JobStatus.QUEUED) | abandoned).order_by(Job.id).limit(1)).with_for_update(
        skip_locked=True
    )
    with transaction():
        job = db.session.scalars(query).first()
        if job is None:
            return None
        _told(job.id).unlink(missing_ok=True)  # of a worker that died
        if job.tries >= MAX_TRIES:
            job.status, job.finished_at = JobStatus.FAILED, now
            job.error = N_("处理进程多次中断，已停止重试：请缩小范围后再试，或联系管理员")
            return None
        job.status, job.tries, job.lease_until = JobStatus.RUNNING, job.tries + 1, now + LEASE
        return job.id, job.kind, job.params


def _finish(job_id: int, status: JobStatus, *, result: dict[str, Any] | None = None, error: str | None = None) -> None:
    with transaction():
        job = db.session.get_one(Job, job_id)
        job.status, job.result, job.error, job.finished_at = status, result, error, clock.now()
        if result:
            job.result_key, job.result_name = result.get("file_key"), result.get("file_name")
            job.done = job.total
    _told(job_id).unlink(missing_ok=True)
