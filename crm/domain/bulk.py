"""Closed lists of acts on many firms: where an act stands, what became of each firm."""

from enum import StrEnum

from crm.domain.words import N_


class BulkStatus(StrEnum):
    """Where an act stands. Until it is done, DRAFT changes nothing but itself."""

    DRAFT = "draft"
    WORKING = "working"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


BULK_STATUS_LABELS: dict[BulkStatus, str] = {
    BulkStatus.DRAFT: N_("待确认"),
    BulkStatus.WORKING: N_("进行中"),
    BulkStatus.DONE: N_("已完成"),
    BulkStatus.UNDOING: N_("正在撤销"),
    BulkStatus.UNDONE: N_("已撤销"),
}


class RowState(StrEnum):
    """What will become, or became, of one firm. KEPT: could not be undone, somebody has changed it since."""

    READY = "ready"
    REFUSED = "refused"
    DONE = "done"
    STOPPED = "stopped"
    UNDONE = "undone"
    KEPT = "kept"


ROW_STATE_LABELS: dict[RowState, str] = {
    RowState.READY: N_("将办理"),
    RowState.REFUSED: N_("不办理"),
    RowState.DONE: N_("已办理"),
    RowState.STOPPED: N_("已停止，未办理"),
    RowState.UNDONE: N_("已撤销"),
    RowState.KEPT: N_("未能撤销"),
}
