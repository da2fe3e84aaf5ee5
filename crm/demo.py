"""A believable register of any size, the same for the same seed. Every firm in it is invented.

Codes pass the check digit but carry 440100 as place of registration, which no business register issues; names are put
together from made-up trade names. Rows go in as bulk inserts, so that the benchmarks can ask for 100,000 firms.
"""

import math
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Insert, func, insert, select

from crm.accounts.models import Agency, User
from crm.accounts.service import hash_password
from crm.domain import codes
from crm.domain.access import Role
from crm.domain.care import Duty, Lifter
from crm.domain.ladder import Rung
from crm.domain.places import DISTRICTS
from crm.domain.records import AchievementKind, IpKind, IpOrigin, Jurisdiction, Level, Source, VisitKind
from crm.domain.requests import RequestAction, RequestKind, RequestResult, RequestSource, RequestStatus
from crm.firms import derived, handovers, names
from crm.firms import service as firm_file
from crm.firms.care_models import Assignment, FirmTag, Group, GroupMember, StopFlag, Tag
from crm.firms.models import (
    Achievement,
    AnnualReturn,
    Certification,
    Contact,
    CreditCheck,
    Firm,
    IntellectualProperty,
    Move,
    StatedFact,
)
from crm.journal.service import Entry, System, record_many
from crm.kit import clock
from crm.kit.db import Base, db
from crm.plans.models import Plan, PlanGoal, PlanNote
from crm.requests.models import Request, RequestStep
from crm.tasks.models import Task
from crm.visits.models import Visit

YEARS = 4
BATCH = 2_000
WAN = 1_000_000  # fen

# How the firms spread over the districts: roughly where Guangzhou's technology firms are, in parts of a hundred.
WEIGHTS = {
    "440106": 22, "440112": 24, "440111": 10, "440113": 12, "440105": 8, "440115": 7,
    "440104": 5, "440103": 4, "440114": 4, "440118": 3, "440117": 1,
}  # fmt: skip
HEADS = "澜砚槿溯珩屿芃峤翎霁澈砺翊瑾岚汐楷璟衡朔"
TAILS = "图澜舟岸桥垣枢帆砥弦谷橡序衍芯宸辰禾瀚拓"


@dataclass(frozen=True)
class Trade:
    """A line of business: how firms in it are called, coded, and what they make."""

    word: str
    industry: str
    tech_field: str
    product: str
    rd: float


