"""The facts a rule may ask for, in the names of facts/national.md: yearly figures, what the file holds, what is stated.

A frame of facts has one row a firm and one column a fact; a column may be missing, a value may be null: not known.
Money is in whole fen, staff in persons, ratios are plain numbers, days are dates. ``_y1`` is the last accounting year
before the year of the day asked about, ``_y2`` the one before it, ``_y3`` the third (195号三(一) 近三个会计年度); few
figures go further back (figure.FURTHER).
"""

from crm.rules import catalogue_money
from crm.rules.figure import Figure, Kind, years_of
from crm.rules.stated import STATED_FIGURES

_YEARLY: tuple[tuple[str, Kind, str, str, str, str], ...] = (
    ("sales", Kind.MONEY, "", "销售收入", "sales", "主营业务收入与其他业务收入之和（115号第九条、195号三(六)）"),
    ("total_income", Kind.MONEY, "", "总收入", "total income", "收入总额减去不征税收入（195号三(三)）"),
    ("ht_income", Kind.MONEY, "", "高新技术产品（服务）收入", "high-tech income", "195号三(三)"),
    ("main_product_income", Kind.MONEY, "", "主要产品（服务）收入", "main product income", "195号三(三)"),
    ("costs_and_expenses", Kind.MONEY, "", "成本费用支出", "costs and expenses", "115号第七条"),
    ("total_assets", Kind.MONEY, "", "资产总额", "total assets", "年末数，115号第六条、195号三(七)"),
    ("total_liabilities", Kind.MONEY, "", "负债总额", "total liabilities", "年末数，195号三(七)"),
    ("rd_tax", Kind.MONEY, "", "研发费用（加计扣除口径）", "R&D, tax definition", "财税〔2015〕119号；115号第九条"),
    ("rd_hte", Kind.MONEY, "", "研发费用（高企口径）", "R&D, high-tech definition", "195号三(六)2"),
    (
        "rd_hte_domestic",
        Kind.MONEY,
        "",
        "境内研发费用（高企口径）",
        "R&D in the PRC, high-tech definition",
        "195号三(六)3",
    ),
    (
        "rd_hte_other",
        Kind.MONEY,
        "",
        "其他费用（高企口径）",
        "other R&D expense, high-tech definition",
        "195号三(六)2(8)",
    ),
    ("main_revenue", Kind.MONEY, "", "主营业务收入", "main business revenue", "审计报告；63号附件1、2号附件1"),
    ("net_profit", Kind.MONEY, "", "净利润", "net profit", "审计报告；63号附件2"),
    ("rd_accounts", Kind.MONEY, "", "研发费用（会计口径）", "R&D, accounts", "以审计报告为准；63号、2号"),
    ("employees", Kind.COUNT, "person", "职工总数", "staff", "全年月平均数，195号三(五)"),
    ("tech_staff", Kind.COUNT, "person", "科技人员", "technical staff", "115号第九条、195号三(五)"),
    ("rd_staff", Kind.COUNT, "person", "研发人员", "R&D staff", "63号附件2"),
    ("conversions", Kind.COUNT, "item", "科技成果转化数", "results converted", "195号三(七)2"),
    *catalogue_money.YEARLY,
)

