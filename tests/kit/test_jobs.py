"""Long work is done once, by one worker, however long it takes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask

from crm.kit import clock, jobs
from crm.kit.db import db, transaction


def test_a_job_that_holds_its_row_is_not_begun_again(app: Flask) -> None:
    """A list so long that its writing outlives the lease: a second worker would write it twice."""
    with app.app_context(), transaction():
        job = jobs.Job(
            kind="imports.apply", params={}, created_at=clock.now(), status=jobs.JobStatus.RUNNING, tries=1,
            lease_until=clock.now() - timedelta(seconds=1),
        )  # fmt: skip
        db.session.add(job)
        db.session.flush()
        job_id = job.id

    def another_worker() -> object:
        with app.app_context():
            return jobs._claim()

    with ThreadPoolExecutor(1) as pool:
        with app.app_context(), transaction():
            jobs.Step(job_id).hold()
            second = pool.submit(another_worker)
            if db.engine.dialect.name == "postgresql":
                assert second.result(10) is None
            # SQLite lets nobody else write meanwhile; by then the job is over.
            job = db.session.get_one(jobs.Job, job_id)
            job.status, job.finished_at = jobs.JobStatus.DONE, clock.now()
        assert second.result(20) is None


def test_what_a_worker_that_died_said_last_is_not_told_of_the_next(app: Flask) -> None:
    with app.app_context(), transaction():
        job_id = jobs.enqueue("imports.apply", None, {"import_id": 0}).id
        jobs.Step(job_id).tell(4, 6, "记入操作记录")
    with app.app_context():
        assert jobs._claim() is not None
        with transaction(writing=False):
            assert db.session.get_one(jobs.Job, job_id).progress == (0, 0, "")
