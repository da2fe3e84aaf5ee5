"""Closed lists of what comes in: where a list stands, what becomes of its rows."""

from enum import StrEnum

from crm.domain.words import N_


class ImportStatus(StrEnum):
    """Where a list stands."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"


class RowOutcome(StrEnum):
    """What applying a row will do, or did."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    UNSURE = "unsure"
    REJECT = "reject"


OUTCOME_LABELS = {
    RowOutcome.CREATE: N_("新建"),
    RowOutcome.UPDATE: N_("更新"),
    RowOutcome.SAME: N_("无变化"),
    RowOutcome.UNSURE: N_("待确认"),
    RowOutcome.REJECT: N_("不能导入"),
}
