"""Metrics of the rules of the science ministry: 115号, 32号 and 195号."""

from collections.abc import Callable
from datetime import date

import numpy as np

from crm.rules.columns import Column, Columns, known_or, over, where
from crm.rules.figure import DECIMALS, YEARS, Figure, Kind

EXCLUDED_DIVISIONS = frozenset({"16", "51", "52", "61", "62", "70", "71", "72", "90"})


def day_number(day: date) -> int:
    """Return a day as its number since 1970."""
    return (day - date(1970, 1, 1)).days


def birth_year(of: Columns) -> Column:
    """Return the year each firm was established in."""
    days = of["established_on"]

    def years() -> Column:
        year = np.where(np.isnan(days), 0, days).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
        return where(~np.isnan(days), year + 1970)

    return of.once("birth year", years)


def years_in_business(of: Columns, most: int = 3) -> Column:
    """Return how many of the last ``most`` accounting years the firm has lived in; all when its age is not known.

    195号三(一): firms younger than three years count their actual time. Not knowing the age asks for all three years,
    so a missing year then leaves the figure unknown and never wrong.
    """
    return np.clip(known_or(of.on.year - birth_year(of), most), 0, most)


def _sum_3y(key: str, of: Columns) -> Column:
    """Return the sum over the years lived in; not known as soon as one of them is not."""
    lived = years_in_business(of)
    total = where(lived >= 1, 0.0)
    for year in YEARS:
        total = total + where(lived >= year, of[f"{key}_y{year}"], 0.0)
    return total


def rounded(column: Column) -> Column:
    """Return a ratio without the noise of binary fractions."""
    found: Column = np.round(column, DECIMALS)
    return found


def ratio(above: Column, below: Column) -> Column:
    """Return above ÷ below; not known when there is nothing to divide by."""
    return rounded(above / where(below > 0, below))


def _growth(values: Callable[[int], Column], of: Columns) -> Column:
    """Return ½(Y2/Y1 + Y3/Y2) − 1, oldest year first (195号三(七)4).

    The oldest year zero: the last two years alone. The middle year zero, for which the text gives 0 points: -1, the
    fall into it, which earns none by any reading. Two years lived: those two. A base below zero has no growth rate in
    the text, so the figure is unknown then.
    """
    old, middle, last = (values(year) for year in (3, 2, 1))
    two_years = over(last, middle) - 1
    three_years = (over(middle, old) + over(last, middle)) / 2 - 1
    lived = years_in_business(of)
    growth = where(old < 0, np.nan, three_years)
    growth = where((lived == 2) | (old == 0), two_years, growth)
    growth = where(middle < 0, np.nan, where(middle == 0, -1.0, growth))
    return rounded(where(lived < 2, np.nan, growth))


def _net_assets(year: int, of: Columns) -> Column:
    return of[f"total_assets_y{year}"] - of[f"total_liabilities_y{year}"]


def excluded_119(of: Columns) -> Column:
    """财税〔2015〕119号四, by the leading digits of GB/T 4754: tobacco, wholesale and retail, lodging and catering,
    real estate, leasing and business services, entertainment."""
    return of.texts["industry_code"].told(lambda code: code[:2] in EXCLUDED_DIVISIONS)


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
        lambda of: of["employees_y1"],
    ),
    Figure(
        "sales_last_year",
        Kind.MONEY,
        "上年度销售收入",
        "sales of last year",
        "115号第六条(二)、32号第十一条(五)",
        "",
        ("sales_y1",),
        lambda of: of["sales_y1"],
    ),
    Figure(
        "total_assets_last_year",
        Kind.MONEY,
        "上年末资产总额",
        "total assets at last year's end",
        "115号第六条(二)",
        "",
        ("total_assets_y1",),
        lambda of: of["total_assets_y1"],
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
        lambda of: ratio(of["tech_staff_y1"], of["employees_y1"]),
    ),
    Figure(
        "rd_tax_to_sales_last_year",
        Kind.RATIO,
        "研发费用占销售收入（加计扣除口径）",
        "R&D ÷ sales, tax definition",
        "115号第七条(二)1",
        "",
        ("rd_tax_y1", "sales_y1"),
        lambda of: ratio(of["rd_tax_y1"], of["sales_y1"]),
    ),
    Figure(
        "rd_tax_to_costs_last_year",
        Kind.RATIO,
        "研发费用占成本费用（加计扣除口径）",
        "R&D ÷ costs, tax definition",
        "115号第七条(二)2",
        "",
        ("rd_tax_y1", "costs_and_expenses_y1"),
        lambda of: ratio(of["rd_tax_y1"], of["costs_and_expenses_y1"]),
    ),
    Figure(
        "days_since_registration",
        Kind.COUNT,
        "注册成立天数",
        "days since registration",
        "32号第十一条(一)、195号三(一)",
        "day",
        ("established_on",),
        lambda of: day_number(of.on) - of["established_on"],
    ),
    Figure(
        "rd_to_sales_ratio_3y",
        Kind.RATIO,
        "近三年研发费用占销售收入（高企口径）",
        "R&D ÷ sales over three years, high-tech definition",
        "32号第十一条(五)",
        "",
        (*yearly("rd_hte"), *yearly("sales")),
        lambda of: ratio(_sum_3y("rd_hte", of), _sum_3y("sales", of)),
    ),
    Figure(
        "rd_domestic_share_3y",
        Kind.RATIO,
        "境内研发费用占比",
        "share of R&D in the PRC",
        "32号第十一条(五)",
        "",
        (*yearly("rd_hte_domestic"), *yearly("rd_hte")),
        lambda of: ratio(_sum_3y("rd_hte_domestic", of), _sum_3y("rd_hte", of)),
    ),
    Figure(
        "hte_other_expense_share",
        Kind.RATIO,
        "其他费用占研发费用",
        "other expense ÷ R&D",
        "195号三(六)2(8)",
        "",
        (*yearly("rd_hte_other"), *yearly("rd_hte")),
        lambda of: ratio(_sum_3y("rd_hte_other", of), _sum_3y("rd_hte", of)),
    ),
    Figure(
        "ht_income_ratio_last_year",
        Kind.RATIO,
        "高新技术产品（服务）收入占比",
        "share of high-tech income",
        "32号第十一条(六)",
        "",
        ("ht_income_y1", "total_income_y1"),
        lambda of: ratio(of["ht_income_y1"], of["total_income_y1"]),
    ),
    Figure(
        "main_product_share_of_ht_income",
        Kind.RATIO,
        "主要产品占高新技术产品收入",
        "share of main products in high-tech income",
        "195号三(三)",
        "",
        ("main_product_income_y1", "ht_income_y1"),
        lambda of: ratio(of["main_product_income_y1"], of["ht_income_y1"]),
    ),
    Figure(
        "conversions_mean_3y",
        Kind.COUNT,
        "科技成果转化年平均数",
        "results converted a year, mean of three",
        "195号三(七)2",
        "item",
        yearly("conversions"),
        lambda of: rounded(over(_sum_3y("conversions", of), years_in_business(of))),
    ),
    Figure(
        "net_asset_growth",
        Kind.RATIO,
        "净资产增长率",
        "growth of net assets",
        "195号三(七)4",
        "",
        (*yearly("total_assets"), *yearly("total_liabilities")),
        lambda of: _growth(lambda year: _net_assets(year, of), of),
    ),
    Figure(
        "sales_growth",
        Kind.RATIO,
        "销售收入增长率",
        "growth of sales",
        "195号三(七)4",
        "",
        yearly("sales"),
        lambda of: _growth(lambda year: of[f"sales_y{year}"], of),
    ),
)