TRADES = (
    Trade("软件科技", "6513", "1", "工业设备运维软件", 0.11),
    Trade("智能装备", "3491", "8", "柔性上下料机器人", 0.065),
    Trade("生物医药", "2761", "2", "体外诊断试剂", 0.12),
    Trade("新材料", "2659", "4", "高导热界面材料", 0.05),
    Trade("微电子", "3973", "1", "电源管理芯片", 0.14),
    Trade("光电技术", "3974", "1", "车载显示模组", 0.06),
    Trade("环保科技", "7721", "7", "工业废水深度处理装置", 0.045),
    Trade("新能源", "3841", "6", "储能电池管理系统", 0.07),
    Trade("汽车零部件", "3670", "8", "线控制动零件", 0.042),
    Trade("医疗器械", "3581", "2", "便携式超声设备", 0.09),
    Trade("检测技术", "7452", "5", "食品安全快速检测", 0.055),
    Trade("信息技术", "6550", "1", "政务数据治理平台", 0.1),
    Trade("航空科技", "3749", "3", "无人机飞行控制器", 0.13),
    Trade("精密仪器", "4014", "8", "在线测量仪", 0.075),
)  # fmt: skip
SURNAMES = "陈林黄张李王吴刘蔡郑梁何罗曾谢"
GIVEN = ("嘉衡", "敏", "子朗", "思源", "海澜", "文珺", "启明", "若溪", "建川", "婉宁", "泽楷", "一帆")
SUMMARIES = (
    "了解上年度研发投入归集情况，企业财务对加计扣除口径与高企口径的差别不清楚，已当面说明。",
    "企业计划申报下一批高新技术企业，知识产权以实用新型为主，建议补充发明专利申请。",
    "电话核对科技人员人数，企业答复以社保名单为准，月底前补报。",
    "现场查看研发场地，新增一条中试线；提出贷款贴息诉求，已记录。",
    "辅导填报科技型中小企业自评表，研发费用辅助账基本齐备。",
    "企业反映场地租金上涨，考虑在区内搬迁，已转园区跟进。",
)
INVENTIONS = ("控制方法", "结构", "检测系统", "管理软件V1.0", "制备工艺")
PARKS = ("示例软件园", "示例智造园", "示例生物岛", "示例创新谷", "示例总部湾")
INCUBATORS = ("示例众创孵化器", "示例加速器", "示例青创空间")
TAGS = ("重点企业", "上市后备", "规上培育", "疑似搬迁", "待补材料")
STOPS = ("纳税信用降级，核实期间暂停推荐", "涉嫌重复申报，等待核查结论", "注册地址无法联系，暂停受理")
GOALS: tuple[tuple[str, str, Rung | None], ...] = (
    ("通过高新技术企业重新认定", "一次通过", Rung.HIGH_TECH),
    ("申报专精特新中小企业", "评价得分 70 分以上", Rung.SRDI_SME),
    ("新增发明专利", "3 件", None),
    ("研发费用占比提高", "6% 以上", None),
    ("扩建中试线", "2000 平方米", None),
)
PROGRESS = ("材料已齐，等待提交。", "企业已内部立项，下月复核。", "已与部门沟通，按计划推进。")
ASKED = (
    (RequestKind.FUNDING, "希望了解科技贷款贴息的条件和额度", "市科技金融中心", "已发送贴息办法和申报入口。"),
    (RequestKind.LAND, "中试线扩产，需要约 2000 平方米厂房", "区工信部门", "已推荐两处园区厂房，企业已实地看过一处。"),
    (RequestKind.TALENT, "博士后工作站备案流程不清楚", "区人社部门", "已由人社部门专人对接，材料清单已发。"),
    (RequestKind.MARKET, "希望进入创新产品目录", "市科技部门", "本年度目录七月受理，已登记提醒。"),
    (RequestKind.TECHNOLOGY, "寻找高校团队合作开发低温电解液", "市技术转移机构", "已约两所高校课题组线上交流。"),
    (RequestKind.POLICY, "研发费用三个口径的差别不清楚", "企业服务专员", "已上门讲解并留下对照表。"),
)
TASKS = ("催报季度研发数据", "核对科技人员名单", "约专家预评审", "补传审计报告", "电话确认账号开通", "整理申报材料目录")
NEXT_STEPS = ("催补研发费用辅助账", "回复贷款贴息政策条件", "确认知识产权清单", "预约专家预评审")


def fill(firms: int = 300, seed: int = 20_26, *, with_people: bool = True) -> list[tuple[str, str, Role]]:
    """Fill an empty register in the caller's transaction.

    Returns (username, password, role) of one account per role; the password is new each time and kept nowhere else.
    """
    random = Random(seed)  # noqa: S311 - a story, not a secret
    today = clock.today()
    people = _people() if with_people else _People()
    people.tags = _tags()
    invented = (_firm(random, number, today, people) for number in range(1, firms + 1))
    while batch := list(islice(invented, BATCH)):
        _insert(batch)
    _groups(firms, today)
    derived.refresh()
    if with_people:
        _edits(today)
    return _accounts(people) if with_people else []


def _edits(today: date) -> None:
    """Change a few files by hand, so that their fields have a history."""
    edited = select(Firm, User).join(User, User.id == Firm.officer_id).where(Firm.id % 3 == 1).order_by(Firm.id)
    for firm, officer in db.session.execute(edited.limit(8)).all():
        firm_file.edit(firm, officer, {"legal_representative": "林嘉衡", "address": f"{firm.address}二楼"}, today)
        firm_file.edit(firm, officer, {"address": firm.address.removesuffix("二楼") + "三楼"}, today)


