"""The night, in the order it is walked; walked twice, it changes nothing the second time."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import delete, update

from crm.accounts.models import FailedAttempt, Invitation, SignIn
from crm.firms import assignments, derived, moves, names
from crm.kit import clock, jobs, rounds
from crm.kit.db import db, transaction
from crm.kit.once import Act
from crm.lists import bulk, export
from crm.policies import service as policies
from crm.quality import service as quality
from crm.screening import service as screening

KEEP_ACT_KEYS = timedelta(days=30)
KEEP_SIGN_INS = timedelta(days=180)  # 网络安全法: logs are kept for six months at least


def walk(today: date) -> bool:
    """Walk what has not been walked of the night of ``today``; return whether there was anything.

    Each step is a transaction of its own, claimed in it: the register is never held for the whole night, and a night
    that is cut short goes on where it stopped.
    """
    walked = False
    for name, act in STEPS.items():
        with transaction():
            if rounds.claim(f"nightly.{name}", today.isoformat()):
                act(today)
                walked = True
    with transaction():
        rounds.claim("nightly", today.isoformat())  # the whole of it
    return walked


def tidy(_today: date) -> None:
    """Take away what has had its day: act keys, ended sessions, used invitations, old failures."""
    now = clock.now()
    db.session.execute(delete(Act).where(Act.at < now - KEEP_ACT_KEYS))
    db.session.execute(update(SignIn).where(SignIn.expires_at < now, SignIn.ended_at.is_(None)).values(ended_at=now))
    db.session.execute(delete(SignIn).where(SignIn.began_at < now - KEEP_SIGN_INS))
    db.session.execute(delete(Invitation).where(Invitation.expires_at < now - KEEP_ACT_KEYS))
    export.tidy()
    jobs.tidy()
    bulk.tidy()
    db.session.execute(delete(FailedAttempt).where(FailedAttempt.last_at < now - timedelta(days=1)))


STEPS: dict[str, Callable[[date], object]] = {
    "moves": moves.take_effect,
    "assignments": assignments.take_effect,
    "derived": lambda _today: derived.refresh(),
    "names": lambda _today: names.refresh(),
    "quality": quality.walk,
    "policies": lambda _today: policies.keep_files(),
    "tidy": tidy,
    "screening": lambda _today: screening.start_night(),
}
