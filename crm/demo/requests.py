"""What the invented firms ask for, and how far it has come."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from crm.demo.words import person_met
from crm.domain.requests import RequestAction, RequestKind, RequestResult, RequestSource, RequestStatus
from crm.requests.models import Request

ASKED = (
    (RequestKind.FUNDING, "希望了解科技贷款贴息的条件和额度", "市科技金融中心", "已发送贴息办法和申报入口。"),
    (RequestKind.LAND, "中试线扩产，需要约 2000 平方米厂房", "区工信部门", "已推荐两处园区厂房，企业已实地看过一处。"),
    (RequestKind.TALENT, "博士后工作站备案流程不清楚", "区人社部门", "已由人社部门专人对接，材料清单已发。"),
    (RequestKind.MARKET, "希望进入创新产品目录", "市科技部门", "本年度目录七月受理，已登记提醒。"),
    (RequestKind.TECHNOLOGY, "寻找高校团队合作开发低温电解液", "市技术转移机构", "已约两所高校课题组线上交流。"),
    (RequestKind.POLICY, "研发费用三个口径的差别不清楚", "企业服务专员", "已上门讲解并留下对照表。"),
)


def asked(random: Random, today: date, officer_id: int | None, now: datetime) -> Iterator[dict[str, Any]]:
    if officer_id is None or random.random() < 0.8:
        return
    kind, subject, solver, answer = random.choice(ASKED)
    ago = random.randint(1, 300)
    asked_on = today - timedelta(days=ago)
    status = random.choice((RequestStatus.OPEN, RequestStatus.IN_HAND)) if ago < 25 else RequestStatus.CLOSED
    if ago >= 25 and random.random() < 0.15:
        status = random.choice((RequestStatus.IN_HAND, RequestStatus.ANSWERED))
    answered = status in {RequestStatus.ANSWERED, RequestStatus.CLOSED}
    closed = status is RequestStatus.CLOSED
    result = random.choice((RequestResult.SOLVED, RequestResult.SOLVED, RequestResult.EXPLAINED))
    yield {
        "kind": kind,
        "source": random.choice(list(RequestSource)),
        "asked_on": asked_on,
        "asked_by": person_met(random),
        "subject": subject,
        "owner_id": officer_id,
        "solver": solver,
        "due_on": asked_on + timedelta(days=14),
        "status": status,
        "answer": answer if answered else None,
        "answered_on": asked_on + timedelta(days=9) if answered else None,
        "answered_by_id": officer_id if answered else None,
        "result": result if closed else None,
        "confirmed_with": "企业负责人" if closed else None,
        "confirmed_on": asked_on + timedelta(days=20) if closed else None,
        "confirmed_by_id": officer_id if closed else None,
        "ended_on": asked_on + timedelta(days=20) if closed else None,
        "recorded_by_id": officer_id,
        "recorded_at": now - timedelta(days=ago),
        "version": 1,
    }


def steps(request: Request) -> Iterator[dict[str, Any]]:
    """Return how a request came to stand where it stands."""
    moves: list[tuple[RequestAction | None, RequestStatus, date, str | None]] = [
        (None, RequestStatus.OPEN, request.asked_on, None)
    ]
    if request.status is RequestStatus.IN_HAND:
        moves.append((RequestAction.TAKE, RequestStatus.IN_HAND, request.asked_on + timedelta(days=1), None))
    if request.answered_on:
        moves.append((RequestAction.ANSWER, RequestStatus.ANSWERED, request.answered_on, request.answer))
    if request.ended_on:
        moves.append((RequestAction.CLOSE, RequestStatus.CLOSED, request.ended_on, None))
    for action, status, day, note in moves:
        at = request.recorded_at + (day - request.asked_on)
        common = {
            "request_id": request.id,
            "owner_id": request.owner_id,
            "due_on": request.due_on,
            "by_id": request.owner_id,
        }
        yield {**common, "action": action, "status": status, "note": note, "at": at}
