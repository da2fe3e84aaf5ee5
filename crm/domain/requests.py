"""Requests (诉求): kinds, where they come from, how they end, and the table of their moves."""

from enum import StrEnum

from crm.domain.words import N_
from crm.domain.workflow import Workflow


class RequestKind(StrEnum):
    """What a firm asks for."""

    FUNDING = "funding"
    LAND = "land"
    TALENT = "talent"
    MARKET = "market"
    TECHNOLOGY = "technology"
    POLICY = "policy"
    APPROVAL = "approval"
    OTHER = "other"


REQUEST_KIND_LABELS: dict[RequestKind, str] = {
    RequestKind.FUNDING: N_("资金融资"),
    RequestKind.LAND: N_("用地场地"),
    RequestKind.TALENT: N_("人才用工"),
    RequestKind.MARKET: N_("市场订单"),
    RequestKind.TECHNOLOGY: N_("技术合作"),
    RequestKind.POLICY: N_("政策咨询"),
    RequestKind.APPROVAL: N_("审批办事"),
    RequestKind.OTHER: N_("其他"),
}


class RequestSource(StrEnum):
    """On what occasion it was asked."""

    VISIT = "visit"
    CALL = "call"
    FORUM = "forum"
    WRITTEN = "written"
    OTHER = "other"


REQUEST_SOURCE_LABELS: dict[RequestSource, str] = {
    RequestSource.VISIT: N_("走访"),
    RequestSource.CALL: N_("电话"),
    RequestSource.FORUM: N_("领导恳谈会"),
    RequestSource.WRITTEN: N_("来函来件"),
    RequestSource.OTHER: N_("其他"),
}


class RequestStatus(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    IN_HAND = "in_hand"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


REQUEST_STATUS_LABELS: dict[RequestStatus, str] = {
    RequestStatus.OPEN: N_("待受理"),
    RequestStatus.IN_HAND: N_("办理中"),
    RequestStatus.ANSWERED: N_("已答复"),
    RequestStatus.CLOSED: N_("已办结"),
    RequestStatus.WITHDRAWN: N_("已撤回"),
}
# Still to be answered by the office; over for good unless opened again.
UNANSWERED = (RequestStatus.OPEN, RequestStatus.IN_HAND)
OVER = (RequestStatus.CLOSED, RequestStatus.WITHDRAWN)


class RequestResult(StrEnum):
    """How a request ended; the office reports how many were solved."""

    SOLVED = "solved"
    EXPLAINED = "explained"
    NOT_NOW = "not_now"


REQUEST_RESULT_LABELS: dict[RequestResult, str] = {
    RequestResult.SOLVED: N_("已解决"),
    RequestResult.EXPLAINED: N_("已解释说明"),
    RequestResult.NOT_NOW: N_("暂不具备条件"),
}


class RequestAction(StrEnum):
    """What is done with a request."""

    TAKE = "take"
    ANSWER = "answer"
    CLOSE = "close"
    HAND = "hand"
    EXTEND = "extend"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


REQUEST_ACTION_LABELS: dict[RequestAction, str] = {
    RequestAction.TAKE: N_("受理"),
    RequestAction.ANSWER: N_("答复"),
    RequestAction.CLOSE: N_("办结"),
    RequestAction.HAND: N_("转交"),
    RequestAction.EXTEND: N_("改期"),
    RequestAction.EDIT: N_("修改"),
    RequestAction.WITHDRAW: N_("企业撤回"),
    RequestAction.REOPEN: N_("重新打开"),
}

_S, _A = RequestStatus, RequestAction
# Whoever a request is handed to takes it anew; an answer can be bettered until the request is closed.
REQUEST_WORKFLOW: Workflow[RequestStatus, RequestAction] = Workflow(
    _S.OPEN,
    {
        (_S.OPEN, _A.TAKE): _S.IN_HAND,
        (_S.OPEN, _A.ANSWER): _S.ANSWERED,
        (_S.OPEN, _A.HAND): _S.OPEN,
        (_S.OPEN, _A.EXTEND): _S.OPEN,
        (_S.OPEN, _A.EDIT): _S.OPEN,
        (_S.OPEN, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.IN_HAND, _A.ANSWER): _S.ANSWERED,
        (_S.IN_HAND, _A.HAND): _S.OPEN,
        (_S.IN_HAND, _A.EXTEND): _S.IN_HAND,
        (_S.IN_HAND, _A.EDIT): _S.IN_HAND,
        (_S.IN_HAND, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.ANSWERED, _A.CLOSE): _S.CLOSED,
        (_S.ANSWERED, _A.ANSWER): _S.ANSWERED,
        (_S.ANSWERED, _A.REOPEN): _S.IN_HAND,
        (_S.ANSWERED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.CLOSED, _A.REOPEN): _S.IN_HAND,
        (_S.WITHDRAWN, _A.REOPEN): _S.OPEN,
    },
)


class HandOutcome(StrEnum):
    """What a bulk hand-over did for one request."""

    HANDED = "handed"
    SAME = "same"
    NOT_NOW = "not_now"
    OWNER_CANNOT_SEE = "owner_cannot_see"


HAND_OUTCOME_LABELS: dict[HandOutcome, str] = {
    HandOutcome.HANDED: N_("已转交"),
    HandOutcome.SAME: N_("本来就由他负责"),
    HandOutcome.NOT_NOW: N_("已答复或已结束，未转交"),
    HandOutcome.OWNER_CANNOT_SEE: N_("接手人看不到这家企业，未转交"),
}
