"""What is done about findings: the checks walked, one settled or opened again."""

from datetime import date
from typing import Any

from sqlalchemy import String, delete, func, insert, literal, select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.words import N_
from crm.firms.models import Firm
from crm.journal.service import record
from crm.kit import clock, jobs
from crm.kit.db import UtcDateTime, chunks, db, transaction
from crm.quality import duplicates
from crm.quality.checks import CHECKS, PAIRS
from crm.quality.models import QualityCount, Settled, SuspectedPair

WALK = "quality.walk"


def walk(on: date) -> None:
    """Look for suspected pairs, and count what each check finds by officer and district; replaces the last walk."""
    db.session.execute(delete(SuspectedPair))
    in_use = select(Firm.id, Firm.name, Firm.legal_representative, Firm.address, Firm.registration_district)
    files = (duplicates.File(*row) for row in db.session.execute(in_use.where(Firm.merged_into_id.is_(None))))
    found = [
        {"first_id": first, "second_id": second, "why": why.value}
        for (first, second), why in sorted(duplicates.pairs(files).items())
    ]
    for part in chunks(found):
        db.session.execute(insert(SuspectedPair), part)
    db.session.execute(delete(QualityCount))
    moment = literal(clock.now(), UtcDateTime())
    columns = ("check_key", "officer_id", "district", "firms", "counted_at")
    for key in (*CHECKS, PAIRS):
        counted = (
            select(literal(key, String), Firm.officer_id, Firm.registration_district, func.count(), moment)
            .where(Firm.merged_into_id.is_(None))
            .group_by(Firm.officer_id, Firm.registration_district)
        )
        if key == PAIRS:
            counted = counted.join(SuspectedPair, SuspectedPair.first_id == Firm.id)
            one = (Settled.firm_id == SuspectedPair.first_id, Settled.other_id == SuspectedPair.second_id)
            counted = counted.where(~select(Settled.id).where(Settled.check_key == PAIRS, *one).exists())
        else:
            settled = select(Settled.firm_id).where(Settled.check_key == key)
            counted = counted.where(CHECKS[key].finds(on), Firm.id.not_in(settled))
        db.session.execute(insert(QualityCount).from_select(columns, counted))


def start_walk(owner: User) -> jobs.Job:
    """Have the checks walked now, in the background."""
    return jobs.enqueue(WALK, owner.id, {})


@jobs.handles(WALK)
def _walk(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    step.at(0, 1, N_("逐项检查"))
    with transaction():
        walk(clock.today())
    return {}


def settle(check: str, firm: Firm, other: Firm | None, actor: User, reason: str) -> None:
    """Say why a finding stands as it is; it is not shown again. Raises Refused when somebody has said so already."""
    pair = sorted(f.id for f in (firm, other) if f is not None)
    first, second = (pair[0], pair[1]) if len(pair) == 2 else (firm.id, 0)
    same = (Settled.check_key == check, Settled.firm_id == first, Settled.other_id == second)
    if db.session.scalars(select(Settled).where(*same)).first() is not None:
        raise Refused("这一条已经有人处理过了")
    item = Settled(check_key=check, firm_id=first, other_id=second, reason=reason, by=actor.name, at=clock.now())
    db.session.add(item)
    db.session.flush()
    record("quality.settled", actor, "quality", item.id, firm.id, check=check, reason=reason, other=second or None)


def reopen(item: Settled, actor: User) -> None:
    """Show a settled finding again."""
    record("quality.reopened", actor, "quality", item.id, item.firm_id, check=item.check_key, reason=item.reason)
    db.session.delete(item)
