"""Metrics of the rules of the science ministry: 115号, 32号 and 195号."""

from collections.abc import Callable
from datetime import date

import polars as pl

from crm.rules.figure import DECIMALS, YEARS, Figure, Kind


def col(key: str) -> pl.Expr:
    return pl.col(key)


def years_in_business(on: date, most: int = 3) -> pl.Expr:
    """Return how many of the last ``most`` accounting years the firm has lived in; all when its age is not known.

    195号三(一): firms younger than three years count their actual time. Not knowing the age asks for all three years,
    so a missing year then leaves the figure unknown and never wrong.
    """
    return (pl.lit(on.year) - pl.col("established_on").dt.year()).clip(0, most).fill_null(most)


def _sum_3y(key: str, on: date) -> pl.Expr:
    """Return the sum over the years lived in; null as soon as one of them is not known."""
    lived = years_in_business(on)
    total = pl.lit(0, pl.Float64)
    for year in YEARS:
        total = total + pl.when(lived >= year).then(pl.col(f"{key}_y{year}").cast(pl.Float64)).otherwise(0.0)
    return pl.when(lived >= 1).then(total)


def ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    """Return above ÷ below, null when there is nothing to divide by."""
    quotient = above.cast(pl.Float64) / below.cast(pl.Float64)
    return pl.when(below > 0).then(quotient).round(DECIMALS)


def _growth(values: Callable[[int], pl.Expr], on: date) -> pl.Expr:
    """Return ½(Y2/Y1 + Y3/Y2) − 1, oldest year first (195号三(七)4).

    The oldest year zero: the last two years alone. The middle year zero, for which the text gives 0 points: -1, the
    fall into it, which earns none by any reading. Two years lived: those two. A base below zero has no growth rate in
    the text, so the figure is unknown then.
    """
    old, middle, last = (values(year).cast(pl.Float64) for year in (3, 2, 1))
    two_years = last / middle - 1
    three_years = (middle / old + last / middle) / 2 - 1
    lived = years_in_business(on)
    growth = (
        pl.when(lived < 2)
        .then(None)
        .when(middle == 0)
        .then(-1.0)
        .when(middle < 0)
        .then(None)
        .when((lived == 2) | (old == 0))
        .then(two_years)
        .when(old < 0)
        .then(None)
        .otherwise(three_years)
    )
    return growth.round(DECIMALS)


def _net_assets(year: int) -> pl.Expr:
    return pl.col(f"total_assets_y{year}") - pl.col(f"total_liabilities_y{year}")


def excluded_119(on: date) -> pl.Expr:
    """财税〔2015〕119号四, by the leading digits of GB/T 4754: tobacco, wholesale and retail, lodging and catering,
    real estate, leasing and business services, entertainment."""
    code = pl.col("industry_code")
    divisions = ("16", "51", "52", "61", "62", "70", "71", "72", "90")
    return pl.when(code.is_not_null()).then(code.str.slice(0, 2).is_in(divisions))


def yearly(key: str) -> tuple[str, ...]:
    return tuple(f"{key}_y{year}" for year in YEARS)


