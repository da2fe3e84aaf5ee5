"""The life of a rule pack's text: where an edition stands and the table of its moves."""

from enum import StrEnum

from crm.domain.words import N_
from crm.domain.workflow import Workflow

# The job that has every firm judged again: whoever changes the rules asks for it, a room floors above does it.
SCREEN_AGAIN = "screening.pass"


class EditionStatus(StrEnum):
    """Where an edition stands: written in a draft, unchanged once proposed, judged by while active, kept for ever."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ACTIVE = "active"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


EDITION_STATUS_LABELS: dict[EditionStatus, str] = {
    EditionStatus.DRAFT: N_("草稿"),
    EditionStatus.PROPOSED: N_("待启用"),
    EditionStatus.ACTIVE: N_("现行"),
    EditionStatus.REPLACED: N_("已被替换"),
    EditionStatus.WITHDRAWN: N_("已撤回"),
}


class EditionAction(StrEnum):
    """What is done with an edition. The register itself replaces one when another is activated in its place."""

    PROPOSE = "propose"
    RETURN = "return"
    ACTIVATE = "activate"
    REPLACE = "replace"
    WITHDRAW = "withdraw"


EDITION_ACTION_LABELS: dict[EditionAction, str] = {
    EditionAction.PROPOSE: N_("提请启用"),
    EditionAction.RETURN: N_("退回修改"),
    EditionAction.ACTIVATE: N_("启用"),
    EditionAction.REPLACE: N_("被新文本替换"),
    EditionAction.WITHDRAW: N_("撤回"),
}

EDITION_WORKFLOW: Workflow[EditionStatus, EditionAction] = Workflow(
    EditionStatus.DRAFT,
    {
        (EditionStatus.DRAFT, EditionAction.PROPOSE): EditionStatus.PROPOSED,
        (EditionStatus.DRAFT, EditionAction.WITHDRAW): EditionStatus.WITHDRAWN,
        (EditionStatus.PROPOSED, EditionAction.ACTIVATE): EditionStatus.ACTIVE,
        (EditionStatus.PROPOSED, EditionAction.RETURN): EditionStatus.DRAFT,
        (EditionStatus.PROPOSED, EditionAction.WITHDRAW): EditionStatus.WITHDRAWN,
        (EditionStatus.ACTIVE, EditionAction.REPLACE): EditionStatus.REPLACED,
        (EditionStatus.ACTIVE, EditionAction.WITHDRAW): EditionStatus.WITHDRAWN,
    },
)
# What takes effect, or takes what is in force away: never done by the one who wrote the text.
SECOND_PERSON: frozenset[tuple[EditionStatus, EditionAction]] = frozenset(
    {
        (EditionStatus.PROPOSED, EditionAction.ACTIVATE),
        (EditionStatus.ACTIVE, EditionAction.WITHDRAW),
    }
)
