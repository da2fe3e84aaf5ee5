"""Metrics of lists, local titles and checks: age, growth over more years, place, number of rights.

A firm that did not exist in a base year had no sales and no staff in it: that is known, and is nothing.
"""

from datetime import date

import polars as pl

from crm.domain.places import ELSEWHERE
from crm.rules.figure import DECIMALS, Figure, Kind
from crm.rules.metrics_science import col, ratio

HUANGPU = "黄埔区瞪羚企业标准"
STANDARD = "GB/T 41464-2022（转述）"
# A year as 12 months of 31 places: equal days of two years are whole years apart, whatever the leap days.
PLACES_IN_MONTH, PLACES_IN_YEAR = 31, 372


def _place(day: date) -> int:
    return day.year * PLACES_IN_YEAR + day.month * PLACES_IN_MONTH + day.day


def _age(on: date) -> pl.Expr:
    """Return the age in years: whole on an anniversary, more than that the day after."""
    born = pl.col("established_on").dt
    place = born.year().cast(pl.Int64) * PLACES_IN_YEAR + born.month().cast(pl.Int64) * PLACES_IN_MONTH + born.day()
    return ((pl.lit(_place(on)) - place) / PLACES_IN_YEAR).round(DECIMALS)


def _base(key: str, on: date, years: int) -> pl.Expr:
    """Return the figure of the year ``years`` before the last accounting year; 0 if the firm was not yet born then."""
    back = years + 1
    unborn = (pl.col("established_on").dt.year() > on.year - back).fill_null(value=False)
    return pl.coalesce(pl.col(f"{key}_y{back}"), pl.when(unborn).then(0))


def _compound(key: str, years: int) -> pl.Expr:
    """Return (last ÷ the year ``years`` before it)^(1/years) − 1; null on a base of nothing."""
    old, last = (col(f"{key}_y{back}").cast(pl.Float64) for back in (years + 1, 1))
    return pl.when((old > 0) & (last >= 0)).then((last / old).pow(1 / years) - 1).round(DECIMALS)


def _province(on: date) -> pl.Expr:
    """Return the first two digits; not known of a firm that has left the city, wherever it went."""
    district = pl.col("registration_district")
    return pl.when(district != ELSEWHERE).then(district.str.slice(0, 2))


METRICS: tuple[Figure, ...] = (
    Figure(
        "company_age_years",
        Kind.COUNT,
        "成立年限",
        "age",
        "GEI 2025；穗埔科规字〔2021〕5号",
        "year",
        ("established_on",),
        _age,
    ),
    Figure(
        "company_age_at_last_yearend",
        Kind.COUNT,
        "截至上年末的成立年限",
        "age at last year's end",
        HUANGPU,
        "year",
        ("established_on",),
        lambda on: _age(date(on.year - 1, 12, 31)),
    ),
    Figure(
        "registered_province",
        Kind.TEXT,
        "注册地省份",
        "province of registration",
        "粤工信规字〔2024〕1号第五条",
        "",
        ("registration_district",),
        _province,
    ),
    Figure(
        "sales_growth_last_year",
        Kind.RATIO,
        "上年度营业收入增长率",
        "growth of revenue, last year",
        HUANGPU,
        "",
        ("sales_y1", "sales_y2"),
        lambda on: (ratio(col("sales_y1"), col("sales_y2")) - 1).round(DECIMALS),
    ),
    Figure(
        "sales_base_3y",
        Kind.MONEY,
        "三年前（基期年）营业收入",
        "revenue three years before the last",
        HUANGPU,
        "",
        ("sales_y4", "established_on"),
        lambda on: _base("sales", on, 3),
    ),
    Figure(
        "sales_cagr_3y",
        Kind.RATIO,
        "近三年营业收入复合增长率",
        "compound growth of revenue, three years",
        HUANGPU,
        "",
        ("sales_y1", "sales_y4"),
        lambda on: _compound("sales", 3),
    ),
    Figure(
        "sales_base_4y",
        Kind.MONEY,
        "四年前营业收入",
        "revenue four years before the last",
        STANDARD,
        "",
        ("sales_y5", "established_on"),
        lambda on: _base("sales", on, 4),
    ),
    Figure(
        "sales_cagr_4y",
        Kind.RATIO,
        "近四年营业收入复合增长率",
        "compound growth of revenue, four years",
        STANDARD,
        "",
        ("sales_y1", "sales_y5"),
        lambda on: _compound("sales", 4),
    ),
    Figure(
        "employees_base_4y",
        Kind.COUNT,
        "四年前职工总数",
        "staff four years before the last",
        STANDARD,
        "person",
        ("employees_y5", "established_on"),
        lambda on: _base("employees", on, 4),
    ),
    Figure(
        "employees_cagr_4y",
        Kind.RATIO,
        "近四年职工总数复合增长率",
        "compound growth of staff, four years",
        STANDARD,
        "",
        ("employees_y1", "employees_y5"),
        lambda on: _compound("employees", 4),
    ),
    Figure(
        "rd_to_main_revenue_ratio_last_year",
        Kind.RATIO,
        "上年度研发费用占主营业务收入（会计口径）",
        "R&D ÷ main business of last year, accounts",
        "粤工信规字〔2024〕1号第六条(三)",
        "",
        ("rd_accounts_y1", "main_revenue_y1"),
        lambda on: ratio(col("rd_accounts_y1"), col("main_revenue_y1")),
    ),
    Figure(
        "ip_count_total",
        Kind.COUNT,
        "有效知识产权",
        "valid rights",
        "工企业函〔2026〕160号",
        "item",
        ("class1_ip_count", "class2_ip_count"),
        lambda on: col("class1_ip_count") + col("class2_ip_count"),
    ),
)
