"""One cell into a typed value, and back: what cannot be read is refused with how to mend it, never guessed.

``show`` writes what ``read`` reads: read(field, show(field, value)) == value for every kind of cell.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from crm.domain import codes, money
from crm.domain.errors import Refused
from crm.domain.ladder import RUNG_LABELS, RUNG_SHORT, Rung
from crm.domain.money import Unit
from crm.domain.places import DISTRICTS, district_of
from crm.domain.records import (
    AWARD_LEVEL_LABELS,
    IP_LABELS,
    IP_ORIGIN_LABELS,
    VISIT_LABELS,
    IpKind,
    IpOrigin,
    VisitKind,
)
from crm.imports.vocabulary import FIELDS, CellKind
from crm.kit.sheets import Cell

MISSING = {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "n/a", "na", "null", "不详", "未知"}
EARLIEST = date(1949, 10, 1)
# Excel keeps 15 digits of a number; a longer one has lost its last digits for good.
DIGITS = 10**15
DAYS_END = 80_000  # Excel's days since 1899-12-30: 20,000 is in 1954, this in 2119
_SERIALS = range(20_000, DAYS_END)
_FAILED = re.compile(r"#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|ERROR!|SPILL!|CALC!)")
_UNWORKED = "=?"  # what the reader puts for a formula whose result was never stored

_DAY = re.compile(r"(\d{4})[年./\-](\d{1,2})[月./\-](\d{1,2})日?(?:[ T].*)?")
_DAY_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.I)
_PHONE = re.compile(r"[\d+()/,;、 \-转]{5,32}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_YES_NO = {
    "是": True,
    "有": True,
    "√": True,
    "Y": True,
    "TRUE": True,
    "1": True,
    "否": False,
    "×": False,
    "N": False,
    "FALSE": False,
    "0": False,
}
_IP_OTHER = {
    "发明": IpKind.INVENTION,
    "授权发明专利": IpKind.INVENTION,
    "实用新型": IpKind.UTILITY_MODEL,
    "外观设计": IpKind.DESIGN,
    "外观": IpKind.DESIGN,
    "软著": IpKind.SOFTWARE,
    "计算机软件著作权": IpKind.SOFTWARE,
    "集成电路布图设计": IpKind.IC_LAYOUT,
}
_VISIT_OTHER = {
    "实地走访": VisitKind.VISIT,
    "上门": VisitKind.VISIT,
    "电话联系": VisitKind.CALL,
    "培训": VisitKind.COACHING,
}
_ORIGIN_OTHER = {
    "自主研发": IpOrigin.OWN,
    "受让": IpOrigin.ACQUIRED,
    "受赠": IpOrigin.ACQUIRED,
    "并购": IpOrigin.ACQUIRED,
}


def is_missing(cell: Cell) -> bool:
    """Return whether a cell says nothing: empty, a dash, 无 and their like."""
    return cell is None or (isinstance(cell, str) and unicodedata.normalize("NFKC", cell).strip().lower() in MISSING)


def read(name: str, cell: Cell, unit: Unit | None, this_year: int) -> Any:
    """Return what ``cell`` says of field ``name``; money without a written unit counts in ``unit``. Raises Refused."""
    field = FIELDS[name]
    if isinstance(cell, str) and _FAILED.fullmatch(cell):
        raise Refused("这一格的公式出错了（{text}）：请改成正确的值", text=cell)
    if cell == _UNWORKED:
        raise Refused("这一格是没有算过的公式：请在 Excel 中打开文件并保存一次，再上传")
    if field.kind in _TEXTS:
        return _TEXTS[field.kind](_text(cell))
    match field.kind:
        case CellKind.DAY:
            return _day(cell, this_year)
        case CellKind.MONEY:
            return _money(cell, unit or Unit.YUAN)
        case CellKind.COUNT:
            return _count(cell)
        case CellKind.YEAR:
            return _year(cell, this_year)
        case CellKind.USCC:
            return codes.validate(_digits_kept(cell))
        case CellKind.IDENTIFIER:
            return _short(_digits_kept(cell).replace(" ", ""), field.limit)
        case CellKind.PHONE:
            return _phone(_short(_digits_kept(cell), field.limit))
    return _short(_text(cell), field.limit)


def show(name: str, value: Any, unit: Unit = Unit.YUAN) -> str:
    """Return a value as a list would write it."""
    match FIELDS[name].kind:
        case CellKind.MONEY:
            return money.show(value, unit)
        case CellKind.DAY:
            return value.isoformat()
        case CellKind.DISTRICT:
            return DISTRICTS[value]
        case CellKind.RUNG:
            return RUNG_LABELS[value]
        case CellKind.IP_KIND:
            return IP_LABELS[value]
        case CellKind.IP_ORIGIN:
            return IP_ORIGIN_LABELS[value]
        case CellKind.VISIT_KIND:
            return VISIT_LABELS[value]
        case CellKind.AWARD_LEVEL:
            return AWARD_LEVEL_LABELS[value]
        case CellKind.YES_NO:
            return "是" if value else "否"
    return str(value)


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        cell = _number_text(cell)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(cell))).strip()


def _number_text(cell: Cell) -> str:
    """A number as it was typed: 0.1 for 0.1, not what lies behind it in binary."""
    if isinstance(cell, float):
        return f"{cell:.10f}".rstrip("0").rstrip(".")
    return str(cell)


def _short(text: str, limit: int) -> str:
    if len(text) > limit:
        raise Refused("文字太长：最多{limit}个字，这里有{count}个", limit=limit, count=len(text))
    return text


def _digits_kept(cell: Cell) -> str:
    """A number, code or phone kept as text; refused when Excel has turned it into a number and cut its digits."""
    lost = isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= DIGITS
    text = f"{float(cell):.5E}" if lost else _text(cell).removeprefix("'")
    if lost or _SCIENTIFIC.fullmatch(text):
        raise Refused("“{text}”是被表格软件改成科学计数的数字，末几位已丢失：请把该列设为文本格式后重新填写", text=text)
    return text


def _money(cell: Cell, unit: Unit) -> int:
    text = _number_text(cell)
    if unicodedata.normalize("NFKC", text).rstrip().endswith("%"):
        raise Refused("“{text}”是百分比，不是金额：请写金额，或把这一列设为不读", text=text)
    return money.parse(text, unit)


def _count(cell: Cell) -> int:
    text = _text(_number_text(cell)).replace(",", "").removesuffix("人").removesuffix("项")
    if not re.fullmatch(r"\d{1,9}(\.0+)?", text):
        raise Refused("“{text}”不是人数或件数：请写不带单位的整数", text=str(cell))
    return int(float(text))


def _year(cell: Cell, this_year: int) -> int:
    text = _text(cell).removesuffix("度").removesuffix("年")
    if not re.fullmatch(r"\d{4}", text) or not 1990 <= int(text) <= this_year:
        raise Refused("“{text}”不是已经开始的年度：请写四位年份", text=str(cell))
    return int(text)


def _day(cell: Cell, this_year: int) -> date:
    day: date | None = None
    text = _text(cell)
    if isinstance(cell, date):
        day = cell
    elif re.fullmatch(r"\d{5}(\.\d+)?", text) and int(float(text)) in _SERIALS:
        day = date(1899, 12, 30) + timedelta(days=int(float(text)))  # Excel's serial days
    elif found := _DAY.fullmatch(text) or _DAY_SOLID.fullmatch(text):
        try:
            day = date(*map(int, found.groups()))
        except ValueError:
            day = None
    if day is None or not EARLIEST <= day <= date(this_year + 30, 12, 31):
        raise Refused("“{text}”不是日期：请写成 2023-05-06 或 2023年5月6日", text=str(cell))
    return day


def _district(text: str) -> str:
    district = district_of(text)
    if district is None:
        raise Refused("“{text}”不是广州市的区：请写区名，例如天河区", text=text)
    return district


def _industry(text: str) -> str:
    if not re.fullmatch(r"[A-T]?\d{2,4}", text):
        raise Refused("“{text}”不是行业代码：请写国民经济行业分类的2至4位数字", text=text)
    return text.lstrip("ABCDEFGHIJKLMNOPQRST")


def _bare(text: str) -> str:
    return re.sub(r"[\s\"“”'‘’*:：]+", "", unicodedata.normalize("NFKC", text))


def rung_named(text: str) -> Rung | None:
    """Return the rung that ``text`` names in full, in short, or with 认定, 企业 and their like behind it."""
    bare = _bare(text)
    shorter = re.sub(
        r"(认定|评价|入库|培育|称号|奖补|奖励|补助|补贴|企业)+$", "", re.sub(r"^(国家级?|省级?|20\d{2}年度?)", "", bare)
    )
    for rung in Rung:
        full = _bare(RUNG_LABELS[rung])
        if {bare, shorter} & {full, full.removesuffix("企业"), RUNG_SHORT[rung], rung.value}:
            return rung
    return None


def _rung(text: str) -> Rung:
    rung = rung_named(text)
    if rung is None:
        raise Refused("不认识的资质“{text}”：请写全称，例如高新技术企业", text=text)
    return rung


def _member(text: str, labels: Mapping[Any, str], other: Mapping[str, Any]) -> StrEnum:
    bare = _bare(text)
    for member, label in labels.items():
        if bare in {_bare(label), member.value}:
            return member
    if bare not in other:
        raise Refused("不认识“{text}”：请写{known}中的一种", text=text, known="、".join(labels.values()))
    return other[bare]


def _yes_no(text: str) -> bool:
    text = text.upper()
    if text not in _YES_NO:
        raise Refused("“{text}”看不出是或否：请写“是”或“否”", text=text)
    return _YES_NO[text]


def _phone(text: str) -> str:
    if not _PHONE.fullmatch(text) or sum(c.isdigit() for c in text) < 5:
        raise Refused("“{text}”不是电话号码：一格只写号码，例如 13800138000 或 020-83120000", text=text)
    return text


def _email(text: str) -> str:
    if len(text) > 200 or not _EMAIL.fullmatch(text):
        raise Refused("“{text}”不是邮箱地址：请检查 @ 和域名", text=text)
    return text


_TEXTS: dict[CellKind, Callable[[str], Any]] = {
    CellKind.DISTRICT: _district,
    CellKind.RUNG: _rung,
    CellKind.INDUSTRY: _industry,
    CellKind.IP_KIND: lambda text: _member(text, IP_LABELS, _IP_OTHER),
    CellKind.IP_ORIGIN: lambda text: _member(text, IP_ORIGIN_LABELS, _ORIGIN_OTHER),
    CellKind.VISIT_KIND: lambda text: _member(text, VISIT_LABELS, _VISIT_OTHER),
    CellKind.AWARD_LEVEL: lambda text: _member(text.removesuffix("级"), AWARD_LEVEL_LABELS, {}),
    CellKind.YES_NO: _yes_no,
    CellKind.EMAIL: _email,
}
