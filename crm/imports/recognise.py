"""What the columns of a list are: headings and their synonyms, years in headings, units, and cells into typed values.

Pure: rows of cells in, columns and typed rows out. A cell that cannot be read is an error of that cell, never a guess.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from crm.domain import codes, money
from crm.domain.errors import Refused
from crm.domain.ladder import RUNG_LABELS, RUNG_SHORT, Rung
from crm.domain.money import Unit
from crm.domain.places import district_of
from crm.domain.records import COUNT_FIGURES, FIGURES, MONEY_FIGURES

Cell = str | int | float | bool | date | None

# Headings as lists write them, blanks, brackets and units taken away. The first is the one our template uses.
HEADINGS: dict[str, tuple[str, ...]] = {
    "uscc": ("统一社会信用代码", "社会信用代码", "信用代码", "统一代码", "企业代码", "组织机构代码/统一社会信用代码"),
    "name": ("企业名称", "公司名称", "单位名称", "名称", "企业全称", "申报单位", "申报企业", "企业"),
    "former_name": ("曾用名", "原名称", "原企业名称", "更名前名称"),
    "legal_representative": ("法定代表人", "法人代表", "法人", "法人姓名"),
    "registered_capital": ("注册资本", "注册资金"),
    "established_on": ("成立日期", "注册日期", "成立时间", "注册时间", "成立年月日"),
    "address": ("注册地址", "地址", "住所", "企业地址", "通信地址"),
    "registration_district": ("注册区", "所属区", "行政区", "区", "所在区", "区域", "辖区"),
    "tax_district": ("税务所属区", "税务区", "纳税区"),
    "statistics_district": ("统计所属区", "统计区"),
    "industry_code": ("行业代码", "国民经济行业代码", "所属行业代码"),
    "main_product": ("主要产品", "主营产品", "主要产品（服务）", "主营业务"),
    "contact_name": ("联系人", "联系人姓名", "企业联系人"),
    "contact_phone": ("联系电话", "电话", "手机", "联系人电话", "联系方式", "手机号码"),
    "year": ("年度", "年份", "会计年度", "所属年度", "报告年度"),
    "revenue": ("营业收入", "年营业收入", "营业总收入", "销售收入", "年销售收入", "营收"),
    "main_revenue": ("主营业务收入", "主营收入"),
    "total_income": ("总收入", "企业总收入"),
    "ht_income": ("高新技术产品收入", "高新技术产品（服务）收入", "高新收入", "高品收入"),
    "main_product_income": ("主要产品收入", "主要产品（服务）收入"),
    "costs_and_expenses": ("成本费用", "成本费用支出", "成本费用总额"),
    "total_assets": ("资产总额", "总资产", "资产总计"),
    "total_liabilities": ("负债总额", "总负债", "负债合计"),
    "net_profit": ("净利润",),
    "tax_paid": ("实缴税费", "纳税总额", "实际上缴税费总额", "税收", "缴税额"),
    "rd_tax": ("研发费用（加计扣除口径）", "加计扣除研发费用", "研发费用加计口径", "研发加计扣除额"),
    "rd_hte": ("研发费用（高企口径）", "高企研发费用", "研究开发费用"),
    "rd_hte_domestic": ("境内研发费用", "其中境内研发费用", "境内研究开发费用"),
    "rd_hte_other": ("研发其他费用", "其他费用（研发）"),
    "rd_accounts": ("研发费用（会计口径）", "会计研发费用"),
    "employees_total": ("职工总数", "从业人员", "员工人数", "员工总数", "职工人数", "从业人数", "从业人员数"),
    "tech_staff": ("科技人员", "科技人员数", "科技活动人员"),
    "rd_staff": ("研发人员", "研发人员数", "研究开发人员"),
    "conversions": ("科技成果转化数", "成果转化数"),
    "cert_kind": ("证书类型", "资质类型", "资质名称", "类型", "认定类型", "证书种类"),
    "cert_number": ("证书编号", "编号", "入库登记编号", "登记编号", "证书号", "高企证书编号"),
    "cert_batch": ("批次", "认定批次"),
    "cert_issued_on": ("发证日期", "发证时间", "认定日期", "认定时间", "入库日期"),
    "cert_expires_on": ("有效期至", "到期日期", "有效期止", "截止日期", "证书到期日"),
}
# Not one thing only: a list must say by which definition R&D was counted.
AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "研发费用": ("rd_tax", "rd_hte", "rd_accounts"),
    "研发投入": ("rd_tax", "rd_hte", "rd_accounts"),
    "研发经费": ("rd_tax", "rd_hte", "rd_accounts"),
}
MISSING = {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "n/a", "na", "null", "不详", "未知"}
DATES = {"established_on", "cert_issued_on", "cert_expires_on"}
MONEY = {*MONEY_FIGURES, "registered_capital"}
DISTRICTS = {"registration_district", "tax_district", "statistics_district"}
TOTALS = ("合计", "总计", "小计", "汇总")
EARLIEST = date(1949, 10, 1)

_BRACKETS = re.compile(r"[(\[【](.*?)[)\]】]")
_YEAR = re.compile(r"(?<!\d)(20\d{2})年?度?(?!\d)")
_UNIT = re.compile(r"(亿元|万元|元|亿|万)")
_UNITS = {"亿元": Unit.YI, "亿": Unit.YI, "万元": Unit.WAN, "万": Unit.WAN, "元": Unit.YUAN}
_DAY = re.compile(r"(\d{4})[年./\-](\d{1,2})[月./\-](\d{1,2})日?(?:[ T].*)?")
_DAY_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True)
class Column:
    """One column: ``field`` is None when it is not recognised; ``unit`` None when money does not say its unit.

    ``choices`` are the fields an ambiguous heading could mean; then ``field`` is None until somebody decides.
    """

    index: int
    heading: str
    field: str | None
    unit: Unit | None = None
    year: int | None = None
    choices: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether somebody must decide before the list can be read."""
        return bool(self.choices and self.field is None) or (self.field in MONEY and self.unit is None)


