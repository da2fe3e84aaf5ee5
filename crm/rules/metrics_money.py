"""Metrics of the rules that give money: recognitions of the year, loans, and the base of the super-deduction."""

from functools import partial

import numpy as np

from crm.rules.columns import Column, Columns, certain, known_or
from crm.rules.figure import FEN_PER_WAN, Figure, Kind
from crm.rules.metrics_science import excluded_119, ratio

DEFINITIONS = ("rd_tax", "rd_hte", "rd_accounts")
MANUFACTURING = range(13, 44)
YEAR_DAYS = 365
# From the accounting year 2021 on the cap on other items is taken over all projects (28号三); before, one by one.
CAP_OVER_ALL_SINCE = 2021


def _every(figures: list[Column], least: float) -> Column:
    """Return whether every definition reaches ``least``; not known as soon as two differ or one is not known."""
    return certain(np.all([f >= least for f in figures], axis=0), np.all([f < least for f in figures], axis=0))


def _in_year_of(key: str, of: Columns) -> Column:
    return certain(of[key] == of.on.year, (of[key] < of.on.year) | (of[key] > of.on.year))


def _rise(key: str, of: Columns) -> Column:
    return of[f"{key}_y1"] - of[f"{key}_y2"]


def _manufacturing(code: str) -> float:
    division = code[:2]
    return int(division) in MANUFACTURING if division.isdecimal() else np.nan


def _deduction_base(of: Columns) -> Column:
    """Return the base of the super-deduction: what was stated, else what 119号, 97号, 64号 and 28号 make of the items.

    Other items up to a ninth of items 1 to 5 (10 % of the whole), entrusted work at 80 %, abroad no more than two
    thirds of what counts at home. Parts of a fen are not counted.
    """
    if of.on.year - 1 < CAP_OVER_ALL_SINCE:
        return of["rd_tax_y1"]
    items, other = of["rd_own_items_y1"], of["rd_other_items_y1"]
    inside, abroad = (of[f"rd_entrusted_{place}_y1"] * 8 // 10 for place in ("domestic", "overseas"))
    home = items + np.minimum(other, items // 9) + inside
    return known_or(of["rd_tax_y1"], home + np.minimum(abroad, home * 2 // 3))


def _excluded(of: Columns) -> Column:
    """Return whether more than half of the income is that of an excluded industry (97号四); 50 % itself is not.

    While that share is not known, the industry the firm is registered in answers (derived).
    """
    share = ratio(of["excluded_industry_income_y1"], of["total_income_y1"] - of["investment_income_y1"])
    registered = known_or(of["industry_in_119_excluded_list"], excluded_119(of))
    return known_or(certain(share > 0.5, share <= 0.5), registered)


METRICS: tuple[Figure, ...] = (
    Figure(
        "is_manufacturing",
        Kind.BOOL,
        "制造业企业",
        "manufacturer",
        "GB/T 4754-2017 C门类（13至43）",
        "",
        ("industry_code",),
        lambda of: of.texts["industry_code"].told(_manufacturing),
    ),
    Figure(
        "four_above_entered_this_year",
        Kind.BOOL,
        "当年首次纳入“四上”统计库",
        "first entered the statistics library this year",
        "广州市高企培育专题",
        "",
        ("four_above_entry_year",),
        lambda of: _in_year_of("four_above_entry_year", of),
    ),
    Figure(
        "moved_in_this_year",
        Kind.BOOL,
        "当年从广州市外迁入",
        "moved in from outside the city this year",
        "穗埔科规字〔2021〕5号",
        "",
        ("moved_in_year",),
        lambda of: _in_year_of("moved_in_year", of),
    ),
    Figure(
        "moved_within_this_year",
        Kind.BOOL,
        "当年迁入本区",
        "moved into the district this year",
        "各区高企奖励",
        "",
        ("moved_within_year",),
        lambda of: _in_year_of("moved_within_year", of),
    ),
    Figure(
        "contest_prize_this_year",
        Kind.BOOL,
        "当年大赛获奖",
        "won a contest prize this year",
        "中国创新创业大赛广州赛区",
        "",
        ("contest_year",),
        lambda of: _in_year_of("contest_year", of),
    ),
    Figure(
        "rd_500_by_every_definition",
        Kind.BOOL,
        "上年度研发费用不低于500万元（未写明口径，三个口径一致才算）",
        "R&D of at least 5 million yuan by every definition",
        "穗埔府规〔2020〕4号第五条",
        "",
        tuple(f"{key}_y1" for key in DEFINITIONS),
        lambda of: _every([of[f"{key}_y1"] for key in DEFINITIONS], 500 * FEN_PER_WAN),
    ),
    Figure(
        "rd_share_4_by_every_definition",
        Kind.BOOL,
        "上年度研发费用占营业收入不低于4%（未写明口径，三个口径一致才算）",
        "R&D of at least 4 % of revenue by every definition",
        "粤工信融资函〔2025〕26号",
        "",
        (*(f"{key}_y1" for key in DEFINITIONS), "sales_y1"),
        lambda of: _every([ratio(of[f"{key}_y1"], of["sales_y1"]) for key in DEFINITIONS], 0.04),
    ),
    *(
        Figure(
            f"{key}_growth",
            Kind.MONEY,
            f"研发费用比上一年增加（{zh}）",
            f"rise of R&D over the year before, {en}",
            "穗埔府规〔2020〕4号第五条",
            "",
            (f"{key}_y1", f"{key}_y2"),
            partial(_rise, key),
        )
        for key, zh, en in (
            ("rd_tax", "加计扣除口径", "tax definition"),
            ("rd_hte", "高企口径", "high-tech definition"),
            ("rd_accounts", "会计口径", "accounts"),
        )
    ),
    Figure(
        "loan_year_share",
        Kind.RATIO,
        "计息天数÷365（每份合同最多一年）",
        "days of interest ÷ 365, one year at most",
        "粤金管〔2025〕15号",
        "",
        ("loan_days",),
        lambda of: np.clip(of["loan_days"], 0, YEAR_DAYS) / YEAR_DAYS,
    ),
    Figure(
        "loan_interest_left",
        Kind.MONEY,
        "已付利息减去其他各级贴息",
        "interest paid less other subsidies",
        "粤金管〔2025〕15号",
        "",
        ("loan_interest_paid", "loan_other_subsidy"),
        lambda of: np.maximum(of["loan_interest_paid"] - of["loan_other_subsidy"], 0),
    ),
    Figure(
        "loan_principal_within_rd",
        Kind.MONEY,
        "贷款本金，不超过加计扣除申报额",
        "principal, up to what was filed for super-deduction",
        "粤金管〔2025〕15号",
        "",
        ("loan_principal", "rd_tax_y1"),
        lambda of: np.minimum(of["loan_principal"], of["rd_tax_y1"]),
    ),
    Figure(
        "super_deduction_base_last_year",
        Kind.MONEY,
        "上年度可加计扣除的研发费用",
        "R&D of last year that may be super-deducted",
        "财税〔2015〕119号、97号、财税〔2018〕64号、28号",
        "",
        ("rd_tax_y1",),
        _deduction_base,
    ),
    Figure(
        "excluded_by_119_last_year",
        Kind.BOOL,
        "上年度属不适用加计扣除的行业",
        "in an excluded industry last year",
        "财税〔2015〕119号四、97号四",
        "",
        ("industry_code",),
        _excluded,
    ),
)
