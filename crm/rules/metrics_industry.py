"""Metrics of the rules of the industry ministry: 63号 (2022), 2号 (2026), 138号 and the size classes of 300号.

Their R&D figure is that of the audited accounts (facts/national.md 7.5); 营业收入 is the sum that 115号 and 195号 call
销售收入, so one yearly fact, ``sales``, serves both.
"""

import numpy as np

from crm.rules.columns import Column, Columns, certain, where
from crm.rules.figure import Figure, Kind
from crm.rules.metrics_science import ratio, rounded, yearly
from crm.rules.sizes import size_class

_RULE = "63号附件2、2号附件1"


def _rd_share(of: Columns, year: int) -> Column:
    return ratio(of[f"rd_accounts_y{year}"], of[f"sales_y{year}"])


def _rise(key: str, of: Columns, year: int) -> Column:
    """Return (this year − the year before) ÷ the year before; not known on a base of nothing (S13)."""
    before = of[f"{key}_y{year + 1}"]
    return of[f"{key}_y{year}"] / where(before > 0, before) - 1


def _compound(key: str, of: Columns) -> Column:
    """Return (Y1 ÷ Y3)^½ − 1 (derived: 2号 names a two-year compound growth, its formula was not seen)."""
    old, last = (of[f"{key}_y{year}"] for year in (3, 1))
    return rounded(np.sqrt(where(last >= 0, last) / where(old > 0, old)) - 1)


def _either(first: Column, second: Column) -> Column:
    return certain((first == 1) | (second == 1), (first == 0) & (second == 0))


