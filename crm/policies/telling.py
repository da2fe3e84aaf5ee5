"""Rules put into words: figures by name, thresholds in the units people write, bands, what a change of a text means."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from crm.domain import money
from crm.domain.industries import TECH_FIELDS
from crm.domain.places import DISTRICTS, ELSEWHERE
from crm.domain.words import N_
from crm.kit.pages import UNKNOWN, in_english, told, words
from crm.rules.bands import Band, Choice
from crm.rules.catalogue import YEARLY_NAMES
from crm.rules.conditions import Condition
from crm.rules.explain import COMPARISON_SIGN
from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES
from crm.rules.pack import Action, Version
from crm.rules.sizes import LABELS
from crm.rules.words import Grade, Source

CODES = TECH_FIELDS | LABELS | DISTRICTS | {ELSEWHERE: N_("市外"), "44": N_("广东省")}
GRADE_LABELS: dict[Grade, str] = {
    Grade.OFFICIAL: N_("官方文本"),
    Grade.RESTATED: N_("转引，待核对原文"),
    Grade.UNVERIFIED: N_("未核实"),
}
BEST_FIRST = tuple(Grade)
LEVEL_LABELS: dict[str, str] = {
    "national": N_("国家"),
    "province": N_("省"),
    "city": N_("市"),
    "district": N_("区"),
}
KIND_LABELS: dict[str, str] = {
    "recognition": N_("资质认定"),
    "award": N_("资金支持"),
    "list": N_("公布名单"),
    "check": N_("核查提示"),
}
ACTION_LABELS: dict[Action, str] = {Action.NEW: N_("首次申请"), Action.RENEWAL: N_("复核或重新认定")}


def figure_name(key: str, year: int | None = None) -> str:
    """Return the name of a fact or metric in the reader's language, with the ``year`` of a yearly one if said."""
    base = key.rpartition("_y")[0]
    if base in YEARLY_NAMES and year is not None:
        return _("%(year)s年%(figure)s", year=year, figure=YEARLY_NAMES[base][in_english()])
    if key in YEARLY_NAMES:
        return YEARLY_NAMES[key][in_english()]
    return FIGURES[key].en if in_english() else FIGURES[key].zh


def written(value: Any, kind: Kind | None, unit: str, decimals: int = 2) -> str:
    """Return a value of a figure the way people write it: money (fen) in 万元, a ratio as a percentage."""
    if value is None:
        return UNKNOWN
    match kind:
        case Kind.MONEY:
            return _("%(amount)s 万元", amount=money.show(int(value), money.Unit.WAN))
        case Kind.RATIO:
            return f"{value * 100:.{decimals}f}%"
        case Kind.BOOL:
            return _("是") if value else _("否")
        case Kind.TEXT:
            return "、".join(words(CODES.get(part, part)) for part in str(value).split("、"))
        case Kind.DATE:
            return str(value.isoformat())
        case Kind.RANK:
            return _("第 %(rank)s 名", rank=f"{value:g}")
        case Kind.SCORE:
            return _("%(points)s 分", points=f"{value:g}")
        case _:
            return f"{value:g}" if unit == "calendar" else f"{value:,.10g}{unit_word(unit)}"


def unit_word(unit: str) -> str:
    """Return a unit as it stands behind a number; empty for what says its own."""
    names = {
        "person": _(" 人"),
        "item": _(" 项"),
        "day": _(" 天"),
        "year": _(" 年"),
        "point": _(" 分"),
        "level": _(" 级"),
        "musd": _(" 百万美元"),
    }
    return names.get(unit, "")


def grade(sources: Sequence[Source]) -> Grade:
    """Return how well the best checked of some sources was checked."""
    return min((source.grade for source in sources), key=BEST_FIRST.index)


def metric_name(metric: str, version: Version) -> str:
    """Return the name of what a condition asks about: a figure, or a score or part of the version."""
    if metric in FIGURES:
        return figure_name(metric)
    if metric in version.scores:
        return told(version.scores[metric].label)
    parts = (part for score in version.scores.values() for part in score.parts)
    return next((told(part.label) for part in parts if part.id == metric), metric)


def in_pack(metric: str, value: float) -> str:
    """Return a threshold as a pack states it (money in 万元) the way people write it; a ratio no longer than it is."""
    figure = FIGURES.get(metric)
    if figure is None:
        return written(value, Kind.SCORE, "point")
    if figure.kind is Kind.MONEY:
        return _("%(amount)s 万元", amount=f"{value:,.10g}")
    if figure.kind is Kind.RATIO:
        return f"{round(value * 100, 8):g}%"
    return written(value, figure.kind, figure.unit)


def asked(condition: Condition) -> str:
    """Return what a condition asks for: ≥ 5%."""
    match condition.comparison:
        case "is_":
            return written(condition.is_, Kind.BOOL if isinstance(condition.is_, bool) else Kind.TEXT, "")
        case "in_":
            codes = written("、".join(condition.in_ or ()), Kind.TEXT, "")
            return _("属于 %(codes)s", codes=codes)
        case "at_least_by":
            by = condition.at_least_by
            steps = (
                []
                if by is None
                else [f"{span(by.metric, b)}: ≥ {in_pack(condition.metric, b.value or 0)}" for b in by.bands]
            )
            return _("按%(figure)s：", figure=figure_name(by.metric) if by else "") + "；".join(steps)
        case comparison:
            value = getattr(condition, comparison)
            return f"{COMPARISON_SIGN[comparison]} {in_pack(condition.metric, value)}"


def span(metric: str, band: Band) -> str:
    """Return the edges of a band the way people write them."""
    edges = [(name, getattr(band, name)) for name in ("at_least", "above", "at_most", "below")]
    told_edges = [f"{COMPARISON_SIGN[name]} {in_pack(metric, value)}" for name, value in edges if value is not None]
    return " ".join(told_edges) or _("不论多少")


def _points(points: float | tuple[float, float] | None) -> str:
    least, most = Band(points=points).span
    return (
        written(least, Kind.SCORE, "")
        if least == most
        else _("%(least)s–%(most)s 分", least=f"{least:g}", most=f"{most:g}")
    )


def steps(choice: Choice) -> list[str]:
    """Return the bands of one way to earn points: ≥ 10% < 15% → 4 分."""
    if choice.bands is None:
        return [f"{_('是')} → {_points(choice.when_true)}", f"{_('否')} → {_points(choice.when_false)}"]
    bands = [f"{span(choice.metric, band)} → {_points(band.points)}" for band in choice.bands]
    disputed = [_("恰为 %(edge)s：%(printed)s；另一种读法：%(other)s", edge=in_pack(choice.metric, dispute.at),
                  printed=told(dispute.printed), other=told(dispute.other)) for dispute in choice.disputed]  # fmt: skip
    return [*bands, *disputed]


def period(version: Version) -> str:
    """Return from when until when a version holds."""
    if version.until is None:
        return _("%(since)s 起", since=version.since.isoformat())
    return _("%(since)s 至 %(until)s", since=version.since.isoformat(), until=version.until.isoformat())


def actions(version: Version) -> str:
    """Return for what a version holds."""
    return "、".join(words(ACTION_LABELS[action]) for action in version.actions)
