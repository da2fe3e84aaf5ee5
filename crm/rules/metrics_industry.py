"""Metrics of the rules of the industry ministry: 63号 (2022), 2号 (2026), 138号 and the size classes of 300号.

Their R&D figure is that of the audited accounts (facts/national.md 7.5); 营业收入 is the sum that 115号 and 195号 call
销售收入, so one yearly fact, ``sales``, serves both.
"""

import polars as pl

from crm.rules.figure import DECIMALS, Figure, Kind
from crm.rules.metrics_science import col, ratio, yearly
from crm.rules.sizes import size_class

_RULE = "63号附件2、2号附件1"


def _rd_share(year: int) -> pl.Expr:
    return ratio(col(f"rd_accounts_y{year}"), col(f"sales_y{year}"))


def _worse(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Return the lesser of two figures; null while one of them is not known."""
    return pl.when(first.is_not_null() & second.is_not_null()).then(pl.min_horizontal(first, second))


def _rise(key: str, year: int) -> pl.Expr:
    """Return (this year − the year before) ÷ the year before; null on a base of nothing (S13: 主营业务收入增长率)."""
    before = col(f"{key}_y{year + 1}").cast(pl.Float64)
    return pl.when(before > 0).then(col(f"{key}_y{year}") / before - 1)


def _compound(key: str) -> pl.Expr:
    """Return (Y1 ÷ Y3)^½ − 1 (derived: 2号 names a two-year compound growth, its formula was not seen)."""
    old, last = (col(f"{key}_y{year}").cast(pl.Float64) for year in (3, 1))
    return pl.when((old > 0) & (last >= 0)).then((last / old).sqrt() - 1).round(DECIMALS)


def _either(first: str, second: str) -> pl.Expr:
    return col(first) | col(second)


METRICS: tuple[Figure, ...] = (
    Figure(
        "size_class",
        Kind.TEXT,
        "企业规模",
        "size class",
        "工信部联企业〔2011〕300号",
        "",
        ("industry_code", "employees_y1", "sales_y1", "total_assets_y1"),
        lambda on: size_class(),
    ),
    Figure(
        "rev_last_year",
        Kind.MONEY,
        "上年度营业收入",
        "revenue of last year",
        _RULE,
        "",
        ("sales_y1",),
        lambda on: col("sales_y1"),
    ),
    Figure(
        "rd_expense_last_year",
        Kind.MONEY,
        "上年度研发费用（会计口径）",
        "R&D of last year, accounts",
        _RULE,
        "",
        ("rd_accounts_y1",),
        lambda on: col("rd_accounts_y1"),
    ),
    Figure(
        "rd_to_rev_ratio_last_year",
        Kind.RATIO,
        "上年度研发费用占营业收入（会计口径）",
        "R&D ÷ revenue of last year, accounts",
        _RULE,
        "",
        ("rd_accounts_y1", "sales_y1"),
        lambda on: _rd_share(1),
    ),
    Figure(
        "rd_expense_min_of_last_2y",
        Kind.MONEY,
        "近两年较低一年的研发费用（会计口径）",
        "lesser R&D of two years, accounts",
        "2号附件1(三)",
        "",
        ("rd_accounts_y1", "rd_accounts_y2"),
        lambda on: _worse(col("rd_accounts_y1"), col("rd_accounts_y2")),
    ),
    Figure(
        "rd_to_rev_ratio_min_of_last_2y",
        Kind.RATIO,
        "近两年较低一年的研发费用占营业收入（会计口径）",
        "lesser R&D ÷ revenue of two years, accounts",
        "2号附件1(三)、附件2(三)",
        "",
        ("rd_accounts_y1", "sales_y1", "rd_accounts_y2", "sales_y2"),
        lambda on: _worse(_rd_share(1), _rd_share(2)),
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
        lambda on: (col("rd_accounts_y1") + col("rd_accounts_y2")) // 2,
    ),
    Figure(
        "rd_expense_sum_2y",
        Kind.MONEY,
        "近两年研发费用合计（会计口径）",
        "R&D of two years, accounts",
        "2号附件2(三)",
        "",
        ("rd_accounts_y1", "rd_accounts_y2"),
        lambda on: col("rd_accounts_y1") + col("rd_accounts_y2"),
    ),
    Figure(
        "rd_staff_ratio_last_year",
        Kind.RATIO,
        "研发人员占比",
        "share of R&D staff",
        "63号附件2指标12",
        "",
        ("rd_staff_y1", "employees_y1"),
        lambda on: ratio(col("rd_staff_y1"), col("employees_y1")),
    ),
    Figure(
        "main_revenue_ratio_last_year",
        Kind.RATIO,
        "主营业务收入占营业收入",
        "main business ÷ revenue",
        "63号附件1、2号附件1(二)",
        "",
        ("main_revenue_y1", "sales_y1"),
        lambda on: ratio(col("main_revenue_y1"), col("sales_y1")),
    ),
    Figure(
        "main_revenue_growth_last_year",
        Kind.RATIO,
        "上年度主营业务收入增长率",
        "growth of main business, last year",
        "63号附件1",
        "",
        ("main_revenue_y1", "main_revenue_y2"),
        lambda on: _rise("main_revenue", 1).round(DECIMALS),
    ),
    Figure(
        "main_revenue_growth_mean_2y",
        Kind.RATIO,
        "近两年主营业务收入平均增长率",
        "mean growth of main business, two years",
        "63号附件2指标2、附件3一",
        "",
        yearly("main_revenue"),
        lambda on: ((_rise("main_revenue", 1) + _rise("main_revenue", 2)) / 2).round(DECIMALS),
    ),
    Figure(
        "main_revenue_mean_3y",
        Kind.MONEY,
        "近三年主营业务收入均值",
        "mean main business of three years",
        "138号附件1专业发展2",
        "",
        yearly("main_revenue"),
        lambda on: sum((col(key) for key in yearly("main_revenue")), pl.lit(0)) // 3,
    ),
    Figure(
        "rev_cagr_2y",
        Kind.RATIO,
        "近两年营业收入复合增长率",
        "compound growth of revenue, two years",
        "2号附件2(二)",
        "",
        ("sales_y1", "sales_y3"),
        lambda on: _compound("sales"),
    ),
    Figure(
        "debt_ratio_yearend",
        Kind.RATIO,
        "上年末资产负债率",
        "debt ratio at last year's end",
        "63号附件1、2号附件1(二)",
        "",
        ("total_liabilities_y1", "total_assets_y1"),
        lambda on: ratio(col("total_liabilities_y1"), col("total_assets_y1")),
    ),
    Figure(
        "net_profit_ratio_last_year",
        Kind.RATIO,
        "上年度净利润率",
        "net profit ÷ revenue",
        "63号附件2指标7",
        "",
        ("net_profit_y1", "sales_y1"),
        lambda on: ratio(col("net_profit_y1"), col("sales_y1")),
    ),
    Figure(
        "has_valid_hte_or_listed_honour",
        Kind.BOOL,
        "高企证书或国家级示范、优势企业称号有效",
        "valid high-tech certificate or listed honour",
        "63号附件1一(二)",
        "",
        ("has_valid_hte_certificate", "has_listed_honour"),
        lambda on: _either("has_valid_hte_certificate", "has_listed_honour"),
    ),
    Figure(
        "has_valid_tech_or_innovative_sme_title",
        Kind.BOOL,
        "科技型或创新型中小企业有效",
        "valid tech or innovative SME title",
        "2号附件1(一)、第三十条",
        "",
        ("has_valid_tech_sme_title", "has_valid_innovative_sme_title"),
        lambda on: _either("has_valid_tech_sme_title", "has_valid_innovative_sme_title"),
    ),
    Figure(
        "provincial_or_higher_award_rank_last_3y",
        Kind.RANK,
        "近三年省部级以上科技奖排名",
        "rank, provincial award or above",
        "2号附件1(四)",
        "",
        ("provincial_award_rank_last_3y", "national_award_rank_last_3y"),
        lambda on: pl.min_horizontal("provincial_award_rank_last_3y", "national_award_rank_last_3y"),
    ),
)
