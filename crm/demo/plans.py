"""What was agreed with the key firms of the demo."""

from datetime import date, datetime, timedelta
from random import Random

from crm.domain.ladder import Rung
from crm.kit.db import db
from crm.plans.models import Plan, PlanGoal, PlanNote

GOALS: tuple[tuple[str, str, Rung | None], ...] = (
    ("通过高新技术企业重新认定", "一次通过", Rung.HIGH_TECH),
    ("申报专精特新中小企业", "评价得分 70 分以上", Rung.SRDI_SME),
    ("新增发明专利", "3 件", None),
    ("研发费用占比提高", "6% 以上", None),
    ("扩建中试线", "2000 平方米", None),
)
PROGRESS = ("材料已齐，等待提交。", "企业已内部立项，下月复核。", "已与部门沟通，按计划推进。")


def agree(random: Random, firm_id: int, officer_id: int, today: date, now: datetime) -> None:
    """Keep a plan for a key firm, agreed in spring, some of its goals reached."""
    plan = Plan(
        firm_id=firm_id,
        title=f"{today.year} 年一企一策",
        since_year=today.year,
        until_year=today.year,
        owner_id=officer_id,
        status="agreed",
        agreed_on=date(today.year, 1, 20),
        agreed_with="企业负责人",
        made_by_id=officer_id,
        made_at=now - timedelta(days=300),
    )
    db.session.add(plan)
    db.session.flush()
    for what, target, rung in random.sample(GOALS, 3):
        progress = random.choice((20, 45, 60, 80, 100))
        noted_on = today - timedelta(days=random.randint(0, 15))
        goal = PlanGoal(
            plan_id=plan.id,
            what=what,
            target=target,
            rung=rung,
            due_on=today + timedelta(days=random.choice((-20, 20, 35, 90))),
            owner_id=officer_id,
            progress=progress,
            done_on=noted_on if progress == 100 else None,
        )
        db.session.add(goal)
        db.session.flush()
        told = {"progress": progress, "note": random.choice(PROGRESS), "noted_on": noted_on}
        db.session.add(PlanNote(goal_id=goal.id, by_id=officer_id, at=now, **told))
