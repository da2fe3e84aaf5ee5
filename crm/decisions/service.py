"""Keep an assessment; work it out again and say whether anything has moved."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from crm.accounts.models import User
from crm.decisions.models import Decision, DecisionPack
from crm.decisions.queries import version_of
from crm.domain.errors import Refused
from crm.firms.models import Firm
from crm.journal import service as journal
from crm.journal.models import Event
from crm.kit import clock
from crm.kit.db import db
from crm.ladder.service import Gap
from crm.policies import queries as policies
from crm.rules import replay
from crm.rules.evaluate import Outcome
from crm.rules.explain import WORDS, Assessment
from crm.rules.pack import Policy
from crm.rules.reading import PackError, parse

KEPT = "decision.kept"
# What the digest of a decision is over: everything but its own number.
SEALED = tuple(column.name for column in Decision.__table__.columns if column.name not in {"id", "digest"})


FAULTS = {
    "changed": "a field is not as it was kept",
    "gone": "the trail tells of it, the table does not hold it",
    "untold": "the trail knows nothing of it",
    "pack": "the text of the rules is not the one decided by",
    "unreadable": "it cannot be worked out any more",
    "differs": "the answer is another now",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one decision: ``what`` is one of FAULTS, ``detail`` says why or in what it differs."""

    decision_id: int
    what: str
    detail: Any = None


@dataclass(frozen=True)
class Replay:
    """What came of replaying all: how many are kept, what is wrong, and where the trail breaks if it does."""

    kept: int
    faults: list[Fault] = field(default_factory=list)
    broken_at: int | None = None

    @property
    def sound(self) -> bool:
        """Whether every decision is as it was kept and says today what it said then."""
        return not self.faults and self.broken_at is None


def seen(gap: Gap) -> str:
    """Return a mark of what an assessment rests on: the same mark, the same page. Raises Refused without one."""
    assessment = _assessed(gap)
    told = [assessment.policy.digest, assessment.version.id, assessment.action, gap.on]
    return _sha256([*told, replay.facts_of(gap.facts)])[:24]


def check_seen(mark: str, gap: Gap) -> None:
    """Refuse to keep what the officer has not seen: somebody has changed the file, or the rules, since."""
    if mark != seen(gap):
        raise Refused("您打开之后档案或规则变了，下面是现在的评估：核对后再次留存")


def keep(firm: Firm, gap: Gap, actor: User, purpose: str) -> Decision:
    """Keep an assessment of a firm and what was decided on it. Raises Refused when there is nothing to keep."""
    assessment = _assessed(gap)
    policy, version = assessment.policy, assessment.version
    _keep_text(policy)
    facts = replay.facts_of(gap.facts)
    decision = Decision(
        firm_id=firm.id,
        firm_name=firm.name,
        uscc=firm.uscc,
        policy_id=policy.id,
        version_id=version.id,
        action=assessment.action,
        on=gap.on,
        pack_digest=policy.digest,
        facts=facts,
        found=replay.found_in(version, facts, gap.on),
        outcome=assessment.outcome,
        purpose=purpose,
        decided_by_id=actor.id,
        decided_by=actor.name,
        decided_at=clock.now(),
    )
    decision.digest = digest_of(decision)
    db.session.add(decision)
    db.session.flush()
    told = {"policy": policy.id, "version": version.id, "outcome": decision.outcome, "on": gap.on, "purpose": purpose}
    journal.record(KEPT, actor, "decision", decision.id, firm.id, digest=decision.digest, **told)
    return decision


def replay_all() -> Replay:
    """Work every kept assessment out again with the kept rules and facts, and hold each against the trail."""
    told = _told()
    kept, faults = 0, []
    query = select(Decision, DecisionPack.text).outerjoin(Decision.pack).order_by(Decision.id)
    for decision, text in db.session.execute(query).yield_per(200):
        kept += 1
        faults += _faults(decision, text, told.pop(decision.id, None))
    faults += [Fault(decision_id, "gone") for decision_id in told]
    return Replay(kept, sorted(faults, key=lambda fault: fault.decision_id), journal.verify())


def faults_of(decision: Decision) -> list[Fault]:
    """Return what is wrong with one decision that carries its pack."""
    return _faults(decision, decision.pack.text, _told(decision).get(decision.id))


def digest_of(decision: Decision) -> str:
    """Return the digest over everything that is kept."""
    return _sha256([[name, getattr(decision, name)] for name in SEALED])


def _assessed(gap: Gap) -> Assessment:
    if gap.assessment is None:
        raise gap.refused or Refused("没有可用的规则，不能留存")
    return gap.assessment


def _faults(decision: Decision, text: str | None, told: str | None) -> list[Fault]:
    found = list(_tampered(decision, text, told))
    if found or text is None:
        return found
    try:
        policy = _policy(text, decision.policy_id)
        version = version_of(decision, policy)
        now = replay.found_in(version, decision.facts, decision.on)
    except (PackError, KeyError) as error:
        return [Fault(decision.id, "unreadable", str(error))]
    moved = replay.differences(decision.found, now)
    outcome = WORDS[Outcome(now[version.criteria.id])]
    if outcome != decision.outcome:
        moved["outcome"] = [decision.outcome, outcome]
    return [Fault(decision.id, "differs", moved)] if moved else []


def _tampered(decision: Decision, text: str | None, told: str | None) -> Iterator[Fault]:
    if told is None:
        yield Fault(decision.id, "untold")
    elif digest_of(decision) != decision.digest or decision.digest != told:
        yield Fault(decision.id, "changed")
    if text is None or sha256(text.encode()).hexdigest() != decision.pack_digest:
        yield Fault(decision.id, "pack")


def _told(one: Decision | None = None) -> dict[int, str]:
    """Return {decision: digest} as the trail has it, of all or of one."""
    query = select(Event.subject_id, Event.detail).where(Event.action == KEPT)
    if one is not None:
        query = query.where(Event.firm_id == one.firm_id, Event.subject_id == one.id)
    return {subject: detail["digest"] for subject, detail in db.session.execute(query.order_by(Event.id))}


@lru_cache(maxsize=64)
def _policy(text: str, name: str) -> Policy:
    return parse(text, name)


def _keep_text(policy: Policy) -> None:
    """Keep the text of a pack once, though two keep it at the same moment. Raises Refused when it is lost."""
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    text = policies.text_of(policy.digest)
    if text is None:
        raise Refused("规则原文已找不到，不能留存")
    row = {"digest": policy.digest, "text": text}
    db.session.execute(dialect.insert(DecisionPack).values(row).on_conflict_do_nothing())


def _sha256(told: Any) -> str:
    return sha256(json.dumps(journal.plain(told), ensure_ascii=False, sort_keys=True).encode()).hexdigest()
