"""The facts that rules which give money ask for, beside those of the other rules (crm.rules.catalogue)."""

from crm.rules.figure import Figure, Kind

# By year: (key, kind, unit, zh, en, where it is defined).
YEARLY: tuple[tuple[str, Kind, str, str, str, str], ...] = (
    (
        "rd_own_items",
        Kind.MONEY,
        "",
        "研发费用第一至五项（加计扣除口径）",
        "R&D items 1–5, tax",
        "财税〔2015〕119号一(一)1–5",
    ),
    (
        "rd_other_items",
        Kind.MONEY,
        "",
        "其他相关费用（加计扣除口径）",
        "other R&D items, tax",
        "财税〔2015〕119号一(一)6",
    ),
    (
        "rd_entrusted_domestic",
        Kind.MONEY,
        "",
        "委托境内研发（实际发生）",
        "R&D entrusted at home",
        "财税〔2015〕119号一(二)",
    ),
    (
        "rd_entrusted_overseas",
        Kind.MONEY,
        "",
        "委托境外机构研发（实际发生）",
        "R&D entrusted abroad",
        "财税〔2018〕64号",
    ),
    ("investment_income", Kind.MONEY, "", "投资收益", "investment income", "97号四"),
    (
        "excluded_industry_income",
        Kind.MONEY,
        "",
        "不适用加计扣除行业的主营业务收入",
        "main income of excluded industries",
        "97号四",
    ),
)
# What the identity of a file, its moves and its certificates say.
HELD: tuple[Figure, ...] = (
    Figure("registration_district", Kind.TEXT, "注册地所在区", "district of registration", "GB/T 2260"),
    Figure("tax_district", Kind.TEXT, "税务所属区", "tax district", "GB/T 2260"),
    Figure("statistics_district", Kind.TEXT, "统计所属区", "statistics district", "GB/T 2260"),
    Figure(
        "has_valid_little_giant_title", Kind.BOOL, "专精特新“小巨人”有效", "valid little giant title", "63号、2号附件2"
    ),
    Figure(
        "hte_first_recognised_this_year",
        Kind.BOOL,
        "当年首次认定高企",
        "first recognised as high-tech this year",
        "档案中最早的高企证书在当年发证",
    ),
    Figure(
        "hte_re_recognised_this_year",
        Kind.BOOL,
        "当年重新认定高企",
        "recognised as high-tech again this year",
        "已有更早的高企证书，当年又发证",
    ),
    Figure(
        "little_giant_recognised_this_year",
        Kind.BOOL,
        "当年新认定“小巨人”",
        "new little giant this year",
        "档案中最早的“小巨人”证书在当年发证",
    ),
    Figure(
        "single_champion_recognised_this_year",
        Kind.BOOL,
        "当年新认定单项冠军",
        "new single champion this year",
        "档案中最早的单项冠军证书在当年发证",
    ),
    Figure(
        "was_tech_sme_last_year_end",
        Kind.BOOL,
        "上年末在库的科技型中小企业",
        "tech SME at the end of last year",
        "公告2022年第16号；年末登记编号有效",
    ),
)
# What stands in no part of the file. A year says of which year the word is: the next year it no longer counts.
STATED: tuple[Figure, ...] = (
    Figure(
        "four_above_entry_year",
        Kind.COUNT,
        "首次纳入“四上”统计库的年份",
        "year of first entry into the statistics library",
        "广州市高企培育专题",
        "calendar",
    ),
    Figure("is_above_scale", Kind.BOOL, "规模以上企业", "above designated size", "国家统计局规模以上标准"),
    Figure(
        "moved_in_year",
        Kind.COUNT,
        "从广州市外迁入的年份",
        "year it moved in from outside the city",
        "黄埔区政策摘录",
        "calendar",
    ),
    Figure(
        "moved_within_year", Kind.COUNT, "迁入本区的年份", "year it moved into the district", "各区高企奖励", "calendar"
    ),
    Figure(
        "contest_year",
        Kind.COUNT,
        "创新创业大赛获奖的年份",
        "year of the contest prize",
        "中国创新创业大赛广州赛区",
        "calendar",
    ),
    Figure(
        "contest_prize_class",
        Kind.COUNT,
        "省赛补助档次（一至四）",
        "class of the provincial prize (1–4)",
        "省赛补助办法(试行)",
    ),
    Figure(
        "contest_is_growth_group",
        Kind.BOOL,
        "成长组（否则为初创组）",
        "growth group (else start-ups)",
        "中国创新创业大赛广州赛区",
    ),
    Figure(
        "contest_is_hk_macao_taiwan",
        Kind.BOOL,
        "港澳台赛（否则为省赛）",
        "contest for Hong Kong, Macao and Taiwan (else provincial)",
        "省赛/港澳台赛补助办法(试行)",
    ),
    Figure("contest_place", Kind.COUNT, "市赛名次", "place in the city contest", "中国创新创业大赛广州赛区", "place"),
    Figure(
        "loan_principal",
        Kind.MONEY,
        "贴息贷款本金（一份合同）",
        "principal of the loan (one contract)",
        "粤金管〔2025〕15号",
    ),
    Figure("loan_annual_rate", Kind.RATIO, "贷款年利率", "annual rate of the loan", "粤金管〔2025〕15号"),
    Figure("loan_days", Kind.COUNT, "贷款计息天数", "days of interest", "粤金管〔2025〕15号", "day"),
    Figure("loan_interest_paid", Kind.MONEY, "该贷款已付利息", "interest paid on the loan", "粤金管〔2025〕15号"),
    Figure(
        "loan_other_subsidy",
        Kind.MONEY,
        "该贷款已得的其他各级贴息",
        "other subsidies on the loan",
        "粤金管〔2025〕15号",
    ),
    Figure("loan_is_for_rd", Kind.BOOL, "属高企研发贷款", "R&D loan of a high-tech firm", "粤金管〔2025〕15号"),
    Figure(
        "srdi_loan_interest",
        Kind.MONEY,
        "贴息期内已付贷款利息（5月1日至次年4月30日）",
        "loan interest paid, 1 May to 30 April",
        "粤工信融资函〔2025〕26号",
    ),
    Figure(
        "on_120_percent_list",
        Kind.BOOL,
        "列入集成电路或工业母机企业清单（120%）",
        "on the list of chip or machine-tool firms (120 %)",
        "公告2023年第44号",
    ),
)