def is_empty() -> bool:
    """Return whether nobody and nothing is in the register yet."""
    return not any(db.session.scalar(select(func.count()).select_from(table)) for table in (User, Firm))


@dataclass
class _People:
    officers: dict[str, int] = field(default_factory=dict)  # district -> user id
    agency_id: int | None = None
    password: str = ""
    tags: list[int] = field(default_factory=list)


@dataclass
class _Story:
    """One firm and all that hangs on it, as rows ready to insert; ``firm`` has no id yet."""

    firm: dict[str, Any]
    rows: dict[type[Base], list[dict[str, Any]]]


def _people() -> _People:
    """Keep the agency and the officers, who must be there before their firms."""
    password = secrets.token_urlsafe(9)
    agency = Agency(name="广州示例企业服务中心")
    db.session.add(agency)
    db.session.flush()
    areas = (["440106", "440105", "440104", "440103"], ["440112", "440115", "440118"])
    rest = [district for district in DISTRICTS if not any(district in area for area in areas)]
    people = _People(agency_id=agency.id, password=password)
    for number, area in enumerate([*areas, rest], start=1):
        user = _user(f"officer{number}", f"专员{'一二三'[number - 1]}", Role.OFFICER, password, districts=area)
        for district in area:
            people.officers[district] = user.id
    return people


def _user(username: str, name: str, role: Role, password: str, **values: Any) -> User:
    user = User(
        username=username,
        name=name,
        role=role,
        password_hash=hash_password(password),
        created_at=clock.now(),
        **values,
    )
    db.session.add(user)
    db.session.flush()
    return user


def _accounts(people: _People) -> list[tuple[str, str, Role]]:
    """Keep one account for every other role; the firm's two belong to a firm with a full file."""
    password = people.password
    showcase = db.session.scalars(
        select(Firm.id)
        .join(Certification, Certification.firm_id == Firm.id)
        .where(Certification.kind == Rung.HIGH_TECH)
    ).first()
    manager = _user("manager", "科长", Role.MANAGER, password, whole_city=True)
    _user("auditor", "审计员", Role.AUDITOR, password)
    _user("admin", "管理员", Role.ADMIN, password)
    _user("agency", "机构顾问", Role.AGENCY, password, agency_id=people.agency_id)
    _user("editor", "企业会计", Role.FIRM_EDITOR, password, firm_id=showcase)
    _user("certifier", "企业负责人", Role.FIRM_CERTIFIER, password, firm_id=showcase)
    _hand_over(manager, people)
    names = ("officer1", "manager", "editor", "certifier", "agency", "auditor", "admin")
    roles = (
        Role.OFFICER,
        Role.MANAGER,
        Role.FIRM_EDITOR,
        Role.FIRM_CERTIFIER,
        Role.AGENCY,
        Role.AUDITOR,
        Role.ADMIN,
    )
    return [(name, password, role) for name, role in zip(names, roles, strict=True)]


