"""Who and what the invented firms are: names nobody bears, lines of business, people."""

from dataclasses import dataclass
from random import Random

HEADS = "澜砚槿溯珩屿芃峤翎霁澈砺翊瑾岚汐楷璟衡朔"
TAILS = "图澜舟岸桥垣枢帆砥弦谷橡序衍芯宸辰禾瀚拓"
SURNAMES = "陈林黄张李王吴刘蔡郑梁何罗曾谢"
GIVEN = ("嘉衡", "敏", "子朗", "思源", "海澜", "文珺", "启明", "若溪", "建川", "婉宁", "泽楷", "一帆")
WAN = 1_000_000  # fen


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


def trade_name(number: int) -> str:
    """Return the ``number``-th made-up trade name: two characters, three when two have run out."""
    base = len(HEADS) * len(TAILS)
    index = (number * 137) % base  # 137 is prime to 400: neighbours do not look alike
    third = "" if number <= base else HEADS[(number // base) % len(HEADS)]
    return HEADS[index // len(TAILS)] + third + TAILS[index % len(TAILS)]


def somebody(random: Random) -> str:
    """Return a person's name."""
    return random.choice(SURNAMES) + random.choice(GIVEN)


def person_met(random: Random) -> str:
    """Return how one notes whom one met."""
    return f"{random.choice(SURNAMES)}{random.choice(('经理', '总', '会计'))}"
