"""Two files that both have a plan, a group, a stop flag, a tag, a task: what becomes of them, and back exactly."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.care import Lifter
from crm.domain.errors import Refused
from crm.domain.plans import PlanStatus
from crm.firms import stops
from crm.firms.care_models import FirmTag, Group, GroupMember, StopFlag, Tag
from crm.firms.models import Firm
from crm.kit import clock
from crm.kit.db import db, transaction
from crm.plans.models import Plan, PlanGoal, PlanNote
from crm.tasks.models import Task
from tests.firms.test_merge import TODAY, merged, told, undone
from tests.make import Make

NOW = datetime(2026, 1, 5, tzinfo=UTC)
Two = tuple[Firm, Firm]


@pytest.fixture
def two(make: Make) -> Two:
    """Return the file to keep and the one to go."""
    return make.firm(name="广州留下科技有限公司"), make.firm(name="广州并入科技有限公司")


@pytest.fixture
def officer(make: Make) -> User:
    return make.user("officer")


def plan(make: Make, firm: Firm, officer: User, status: str, since: int = 2026, until: int = 2026) -> int:
    """Keep a plan with one goal that has come half way; return the number of the goal."""
    ended = {"closed_on": date(2026, 2, 1), "summary": "完成"} if status == "closed" else {}
    agreed = {"agreed_on": date(2026, 1, 8), "agreed_with": "王总"} if status != "draft" else {}
    kept = make.add(
        Plan(
            firm_id=firm.id, title=f"{firm.name}的计划", since_year=since, until_year=until, owner_id=officer.id,
            status=status, made_by_id=officer.id, made_at=NOW, **agreed, **ended,
        )
    )  # fmt: skip
    owned = {"due_on": date(2026, 9, 1), "owner_id": officer.id}
    goal = make.add(PlanGoal(plan_id=kept.id, what=f"{firm.name}的目标", progress=50, **owned))
    make.add(PlanNote(goal_id=goal.id, progress=50, note="一半", noted_on=TODAY, by_id=officer.id, at=NOW))
    return goal.id


STANDINGS = [
    # ours, theirs, what the plan in use then is, whether the goals go over, what the preview says
    ("agreed", "agreed", PlanStatus.AGREED, True, "目标连同进展并到留下的计划里"),
    ("draft", "draft", PlanStatus.DRAFT, True, "目标连同进展并到留下的计划里"),
    ("agreed", "draft", PlanStatus.DRAFT, True, "合起来的要与企业重新商定"),
    ("draft", "agreed", PlanStatus.DRAFT, True, "合起来的要与企业重新商定"),
    ("closed", "agreed", PlanStatus.AGREED, True, "随并入的那份重新打开"),
    ("agreed", "closed", PlanStatus.AGREED, False, "那一条留在原处"),
]


@pytest.mark.parametrize(("ours", "theirs", "becomes", "over", "said"), STANDINGS)
def test_two_plans_of_one_year_become_one(
    app: Flask, make: Make, two: Two, officer: User, browse, ours, theirs, becomes, over, said
) -> None:
    """A firm agrees to all of a plan or to none of it; what was closed stays closed."""
    kept, gone = two
    mine, their = plan(make, kept, officer, ours), plan(make, gone, officer, theirs, until=2027)
    before = told(app)
    assert said in browse(officer).get(f"/firms/{kept.id}/merge/{gone.id}").words
    done = merged(app, officer, kept, gone)
    with app.app_context():
        held = db.session.scalars(select(Plan).where(Plan.firm_id == kept.id)).one()
        goals = set(db.session.scalars(select(PlanGoal.id).where(PlanGoal.plan_id == held.id)))
        assert (held.status, goals) == (becomes, {mine, their} if over else {mine})
        assert (held.agreed_on is None) == (becomes is PlanStatus.DRAFT)
    page = browse(officer).get(f"/firms/{kept.id}/plans").words
    assert ("广州并入科技有限公司的目标" in page) is over
    undone(app, officer, done)
    assert told(app) == before


def test_plans_that_begin_in_different_years_stand_side_by_side(app: Flask, make: Make, two: Two, officer) -> None:
    kept, gone = two
    plan(make, kept, officer, "agreed", 2025, 2026)
    plan(make, gone, officer, "agreed", 2026, 2026)
    before = told(app)
    done = merged(app, officer, kept, gone)
    with app.app_context():
        assert len(db.session.scalars(select(Plan).where(Plan.firm_id == kept.id)).all()) == 2
    undone(app, officer, done)
    assert told(app) == before


def test_progress_noted_since_on_a_goal_that_went_over_is_not_lost(app: Flask, make: Make, two: Two, officer) -> None:
    kept, gone = two
    plan(make, kept, officer, "agreed")
    goal = plan(make, gone, officer, "agreed")
    done = merged(app, officer, kept, gone)
    with app.app_context(), transaction():
        db.session.get_one(PlanGoal, goal).progress = 80
    with pytest.raises(Refused, match="有1处又被改动"):
        undone(app, officer, done)


def member(make: Make, group: Group, firm: Firm, since: date, until: date | None = None) -> None:
    make.add(GroupMember(group_id=group.id, firm_id=firm.id, since_on=since, until_on=until))


def group(make: Make, name: str, head: Firm) -> Group:
    return make.add(Group(name=name, head_firm_id=head.id, created_at=NOW))


def members(app: Flask, firm: Firm) -> list[tuple[str, date, date | None]]:
    with app.app_context():
        query = select(Group.name, GroupMember.since_on, GroupMember.until_on).join(GroupMember.group)
        found = db.session.execute(query.where(GroupMember.firm_id == firm.id).order_by(GroupMember.since_on))
        return [tuple(row) for row in found]


def test_a_firm_stays_in_its_own_group_and_the_other_is_left_without_its_head(
    app: Flask, make: Make, two: Two, officer: User, browse
) -> None:
    kept, gone = two
    ours, theirs = group(make, "留下集团", kept), group(make, "并入集团", gone)
    member(make, ours, kept, date(2024, 1, 1))
    member(make, theirs, gone, date(2023, 1, 1))
    before = told(app)
    page = browse(officer).get(f"/firms/{kept.id}/merge/{gone.id}").words
    assert "“并入集团”的牵头企业是并入的档案" in page
    assert "留下集团 · 2024-01-01 一家企业同时只在一个集团" in page
    done = merged(app, officer, kept, gone)
    assert members(app, kept) == [("留下集团", date(2024, 1, 1), None)]
    with app.app_context():
        assert db.session.get(Group, theirs.id).head_firm_id is None, "its head would be no member"
        assert db.session.get(Group, ours.id).head_firm_id == kept.id
    undone(app, officer, done)
    assert told(app) == before


@pytest.mark.parametrize("both", [True, False])
def test_the_head_of_a_group_stays_its_head(app: Flask, make: Make, two: Two, officer: User, both: bool) -> None:
    kept, gone = two
    theirs = group(make, "并入集团", gone)
    member(make, theirs, gone, date(2023, 1, 1))
    if both:
        member(make, theirs, kept, date(2024, 1, 1))
    before = told(app)
    done = merged(app, officer, kept, gone)
    assert len(members(app, kept)) == 1
    with app.app_context():
        assert db.session.get(Group, theirs.id).head_firm_id == kept.id
    undone(app, officer, done)
    assert told(app) == before


def test_a_membership_goes_on_where_ours_ended(app: Flask, make: Make, two: Two, officer: User) -> None:
    kept, gone = two
    ours, theirs = group(make, "留下集团", kept), group(make, "并入集团", gone)
    member(make, ours, kept, date(2022, 1, 1), date(2025, 1, 1))
    member(make, theirs, gone, date(2024, 1, 1))
    done = merged(app, officer, kept, gone)
    assert members(app, kept) == [
        ("留下集团", date(2022, 1, 1), date(2025, 1, 1)),
        ("并入集团", date(2025, 1, 1), None),
    ]
    undone(app, officer, done)
    assert members(app, gone) == [("并入集团", date(2024, 1, 1), None)]


def flag(make: Make, firm: Firm, reason: str, until: date | None) -> int:
    values = {"reason": reason, "since_on": date(2026, 1, 1), "until_on": until, "lifter": Lifter.MANAGER}
    return make.add(StopFlag(firm_id=firm.id, office=[], set_by="科长", set_at=NOW, **values)).id


def test_both_stop_flags_count_until_both_are_over(app: Flask, make: Make, two: Two, browse) -> None:
    kept, gone = two
    manager = make.user("manager")
    ours = flag(make, kept, "等待核查", None)
    theirs = flag(make, gone, "地址无法联系", clock.today() + timedelta(days=30))
    before = told(app)
    page = browse(manager).get(f"/firms/{kept.id}/merge/{gone.id}").words
    assert "两边都有暂停标记：合并后两个都算，要分别解除。" in page
    done = merged(app, manager, kept, gone)
    with app.app_context(), transaction():
        assert stops.in_force(kept.id, clock.today()).id == ours
        assert stops.in_force(kept.id, clock.today() + timedelta(days=31)).id == ours
    undone(app, manager, done)
    assert told(app) == before
    done = merged(app, manager, kept, gone)
    with app.app_context(), transaction():
        stops.lift(db.session.get(StopFlag, ours), db.session.get(User, manager.id), "查清", clock.today())
        db.session.flush()
        assert stops.in_force(kept.id, clock.today()).id == theirs, "lifted is only the one"


def test_a_tag_and_a_task_that_both_have_are_there_once(
    app: Flask, make: Make, two: Two, officer: User, browse
) -> None:
    kept, gone = two
    for name, firms in (("重点企业", two), ("上市后备", (gone,))):
        tag = make.add(Tag(name=name, made_by="科长", made_at=NOW))
        for firm in firms:
            make.add(FirmTag(firm_id=firm.id, tag_id=tag.id))
    for firm in two:
        owned = {"owner_id": officer.id, "made_by_id": officer.id, "made_at": NOW}
        make.add(Task(firm_id=firm.id, title="催报季度数据", act="a" * 32, **owned))
    before = told(app)
    page = browse(officer).get(f"/firms/{kept.id}/merge/{gone.id}").words
    assert "标签：重点企业" in page
    assert "上市后备" in page
    done = merged(app, officer, kept, gone)
    with app.app_context():
        assert len(db.session.scalars(select(FirmTag).where(FirmTag.firm_id == kept.id)).all()) == 2
        assert len(db.session.scalars(select(Task).where(Task.firm_id == kept.id)).all()) == 1
    undone(app, officer, done)
    assert told(app) == before


spans = st.tuples(st.integers(0, 6), st.one_of(st.none(), st.integers(1, 3)))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(ours=st.lists(spans, max_size=3), theirs=st.lists(spans, max_size=3))
def test_a_firm_is_never_in_two_groups_at_one_time(app: Flask, make: Make, ours: list[Any], theirs: list[Any]) -> None:
    make.count += 100
    kept, gone, officer = make.firm(), make.firm(), make.user("officer")
    for firm, wanted in ((kept, ours), (gone, theirs)):
        held = group(make, f"集团{firm.id}", firm)
        free = 2010
        for gap, length in wanted:  # each file for itself is in order
            since = free + gap
            member(make, held, firm, date(since, 1, 1), date(since + length, 1, 1) if length else None)
            if length is None:
                break
            free = since + length
    before = told(app)
    done = merged(app, officer, kept, gone)
    spell = members(app, kept)
    for (_name, _since, until), (_other, since, _until) in pairwise(spell):
        assert until is not None
        assert until <= since
    undone(app, officer, done)
    assert told(app) == before