def _firm(random: Random, number: int, today: date, people: _People) -> _Story:
    trade = random.choice(TRADES)
    district = random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    age_days = int(random.betavariate(1.6, 2.6) * 365 * 22) + 200
    established = today - timedelta(days=age_days)
    name = f"广州{_trade_name(number)}{trade.word}{'股份' if random.random() < 0.06 else ''}有限公司"
    now = clock.now()
    firm = {
        "uscc": codes.make(number, region="440100"),
        "name": name,
        "legal_representative": random.choice(SURNAMES) + random.choice(GIVEN),
        "registered_capital": random.choice((100, 200, 500, 1000, 1000, 2000, 3000, 5000)) * WAN,
        "established_on": established,
        "address": f"广州市{DISTRICTS[district]}示例路{random.randint(1, 300)}号",
        "registration_district": district,
        "tax_district": district,
        "statistics_district": district if random.random() < 0.93 else random.choice(list(WEIGHTS)),
        "industry_code": trade.industry,
        "tech_field": trade.tech_field if random.random() < 0.95 else None,
        "clusters": [],
        "main_product": trade.product,
        "resident_enterprise": True,
        "audited_collection": True if random.random() < 0.9 else None,
        "restricted_product": False,
        "officer_id": people.officers.get(district),
        "agency_id": people.agency_id if random.random() < 0.15 else None,
        "created_at": now - timedelta(days=400),
        "updated_at": now - timedelta(minutes=number % 50_000),
    }
    story = _Story(firm, {})
    returns = _returns(random, trade, established, today, now)
    story.rows[AnnualReturn] = returns
    story.rows[Move] = [
        {"jurisdiction": j, "district": firm[f"{j.value}_district"], "since_on": established} for j in Jurisdiction
    ]
    story.rows[IntellectualProperty] = list(_rights(random, number, trade, established, today))
    story.rows[Certification] = list(_certificates(random, number, returns, established, today))
    story.rows[Contact] = _contacts(random, number)
    if random.random() < 0.85:
        checked = today - timedelta(days=random.randint(1, 80))
        story.rows[CreditCheck] = [
            {"checked_on": checked, "listed": random.random() < 0.02, "incident_on": None, "checked_by": "夜间核查"}
        ]
    story.rows[Achievement] = list(_achievements(random, today))
    story.rows[Visit] = list(_visits(random, today, people.officers.get(district), now))
    # Numbers of their own, so that what was told before these came stays the same.
    story.rows[StatedFact] = list(_stated(Random(number * 31), today, now))  # noqa: S311 - a story, not a secret
    _care(Random(number), story, people, today)  # noqa: S311 - a story, not a secret
    # The same for the work around it.
    story.rows[Task] = list(_tasks(Random(-number), number, today, people.officers.get(district), now))  # noqa: S311
    story.rows[Request] = list(_requests(Random(~number), today, people.officers.get(district), now))  # noqa: S311
    return story


def _care(random: Random, story: _Story, people: _People, today: date) -> None:
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


def _hand_over(manager: User, people: _People) -> None:
    """Let an officer go on leave next week."""
    officer_id, today = people.officers["440106"], clock.today()
    mine = list(db.session.scalars(select(Firm.id).where(Firm.officer_id == officer_id).order_by(Firm.id).limit(12)))
    if mine:
        day = today + timedelta(days=7)
        handovers.make(manager, Duty.OFFICER, officer_id, manager.id, mine, day, today, "年休假，回来后交还")


def _tags() -> list[int]:
    made = [{"name": name, "made_by": "科长", "made_at": clock.now()} for name in TAGS]
    return list(db.session.scalars(insert(Tag).returning(Tag.id, sort_by_parameter_order=True), made))


def _groups(firms: int, today: date) -> None:
    """Join every fiftieth firm with its next neighbours to a group."""
    since = today - timedelta(days=400)
    ids = list(db.session.scalars(select(Firm.id).order_by(Firm.id).limit(min(firms, 600))))
    for number, start in enumerate(range(0, len(ids) - 4, 50), start=1):
        members = ids[start : start + 2 + number % 3]
        group = Group(name=f"示例{_trade_name(number)}控股集团", head_firm_id=members[0], created_at=clock.now())
        db.session.add(group)
        db.session.flush()
        rows = [{"group_id": group.id, "firm_id": firm_id, "since_on": since} for firm_id in members]
        db.session.execute(insert(GroupMember), rows)