_PLAIN: tuple[Figure, ...] = (
    Figure("established_on", Kind.DATE, "成立日期", "established on", "营业执照"),
    Figure("industry_code", Kind.TEXT, "行业代码", "industry code", "GB/T 4754-2017"),
    Figure("tech_field_code_l3", Kind.TEXT, "技术领域", "technology field", "32号附件《国家重点支持的高新技术领域》"),
    Figure("is_resident_enterprise_prc", Kind.BOOL, "居民企业", "PRC resident enterprise", "115号第六条(一)"),
    Figure("tax_collection_is_audited", Kind.BOOL, "查账征收", "audited collection", "国科火字〔2022〕67号"),
    Figure(
        "product_in_prohibited_restricted_eliminated",
        Kind.BOOL,
        "产品属禁止、限制或淘汰类",
        "prohibited, restricted or eliminated product",
        "115号第六条(三)",
    ),
    Figure(
        "major_incident_prev_or_current_year",
        Kind.BOOL,
        "上年或当年发生重大事故、严重环境违法或科研失信",
        "major incident last or this year",
        "115号第六条(四)",
    ),
    Figure(
        "major_incident_last_365d",
        Kind.BOOL,
        "近365日发生重大事故或严重环境违法",
        "major incident within 365 days",
        "32号第十一条(八)",
    ),
    Figure(
        "on_abnormal_or_dishonest_list",
        Kind.BOOL,
        "列入经营异常名录或严重违法失信名单",
        "on an abnormal or dishonest list",
        "115号第六条(四)",
    ),
    Figure("has_valid_hte_certificate", Kind.BOOL, "高企证书有效", "valid high-tech certificate", "115号第八条(一)"),
    Figure(
        "national_award_rank_last_5y", Kind.RANK, "近五年国家科技奖排名", "rank in a national award", "115号第八条(二)"
    ),
    Figure(
        "has_provincial_rd_institution",
        Kind.BOOL,
        "省部级以上研发机构",
        "provincial R&D institution",
        "115号第八条(三)",
    ),
    Figure(
        "led_standard_drafter_rank_last_5y",
        Kind.RANK,
        "近五年标准起草单位排名",
        "rank among drafters of a standard",
        "115号第八条(四)、第九条(六)",
    ),
    Figure("class1_ip_count", Kind.COUNT, "Ⅰ类知识产权", "class I rights", "115号第九条、195号三(二)3", "item"),
    Figure("class2_ip_count", Kind.COUNT, "Ⅱ类知识产权", "class II rights", "115号第九条、195号三(二)3", "item"),
    Figure(
        "invention_patent_count", Kind.COUNT, "有效发明专利", "valid invention patents", "粤工信规字〔2024〕1号", "item"
    ),
    Figure(
        "core_ip_count_owned_valid_prc",
        Kind.COUNT,
        "对主要产品起核心支持作用的自有有效知识产权",
        "owned, valid rights that carry the main product",
        "32号第十一条(二)、195号三(二)",
        "item",
    ),
    Figure("has_own_developed_ip", Kind.BOOL, "有自主研发的知识产权", "has self-developed rights", "195号三(七)1"),
)
# What the certificates and achievements of the file say of the ladder of 63号 and 2号.
_HELD: tuple[Figure, ...] = (
    Figure("has_valid_tech_sme_title", Kind.BOOL, "科技型中小企业有效", "valid tech SME entry", "2号附件1(一)"),
    Figure(
        "has_valid_innovative_sme_title",
        Kind.BOOL,
        "创新型中小企业有效",
        "valid innovative SME title",
        "63号、2号附件1(一)",
    ),
    Figure("has_valid_srdi_title", Kind.BOOL, "专精特新中小企业有效", "valid SRDI title", "63号、2号附件2(一)"),
    Figure(
        "held_tech_sme_before",
        Kind.BOOL,
        "入过科技型中小企业库",
        "was a registered tech SME before",
        "江科〔2025〕118号：首次参评",
    ),
    Figure(
        "tech_sme_revoked_last_3y",
        Kind.BOOL,
        "近三年被撤销入库登记编号",
        "tech SME number revoked within three years",
        "江科〔2025〕118号",
    ),
    Figure("is_single_champion", Kind.BOOL, "已是制造业单项冠军", "is a single champion", "工信厅企业函〔2026〕117号"),
    Figure(
        "science_award_provincial_or_national_last_3y",
        Kind.BOOL,
        "近三年获国家级或省级科技奖励",
        "national or provincial award within three years",
        "63号附件1一(一)",
    ),
    Figure(
        "provincial_award_rank_last_3y", Kind.RANK, "近三年省级科技奖排名", "rank, provincial award", "63号附件2(四)1"
    ),
    Figure("national_award_rank_last_3y", Kind.RANK, "近三年国家科技奖排名", "rank, national award", "63号附件2(四)1"),
    Figure(
        "class1_ip_count_63",
        Kind.COUNT,
        "Ⅰ类知识产权（63号口径）",
        "class I rights, by 63号",
        "63号附件1说明：受让不满一年的不计",
        "item",
    ),
    Figure(
        "class2_ip_count_63",
        Kind.COUNT,
        "Ⅱ类知识产权（63号口径）",
        "class II rights, by 63号",
        "63号附件1说明：实用新型和外观设计授权满两年",
        "item",
    ),
    Figure(
        "class1_ip_count_own",
        Kind.COUNT,
        "自主研发的Ⅰ类知识产权",
        "self-developed class I rights",
        "63号附件1说明",
        "item",
    ),
    Figure("has_national_rd_institution", Kind.BOOL, "国家级研发机构", "national R&D institution", "63号附件2指标13"),
    Figure("has_city_rd_institution", Kind.BOOL, "市级研发机构", "city R&D institution", "63号附件2指标13"),
    Figure("has_rd_institution", Kind.BOOL, "研发机构", "R&D institution", "63号附件3四(一)2"),
)
STATED: tuple[str, ...] = tuple(figure.key for figure in (*STATED_FIGURES, *catalogue_money.STATED))

FACTS: dict[str, Figure] = {
    f"{key}_y{year}": Figure(
        f"{key}_y{year}",
        kind,
        f"{zh}（前{'一二三四五'[year - 1]}年度）",
        f"{en}, {('last', 'second last', 'third last', 'fourth last', 'fifth last')[year - 1]} year",
        defined,
        unit,
    )
    for key, kind, unit, zh, en, defined in _YEARLY
    for year in years_of(key)
} | {
    figure.key: figure for figure in (*_PLAIN, *_HELD, *catalogue_money.HELD, *STATED_FIGURES, *catalogue_money.STATED)
}
YEARLY_KEYS: tuple[str, ...] = tuple(row[0] for row in _YEARLY)
# How many accounting years back any rule looks.
FURTHEST = max(year for key in YEARLY_KEYS for year in years_of(key))
# What a yearly fact is called when its year is said beside it: {"sales": (zh, en)}.
YEARLY_NAMES: dict[str, tuple[str, str]] = {row[0]: (row[3], row[4]) for row in _YEARLY}