@dataclass(frozen=True)
class Layout:
    """How a sheet is to be read. ``heading_row`` counts from 1, as Excel shows it."""

    sheet: str
    heading_row: int
    columns: tuple[Column, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing has to be asked."""
        return not any(column.asks for column in self.columns)


@dataclass
class Row:
    """One row read. ``values`` by field; yearly figures are in ``figures`` by year. ``errors`` are by cell."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    figures: dict[int, dict[str, int]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)


def _plain(text: str) -> str:
    return re.sub(r"[\s*:：]+", "", unicodedata.normalize("NFKC", text))


_KNOWN = {_plain(synonym): name for name, synonyms in HEADINGS.items() for synonym in synonyms}


def column(index: int, heading: str) -> Column:
    """Return what a heading says: its field, the unit and the year written in it."""
    plain = _plain(heading)
    year = _YEAR.search(plain)
    bare = _YEAR.sub("", plain)
    unit = next((_UNITS[u] for b in _BRACKETS.findall(bare) for u in _UNIT.findall(b)), None)
    trailing = re.search(r"[/,，]?(亿元|万元|元)$", bare)
    if unit is None and trailing:
        unit = _UNITS[trailing.group(1)]
        bare = bare[: trailing.start()]
    without = _BRACKETS.sub(
        lambda m: "" if _UNIT.fullmatch(_UNIT.search(m[1])[0] if _UNIT.search(m[1]) else "") else m[0], bare
    )
    candidates = (without, _BRACKETS.sub("", without))
    for candidate in candidates:
        if candidate in _KNOWN:
            name = _KNOWN[candidate]
            return Column(index, heading, name, unit if name in MONEY else None, int(year[1]) if year else None)
    for candidate in candidates:
        if candidate in AMBIGUOUS:
            return Column(index, heading, None, unit, int(year[1]) if year else None, AMBIGUOUS[candidate])
    return Column(index, heading, None)


def layout(name: str, rows: Sequence[Sequence[Cell]]) -> Layout | None:
    """Find the row of headings among the first twenty; None when no row names firms."""
    best: tuple[int, int, tuple[Column, ...]] | None = None
    for number, cells in enumerate(rows[:20], start=1):
        columns = tuple(column(i, c) for i, c in enumerate(cells) if isinstance(c, str) and c.strip())
        fields = {c.field for c in columns if c.field}
        if fields & {"uscc", "name"} and len(fields) >= 2 and (best is None or len(fields) > best[0]):
            best = (len(fields), number, columns)
    if best is None:
        return None
    _, number, columns = best
    note = " ".join(str(c) for row in rows[: number - 1] for c in row if isinstance(c, str))
    sheet_unit = re.search(r"单位[:：\s]*(亿元|万元|元)", unicodedata.normalize("NFKC", note))
    if sheet_unit:
        default = _UNITS[sheet_unit[1]]
        columns = tuple(
            Column(c.index, c.heading, c.field, default, c.year, c.choices)
            if c.unit is None and (c.field in MONEY or c.choices)
            else c
            for c in columns
        )
    return Layout(name, number, columns)


def rows(plan: Layout, cells: Sequence[Sequence[Cell]], this_year: int) -> list[Row]:
    """Read every row under the headings; blank rows and totals are passed over."""
    return [
        row
        for number, line in enumerate(cells[plan.heading_row :], start=plan.heading_row + 1)
        if (row := _row(number, line, plan, this_year)) is not None
    ]


def _row(number: int, line: Sequence[Cell], plan: Layout, this_year: int) -> Row | None:
    texts = [str(cell).strip() for cell in line if cell is not None]
    if not texts or any(text.replace(" ", "") in TOTALS for text in texts[:3]):
        return None
    row = Row(number)
    year: int | None = None
    read: list[tuple[Column, Any]] = []
    for col in plan.columns:
        cell = line[col.index] if col.index < len(line) else None
        if col.field is None or _is_missing(cell):
            continue
        try:
            value = _value(col, cell, this_year)
        except Refused as refusal:
            row.errors.append(_error(col, cell, refusal))
            continue
        if col.field == "year":
            year = value
        read.append((col, value))
    for col, value in read:
        if col.field in FIGURES:
            of = col.year or year
            if of is None:
                row.errors.append(_error(col, value, Refused("不知道是哪一年的数：请加“年度”一列，或把年份写进表头")))
            else:
                row.figures.setdefault(of, {})[col.field] = value
        elif col.field != "year" and col.field is not None:
            row.values[col.field] = value
    return row


def _is_missing(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and unicodedata.normalize("NFKC", cell).strip().lower() in MISSING)


def _error(col: Column, cell: Any, refusal: Refused) -> dict[str, Any]:
    return {
        "index": col.index,
        "heading": col.heading,
        "value": str(cell),
        "message": refusal.message,
        "params": {key: str(value) for key, value in refusal.params.items()},
    }


def _value(col: Column, cell: Cell, this_year: int) -> Any:
    name = str(col.field)
    if name == "uscc":
        if isinstance(cell, float) or (isinstance(cell, int) and len(str(cell)) != 18):
            cell = f"{cell:.2E}" if isinstance(cell, float) else str(cell)
        return codes.validate(str(cell))
    if name in DATES:
        return _date(cell, this_year)
    if name in MONEY:
        return money.parse(_number_text(cell), col.unit or Unit.YUAN)
    if name in COUNT_FIGURES:
        return _count(cell)
    if name == "year":
        return _year(cell, this_year)
    text = _text(cell)
    if name in DISTRICTS:
        district = district_of(text)
        if district is None:
            raise Refused("“{text}”不是广州市的区：请写区名，例如天河区", text=text)
        return district
    if name == "cert_kind":
        return _rung(text)
    if name == "industry_code" and not re.fullmatch(r"[A-T]?\d{2,4}", text):
        raise Refused("“{text}”不是行业代码：请写国民经济行业分类的2至4位数字", text=text)
    if name == "industry_code":
        return text.lstrip("ABCDEFGHIJKLMNOPQRST")
    limit = {"name": 200, "former_name": 200, "address": 300, "main_product": 200}.get(name, 64)
    if len(text) > limit:
        raise Refused("文字太长：最多{limit}个字，这里有{count}个", limit=limit, count=len(text))
    return text


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(cell))).strip()


