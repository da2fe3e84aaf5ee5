"""Named figures: the facts a rule may ask for, and the metrics made of them, each with its one formula.

A frame of facts has one row a firm and one column a fact; a column may be missing, a value may be null: not known.
Money is in whole fen, staff in persons, ratios are plain numbers, days are dates. ``_y1`` is the last accounting year
before the year of the day asked about, ``_y2`` the one before it, ``_y3`` the third (195号三(一) 近三个会计年度).

Any metric may stand in the frame as a column of its own; a value there wins over the formula. So a figure known only as
a ratio, and a what-if, go the same way as everything else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

# Ratios are rounded here before they are compared: far finer than a fen in a thousand 亿元, far coarser than the noise
# of binary fractions, so that exactly 5 % is 5 % and one fen less is not.
DECIMALS = 13


class Kind(StrEnum):
    """What a value is, which says how it is kept, shown and compared."""

    MONEY = "money"
    COUNT = "count"
    RATIO = "ratio"
    BOOL = "bool"
    RANK = "rank"
    TEXT = "text"
    DATE = "date"
    SCORE = "score"


DTYPES: dict[Kind, pl.DataType] = {
    Kind.MONEY: pl.Int64(),
    Kind.COUNT: pl.Float64(),
    Kind.RATIO: pl.Float64(),
    Kind.BOOL: pl.Boolean(),
    Kind.RANK: pl.Float64(),
    Kind.TEXT: pl.String(),
    Kind.DATE: pl.Date(),
    Kind.SCORE: pl.Float64(),
}
UNITS: dict[Kind, str] = {
    Kind.MONEY: "万元",
    Kind.COUNT: "",
    Kind.RATIO: "ratio",
    Kind.BOOL: "bool",
    Kind.RANK: "rank",
    Kind.TEXT: "code",
    Kind.DATE: "date",
    Kind.SCORE: "point",
}


@dataclass(frozen=True)
class Figure:
    """A fact or a metric. ``defined`` says where its meaning is laid down; ``inputs`` are the facts of a metric."""

    key: str
    kind: Kind
    zh: str
    en: str
    defined: str
    unit: str = ""
    inputs: tuple[str, ...] = ()
    formula: Callable[[date], pl.Expr] | None = None

    def __post_init__(self) -> None:
        if not self.unit:
            object.__setattr__(self, "unit", UNITS[self.kind])


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
    ("employees", Kind.COUNT, "person", "职工总数", "staff", "全年月平均数，195号三(五)"),
    ("tech_staff", Kind.COUNT, "person", "科技人员", "technical staff", "115号第九条、195号三(五)"),
    ("conversions", Kind.COUNT, "item", "科技成果转化数", "results converted", "195号三(七)2"),
)
YEARS = (1, 2, 3)

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


def _col(key: str) -> pl.Expr:
    return pl.col(key)


def years_in_business(on: date) -> pl.Expr:
    """Return how many of the three accounting years before ``on`` the firm has lived in; 3 when its age is not known.

    195号三(一): firms younger than three years count their actual time. Not knowing the age asks for all three years,
    so a missing year then leaves the figure unknown and never wrong.
    """
    return (pl.lit(on.year) - pl.col("established_on").dt.year()).clip(0, 3).fill_null(3)


def _sum_3y(key: str, on: date) -> pl.Expr:
    """Return the sum over the years lived in; null as soon as one of them is not known."""
    lived = years_in_business(on)
    total = pl.lit(0, pl.Float64)
    for year in YEARS:
        total = total + pl.when(lived >= year).then(pl.col(f"{key}_y{year}").cast(pl.Float64)).otherwise(0.0)
    return pl.when(lived >= 1).then(total)


def _ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    """Return above ÷ below, null when there is nothing to divide by."""
    quotient = above.cast(pl.Float64) / below.cast(pl.Float64)
    return pl.when(below > 0).then(quotient).round(DECIMALS)


def _growth(values: Callable[[int], pl.Expr], on: date) -> pl.Expr:
    """Return ½(Y2/Y1 + Y3/Y2) − 1, oldest year first (195号三(七)4).

    The oldest year zero: the last two years alone. The middle year zero: 0. Two years lived: those two. A base below
    zero has no growth rate in the text, so the figure is unknown then.
    """
    old, middle, last = (values(year).cast(pl.Float64) for year in (3, 2, 1))
    two_years = last / middle - 1
    three_years = (middle / old + last / middle) / 2 - 1
    lived = years_in_business(on)
    growth = (
        pl.when(lived < 2)
        .then(None)
        .when(middle == 0)
        .then(0.0)
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


def _excluded_119(on: date) -> pl.Expr:
    """财税〔2015〕119号四, by the leading digits of GB/T 4754: tobacco, wholesale and retail, lodging and catering,
    real estate, leasing and business services, entertainment."""
    code = pl.col("industry_code")
    divisions = ("16", "51", "52", "61", "62", "70", "71", "72", "90")
    return pl.when(code.is_not_null()).then(code.str.slice(0, 2).is_in(divisions))


def _yearly(key: str) -> tuple[str, ...]:
    return tuple(f"{key}_y{year}" for year in YEARS)


_METRICS: tuple[Figure, ...] = (
    Figure(
        "employees_total",
        Kind.COUNT,
        "职工总数",
        "staff",
        "115号第六条(二)",
        "person",
        ("employees_y1",),
        lambda on: _col("employees_y1"),
    ),
    Figure(
        "sales_last_year",
        Kind.MONEY,
        "上年度销售收入",
        "sales of last year",
        "115号第六条(二)、32号第十一条(五)",
        "",
        ("sales_y1",),
        lambda on: _col("sales_y1"),
    ),
    Figure(
        "total_assets_last_year",
        Kind.MONEY,
        "上年末资产总额",
        "total assets at last year's end",
        "115号第六条(二)",
        "",
        ("total_assets_y1",),
        lambda on: _col("total_assets_y1"),
    ),
    Figure(
        "industry_in_119_excluded_list",
        Kind.BOOL,
        "属不适用加计扣除的行业",
        "industry excluded from the super-deduction",
        "财税〔2015〕119号四",
        "",
        ("industry_code",),
        _excluded_119,
    ),
    Figure(
        "tech_staff_ratio_last_year",
        Kind.RATIO,
        "科技人员占比",
        "share of technical staff",
        "115号第七条、32号第十一条(四)",
        "",
        ("tech_staff_y1", "employees_y1"),
        lambda on: _ratio(_col("tech_staff_y1"), _col("employees_y1")),
    ),
    Figure(
        "rd_tax_to_sales_last_year",
        Kind.RATIO,
        "研发费用占销售收入（加计扣除口径）",
        "R&D ÷ sales, tax definition",
        "115号第七条(二)1",
        "",
        ("rd_tax_y1", "sales_y1"),
        lambda on: _ratio(_col("rd_tax_y1"), _col("sales_y1")),
    ),
    Figure(
        "rd_tax_to_costs_last_year",
        Kind.RATIO,
        "研发费用占成本费用（加计扣除口径）",
        "R&D ÷ costs, tax definition",
        "115号第七条(二)2",
        "",
        ("rd_tax_y1", "costs_and_expenses_y1"),
        lambda on: _ratio(_col("rd_tax_y1"), _col("costs_and_expenses_y1")),
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
        (*_yearly("rd_hte"), *_yearly("sales")),
        lambda on: _ratio(_sum_3y("rd_hte", on), _sum_3y("sales", on)),
    ),
    Figure(
        "rd_domestic_share_3y",
        Kind.RATIO,
        "境内研发费用占比",
        "share of R&D in the PRC",
        "32号第十一条(五)",
        "",
        (*_yearly("rd_hte_domestic"), *_yearly("rd_hte")),
        lambda on: _ratio(_sum_3y("rd_hte_domestic", on), _sum_3y("rd_hte", on)),
    ),
    Figure(
        "hte_other_expense_share",
        Kind.RATIO,
        "其他费用占研发费用",
        "other expense ÷ R&D",
        "195号三(六)2(8)",
        "",
        (*_yearly("rd_hte_other"), *_yearly("rd_hte")),
        lambda on: _ratio(_sum_3y("rd_hte_other", on), _sum_3y("rd_hte", on)),
    ),
    Figure(
        "ht_income_ratio_last_year",
        Kind.RATIO,
        "高新技术产品（服务）收入占比",
        "share of high-tech income",
        "32号第十一条(六)",
        "",
        ("ht_income_y1", "total_income_y1"),
        lambda on: _ratio(_col("ht_income_y1"), _col("total_income_y1")),
    ),
    Figure(
        "main_product_share_of_ht_income",
        Kind.RATIO,
        "主要产品占高新技术产品收入",
        "share of main products in high-tech income",
        "195号三(三)",
        "",
        ("main_product_income_y1", "ht_income_y1"),
        lambda on: _ratio(_col("main_product_income_y1"), _col("ht_income_y1")),
    ),
    Figure(
        "conversions_mean_3y",
        Kind.COUNT,
        "科技成果转化年平均数",
        "results converted a year, mean of three",
        "195号三(七)2",
        "item",
        _yearly("conversions"),
        lambda on: (_sum_3y("conversions", on) / years_in_business(on)).round(DECIMALS),
    ),
    Figure(
        "net_asset_growth",
        Kind.RATIO,
        "净资产增长率",
        "growth of net assets",
        "195号三(七)4",
        "",
        (*_yearly("total_assets"), *_yearly("total_liabilities")),
        lambda on: _growth(_net_assets, on),
    ),
    Figure(
        "sales_growth",
        Kind.RATIO,
        "销售收入增长率",
        "growth of sales",
        "195号三(七)4",
        "",
        _yearly("sales"),
        lambda on: _growth(lambda year: pl.col(f"sales_y{year}"), on),
    ),
)

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
} | {figure.key: figure for figure in _PLAIN}
METRICS: dict[str, Figure] = {figure.key: figure for figure in _METRICS}
FIGURES: dict[str, Figure] = FACTS | METRICS
YEARLY_KEYS: tuple[str, ...] = tuple(row[0] for row in _YEARLY)
# What a yearly fact is called when its year is said beside it: {"sales": (zh, en)}.
YEARLY_NAMES: dict[str, tuple[str, str]] = {row[0]: (row[3], row[4]) for row in _YEARLY}


def complete(facts: pl.DataFrame) -> pl.DataFrame:
    """Return ``facts`` with every known column there and typed; what is not given is null."""
    columns = []
    for key, figure in FIGURES.items():
        dtype = DTYPES[figure.kind]
        present = key in facts.columns
        columns.append(pl.col(key).cast(dtype) if present else pl.lit(None, dtype).alias(key))
    return facts.with_columns(columns)


def values(on: date) -> list[pl.Expr]:
    """Return each metric as a column: what was given, else what the formula makes of the facts."""
    return [
        pl.coalesce(pl.col(key), figure.formula(on).cast(DTYPES[figure.kind])).alias(key)
        for key, figure in METRICS.items()
        if figure.formula is not None
    ]


def with_scores(scores: Mapping[str, str]) -> dict[str, Figure]:
    """Return all figures and the given scores (key -> zh label) a policy defines for itself."""
    return FIGURES | {key: Figure(key, Kind.SCORE, zh, key, "") for key, zh in scores.items()}
