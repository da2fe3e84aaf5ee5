"""The worker: one process that does queued jobs and walks the rounds. Start: ``python -m crm.worker``.

Any number may run: a job is claimed under a lease, and a round is walked once per period because the database says so.
"""

import signal
import threading
from datetime import date

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from flask import Flask

from crm import create_app, nightly
from crm.kit import clock, jobs
from crm.screening import service as screening

PAUSE_SECONDS = 0.5


def run(app: Flask, stop: threading.Event) -> None:
    """Work until told to stop; finish the job in hand first."""
    scheduler = BackgroundScheduler(timezone=clock.SHANGHAI)
    # A clock only: what was missed while the worker was down is caught up once at start, by the run table.
    scheduler.add_job(
        _round,
        CronTrigger(hour=2, minute=30, timezone=clock.SHANGHAI),
        args=[app],
        coalesce=True,
        misfire_grace_time=None,
        max_instances=1,
    )
    scheduler.start()
    _round(app)
    with app.app_context():
        while not stop.is_set():
            if not jobs.run_next() and not screening.catch_up(clock.today()):
                stop.wait(PAUSE_SECONDS)
    scheduler.shutdown(wait=False)


def _round(app: Flask) -> None:
    with app.app_context():
        day: date = clock.today()
        nightly.walk(day)


def main() -> None:
    """Run until SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(create_app(), stop)


if __name__ == "__main__":
    main()
