"""What the desk does: have the trail checked in the background."""

from dataclasses import dataclass
from typing import Any

from crm.accounts.models import User
from crm.domain.words import N_
from crm.journal.service import verify
from crm.kit import jobs
from crm.kit.db import transaction

VERIFY = "desk.verify"
# A chain this long is walked within a few seconds; a longer one goes to the background.
VERIFY_AT_ONCE = 50_000


@dataclass(frozen=True)
class Verdict:
    """What walking the chain found: ``broken_at`` is the first event that does not fit, or None."""

    broken_at: int | None


def check() -> Verdict:
    """Walk the whole chain of the trail now."""
    return Verdict(verify())


@jobs.handles(VERIFY)
def run_verify(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    """Walk the whole chain of the trail; ``broken_at`` is the first event that does not fit, or None."""
    step.at(0, 1, N_("逐条核对"))
    with transaction(writing=False):
        return {"broken_at": verify()}


def start_verify(by: User) -> jobs.Job:
    """Queue the check of a long trail."""
    return jobs.enqueue(VERIFY, by.id, {}, total=1)
