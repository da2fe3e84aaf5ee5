"""One file for many firms: an act on a list begins a job, the job settles the act and leaves the file."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.journal.service import record
from crm.kit import files, jobs
from crm.kit.db import transaction
from crm.lists import bulk

# Takes the params of a job; returns the file, and for each firm left out why.
Make = Callable[[Mapping[str, Any], jobs.Step], tuple[bytes, dict[int, Refused]]]


def begin(kind: str, event: str, actor: User, bulk_id: int, ids: Sequence[int], on: date) -> int:
    """Queue the paper of these firms in the reader's language; return the number of the job."""
    params = {"bulk_id": bulk_id, "ids": list(ids), "on": on.isoformat(), "owner_id": actor.id, "locale": actor.locale}
    job = jobs.enqueue(kind, actor.id, params, total=len(ids))
    record(event, actor, "job", job.id, count=len(ids))
    return job.id


def finish(params: Mapping[str, Any], step: jobs.Step, make: Make, name: str) -> dict[str, Any]:
    """Make the file, keep it under ``name``, and tell the act who was left out; stopped, it is given up."""
    try:
        content, refused = make(params, step)
    except jobs.Cancelled:
        with transaction():
            bulk.give_up(params["bulk_id"])
        raise
    stored = files.store(content)
    with transaction():
        bulk.settle(params["bulk_id"], refused)
    return {"file_key": stored.key, "file_name": name, "done": len(params["ids"]) - len(refused)}