METRICS: tuple[Figure, ...] = (
    Figure(
        "employees_total",
        Kind.COUNT,
        "职工总数",
        "staff",
        "115号第六条(二)",
        "person",
        ("employees_y1",),
        lambda on: col("employees_y1"),
    ),
    Figure(
        "sales_last_year",
        Kind.MONEY,
        "上年度销售收入",
        "sales of last year",
        "115号第六条(二)、32号第十一条(五)",
        "",
        ("sales_y1",),
        lambda on: col("sales_y1"),
    ),
    Figure(
        "total_assets_last_year",
        Kind.MONEY,
        "上年末资产总额",
        "total assets at last year's end",
        "115号第六条(二)",
        "",
        ("total_assets_y1",),
        lambda on: col("total_assets_y1"),
    ),
    Figure(
        "industry_in_119_excluded_list",
        Kind.BOOL,
        "属不适用加计扣除的行业",
        "industry excluded from the super-deduction",
        "财税〔2015〕119号四",
        "",
        ("industry_code",),
        excluded_119,
    ),
    Figure(
        "tech_staff_ratio_last_year",
        Kind.RATIO,
        "科技人员占比",
        "share of technical staff",
        "115号第七条、32号第十一条(四)",
        "",
        ("tech_staff_y1", "employees_y1"),
        lambda on: ratio(col("tech_staff_y1"), col("employees_y1")),
    ),
    Figure(
        "rd_tax_to_sales_last_year",
        Kind.RATIO,
        "研发费用占销售收入（加计扣除口径）",
        "R&D ÷ sales, tax definition",
        "115号第七条(二)1",
        "",
        ("rd_tax_y1", "sales_y1"),
        lambda on: ratio(col("rd_tax_y1"), col("sales_y1")),
    ),
    Figure(
        "rd_tax_to_costs_last_year",
        Kind.RATIO,
        "研发费用占成本费用（加计扣除口径）",
        "R&D ÷ costs, tax definition",
        "115号第七条(二)2",
        "",
        ("rd_tax_y1", "costs_and_expenses_y1"),
        lambda on: ratio(col("rd_tax_y1"), col("costs_and_expenses_y1")),
    ),
    Figure(
        "days_since_registration",
        Kind.COUNT,
        "注册成立天数",
        "days since registration",
        "32号第十一条(一)、195号三(一)",
        "day",
        ("established_on",),
        lambda on: (pl.lit(on) - pl.col("established_on")).dt.total_days().cast(pl.Float64),
    ),
    Figure(
        "rd_to_sales_ratio_3y",
        Kind.RATIO,
        "近三年研发费用占销售收入（高企口径）",
        "R&D ÷ sales over three years, high-tech definition",
        "32号第十一条(五)",
        "",
        (*yearly("rd_hte"), *yearly("sales")),
        lambda on: ratio(_sum_3y("rd_hte", on), _sum_3y("sales", on)),
    ),
    Figure(
        "rd_domestic_share_3y",
        Kind.RATIO,
        "境内研发费用占比",
        "share of R&D in the PRC",
        "32号第十一条(五)",
        "",
        (*yearly("rd_hte_domestic"), *yearly("rd_hte")),
        lambda on: ratio(_sum_3y("rd_hte_domestic", on), _sum_3y("rd_hte", on)),
    ),
    Figure(
        "hte_other_expense_share",
        Kind.RATIO,
        "其他费用占研发费用",
        "other expense ÷ R&D",
        "195号三(六)2(8)",
        "",
        (*yearly("rd_hte_other"), *yearly("rd_hte")),
        lambda on: ratio(_sum_3y("rd_hte_other", on), _sum_3y("rd_hte", on)),
    ),
    Figure(
        "ht_income_ratio_last_year",
        Kind.RATIO,
        "高新技术产品（服务）收入占比",
        "share of high-tech income",
        "32号第十一条(六)",
        "",
        ("ht_income_y1", "total_income_y1"),
        lambda on: ratio(col("ht_income_y1"), col("total_income_y1")),
    ),
    Figure(
        "main_product_share_of_ht_income",
        Kind.RATIO,
        "主要产品占高新技术产品收入",
        "share of main products in high-tech income",
        "195号三(三)",
        "",
        ("main_product_income_y1", "ht_income_y1"),
        lambda on: ratio(col("main_product_income_y1"), col("ht_income_y1")),
    ),
    Figure(
        "conversions_mean_3y",
        Kind.COUNT,
        "科技成果转化年平均数",
        "results converted a year, mean of three",
        "195号三(七)2",
        "item",
        yearly("conversions"),
        lambda on: (_sum_3y("conversions", on) / years_in_business(on)).round(DECIMALS),
    ),
    Figure(
        "net_asset_growth",
        Kind.RATIO,
        "净资产增长率",
        "growth of net assets",
        "195号三(七)4",
        "",
        (*yearly("total_assets"), *yearly("total_liabilities")),
        lambda on: _growth(_net_assets, on),
    ),
    Figure(
        "sales_growth",
        Kind.RATIO,
        "销售收入增长率",
        "growth of sales",
        "195号三(七)4",
        "",
        yearly("sales"),
        lambda on: _growth(lambda year: pl.col(f"sales_y{year}"), on),
    ),
)
