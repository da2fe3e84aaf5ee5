"""Meetings with the invented firms."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from crm.demo.words import person_met
from crm.domain.records import VisitKind

SUMMARIES = (
    "了解上年度研发投入归集情况，企业财务对加计扣除口径与高企口径的差别不清楚，已当面说明。",
    "企业计划申报下一批高新技术企业，知识产权以实用新型为主，建议补充发明专利申请。",
    "电话核对科技人员人数，企业答复以社保名单为准，月底前补报。",
    "现场查看研发场地，新增一条中试线；提出贷款贴息诉求，已记录。",
    "辅导填报科技型中小企业自评表，研发费用辅助账基本齐备。",
    "企业反映场地租金上涨，考虑在区内搬迁，已转园区跟进。",
)
NEXT_STEPS = ("催补研发费用辅助账", "回复贷款贴息政策条件", "确认知识产权清单", "预约专家预评审")


def held(random: Random, today: date, officer_id: int | None, now: datetime) -> Iterator[dict[str, Any]]:
    if officer_id is None or random.random() < 0.25:
        return
    for _ in range(random.choice((1, 1, 2, 3, 4))):
        ago = random.randint(1, 420)
        day = today - timedelta(days=ago)
        promised = random.random() < 0.35
        next_on = day + timedelta(days=random.choice((14, 30, 60, 400))) if promised else None
        # Most of what was promised was done by its day.
        kept = next_on is not None and next_on <= today and random.random() < 0.9
        yield {
            "kind": random.choice(list(VisitKind)),
            "visited_on": day,
            "by_id": officer_id,
            "met": person_met(random),
            "summary": random.choice(SUMMARIES),
            "next_step": random.choice(NEXT_STEPS) if promised else None,
            "next_on": next_on,
            "done_on": next_on if kept else None,
            "created_at": now - timedelta(days=ago),
        }
