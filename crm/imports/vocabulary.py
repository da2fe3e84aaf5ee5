"""What lists call things: the fields a list can yield, the headings they stand under, by kind of list.

``Layout.kind`` says what a row is about. A heading is looked up among the kind's own meanings first (类型 is a
certificate in one list, a patent in another), then among those of all lists: a list of firms may carry a contact, a
year's figures and a certificate in the same row. So *what is there decides what is written, the kind decides what each
row must have* (``NEEDED``). ``GIVEN`` may be said once for the whole list (the issue date of a batch, the kind of
certificate, the year); it reaches each row that does not say it itself.

What ``Row.values`` holds, missing facts are absent:

=====================  ===========================================================================================
of the firm            uscc, name, former_name: str. legal_representative, address, main_product, industry_code:
                       str. established_on: date. registered_capital: fen. registration_district, tax_district,
                       statistics_district: code of the district
FIGURES                money in fen and counts, in ``Row.figures`` {year: {figure: int}}, not in ``values``
contact_*              _name, _post, _phone, _email: str. _main: bool
cert_*                 _kind: Rung. _number, _batch: str. _issued_on, _expires_on: date
visit_*                _kind: VisitKind. visited_on, visit_next_on: date. visit_by (the colleague's name as written),
                       visit_met, visit_summary, visit_next_step: str
ip_*                   _kind: IpKind. _number, _title: str. _applied_on, _granted_on, _lapsed_on: date.
                       _origin: IpOrigin. _core: bool
cert_year              int: the year an entry list gives; it is not kept
award_*                _year: int. _type (as written), _batch, _note: str. _level: AwardLevel. _amount: fen.
                       _given_on: date
city, note             str; see ``NOT_KEPT``
=====================  ===========================================================================================

An entry list (科技型中小企业) yields cert_kind TECH_SME without saying so in a column.

An award list (年度|类型|批次|公司名称|市|区|奖补|备注) says what a firm was given: 类型 is kept as it is written,
whether it names a policy or a rung. Where it names a rung and a column gives days or numbers of certificates (or
somebody says the day once for the whole list), the row states that certificate as well, if it has its number: a
certificate is kept under its number. Without one the row is kept as an award only, and told so.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from crm.domain.lists import ListKind
from crm.domain.records import COUNT_FIGURES, FIGURES, MONEY_FIGURES
from crm.domain.words import N_


class CellKind(StrEnum):
    """How the text of a cell is read."""

    USCC = "uscc"
    TEXT = "text"
    IDENTIFIER = "identifier"
    PHONE = "phone"
    EMAIL = "email"
    DAY = "day"
    YEAR = "year"
    MONEY = "money"
    COUNT = "count"
    DISTRICT = "district"
    INDUSTRY = "industry"
    RUNG = "rung"
    IP_KIND = "ip_kind"
    IP_ORIGIN = "ip_origin"
    VISIT_KIND = "visit_kind"
    AWARD_LEVEL = "award_level"
    YES_NO = "yes_no"


@dataclass(frozen=True)
class Field:
    """One thing a column can hold. The first of ``headings`` is the one our templates use; ``limit`` in characters."""

    kind: CellKind
    headings: tuple[str, ...]
    limit: int = 64


def _field(kind: CellKind, *headings: str, limit: int = 64) -> Field:
    return Field(kind, headings, limit)


_FIGURE_HEADINGS: dict[str, tuple[str, ...]] = {
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
}

# Headings as lists write them, blanks, brackets and units taken away.
FIELDS: dict[str, Field] = {
    "uscc": _field(
        CellKind.USCC,
        *("统一社会信用代码", "社会信用代码", "信用代码", "统一代码", "企业代码", "组织机构代码/统一社会信用代码"),
    ),
    "name": _field(
        CellKind.TEXT,
        *("企业名称", "公司名称", "单位名称", "名称", "企业全称", "申报单位", "申报企业", "企业", "企业（单位）名称"),
        limit=200,
    ),
    "former_name": _field(CellKind.TEXT, "曾用名", "原名称", "原企业名称", "更名前名称", limit=200),
    "legal_representative": _field(CellKind.TEXT, "法定代表人", "法人代表", "法人", "法人姓名"),
    "registered_capital": _field(CellKind.MONEY, "注册资本", "注册资金"),
    "established_on": _field(CellKind.DAY, "成立日期", "注册日期", "成立时间", "注册时间", "成立年月日"),
    "address": _field(CellKind.TEXT, "注册地址", "地址", "住所", "企业地址", "通信地址", limit=300),
    "registration_district": _field(
        CellKind.DISTRICT, "注册区", "所属区", "行政区", "区", "所在区", "区域", "辖区", "所属区域"
    ),
    "tax_district": _field(CellKind.DISTRICT, "税务所属区", "税务区", "纳税区"),
    "statistics_district": _field(CellKind.DISTRICT, "统计所属区", "统计区"),
    "industry_code": _field(CellKind.INDUSTRY, "行业代码", "国民经济行业代码", "所属行业代码"),
    "main_product": _field(CellKind.TEXT, "主要产品", "主营产品", "主要产品（服务）", "主营业务", limit=200),
    "contact_name": _field(CellKind.TEXT, "联系人", "联系人姓名", "企业联系人", "姓名"),
    "contact_post": _field(CellKind.TEXT, "联系人职务", "职务", "岗位"),
    "contact_phone": _field(
        CellKind.PHONE, "联系电话", "电话", "手机", "联系人电话", "联系方式", "手机号码", "手机号", limit=32
    ),
    "contact_email": _field(CellKind.EMAIL, "电子邮箱", "邮箱", "联系邮箱", "电子邮件", "E-mail", "Email", limit=200),
    "contact_main": _field(CellKind.YES_NO, "是否主要联系人", "主要联系人"),
    "year": _field(CellKind.YEAR, "年度", "年份", "会计年度", "所属年度", "报告年度"),
    **{name: Field(CellKind.MONEY, _FIGURE_HEADINGS[name]) for name in MONEY_FIGURES},
    **{name: Field(CellKind.COUNT, _FIGURE_HEADINGS[name]) for name in COUNT_FIGURES},
    "cert_kind": _field(
        CellKind.RUNG, "证书类型", "资质类型", "资质名称", "类型", "认定类型", "证书种类", "企业类型", "称号"
    ),
    "cert_number": _field(
        CellKind.IDENTIFIER,
        *("证书编号", "编号", "入库登记编号", "登记编号", "证书号", "高企证书编号", "入库编号"),
    ),
    "cert_batch": _field(CellKind.TEXT, "批次", "认定批次", "入库批次"),
    "cert_issued_on": _field(
        CellKind.DAY, "发证日期", "发证时间", "认定日期", "认定时间", "入库日期", "入库时间", "公告日期"
    ),
    "cert_expires_on": _field(CellKind.DAY, "有效期至", "到期日期", "有效期止", "截止日期", "证书到期日"),
    "cert_year": _field(CellKind.YEAR, "认定年度", "入库年度", "评价年度"),
    "award_year": _field(CellKind.YEAR, "奖补年度", "补助年度", "奖励年度"),
    "award_type": _field(CellKind.TEXT, "奖补类型", "补助类型", "奖励类型", "项目类型", limit=200),
    "award_batch": _field(CellKind.TEXT, "奖补批次", "下达批次"),
    "award_amount": _field(
        CellKind.MONEY, "奖补", "奖补金额", "奖励金额", "补助金额", "补贴金额", "奖补资金", "拟奖补金额", "资助金额"
    ),
    "award_level": _field(CellKind.AWARD_LEVEL, "资金层级", "奖补层级", "资金来源"),
    "award_given_on": _field(CellKind.DAY, "奖补日期", "下达日期", "拨付日期", "下达时间", "拨付时间", "公示日期"),
    "award_note": _field(CellKind.TEXT, "奖补备注", "奖补说明", limit=1000),
    "city": _field(CellKind.TEXT, "市", "所在市", "地市", "城市"),
    "note": _field(CellKind.TEXT, "备注", "说明", limit=1000),
    "visited_on": _field(CellKind.DAY, "走访日期", "走访时间", "拜访日期", "拜访时间", "调研日期", "服务日期"),
    "visit_kind": _field(CellKind.VISIT_KIND, "走访方式", "联系形式", "服务方式", "走访类型"),
    "visit_by": _field(CellKind.TEXT, "走访人", "走访人员", "服务专员", "记录人"),
    "visit_met": _field(CellKind.TEXT, "接待人", "受访人", "会见人", "企业参加人员", limit=200),
    "visit_summary": _field(
        CellKind.TEXT, "走访情况", "走访内容", "情况记录", "走访记录", "沟通内容", "主要内容", limit=10_000
    ),
    "visit_next_step": _field(CellKind.TEXT, "下一步", "下一步工作", "后续事项", "待办事项", limit=300),
    "visit_next_on": _field(CellKind.DAY, "下次联系日期", "下一步日期", "办理期限", "完成时限"),
    "ip_kind": _field(CellKind.IP_KIND, "知识产权类型", "知识产权类别", "专利类型", "专利类别", "知识产权种类"),
    "ip_number": _field(
        CellKind.IDENTIFIER, "授权号", "专利号", "授权（登记）号", "软著登记号", "专利（登记）号", "知识产权编号"
    ),
    "ip_title": _field(
        CellKind.TEXT, "知识产权名称", "专利名称", "软件名称", "软著名称", "软件全称", "发明名称", limit=200
    ),
    "ip_applied_on": _field(CellKind.DAY, "申请日", "申请日期", "专利申请日"),
    "ip_granted_on": _field(CellKind.DAY, "授权日期", "授权日", "授权公告日", "登记日期"),
    "ip_lapsed_on": _field(CellKind.DAY, "失效日期", "失效日", "终止日期"),
    "ip_origin": _field(CellKind.IP_ORIGIN, "获得方式", "取得方式"),
    "ip_core": _field(CellKind.YES_NO, "是否核心", "核心知识产权", "是否主要产品核心技术"),
}
HEADINGS: dict[str, tuple[str, ...]] = {name: field.headings for name, field in FIELDS.items()}

# How pages name the fields, in the order a select offers them.
LABELS: dict[str, dict[str, str]] = {
    N_("企业"): {
        "uscc": N_("统一社会信用代码"),
        "name": N_("企业名称"),
        "former_name": N_("曾用名"),
        "legal_representative": N_("法定代表人"),
        "registered_capital": N_("注册资本"),
        "established_on": N_("成立日期"),
        "address": N_("注册地址"),
        "registration_district": N_("注册区"),
        "tax_district": N_("税务所属区"),
        "statistics_district": N_("统计所属区"),
        "industry_code": N_("行业代码"),
        "main_product": N_("主要产品"),
        "city": N_("市"),
        "note": N_("备注"),
    },
    N_("联系人"): {
        "contact_name": N_("联系人"),
        "contact_post": N_("联系人职务"),
        "contact_phone": N_("联系电话"),
        "contact_email": N_("电子邮箱"),
        "contact_main": N_("主要联系人"),
    },
    N_("年度数据"): {"year": N_("年度"), **FIGURES},
    N_("证书和奖补"): {
        "cert_kind": N_("证书类型"),
        "cert_number": N_("证书编号"),
        "cert_batch": N_("批次"),
        "cert_issued_on": N_("发证日期"),
        "cert_expires_on": N_("有效期至"),
        "cert_year": N_("认定年度"),
        "award_year": N_("奖补年度"),
        "award_type": N_("奖补名称"),
        "award_batch": N_("奖补批次"),
        "award_amount": N_("奖补金额"),
        "award_level": N_("资金层级"),
        "award_given_on": N_("奖补日期"),
        "award_note": N_("奖补备注"),
    },
    N_("走访"): {
        "visited_on": N_("走访日期"),
        "visit_kind": N_("走访方式"),
        "visit_by": N_("走访人"),
        "visit_met": N_("接待人"),
        "visit_summary": N_("走访情况"),
        "visit_next_step": N_("下一步"),
        "visit_next_on": N_("下次联系日期"),
    },
    N_("知识产权"): {
        "ip_kind": N_("知识产权类型"),
        "ip_number": N_("授权号"),
        "ip_title": N_("知识产权名称"),
        "ip_applied_on": N_("申请日期"),
        "ip_granted_on": N_("授权日期"),
        "ip_lapsed_on": N_("失效日期"),
        "ip_origin": N_("获得方式"),
        "ip_core": N_("核心知识产权"),
    },
}
LABEL_OF: dict[str, str] = {name: label for group in LABELS.values() for name, label in group.items()}

# Words that mean something else in a list of one kind.
OWN: dict[ListKind, dict[str, tuple[str, ...]]] = {
    ListKind.AWARDS: {
        "award_year": ("年度", "年份", "认定年度", "评价年度"),
        "award_batch": ("批次", "认定批次"),
        "award_type": ("类型", "资质类型", "企业类型", "认定类型", "称号", "证书类型", "资质名称", "项目名称"),
        "award_amount": ("金额",),
        "award_given_on": ("日期",),
        "award_note": ("备注", "说明"),
    },
    ListKind.CERTIFICATES: {"cert_year": ("年度", "年份")},
    ListKind.ENTRIES: {"cert_year": ("年度", "年份")},
    ListKind.VISITS: {
        "visited_on": ("日期", "时间"),
        "visit_kind": ("类型", "方式", "形式"),
        "visit_met": ("联系人", "对接人"),
        "visit_summary": ("情况", "内容", "记录", "备注"),
        "visit_next_step": ("诉求", "问题"),
    },
    ListKind.PROPERTY: {
        "ip_kind": ("类型", "类别", "种类"),
        "ip_number": ("编号", "登记号", "证书号", "证书编号", "登记编号"),
        "ip_title": ("名称",),
        "ip_granted_on": ("发证日期", "授权时间"),
        "name": ("权利人", "专利权人", "申请人", "著作权人", "权属人"),
    },
}
# Not one thing only: a list must say by which definition R&D was counted.
AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "研发费用": ("rd_tax", "rd_hte", "rd_accounts"),
    "研发投入": ("rd_tax", "rd_hte", "rd_accounts"),
    "研发经费": ("rd_tax", "rd_hte", "rd_accounts"),
}
# What a row of the kind is nothing without, once the firm is named.
NEEDED: dict[ListKind, tuple[str, ...]] = {
    ListKind.CONTACTS: ("contact_name",),
    ListKind.CERTIFICATES: ("cert_kind", "cert_number", "cert_issued_on"),
    ListKind.AWARDS: ("award_year", "award_type"),
    ListKind.ENTRIES: ("cert_number", "cert_issued_on"),
    ListKind.VISITS: ("visited_on", "visit_kind", "visit_summary"),
    ListKind.PROPERTY: ("ip_kind", "ip_number", "ip_title"),
}
# What may be said once for the whole list instead of in a column; the year of figures always may.
GIVEN: dict[ListKind, tuple[str, ...]] = {
    ListKind.FIRMS: ("registration_district",),
    ListKind.CERTIFICATES: ("cert_kind", "cert_batch", "cert_issued_on", "cert_expires_on"),
    ListKind.AWARDS: (
        *("award_year", "award_type", "award_batch", "award_level", "award_given_on"),
        *("cert_issued_on", "cert_expires_on"),
    ),
    ListKind.ENTRIES: ("cert_batch", "cert_issued_on", "cert_expires_on"),
    ListKind.VISITS: ("visited_on", "visit_kind"),
    ListKind.PROPERTY: ("ip_kind",),
}
# The columns of the workbooks we hand out, by kind; all but the last few of a kind are what lists usually have.
_WHO = ("uscc", "name")
TEMPLATES: dict[ListKind, tuple[str, ...]] = {
    ListKind.FIRMS: (
        *(*_WHO, "former_name", "registration_district", "tax_district", "statistics_district", "established_on"),
        *("legal_representative", "registered_capital", "address", "industry_code", "main_product"),
        *("contact_name", "contact_post", "contact_phone", "contact_email"),
        *("year", *FIGURES, "cert_kind", "cert_number", "cert_batch", "cert_issued_on", "cert_expires_on"),
    ),
    ListKind.CONTACTS: (*_WHO, "contact_name", "contact_post", "contact_phone", "contact_email", "contact_main"),
    ListKind.FIGURES: (*_WHO, "year", *FIGURES),
    ListKind.CERTIFICATES: (*_WHO, "cert_kind", "cert_number", "cert_batch", "cert_issued_on", "cert_expires_on"),
    ListKind.AWARDS: (
        *("award_year", "award_type", "award_batch", "name", "city", "registration_district"),
        *("award_amount", "award_note"),
    ),
    ListKind.ENTRIES: (*_WHO, "cert_year", "cert_number", "cert_batch", "cert_issued_on", "cert_expires_on"),
    ListKind.VISITS: (
        *(*_WHO, "visited_on", "visit_kind", "visit_by", "visit_met", "visit_summary"),
        *("visit_next_step", "visit_next_on"),
    ),
    ListKind.PROPERTY: (
        *(*_WHO, "ip_kind", "ip_number", "ip_title", "ip_applied_on", "ip_granted_on", "ip_lapsed_on"),
        *("ip_origin", "ip_core"),
    ),
}
# What goes with a workbook: for every one (""), or for those with the column.
TEMPLATE_NOTES: dict[str, str] = {
    "uscc": "统一社会信用代码请保持文本格式，以免被改成 9.14E+17。",
    "": "空白格不会清除库里已有的内容。日期写成 {year}-05-06。多余的列可以删去或留着不填。",
    "year": "每行一家企业一个年度；多个年度请写多行，或把年份写进表头，例如“{year}年营业收入（万元）”。",
    "revenue": "金额列的单位写在表头：元、千元、万元、百万元或亿元。",
    "rd_hte": "研发费用有三个口径，请写进对应的列，不要混填。",
    "registration_district": "区写区名，例如天河区。",
    "cert_kind": "证书类型：{kinds}。",
    "award_type": "类型写资质全称（{kinds}）或奖补项目的名称。",
    "visit_kind": "走访方式：走访、电话、辅导。",
    "ip_kind": "知识产权类型写全称，例如发明专利、实用新型专利、软件著作权。",
}
# Read and shown, but no table holds them yet: the page where the list is read says so.
NOT_KEPT = frozenset({"city", "note", "cert_year"})
MONEY = frozenset(name for name, field in FIELDS.items() if field.kind is CellKind.MONEY)
FIRM_FACTS = frozenset(
    {"legal_representative", "registered_capital", "established_on", "address", "industry_code", "main_product"}
)


_AWARD = re.compile("拟?奖补|(奖励|补助|补贴|资助)金额")  # with its unit behind it


def plain(text: str) -> str:
    """Return a heading in half-width characters, without blanks, colons and the star of what must be filled in."""
    return re.sub(r"[\s*:：]+", "", unicodedata.normalize("NFKC", text))


_GENERAL = {plain(word): name for name, field in FIELDS.items() for word in field.headings}
_BY_KIND = {
    kind: _GENERAL | {plain(word): name for name, words in OWN.get(kind, {}).items() for word in words}
    for kind in ListKind
}


def meaning(bare: str, kind: ListKind) -> str | None:
    """Return the field that a plain heading names in a list of ``kind``, or None."""
    return _BY_KIND[kind].get(bare)


def kind_of(headings: set[str], title: str) -> ListKind:
    """Return what a list with these plain headings under this title is about."""
    fields = {_GENERAL[heading] for heading in headings if heading in _GENERAL}
    if fields & {"visited_on", "visit_summary"} or ("走访" in title and headings & {"日期", "时间"}):
        return ListKind.VISITS
    if fields & {"ip_kind", "ip_number", "ip_title", "ip_granted_on"}:
        return ListKind.PROPERTY
    awarded = any(_AWARD.match(heading) for heading in headings)
    if awarded or fields & {"award_amount", "award_type"} or {"年度", "类型", "批次"} <= headings:
        return ListKind.AWARDS
    figures = bool(fields & set(FIGURES)) or bool(headings & set(AMBIGUOUS))
    certificate = bool(fields & {"cert_kind", "cert_number", "cert_issued_on", "cert_expires_on"})
    contact = bool(fields & {"contact_name", "contact_phone", "contact_email"})
    if fields & FIRM_FACTS or figures + certificate + contact != 1:
        return ListKind.FIRMS
    if figures:
        return ListKind.FIGURES
    if contact:
        return ListKind.CONTACTS
    entry = headings & {"入库登记编号", "入库编号", "入库日期", "入库时间"}
    return ListKind.ENTRIES if entry and "cert_kind" not in fields else ListKind.CERTIFICATES
