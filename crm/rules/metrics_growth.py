"""Metrics of lists, local titles and checks: age, growth over more years, place, number of rights.

A firm that did not exist in a base year had no sales and no staff in it: that is known, and is nothing.
"""

from datetime import date

import numpy as np

from crm.domain.places import ELSEWHERE
from crm.rules.columns import Column, Columns, Text, known_or, where
from crm.rules.figure import Figure, Kind
from crm.rules.metrics_science import birth_year, ratio, rounded

HUANGPU = "黄埔区瞪羚企业标准"
STANDARD = "GB/T 41464-2022（转述）"
# A year as 12 months of 31 places: equal days of two years are whole years apart, whatever the leap days.
PLACES_IN_MONTH, PLACES_IN_YEAR = 31, 372


def _place(day: date) -> int:
    return day.year * PLACES_IN_YEAR + day.month * PLACES_IN_MONTH + day.day


def _age(of: Columns, on: date) -> Column:
    """Return the age in years: whole on an anniversary, more than that the day after."""
    unknown = np.isnan(of["established_on"])
    born = np.where(unknown, 0, of["established_on"]).astype("datetime64[D]")
    month = born.astype("datetime64[M]")
    months = month.astype(np.int64) + 1970 * 12  # since the year 0
    day = (born - month.astype("datetime64[D]")).astype(np.int64) + 1
    place = months // 12 * PLACES_IN_YEAR + (months % 12 + 1) * PLACES_IN_MONTH + day
    return rounded(where(~unknown, (_place(on) - place) / PLACES_IN_YEAR))


def _base(key: str, of: Columns, years: int) -> Column:
    """Return the figure of the year ``years`` before the last accounting year; 0 if the firm was not yet born then."""
    back = years + 1
    unborn = birth_year(of) > of.on.year - back
    return known_or(of[f"{key}_y{back}"], where(unborn, 0.0))


def _compound(key: str, of: Columns, years: int) -> Column:
    """Return (last ÷ the year ``years`` before it)^(1/years) − 1; not known on a base of nothing."""
    old, last = (of[f"{key}_y{back}"] for back in (years + 1, 1))
    return rounded((where(last >= 0, last) / where(old > 0, old)) ** (1 / years) - 1)


def _province(of: Columns) -> Text:
    """Return the first two digits; not known of a firm that has left the city, wherever it went."""
    return of.texts["registration_district"].reworded(lambda code: None if code == ELSEWHERE else code[:2])


METRICS: tuple[Figure, ...] = (
    Figure(
        "company_age_years",
        Kind.COUNT,
        "成立年限",
        "age",
        "GEI 2025；穗埔科规字〔2021〕5号",
        "year",
        ("established_on",),
        lambda of: _age(of, of.on),
    ),
    Figure(
        "company_age_at_last_yearend",
        Kind.COUNT,
        "截至上年末的成立年限",
        "age at last year's end",
        HUANGPU,
        "year",
        ("established_on",),
        lambda of: _age(of, date(of.on.year - 1, 12, 31)),
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
        lambda of: rounded(ratio(of["sales_y1"], of["sales_y2"]) - 1),
    ),
    Figure(
        "sales_base_3y",
        Kind.MONEY,
        "三年前（基期年）营业收入",
        "revenue three years before the last",
        HUANGPU,
        "",
        ("sales_y4", "established_on"),
        lambda of: _base("sales", of, 3),
    ),
    Figure(
        "sales_cagr_3y",
        Kind.RATIO,
        "近三年营业收入复合增长率",
        "compound growth of revenue, three years",
        HUANGPU,
        "",
        ("sales_y1", "sales_y4"),
        lambda of: _compound("sales", of, 3),
    ),
    Figure(
        "sales_base_4y",
        Kind.MONEY,
        "四年前营业收入",
        "revenue four years before the last",
        STANDARD,
        "",
        ("sales_y5", "established_on"),
        lambda of: _base("sales", of, 4),
    ),
    Figure(
        "sales_cagr_4y",
        Kind.RATIO,
        "近四年营业收入复合增长率",
        "compound growth of revenue, four years",
        STANDARD,
        "",
        ("sales_y1", "sales_y5"),
        lambda of: _compound("sales", of, 4),
    ),
    Figure(
        "employees_base_4y",
        Kind.COUNT,
        "四年前职工总数",
        "staff four years before the last",
        STANDARD,
        "person",
        ("employees_y5", "established_on"),
        lambda of: _base("employees", of, 4),
    ),
    Figure(
        "employees_cagr_4y",
        Kind.RATIO,
        "近四年职工总数复合增长率",
        "compound growth of staff, four years",
        STANDARD,
        "",
        ("employees_y1", "employees_y5"),
        lambda of: _compound("employees", of, 4),
    ),
    Figure(
        "rd_to_main_revenue_ratio_last_year",
        Kind.RATIO,
        "上年度研发费用占主营业务收入（会计口径）",
        "R&D ÷ main business of last year, accounts",
        "粤工信规字〔2024〕1号第六条(三)",
        "",
        ("rd_accounts_y1", "main_revenue_y1"),
        lambda of: ratio(of["rd_accounts_y1"], of["main_revenue_y1"]),
    ),
    Figure(
        "ip_count_total",
        Kind.COUNT,
        "有效知识产权",
        "valid rights",
        "工企业函〔2026〕160号",
        "item",
        ("class1_ip_count", "class2_ip_count"),
        lambda of: of["class1_ip_count"] + of["class2_ip_count"],
    ),
)
