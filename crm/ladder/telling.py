"""Verdicts put into words: values in the units people write, what is short, what would close it."""

import math
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from crm.domain import money
from crm.kit.pages import UNKNOWN, told
from crm.ladder.closing import closing as closing_of
from crm.ladder.evidence import door
from crm.ladder.service import Gap, state
from crm.policies.telling import figure_name, unit_word, written
from crm.rules.catalogue import YEARLY_NAMES
from crm.rules.explain import COMPARISON_SIGN, Assessment, Criterion
from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES

FEN_PER_HUNDREDTH_WAN = 10_000
NOT_ABOVE = ("at_most", "below")


def year_of(key: str, on_year: int) -> int | None:
    """Return the accounting year a fact speaks of, for a question asked in ``on_year``; None for one without a year."""
    base, _sign, back = key.rpartition("_y")
    return on_year - int(back) if base in YEARLY_NAMES else None


def fact_name(key: str, on_year: int) -> str:
    """Return the name of a fact with its year."""
    return figure_name(key, year_of(key, on_year))


def shown(criterion: Criterion, value: Any) -> str:
    """Return a value of a criterion the way people write it."""
    return written(value, criterion.kind, criterion.unit, _decimals(criterion))


def fact(key: str, value: Any) -> str:
    """Return the value of a fact the way people write it."""
    return written(value, FIGURES[key].kind, FIGURES[key].unit)


def unit(key: str) -> str:
    """Return the unit of a count as it stands beside a field; empty for what says its own."""
    return unit_word(FIGURES[key].unit).strip()


def _decimals(criterion: Criterion) -> int:
    """Two, or as many as it takes for a value that misses its threshold not to look like it."""
    value, threshold = criterion.value, criterion.threshold
    if criterion.kind is not Kind.RATIO or value is None or threshold is None or value == threshold:
        return 2
    return next((places for places in range(2, 9) if f"{value * 100:.{places}f}" != f"{threshold * 100:.{places}f}"), 9)


def asked(criterion: Criterion) -> str:
    """Return what is asked for: ≥ 5.00%."""
    if criterion.kind is Kind.TEXT:
        return ""
    if criterion.kind is Kind.BOOL:
        return shown(criterion, criterion.threshold)
    if criterion.threshold is None:
        return UNKNOWN
    return f"{COMPARISON_SIGN[criterion.comparison]} {shown(criterion, criterion.threshold)}"


def short(criterion: Criterion) -> str:
    """Return what an unmet criterion lacks, in the unit of its value; percentage points for a share.

    Of a group it is what its score lacks, if it has one: the other ways are said below it.
    """
    if criterion.children:
        scored = next((leaf for leaf in criterion.leaves() if leaf.score and leaf.outcome == "not_met"), None)
        return _("评分%(short)s", short=short(scored)) if scored else _("不满足")
    gap = criterion.shortfall
    if gap is None:
        return _("没有登记") if criterion.kind is Kind.RANK else _("不满足")
    if gap == 0:
        return _("须高于 %(threshold)s", threshold=shown(criterion, criterion.threshold))
    if criterion.kind is Kind.RATIO:
        places = _decimals(criterion)
        points = math.ceil(round(gap * 100 * 10**places, 3)) / 10**places
        amount = _("%(points)s 个百分点", points=f"{points:.{places}f}")
    elif criterion.kind is Kind.RANK:
        amount = _("%(places)s 名", places=f"{gap:g}")
    else:
        amount = shown(criterion, gap)
    return (
        _("超出 %(amount)s", amount=amount) if criterion.comparison in NOT_ABOVE else _("差 %(amount)s", amount=amount)
    )


def closes(criterion: Criterion, assessment: Assessment) -> str:
    """Return what would close the gap of an unmet criterion if nothing else moved, in words; empty when not known."""
    if criterion.unit == "day" and criterion.shortfall:
        return _("到 %(day)s 即满足", day=assessment.on + timedelta(days=criterion.shortfall))
    closing = closing_of(criterion, assessment.figures, assessment.on)
    if closing is None:
        return ""
    figure = figure_name(closing.fact)
    if FIGURES[f"{closing.fact}_y1"].kind is Kind.MONEY:
        # Upwards, so that who raises the figure by what is written here does meet the share.
        fen = -(-closing.amount // FEN_PER_HUNDREDTH_WAN) * FEN_PER_HUNDREDTH_WAN
        amount = _("%(amount)s 万元", amount=money.show(fen, money.Unit.WAN))
    else:
        amount = _("%(count)s 人", count=closing.amount)
    several = _("（%(years)s 年合计）", years=closing.years) if closing.years > 1 else ""
    return _("其他不变，%(figure)s%(several)s再多 %(amount)s即满足", figure=figure, several=several, amount=amount)


def headline(gap: Gap) -> str:
    """Return in one line how far the firm is."""
    states = gap.by_state()
    lacking, unknown, judged = (len(states[name]) for name in ("not_met", "cannot_tell", "panel"))
    if lacking and unknown:
        return _("差 %(lacking)s 项，另有 %(unknown)s 项缺数据", lacking=lacking, unknown=unknown)
    if lacking:
        return _("差 %(lacking)s 项", lacking=lacking)
    if unknown:
        return _("缺 %(unknown)s 项数据，暂不能判断", unknown=unknown)
    if judged:
        return _("能核对的条件都已满足，余下由专家评审")
    if states["disputed"]:
        return _("能核对的条件都已满足，余下因条文有两种读法，须请主管部门答复")
    return _("条件已全部满足")


__all__ = [
    "asked",
    "closes",
    "door",
    "fact",
    "fact_name",
    "figure_name",
    "headline",
    "short",
    "shown",
    "state",
    "told",
    "unit",
]
