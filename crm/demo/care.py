"""Who cares for the invented firms, and what the office put on their files: tags, stop flags, groups, moves."""

from datetime import date, timedelta
from random import Random

from sqlalchemy import insert, select

from crm.demo.file import WEIGHTS
from crm.demo.people import People
from crm.demo.story import Story
from crm.demo.words import trade_name
from crm.domain.care import Duty, Lifter
from crm.firms.care_models import Assignment, FirmTag, Group, GroupMember, StopFlag, Tag
from crm.firms.models import Firm, Move
from crm.kit import clock
from crm.kit.db import db

PARKS = ("示例软件园", "示例智造园", "示例生物岛", "示例创新谷", "示例总部湾")
INCUBATORS = ("示例众创孵化器", "示例加速器", "示例青创空间")
TAGS = ("重点企业", "上市后备", "规上培育", "疑似搬迁", "待补材料")
STOPS = ("纳税信用降级，核实期间暂停推荐", "涉嫌重复申报，等待核查结论", "注册地址无法联系，暂停受理")


def add(random: Random, story: Story, people: People, today: date) -> None:
    """Say who has the firm in hand since when, and put on its file what the office put there."""
    firm, now = story.firm, clock.now()
    firm["park"] = random.choice(PARKS) if random.random() < 0.45 else None
    firm["incubator"] = random.choice(INCUBATORS) if random.random() < 0.12 else None
    since = max(firm["established_on"], today - timedelta(days=random.randint(30, 700)))
    made = {"since_on": since, "applied": True, "made_by": "系统", "made_at": now}
    hands = [(Duty.OFFICER, "user_id", firm["officer_id"]), (Duty.AGENCY, "agency_id", firm["agency_id"])]
    story.rows[Assignment] = [{**made, "duty": duty, column: held} for duty, column, held in hands if held]
    if people.tags and random.random() < 0.3:
        story.rows[FirmTag] = [{"tag_id": tag_id} for tag_id in random.sample(people.tags, random.choice((1, 1, 2)))]
    if random.random() < 0.012:
        since = today - timedelta(days=random.randint(5, 200))
        until = since + timedelta(days=365) if random.random() < 0.6 else None
        flag = {"reason": random.choice(STOPS), "since_on": since, "until_on": until, "lifter": Lifter.OFFICE}
        story.rows[StopFlag] = [{**flag, "office": [], "set_by": "科长", "set_at": now}]
    if random.random() < 0.03:
        place = story.rows[Move][0]
        came = today - timedelta(days=random.randint(20, 400))
        if came > place["since_on"]:
            other = random.choice([district for district in WEIGHTS if district != place["district"]])
            told = {"reason": "租约到期，随园区整体搬迁", "made_by": "科长", "made_at": now}
            story.rows[Move] += [{**place, "since_on": came, "previous": other, **told}]
            place["district"] = other


def tags() -> list[int]:
    """Keep the tags; return their ids."""
    made = [{"name": name, "made_by": "科长", "made_at": clock.now()} for name in TAGS]
    return list(db.session.scalars(insert(Tag).returning(Tag.id, sort_by_parameter_order=True), made))


def join(firms: int, today: date) -> None:
    """Join every fiftieth firm with its next neighbours to a group."""
    since = today - timedelta(days=400)
    ids = list(db.session.scalars(select(Firm.id).order_by(Firm.id).limit(min(firms, 600))))
    for number, start in enumerate(range(0, len(ids) - 4, 50), start=1):
        members = ids[start : start + 2 + number % 3]
        group = Group(name=f"示例{trade_name(number)}控股集团", head_firm_id=members[0], created_at=clock.now())
        db.session.add(group)
        db.session.flush()
        rows = [{"group_id": group.id, "firm_id": firm_id, "since_on": since} for firm_id in members]
        db.session.execute(insert(GroupMember), rows)
