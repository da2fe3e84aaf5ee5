"""What the file of a firm says of it: who and where it is, its people, rights, achievements, stated facts."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from crm.demo.people import People
from crm.demo.words import WAN, Trade, somebody, trade_name
from crm.domain import codes
from crm.domain.places import DISTRICTS
from crm.domain.records import AchievementKind, IpKind, IpOrigin, Jurisdiction, Level
from crm.kit import clock

# How the firms spread over the districts: roughly where Guangzhou's technology firms are, in parts of a hundred.
WEIGHTS = {
    "440106": 22, "440112": 24, "440111": 10, "440113": 12, "440105": 8, "440115": 7,
    "440104": 5, "440103": 4, "440114": 4, "440118": 3, "440117": 1,
}  # fmt: skip
INVENTIONS = ("控制方法", "结构", "检测系统", "管理软件V1.0", "制备工艺")
STATED_BY_FIRMS: tuple[tuple[str, tuple[int, ...], str], ...] = (
    ("niche_market_years", (200, 300, 500, 800, 1200), "企业说明"),
    ("equity_financing_paid_in_2y", (0, 0, 0, 300_000_000, 2_500_000_000), "验资报告"),
    ("class1_ip_applied_count", (0, 100, 200, 500), "知识产权应用清单"),
    ("srdi_platform_score", (4250, 5100, 5800, 6300), "平台评价结果"),
    ("niche_market_position_review", (0, 1, 1), "评审意见"),
    ("main_product_in_strategic_emerging", (0, 1, 1), "产品目录比对"),
)


def identity(random: Random, number: int, trade: Trade, today: date, people: People) -> dict[str, Any]:
    """Return the firm itself."""
    district = random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    age_days = int(random.betavariate(1.6, 2.6) * 365 * 22) + 200
    established = today - timedelta(days=age_days)
    name = f"广州{trade_name(number)}{trade.word}{'股份' if random.random() < 0.06 else ''}有限公司"
    now = clock.now()
    return {
        "uscc": codes.make(number, region="440100"),
        "name": name,
        "legal_representative": somebody(random),
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


def places(firm: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return where the firm has belonged since it was founded."""
    return [
        {"jurisdiction": j, "district": firm[f"{j.value}_district"], "since_on": firm["established_on"]}
        for j in Jurisdiction
    ]


def credit_checks(random: Random, today: date) -> list[dict[str, Any]]:
    """Return what the night's look at the public registers found."""
    if random.random() >= 0.85:
        return []
    checked = today - timedelta(days=random.randint(1, 80))
    return [{"checked_on": checked, "listed": random.random() < 0.02, "incident_on": None, "checked_by": "夜间核查"}]


def rights(random: Random, number: int, trade: Trade, established: date, today: date) -> Iterator[dict[str, Any]]:
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


def contacts(random: Random, number: int) -> list[dict[str, Any]]:
    # 199-0000-xxxx: no operator has given these numbers out.
    posts = ("财务负责人", "研发总监", "行政主管")[: random.choice((1, 1, 2, 3))]
    return [
        {
            "name": somebody(random),
            "post": post,
            "phone": f"1990000{(number * 3 + place) % 10_000:04d}",
            "email": f"contact{number}.{place}@example.com",
            "main": place == 0,
        }
        for place, post in enumerate(posts)
    ]


def achievements(random: Random, today: date) -> Iterator[dict[str, Any]]:
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


def stated(random: Random, today: date, now: datetime) -> Iterator[dict[str, Any]]:
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