def _number_text(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.10f}".rstrip("0").rstrip(".")
    return str(cell)


def _count(cell: Cell) -> int:
    text = (
        unicodedata.normalize("NFKC", _number_text(cell)).replace(",", "").strip().removesuffix("人").removesuffix("项")
    )
    if not re.fullmatch(r"\d{1,9}(\.0+)?", text):
        raise Refused("“{text}”不是人数或件数：请写不带单位的整数", text=str(cell))
    return int(float(text))


def _year(cell: Cell, this_year: int) -> int:
    text = _text(cell).removesuffix("度").removesuffix("年")
    if not re.fullmatch(r"\d{4}", text) or not 1990 <= int(text) <= this_year:
        raise Refused("“{text}”不是已经开始的年度：请写四位年份", text=str(cell))
    return int(text)


def _date(cell: Cell, this_year: int) -> date:
    day: date | None = None
    if isinstance(cell, date):
        day = cell
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and 20_000 < cell < 80_000:
        day = date(1899, 12, 30) + timedelta(days=int(cell))  # Excel's serial days
    else:
        text = _text(cell)
        found = _DAY.fullmatch(text) or _DAY_SOLID.fullmatch(text)
        if found:
            try:
                day = date(*map(int, found.groups()))
            except ValueError:
                day = None
    if day is None or not EARLIEST <= day <= date(this_year + 30, 12, 31):
        raise Refused("“{text}”不是日期：请写成 2023-05-06 或 2023年5月6日", text=str(cell))
    return day


def _rung(text: str) -> Rung:
    plain = _plain(text).replace('"', "").replace("“", "").replace("”", "")
    for rung in Rung:
        names = {_plain(RUNG_LABELS[rung]), RUNG_SHORT[rung], rung.value}
        if plain in {n.replace("“", "").replace("”", "") for n in names}:
            return rung
    raise Refused("不认识的资质“{text}”：请写全称，例如高新技术企业", text=text)
