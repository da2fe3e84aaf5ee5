"""Plans for key firms (一企一策): where they stand and the table of their moves."""

from enum import StrEnum

from crm.domain.words import N_
from crm.domain.workflow import Workflow


class PlanStatus(StrEnum):
    """Where a plan stands: goals are set in a draft, progress is noted once it is agreed."""

    DRAFT = "draft"
    AGREED = "agreed"
    CLOSED = "closed"


PLAN_STATUS_LABELS: dict[PlanStatus, str] = {
    PlanStatus.DRAFT: N_("草拟"),
    PlanStatus.AGREED: N_("已商定"),
    PlanStatus.CLOSED: N_("已结束"),
}


class PlanAction(StrEnum):
    """What is done with a plan."""

    AGREE = "agree"
    REDRAFT = "redraft"
    CLOSE = "close"
    REOPEN = "reopen"


PLAN_ACTION_LABELS: dict[PlanAction, str] = {
    PlanAction.AGREE: N_("与企业商定"),
    PlanAction.REDRAFT: N_("退回修改"),
    PlanAction.CLOSE: N_("结束计划"),
    PlanAction.REOPEN: N_("重新打开"),
}

PLAN_WORKFLOW: Workflow[PlanStatus, PlanAction] = Workflow(
    PlanStatus.DRAFT,
    {
        (PlanStatus.DRAFT, PlanAction.AGREE): PlanStatus.AGREED,
        (PlanStatus.AGREED, PlanAction.REDRAFT): PlanStatus.DRAFT,
        (PlanStatus.AGREED, PlanAction.CLOSE): PlanStatus.CLOSED,
        (PlanStatus.CLOSED, PlanAction.REOPEN): PlanStatus.AGREED,
    },
)
FULL = 100
