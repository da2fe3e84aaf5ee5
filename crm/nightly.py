"""The night, in the order it is walked; walked twice, it changes nothing the second time."""

from datetime import date, timedelta

from sqlalchemy import delete, update

from crm.accounts.models import FailedAttempt, Invitation, SignIn
from crm.firms import assignments, derived, moves, names
from crm.kit import clock, rounds
from crm.kit.db import db, transaction
from crm.kit.once import Act
from crm.lists import bulk, export
from crm.quality import service as quality
from crm.screening import service as screening

KEEP_ACT_KEYS = timedelta(days=30)
KEEP_SIGN_INS = timedelta(days=180)  # 网络安全法: logs are kept for six months at least


def walk(today: date) -> bool:
    """Walk the night of ``today`` unless it has been walked; return whether it was walked now."""
    with transaction():
        if not rounds.claim("nightly", today.isoformat()):
            return False
        moves.take_effect(today)
        assignments.take_effect(today)
        derived.refresh()
        names.refresh()
        quality.walk(today)
        screening.start_night()
        tidy()
    return True


def tidy() -> None:
    """Take away what has had its day: act keys, ended sessions, used invitations, old failures."""
    now = clock.now()
    db.session.execute(delete(Act).where(Act.at < now - KEEP_ACT_KEYS))
    db.session.execute(update(SignIn).where(SignIn.expires_at < now, SignIn.ended_at.is_(None)).values(ended_at=now))
    db.session.execute(delete(SignIn).where(SignIn.began_at < now - KEEP_SIGN_INS))
    db.session.execute(delete(Invitation).where(Invitation.expires_at < now - KEEP_ACT_KEYS))
    export.tidy()
    bulk.tidy()
    db.session.execute(delete(FailedAttempt).where(FailedAttempt.last_at < now - timedelta(days=1)))
