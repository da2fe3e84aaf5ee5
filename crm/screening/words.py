"""What a pass found, put into words."""

from flask_babel import gettext as _

from crm.ladder.telling import told
from crm.policies.queries import known
from crm.rules.conditions import Condition
from crm.rules.evaluate import Outcome
from crm.rules.pack import AllOf, AnyOf, Node
from crm.screening.models import Screening


def policy_name(policy_id: str) -> str:
    """Return the name of a policy in the reader's language; its id when there is no such policy any more."""
    policy = known().get(policy_id)
    return told(policy.name) if policy else policy_id


def criterion_name(policy_id: str, key: str) -> str:
    """Return the name of a criterion as its newest version says it."""
    policy = known().get(policy_id)
    for version in reversed(policy.versions if policy else []):
        found = _find(version.criteria, key)
        if found is not None:
            return told(found.label)
    return key


def _find(node: Node, key: str) -> AllOf | AnyOf | Condition | None:
    if node.id == key:
        return node
    inside = () if isinstance(node, Condition) else node.all if isinstance(node, AllOf) else node.any
    return next((found for child in inside if (found := _find(child, key))), None)


def standing(row: Screening | None) -> str:
    """Say an outcome in a few words: met, so many criteria short, so many facts unknown, a panel's to judge."""
    if row is None:
        return ""
    if row.outcome == Outcome.MET:
        return _("符合")
    if row.outcome == Outcome.NOT_MET:
        return _("差%(count)s条", count=row.short)
    if row.unknown:
        return _("缺%(count)s项数据", count=row.unknown)
    return _("待专家评分")