def _trade_name(number: int) -> str:
    """Return the ``number``-th made-up trade name: two characters, three when two have run out."""
    base = len(HEADS) * len(TAILS)
    index = (number * 137) % base  # 137 is prime to 400: neighbours do not look alike
    third = "" if number <= base else HEADS[(number // base) % len(HEADS)]
    return HEADS[index // len(TAILS)] + third + TAILS[index % len(TAILS)]


def _returns(random: Random, trade: Trade, established: date, today: date, now: Any) -> list[dict[str, Any]]:
    """Return what was stated of the last four accounting years, some of it with holes."""
    revenue = math.exp(random.gauss(7.6, 1.25)) * WAN  # median some 2,000 万元
    growth = random.gauss(0.12, 0.18)
    rd_share = max(0.004, random.gauss(trade.rd, trade.rd * 0.45))
    staff_per_wan = random.uniform(0.012, 0.035)
    assets_ratio = random.uniform(0.7, 1.6)
    rows = []
    for year in range(today.year - YEARS, today.year):
        if established.year > year:
            continue
        revenue *= 1 + max(-0.5, random.gauss(growth, 0.09))
        rd = revenue * rd_share * random.uniform(0.85, 1.15)
        employees = max(3, round(revenue / WAN * staff_per_wan))
        tech = max(0, round(employees * random.uniform(0.06, 0.5)))
        assets = revenue * assets_ratio
        full = {
            "revenue": revenue,
            "main_revenue": revenue * random.uniform(0.82, 0.99),
            "total_income": revenue * 1.01,
            "ht_income": revenue * min(0.99, max(0.2, random.gauss(0.74, 0.14))),
            "costs_and_expenses": revenue * random.uniform(0.82, 1.04),
            "total_assets": assets,
            "total_liabilities": assets * random.uniform(0.2, 0.75),
            "net_profit": revenue * random.gauss(0.07, 0.08),
            "tax_paid": revenue * random.uniform(0.015, 0.06),
            "rd_tax": rd * random.uniform(0.82, 0.97),
            "rd_hte": rd,
            "rd_hte_domestic": rd * random.choice((1, 1, 1, 0.95, 0.8)),
            "rd_hte_other": rd * random.uniform(0.03, 0.14),
            "rd_accounts": rd * random.uniform(1.0, 1.12),
        }
        full["main_product_income"] = full["ht_income"] * random.uniform(0.52, 0.95)
        # Fen that end in whole hundreds of 元, the way firms report.
        row: dict[str, Any] = {name: round(value / 10_000) * 10_000 for name, value in full.items()}
        row |= {"employees_total": employees, "tech_staff": tech, "rd_staff": round(tech * 0.8)}
        row["conversions"] = random.choice((0, 1, 2, 3, 4, 5, 6, 7))
        for name in row:
            if random.random() < 0.035:
                row[name] = None
        source = Source.SELF_REPORT if random.random() < 0.6 else Source.IMPORT
        stated = now - timedelta(days=(today.year - year - 1) * 365 + 150)
        rows.append({**row, "year": year, "source": source, "version": 1, "stated_at": stated, "stated_by": "企业填报"})
    return rows


def _rights(random: Random, number: int, trade: Trade, established: date, today: date) -> Iterator[dict[str, Any]]:
    span = max(1, (today - established).days - 300)
    counts = {IpKind.INVENTION: 0.9, IpKind.UTILITY_MODEL: 3.2, IpKind.SOFTWARE: 2.4, IpKind.DESIGN: 0.3}
    serial = 0
    for kind, mean in counts.items():
        for _ in range(min(12, int(random.expovariate(1 / mean)))):
            serial += 1
            applied = established + timedelta(days=random.randint(0, span))
            granted = applied + timedelta(days=random.randint(90, 700))
            yield {
                "kind": kind,
                "number": f"DEMO{number:07d}-{serial:02d}",
                "title": f"一种{trade.product}的{random.choice(INVENTIONS)}",
                "applied_on": applied,
                "granted_on": granted if granted < today else None,
                "origin": IpOrigin.OWN if random.random() < 0.9 else IpOrigin.ACQUIRED,
                "core": random.choice((True, True, True, None, False)),
            }


def _certificates(
    random: Random, number: int, returns: list[dict[str, Any]], established: date, today: date
) -> Iterator[dict[str, Any]]:
    """Return a career: registrations year by year, then rungs that a firm of its size and age could hold."""
    last = returns[-1] if returns else {}
    revenue = (last.get("revenue") or 0) / WAN
    intensity = (last.get("rd_hte") or 0) / (last.get("revenue") or 1)
    talent = random.random()
    if revenue <= 20_000:
        for year in range(max(established.year + 1, today.year - 3), today.year + 1):
            if random.random() < 0.55:
                issued = date(year, random.choice((6, 7, 8)), 28)
                yield _held(Rung.TECH_SME, f"{year}4401000{number:07d}", issued, date(year, 12, 31), "第一批")
    if (today - established).days < 900:
        return
    if intensity > 0.035 and talent > 0.3:
        year = today.year - random.choice((0, 1, 1, 2, 2, 3))
        issued = date(year, random.choice((11, 12)), random.randint(1, 20))
        if issued <= today:
            yield _held(Rung.HIGH_TECH, f"GR{year}440{number:06d}", issued, _years(issued, 3), f"{year}年第二批")
    if talent > 0.55:
        issued = date(today.year - random.choice((0, 1, 2)), 7, 20)
        yield _held(Rung.INNOVATIVE_SME, f"CX{number:08d}", issued, _years(issued, 3), None)
    if talent > 0.75 and revenue > 1_500:
        issued = date(today.year - random.choice((0, 1, 2)), 10, 18)
        yield _held(Rung.SRDI_SME, f"ZJTX{number:08d}", issued, _years(issued, 3), None)
    if talent > 0.9 and revenue > 4_000:
        issued = date(today.year - random.choice((1, 2)), 9, 1)
        yield _held(Rung.LITTLE_GIANT, f"XJR{number:08d}", issued, _years(issued, 3), "第六批")
    if talent > 0.94 and revenue > 5_000:
        issued = date(today.year - 1, 12, 10)
        yield _held(Rung.HIDDEN_CHAMPION, f"YX{number:06d}", issued, _years(issued, 3), None)
    if talent > 0.955 and revenue > 9_000:
        issued = date(today.year - 1, 12, 20)
        yield _held(Rung.SINGLE_CHAMPION, f"DX{number:06d}", issued, _years(issued, 3), None)
    if talent > 0.97 and revenue > 12_000:
        yield _held(Rung.LEADING, f"LT{number:06d}", date(today.year - 1, 3, 1), None, None)


def _held(kind: Rung, number: str, issued: date, expires: date | None, batch: str | None) -> dict[str, Any]:
    return {"kind": kind, "number": number, "issued_on": issued, "expires_on": expires, "batch": batch}


def _years(day: date, years: int) -> date:
    """Return the last day of a term of whole years that begins on ``day``."""
    return day.replace(year=day.year + years) - timedelta(days=1)


def _contacts(random: Random, number: int) -> list[dict[str, Any]]:
    # 199-0000-xxxx: no operator has given these numbers out.
    posts = ("财务负责人", "研发总监", "行政主管")[: random.choice((1, 1, 2, 3))]
    return [
        {
            "name": random.choice(SURNAMES) + random.choice(GIVEN),
            "post": post,
            "phone": f"1990000{(number * 3 + place) % 10_000:04d}",
            "email": f"contact{number}.{place}@example.com",
            "main": place == 0,
        }
        for place, post in enumerate(posts)
    ]


def _achievements(random: Random, today: date) -> Iterator[dict[str, Any]]:
    if random.random() < 0.08:
        yield {
            "kind": AchievementKind.RD_INSTITUTION,
            "level": Level.PROVINCIAL,
            "title": "省级工程技术研究中心",
            "given_on": today - timedelta(days=random.randint(200, 2000)),
        }
    if random.random() < 0.03:
        yield {
            "kind": AchievementKind.STANDARD,
            "level": Level.INDUSTRY,
            "title": "行业标准（第三起草单位）",
            "rank": 3,
            "given_on": today - timedelta(days=random.randint(200, 1500)),
        }


STATED_BY_FIRMS: tuple[tuple[str, tuple[int, ...], str], ...] = (
    ("niche_market_years", (200, 300, 500, 800, 1200), "企业说明"),
    ("equity_financing_paid_in_2y", (0, 0, 0, 300_000_000, 2_500_000_000), "验资报告"),
    ("class1_ip_applied_count", (0, 100, 200, 500), "知识产权应用清单"),
    ("srdi_platform_score", (4250, 5100, 5800, 6300), "平台评价结果"),
    ("niche_market_position_review", (0, 1, 1), "评审意见"),
    ("main_product_in_strategic_emerging", (0, 1, 1), "产品目录比对"),
)


def _stated(random: Random, today: date, now: Any) -> Iterator[dict[str, Any]]:
    for key, values, evidence in STATED_BY_FIRMS:
        if random.random() < 0.55:
            yield {
                "key": key,
                "value": random.choice(values),
                "stated_on": today - timedelta(days=random.randint(5, 300)),
                "evidence": evidence,
                "stated_at": now,
                "stated_by": "服务专员",
            }


def _visits(random: Random, today: date, officer_id: int | None, now: Any) -> Iterator[dict[str, Any]]:
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
            "met": f"{random.choice(SURNAMES)}{random.choice(('经理', '总', '会计'))}",
            "summary": random.choice(SUMMARIES),
            "next_step": random.choice(NEXT_STEPS) if promised else None,
            "next_on": next_on,
            "done_on": next_on if kept else None,
            "created_at": now - timedelta(days=ago),
        }


def _requests(random: Random, today: date, officer_id: int | None, now: datetime) -> Iterator[dict[str, Any]]:
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
        "asked_by": f"{random.choice(SURNAMES)}{random.choice(('经理', '总', '会计'))}",
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


def _plan(random: Random, firm_id: int, officer_id: int, today: date, now: datetime) -> None:
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


def _steps(asked: Request) -> Iterator[dict[str, Any]]:
    """Return how a request came to stand where it stands."""
    moves: list[tuple[RequestAction | None, RequestStatus, date, str | None]] = [
        (None, RequestStatus.OPEN, asked.asked_on, None)
    ]
    if asked.status is RequestStatus.IN_HAND:
        moves.append((RequestAction.TAKE, RequestStatus.IN_HAND, asked.asked_on + timedelta(days=1), None))
    if asked.answered_on:
        moves.append((RequestAction.ANSWER, RequestStatus.ANSWERED, asked.answered_on, asked.answer))
    if asked.ended_on:
        moves.append((RequestAction.CLOSE, RequestStatus.CLOSED, asked.ended_on, None))
    for action, status, day, note in moves:
        at = asked.recorded_at + (day - asked.asked_on)
        common = {"request_id": asked.id, "owner_id": asked.owner_id, "due_on": asked.due_on, "by_id": asked.owner_id}
        yield {**common, "action": action, "status": status, "note": note, "at": at}


def _tasks(random: Random, number: int, today: date, officer_id: int | None, now: datetime) -> Iterator[dict[str, Any]]:
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


def _insert(stories: list[_Story]) -> None:
    """Insert a batch: firms first, then what hangs on them, table by table."""
    statement: Insert = insert(Firm).returning(Firm.id, sort_by_parameter_order=True)
    ids = list(db.session.scalars(statement, [story.firm for story in stories]))
    tables: dict[type[Base], list[dict[str, Any]]] = {}
    for firm_id, story in zip(ids, stories, strict=True):
        for table, rows in story.rows.items():
            tables.setdefault(table, []).extend({**_blank(table), **row, "firm_id": firm_id} for row in rows)
    for table, rows in tables.items():
        if rows:
            db.session.execute(insert(table), rows)
    steps = [
        step for asked in db.session.scalars(select(Request).where(Request.firm_id.in_(ids))) for step in _steps(asked)
    ]
    if steps:
        db.session.execute(insert(RequestStep), steps)
    # One firm in forty is a key firm.
    for firm_id, story in zip(ids, stories, strict=True):
        if story.firm["officer_id"] and firm_id % 40 == 1:
            _plan(Random(firm_id), firm_id, story.firm["officer_id"], clock.today(), story.firm["created_at"])  # noqa: S311
    names.refresh(ids)
    record_many([Entry("firm.created", "firm", firm_id, firm_id, {"by": "demo"}) for firm_id in ids], System())


def _blank(table: type[Base]) -> dict[str, Any]:
    """Return None for every optional column: rows inserted together must name the same columns."""
    return {column.key: None for column in table.__table__.columns if column.nullable}
