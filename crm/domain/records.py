"""Closed lists of the firm file: where a figure came from, kinds of intellectual property, of visits, of places."""

from enum import StrEnum

from crm.domain.words import N_


class FirmStatus(StrEnum):
    """登记状态 as the business register has it; MERGED says of a file that it is another one's now."""

    ACTIVE = "active"
    MOVED_OUT = "moved_out"
    CLOSED = "closed"
    MERGED = "merged"


FIRM_STATUS_LABELS = {
    FirmStatus.ACTIVE: N_("在营"),
    FirmStatus.MOVED_OUT: N_("迁出"),
    FirmStatus.CLOSED: N_("注销"),
    FirmStatus.MERGED: N_("已并入另一份档案"),
}
# What may be said of a firm by hand; a file becomes merged by merging only.
FIRM_STATUS_CHOICES = {s: label for s, label in FIRM_STATUS_LABELS.items() if s is not FirmStatus.MERGED}


class Jurisdiction(StrEnum):
    """A firm belongs to a district three times over, and the three can differ."""

    REGISTRATION = "registration"
    TAX = "tax"
    STATISTICS = "statistics"


JURISDICTION_LABELS = {
    Jurisdiction.REGISTRATION: N_("注册地"),
    Jurisdiction.TAX: N_("税务"),
    Jurisdiction.STATISTICS: N_("统计"),
}


class Source(StrEnum):
    """Who stated a yearly figure, in order of trust: the first that states a figure is in force."""

    AUDIT = "audit"
    TAX_RETURN = "tax_return"
    SELF_REPORT = "self_report"
    OFFICER = "officer"
    IMPORT = "import"


SOURCE_LABELS = {
    Source.AUDIT: N_("审计报告"),
    Source.TAX_RETURN: N_("纳税申报表"),
    Source.SELF_REPORT: N_("企业自报"),
    Source.OFFICER: N_("专员录入"),
    Source.IMPORT: N_("表格导入"),
}
TRUST: dict[Source, int] = {source: rank for rank, source in enumerate(Source)}

# Yearly figures in fen, then those counted in persons or pieces. The three R&D figures stay three.
MONEY_FIGURES: dict[str, str] = {
    "revenue": N_("营业收入"),
    "main_revenue": N_("主营业务收入"),
    "total_income": N_("总收入（收入总额减不征税收入）"),
    "ht_income": N_("高新技术产品（服务）收入"),
    "main_product_income": N_("主要产品（服务）收入"),
    "costs_and_expenses": N_("成本费用支出"),
    "total_assets": N_("资产总额"),
    "total_liabilities": N_("负债总额"),
    "net_profit": N_("净利润"),
    "tax_paid": N_("实缴税费"),
    "rd_tax": N_("研发费用（加计扣除口径）"),
    "rd_hte": N_("研发费用（高企口径）"),
    "rd_hte_domestic": N_("其中：境内研发费用（高企口径）"),
    "rd_hte_other": N_("其中：其他费用（高企口径）"),
    "rd_accounts": N_("研发费用（会计口径）"),
}
COUNT_FIGURES: dict[str, str] = {
    "employees_total": N_("职工总数"),
    "tech_staff": N_("科技人员"),
    "rd_staff": N_("研发人员"),
    "conversions": N_("科技成果转化数"),
}
FIGURES: dict[str, str] = MONEY_FIGURES | COUNT_FIGURES


class IpKind(StrEnum):
    """Kinds of intellectual property; 115号第九条 and 195号三(二) sort them into class Ⅰ and Ⅱ."""

    INVENTION = "invention"
    PLANT_VARIETY = "plant_variety"
    CROP_VARIETY = "crop_variety"
    NEW_DRUG = "new_drug"
    TCM_PROTECTED = "tcm_protected"
    IC_LAYOUT = "ic_layout"
    UTILITY_MODEL = "utility_model"
    DESIGN = "design"
    SOFTWARE = "software"


IP_LABELS = {
    IpKind.INVENTION: N_("发明专利"),
    IpKind.PLANT_VARIETY: N_("植物新品种"),
    IpKind.CROP_VARIETY: N_("国家级农作物品种"),
    IpKind.NEW_DRUG: N_("国家新药"),
    IpKind.TCM_PROTECTED: N_("国家一级中药保护品种"),
    IpKind.IC_LAYOUT: N_("集成电路布图设计专有权"),
    IpKind.UTILITY_MODEL: N_("实用新型专利"),
    IpKind.DESIGN: N_("外观设计专利"),
    IpKind.SOFTWARE: N_("软件著作权"),
}
CLASS_ONE = frozenset(
    {
        IpKind.INVENTION,
        IpKind.PLANT_VARIETY,
        IpKind.CROP_VARIETY,
        IpKind.NEW_DRUG,
        IpKind.TCM_PROTECTED,
        IpKind.IC_LAYOUT,
    }
)


class IpOrigin(StrEnum):
    """获得方式: how the firm came by it (195号附件)."""

    OWN = "own"
    ACQUIRED = "acquired"


IP_ORIGIN_LABELS = {IpOrigin.OWN: N_("自主研发"), IpOrigin.ACQUIRED: N_("受让、受赠或并购")}


class AchievementKind(StrEnum):
    """Dated facts that open the direct routes of 115号第八条."""

    SCIENCE_AWARD = "science_award"
    RD_INSTITUTION = "rd_institution"
    STANDARD = "standard"


ACHIEVEMENT_LABELS = {
    AchievementKind.SCIENCE_AWARD: N_("科技奖励"),
    AchievementKind.RD_INSTITUTION: N_("研发机构"),
    AchievementKind.STANDARD: N_("参与制定标准"),
}


class Level(StrEnum):
    """At which level something was given."""

    INTERNATIONAL = "international"
    NATIONAL = "national"
    PROVINCIAL = "provincial"
    CITY = "city"
    INDUSTRY = "industry"


LEVEL_LABELS = {
    Level.INTERNATIONAL: N_("国际"),
    Level.NATIONAL: N_("国家级"),
    Level.PROVINCIAL: N_("省部级"),
    Level.CITY: N_("市级"),
    Level.INDUSTRY: N_("行业"),
}


class AwardLevel(StrEnum):
    """Whose money an award is."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"


AWARD_LEVEL_LABELS = {
    AwardLevel.NATIONAL: N_("国家"),
    AwardLevel.PROVINCE: N_("省"),
    AwardLevel.CITY: N_("市"),
    AwardLevel.DISTRICT: N_("区"),
}


class VisitKind(StrEnum):
    """How the office met the firm."""

    VISIT = "visit"
    CALL = "call"
    COACHING = "coaching"


VISIT_LABELS = {VisitKind.VISIT: N_("走访"), VisitKind.CALL: N_("电话"), VisitKind.COACHING: N_("辅导")}
