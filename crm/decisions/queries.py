"""How kept assessments are found."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from crm.decisions.models import Decision
from crm.domain.ladder import RUNG_OF, Rung
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.kit.db import db
from crm.ladder.service import Gap
from crm.rules import replay
from crm.rules.pack import Action, Policy, Version
from crm.rules.reading import parse


def of_firm(firm: Firm, limit: int | None = None) -> list[Decision]:
    """Return what was kept of a firm the reader sees, and of files that went into its own, newest first."""
    query = select(Decision).options(defer(Decision.facts), defer(Decision.found))
    query = query.where(Decision.firm_id.in_(firms.lineage(firm.id))).order_by(Decision.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def get(decision_id: int, firm: Firm) -> Decision:
    """Return one of ``of_firm`` with its pack; NotFound (404) when there is none."""
    query = select(Decision).options(joinedload(Decision.pack)).where(Decision.id == decision_id)
    return db.one_or_404(query.where(Decision.firm_id.in_(firms.lineage(firm.id))))


def version_of(decision: Decision, policy: Policy) -> Version:
    """Return the version decided by. Raises KeyError when the pack holds no such version."""
    found = next((version for version in policy.versions if version.id == decision.version_id), None)
    if found is None:
        raise KeyError(decision.version_id)
    return found


def as_kept(decision: Decision) -> Gap:
    """Return the gap as it was read then: from what is kept, nothing worked out again."""
    policy = parse(decision.pack.text, decision.policy_id)
    version = version_of(decision, policy)
    assessment = replay.told(policy, version, decision.on, decision.action, decision.facts, decision.found)
    return Gap(rung_of(decision), decision.on, decision.action is Action.RENEWAL, None, assessment, policy=policy)


def rung_of(decision: Decision) -> Rung | None:
    """Return the rung that was asked for; None for a policy that is none's."""
    return RUNG_OF.get(decision.policy_id)


def purposes(decisions: Iterable[Decision]) -> list[str]:
    """Return what was written before, each once: offered for the next."""
    return list(dict.fromkeys(decision.purpose for decision in decisions))
