"""The difference between two texts of a policy, line by line and in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from flask_babel import gettext as _

from crm.domain.words import N_
from crm.kit.pages import told, words
from crm.policies import telling, telling_money
from crm.rules.awards import Award, AwardPart
from crm.rules.conditions import Condition
from crm.rules.difference import Change, What, changes
from crm.rules.figure import Kind
from crm.rules.pack import AllOf, Part, Policy, Version

AROUND = 3  # unchanged lines shown before and after a change
WHAT_LABELS: dict[What, str] = {
    What.ABOUT: N_("基本信息"),
    What.BEGUN: N_("新增版本"),
    What.ENDED: N_("删去版本"),
    What.AREA: N_("适用地区"),
    What.WINDOWS: N_("申报时间"),
    What.NOTE: N_("说明"),
    What.PERIOD: N_("有效期"),
    What.ACTIONS: N_("适用"),
    What.SOURCES: N_("依据"),
    What.ADDED: N_("新增条件"),
    What.REMOVED: N_("删去条件"),
    What.ASKED: N_("要求"),
    What.JOINED: N_("满足方式"),
    What.PLACED: N_("移到另一组"),
    What.WORDED: N_("文字"),
    What.PART_ADDED: N_("新增评分项"),
    What.PART_REMOVED: N_("删去评分项"),
    What.POINTS: N_("计分"),
    What.SCORE: N_("最高分"),
    What.MONEY: N_("奖补金额"),
    What.TERMS: N_("奖补合计"),
}
# What decides who gains and who drops, as against how it is told.
TELLS = frozenset({What.ABOUT, What.WINDOWS, What.NOTE, What.SOURCES, What.WORDED})


@dataclass(frozen=True)
class InWords:
    """One change as a page shows it; ``matters`` when it can turn an outcome."""

    what: str
    about: str
    clause: str
    version: str
    before: str
    after: str
    matters: bool


def in_words(before: Policy | None, after: Policy) -> list[InWords]:
    """Return what ``after`` changes, in words, what can turn an outcome first."""
    found = [_told(change) for change in changes(before, after)]
    return sorted(found, key=lambda change: not change.matters)


def _told(change: Change) -> InWords:
    return InWords(
        what=words(WHAT_LABELS[change.what]),
        about=told(change.label) if change.label else "",
        clause=change.clause,
        version=change.version.id if change.version else "",
        before=_said(change.what, change.before, change.version),
        after=_said(change.what, change.after, change.version),
        matters=change.what not in TELLS,
    )


def _said(what: What, value: Any, version: Version | None) -> str:
    match value:
        case None:
            return ""
        case Version() if what is What.SOURCES:
            return "；".join(f"{s.document}（{words(telling.GRADE_LABELS[s.grade])}）" for s in value.sources)
        case Version() if what is What.ACTIONS:
            return telling.actions(value)
        case Version() if what is What.PERIOD:
            return telling.period(value)
        case Version():
            return f"{value.id}（{telling.period(value)}）"
        case Condition() if version is not None:
            return f"{telling.metric_name(value.metric, version)} {telling.asked(value)}"
        case Part():
            return part_in_words(value)
        case AwardPart():
            return telling_money.gives(value)
        case Award():
            return telling_money.terms(value)
        case str():
            return value
        case _ if what is What.PLACED:
            return told(value.label)
        case _:
            return _("全部满足") if isinstance(value, AllOf) else _("满足一项即可")


def part_in_words(part: Part) -> str:
    """Return how a part gives its points."""
    if part.panel is not None:
        return _("专家评 %(least)s–%(most)s 分", least=f"{part.panel[0]:g}", most=f"{part.panel[1]:g}")
    if part.of is not None:
        return _("取“%(score)s”的得分", score=part.of)
    ways = [f"{telling.figure_name(c.metric)}：{'；'.join(telling.steps(c))}" for c in part.best_of or ()]
    full = telling.written(part.most, Kind.SCORE, "")
    return _("最高 %(full)s。%(ways)s", full=full, ways=" | ".join(ways))


@dataclass(frozen=True)
class Line:
    """One line of the comparison: ``sign`` is "-", "+" or "", numbers are lines from 1, None where there is none."""

    sign: str
    before: int | None
    after: int | None
    text: str


def line_by_line(before: str, after: str) -> list[list[Line]]:
    """Return the changed places, each with a few lines around it."""
    old, new = before.splitlines(), after.splitlines()
    matcher = SequenceMatcher(None, old, new)
    return [list(_hunk(group, old, new)) for group in matcher.get_grouped_opcodes(AROUND)]


def _hunk(group: list[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> Iterator[Line]:
    for tag, i1, i2, j1, j2 in group:
        if tag == "equal":
            yield from (Line("", i + 1, j + 1, old[i]) for i, j in zip(range(i1, i2), range(j1, j2), strict=True))
            continue
        yield from (Line("-", i + 1, None, old[i]) for i in range(i1, i2))
        yield from (Line("+", None, j + 1, new[j]) for j in range(j1, j2))
