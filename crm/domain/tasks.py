"""Closed lists of the tasks room: what becomes of each firm of a bulk act."""

from enum import StrEnum

from crm.domain.words import N_


class TaskOutcome(StrEnum):
    """What making, handing on or taking back a task did for one firm."""

    MADE = "made"
    SAME = "same"
    OPEN = "open"
    HANDED = "handed"
    WITHDRAWN = "withdrawn"
    UNSEEN = "unseen"
    OWNER_CANNOT_SEE = "owner_cannot_see"
    TOUCHED = "touched"
    DONE = "done"


TASK_OUTCOME_LABELS: dict[TaskOutcome, str] = {
    TaskOutcome.MADE: N_("已建待办"),
    TaskOutcome.SAME: N_("已经是这样，未重复"),
    TaskOutcome.OPEN: N_("已有未办结的待办，没有重复建"),
    TaskOutcome.HANDED: N_("已转交"),
    TaskOutcome.WITHDRAWN: N_("已撤回"),
    TaskOutcome.UNSEEN: N_("不在您的范围内"),
    TaskOutcome.OWNER_CANNOT_SEE: N_("负责人看不到这家企业，未建"),
    TaskOutcome.TOUCHED: N_("已有人办理或改过，未撤回"),
    TaskOutcome.DONE: N_("已办结，不再转交"),
}
