"""The facts a rule may ask for, in the names of facts/national.md: yearly figures, what the file holds, what is stated.

A frame of facts has one row a firm and one column a fact; a column may be missing, a value may be null: not known.
Money is in whole fen, staff in persons, ratios are plain numbers, days are dates. ``_y1`` is the last accounting year
before the year of the day asked about, ``_y2`` the one before it, ``_y3`` the third (195号三(一) 近三个会计年度).
"""

from crm.rules import catalogue_money
from crm.rules.figure import YEARS, Figure, Kind

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
# What nobody but the firm, a platform or a review can say: stated one by one, with a day and a source.
_STATED: tuple[Figure, ...] = (
    Figure(
        "niche_market_years",
        Kind.COUNT,
        "从事特定细分市场年限",
        "years in the niche market",
        "63号附件2、2号附件1",
        "year",
    ),
    Figure(
        "equity_financing_paid_in_2y",
        Kind.MONEY,
        "近两年新增股权融资（合格机构，实缴）",
        "equity paid in, two years",
        "63号附件2",
    ),
    Figure(
        "equity_financing_paid_in_3y",
        Kind.MONEY,
        "近三年新增股权融资（合格机构，实缴）",
        "equity paid in, three years",
        "63号附件1",
    ),
    Figure("rd_expense_total", Kind.MONEY, "研发投入经费", "R&D spending, as the clause counts it", "63号附件3四(一)1"),
    Figure(
        "srdi_platform_score",
        Kind.COUNT,
        "专精特新发展评价得分",
        "development score of the platform",
        "工信厅企业〔2024〕75号",
        "point",
    ),
    Figure(
        "niche_market_share_domestic_or_intl",
        Kind.RATIO,
        "细分市场占有率（国内或国际）",
        "niche share, home or abroad",
        "2号附件2(五)",
    ),
    Figure("niche_market_share_national", Kind.RATIO, "全国细分市场占有率", "niche share, national", "63号附件3三"),
    Figure("niche_market_rank_domestic", Kind.COUNT, "国内细分市场排名", "niche rank at home", "2号附件2(五)", "place"),
    Figure(
        "product_global_share_rank",
        Kind.COUNT,
        "产品全球市场占有率排名",
        "rank by global share",
        "138号附件1市场竞争1",
        "place",
    ),
    Figure(
        "field_years_at_last_yearend",
        Kind.COUNT,
        "从事相关业务领域年限",
        "years in the field",
        "138号附件1专业发展1",
        "year",
    ),
    Figure(
        "class1_ip_high_value_count",
        Kind.COUNT,
        "Ⅰ类高价值知识产权",
        "high-value class I rights",
        "63号附件1说明",
        "item",
    ),
    Figure(
        "class1_ip_applied_count",
        Kind.COUNT,
        "与主导产品相关、已应用并产生效益的Ⅰ类知识产权",
        "class I rights in use",
        "2号附件1(四)",
        "item",
    ),
    Figure(
        "it_supported_core_business_count",
        Kind.COUNT,
        "由信息系统支撑的核心业务",
        "core business on IT",
        "63号附件3二",
        "item",
    ),
    Figure(
        "mgmt_or_foreign_product_certificate_count",
        Kind.COUNT,
        "管理体系或发达国家产品认证",
        "management or product certificates",
        "63号附件3二",
        "item",
    ),
    Figure("digital_level", Kind.COUNT, "数字化水平等级", "digital level", "63号附件2指标5", "level"),
    Figure("has_own_brand", Kind.BOOL, "自有品牌", "own brand", "63号附件2指标6、附件3三"),
    Figure("has_provincial_quality_award", Kind.BOOL, "省级以上质量奖", "provincial quality award", "63号附件2指标6"),
    Figure(
        "has_quality_system_certificate",
        Kind.BOOL,
        "质量管理体系认证（ISO9001等）",
        "quality system certificate",
        "63号附件2指标6",
    ),
    Figure("took_part_in_standards", Kind.BOOL, "参与制修订标准", "took part in standards", "63号附件2指标6"),
    Figure(
        "has_listed_honour",
        Kind.BOOL,
        "国家级技术创新示范企业、知识产权优势企业或知识产权示范企业",
        "listed honour",
        "63号附件1一(二)",
    ),
    Figure(
        "main_product_in_strategic_emerging",
        Kind.BOOL,
        "主导产品属战略性新兴产业",
        "product in strategic emerging industries",
        "63号附件1",
    ),
    Figure(
        "main_product_fills_gap",
        Kind.BOOL,
        "主导产品补短板、锻长板、填空白并有成效",
        "product fills a gap, with results",
        "63号附件2指标4",
    ),
    Figure(
        "main_product_in_six_bases_or_chain",
        Kind.BOOL,
        "主导产品属工业六基、中华老字号，或为重点产业链龙头配套",
        "product in the six bases or serves a key chain",
        "63号附件2指标4",
    ),
    Figure(
        "main_product_in_priority_field", Kind.BOOL, "主导产品属重点领域", "product in a priority field", "63号附件3六"
    ),
    Figure(
        "main_product_in_six_bases_or_key_link",
        Kind.BOOL,
        "主导产品属工业六基等领域，或处于产业链关键环节",
        "product in the six bases or at a key link",
        "2号附件2(六)",
    ),
    Figure(
        "maker_china_top500_last_3y", Kind.BOOL, "近三年“创客中国”全国500强", "Maker in China top 500", "63号附件2(四)4"
    ),
    Figure(
        "maker_china_top50_last_3y", Kind.BOOL, "近三年“创客中国”全国50强", "Maker in China top 50", "63号附件3四(二)"
    ),
    Figure(
        "controls_or_controlled_by_little_giant",
        Kind.BOOL,
        "控股或被控股于“小巨人”企业",
        "controls or is controlled by a little giant",
        "工信厅企业函〔2026〕117号",
    ),
    Figure("is_new_product", Kind.BOOL, "产品属新产品", "new product", "138号附件1专业发展1"),
    Figure(
        "niche_market_position_review",
        Kind.BOOL,
        "细分市场地位较为靠前（评审）",
        "niche position, as reviewed",
        "2号附件1(五)",
    ),
    Figure(
        "chain_key_link_role_review",
        Kind.BOOL,
        "位于产业链关键环节（评审）",
        "key link of a chain, as reviewed",
        "63号附件3五",
    ),
    Figure(
        "tech_internationally_advanced_review",
        Kind.BOOL,
        "技术国际先进（评审）",
        "technology advanced, as reviewed",
        "138号附件1市场竞争2",
    ),
    Figure(
        "rd_institution_and_intensity_leading_review",
        Kind.BOOL,
        "研发机构和研发强度居行业前列（评审）",
        "R&D leading, as reviewed",
        "138号附件1自主创新1",
    ),
    Figure(
        "core_ip_leading_review",
        Kind.BOOL,
        "核心知识产权居行业前列（评审）",
        "core rights leading, as reviewed",
        "138号附件1自主创新2",
    ),
    Figure(
        "major_incident_or_fraud_last_3y",
        Kind.BOOL,
        "近三年重大事故、偷漏税或数据造假",
        "major incident or fraud, three years",
        "138号第三条、第十三条",
    ),
)
STATED: tuple[str, ...] = tuple(figure.key for figure in (*_STATED, *catalogue_money.STATED))

FACTS: dict[str, Figure] = {
    f"{key}_y{year}": Figure(
        f"{key}_y{year}",
        kind,
        f"{zh}（前{'一二三'[year - 1]}年度）",
        f"{en}, {('last', 'second last', 'third last')[year - 1]} year",
        defined,
        unit,
    )
    for key, kind, unit, zh, en, defined in _YEARLY
    for year in YEARS
} | {figure.key: figure for figure in (*_PLAIN, *_HELD, *catalogue_money.HELD, *_STATED, *catalogue_money.STATED)}
YEARLY_KEYS: tuple[str, ...] = tuple(row[0] for row in _YEARLY)
# What a yearly fact is called when its year is said beside it: {"sales": (zh, en)}.
YEARLY_NAMES: dict[str, tuple[str, str]] = {row[0]: (row[3], row[4]) for row in _YEARLY}
