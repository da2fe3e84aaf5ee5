"""What is to be done for the invented firms."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

TASKS = ("催报季度研发数据", "核对科技人员名单", "约专家预评审", "补传审计报告", "电话确认账号开通", "整理申报材料目录")


def due(random: Random, number: int, today: date, officer_id: int | None, now: datetime) -> Iterator[dict[str, Any]]:
    if officer_id is None or random.random() < 0.75:
        return
    due_on = today + timedelta(days=random.choice((-12, -3, 0, 2, 5, 9, 20, 45)))
    kept = due_on < today and random.random() < 0.8
    yield {
        "title": random.choice(TASKS),
        "owner_id": officer_id,
        "due_on": due_on,
        "act": f"demo-{number}",
        "made_by_id": officer_id,
        "made_at": now - timedelta(days=20),
        "done_on": due_on if kept else None,
        "done_by_id": officer_id if kept else None,
        "version": 2 if kept else 1,
    }