METRICS: tuple[Figure, ...] = (
    Figure(
        "size_class",
        Kind.TEXT,
        "企业规模",
        "size class",
        "工信部联企业〔2011〕300号",
        "",
        ("industry_code", "employees_y1", "sales_y1", "total_assets_y1"),
        size_class,
    ),
    Figure(
        "rev_last_year",
        Kind.MONEY,
        "上年度营业收入",
        "revenue of last year",
        _RULE,
        "",
        ("sales_y1",),
        lambda of: of["sales_y1"],
    ),
    Figure(
        "rd_expense_last_year",
        Kind.MONEY,
        "上年度研发费用（会计口径）",
        "R&D of last year, accounts",
        _RULE,
        "",
        ("rd_accounts_y1",),
        lambda of: of["rd_accounts_y1"],
    ),
    Figure(
        "rd_to_rev_ratio_last_year",
        Kind.RATIO,
        "上年度研发费用占营业收入（会计口径）",
        "R&D ÷ revenue of last year, accounts",
        _RULE,
        "",
        ("rd_accounts_y1", "sales_y1"),
        lambda of: _rd_share(of, 1),
    ),
    Figure(
        "rd_expense_min_of_last_2y",
        Kind.MONEY,
        "近两年较低一年的研发费用（会计口径）",
        "lesser R&D of two years, accounts",
        "2号附件1(三)",
        "",
        ("rd_accounts_y1", "rd_accounts_y2"),
        lambda of: np.minimum(of["rd_accounts_y1"], of["rd_accounts_y2"]),
    ),
    Figure(
        "rd_to_rev_ratio_min_of_last_2y",
        Kind.RATIO,
        "近两年较低一年的研发费用占营业收入（会计口径）",
        "lesser R&D ÷ revenue of two years, accounts",
        "2号附件1(三)、附件2(三)",
        "",
        ("rd_accounts_y1", "sales_y1", "rd_accounts_y2", "sales_y2"),
        lambda of: np.minimum(_rd_share(of, 1), _rd_share(of, 2)),
    ),
    Figure(
        "rd_expense_mean_2y",
        Kind.MONEY,
        "近两年研发费用均值（会计口径）",
        "mean R&D of two years, accounts",
        "63号附件2(四)2",
        "",
        ("rd_accounts_y1", "rd_accounts_y2"),
        # Whole fen, downwards: half a fen is never given to the firm.
        lambda of: (of["rd_accounts_y1"] + of["rd_accounts_y2"]) // 2,
    ),
    Figure(
        "rd_expense_sum_2y",
        Kind.MONEY,
        "近两年研发费用合计（会计口径）",
        "R&D of two years, accounts",
        "2号附件2(三)",
        "",
        ("rd_accounts_y1", "rd_accounts_y2"),
        lambda of: of["rd_accounts_y1"] + of["rd_accounts_y2"],
    ),
    Figure(
        "rd_staff_ratio_last_year",
        Kind.RATIO,
        "研发人员占比",
        "share of R&D staff",
        "63号附件2指标12",
        "",
        ("rd_staff_y1", "employees_y1"),
        lambda of: ratio(of["rd_staff_y1"], of["employees_y1"]),
    ),
    Figure(
        "main_revenue_ratio_last_year",
        Kind.RATIO,
        "主营业务收入占营业收入",
        "main business ÷ revenue",
        "63号附件1、2号附件1(二)",
        "",
        ("main_revenue_y1", "sales_y1"),
        lambda of: ratio(of["main_revenue_y1"], of["sales_y1"]),
    ),
    Figure(
        "main_revenue_growth_last_year",
        Kind.RATIO,
        "上年度主营业务收入增长率",
        "growth of main business, last year",
        "63号附件1",
        "",
        ("main_revenue_y1", "main_revenue_y2"),
        lambda of: rounded(_rise("main_revenue", of, 1)),
    ),
    Figure(
        "main_revenue_growth_mean_2y",
        Kind.RATIO,
        "近两年主营业务收入平均增长率",
        "mean growth of main business, two years",
        "63号附件2指标2、附件3一",
        "",
        yearly("main_revenue"),
        lambda of: rounded((_rise("main_revenue", of, 1) + _rise("main_revenue", of, 2)) / 2),
    ),
    Figure(
        "main_revenue_mean_3y",
        Kind.MONEY,
        "近三年主营业务收入均值",
        "mean main business of three years",
        "138号附件1专业发展2",
        "",
        yearly("main_revenue"),
        lambda of: np.sum([of[key] for key in yearly("main_revenue")], axis=0) // 3,
    ),
    Figure(
        "rev_cagr_2y",
        Kind.RATIO,
        "近两年营业收入复合增长率",
        "compound growth of revenue, two years",
        "2号附件2(二)",
        "",
        ("sales_y1", "sales_y3"),
        lambda of: _compound("sales", of),
    ),
    Figure(
        "debt_ratio_yearend",
        Kind.RATIO,
        "上年末资产负债率",
        "debt ratio at last year's end",
        "63号附件1、2号附件1(二)",
        "",
        ("total_liabilities_y1", "total_assets_y1"),
        lambda of: ratio(of["total_liabilities_y1"], of["total_assets_y1"]),
    ),
    Figure(
        "net_profit_ratio_last_year",
        Kind.RATIO,
        "上年度净利润率",
        "net profit ÷ revenue",
        "63号附件2指标7",
        "",
        ("net_profit_y1", "sales_y1"),
        lambda of: ratio(of["net_profit_y1"], of["sales_y1"]),
    ),
    Figure(
        "has_valid_hte_or_listed_honour",
        Kind.BOOL,
        "高企证书或国家级示范、优势企业称号有效",
        "valid high-tech certificate or listed honour",
        "63号附件1一(二)",
        "",
        ("has_valid_hte_certificate", "has_listed_honour"),
        lambda of: _either(of["has_valid_hte_certificate"], of["has_listed_honour"]),
    ),
    Figure(
        "has_valid_tech_or_innovative_sme_title",
        Kind.BOOL,
        "科技型或创新型中小企业有效",
        "valid tech or innovative SME title",
        "2号附件1(一)、第三十条",
        "",
        ("has_valid_tech_sme_title", "has_valid_innovative_sme_title"),
        lambda of: _either(of["has_valid_tech_sme_title"], of["has_valid_innovative_sme_title"]),
    ),
    Figure(
        "provincial_or_higher_award_rank_last_3y",
        Kind.RANK,
        "近三年省部级以上科技奖排名",
        "rank, provincial award or above",
        "2号附件1(四)",
        "",
        ("provincial_award_rank_last_3y", "national_award_rank_last_3y"),
        lambda of: np.fmin(of["provincial_award_rank_last_3y"], of["national_award_rank_last_3y"]),
    ),
)
