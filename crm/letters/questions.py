"""The list of questions that goes to a firm: on a page, on paper, and as a workbook whose answers come back in.

In the workbook a row is a firm. What an import takes has a column with the heading our lists use; what it does not take
is asked in words under 备注, which an import reads and does not keep.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from crm.accounts.models import User
from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.words import N_
from crm.firms import queries as firms
from crm.firms.models import Firm
from crm.firms.outcomes import NOT_YOURS
from crm.imports import queries as imports
from crm.kit import clock, jobs, pages, pdf, sheets
from crm.kit.db import db, transaction
from crm.kit.pages import told, words
from crm.ladder import questions as asking
from crm.ladder import telling
from crm.ladder.facts import FROM_FIGURE
from crm.ladder.questions import GROUP_LABELS, Question
from crm.letters import many, queries
from crm.lists import acts
from crm.rules.catalogue import FACTS
from crm.rules.figure import Kind

MOST = 5_000
AT_ONCE = 500
SELF = {"established_on": "established_on", "industry_code": "industry_code"}  # fact -> field of an import


@dataclass(frozen=True)
class Asked:
    """A firm by code and name, and what it is asked."""

    uscc: str
    name: str
    questions: Sequence[Question]


def expected(fact: str) -> str:
    """Return in what unit or form a fact is to be given."""
    match FACTS[fact].kind:
        case Kind.MONEY:
            return _("万元")
        case Kind.BOOL:
            return _("是 / 否")
        case Kind.RATIO:
            return "%"
        case Kind.DATE:
            return _("年-月-日")
        case Kind.TEXT:
            return _("代码")
        case Kind.RANK:
            return _("名次")
        case _:
            return telling.unit(fact)


def why(question: Question) -> str:
    """Return in one line who asks for it and in which clause."""
    said = [f"{told(r.policy)}：{told(r.label)}（{r.clause}）" for r in question.reasons]
    return "；".join(dict.fromkeys(said))


def plain(asked: Sequence[Question], on: date) -> str:
    """Return the questions as text to paste into a message."""
    lines = []
    for group, few in asking.grouped(asked).items():
        lines.append(f"【{words(GROUP_LABELS[group])}】")
        for number, question in enumerate(few, start=1):
            unit = expected(question.fact)
            name = telling.fact_name(question.fact, on.year)
            lines.append(f"{number}. {name}{f'（{unit}）' if unit else ''}：____  {why(question)}")
    return "\n".join(lines)


def paper(firm: Firm, asked: Sequence[Question], reader: User, on: date) -> bytes:
    """Return the questions as PDF. Raises Refused when they can't be laid out."""
    html = render_template("letters/questions_paper.html", firm=firm, reader=reader, on=on, **shown(asked))
    return pdf.render(html, ("kit/tokens.css", "kit/paper.css"))


def shown(asked: Sequence[Question]) -> dict[str, Any]:
    """Return what the templates of a list of questions need."""
    return {
        "groups": [(words(GROUP_LABELS[group]), few) for group, few in asking.grouped(asked).items()],
        "tell": telling,
        "expected": expected,
        "why": why,
    }


def workbook(of: Sequence[Asked], on: date) -> bytes:
    """Return one sheet, a row a firm that is asked anything; blank cells are to be filled in."""
    fields = sorted({place for one in of for q in one.questions if (place := _place(q.fact, on))}, key=_order)
    headings = [imports.heading("uscc"), imports.heading("name")]
    headings += [imports.heading(field, year or None) for field, year in fields] + [imports.heading("note")]
    blank = [None] * len(fields)
    rows = [[one.uscc, one.name, *blank, _note(one.questions, on)] for one in of if one.questions]
    return sheets.write_xlsx(headings, rows)


def _place(fact: str, on: date) -> tuple[str, int] | None:
    """Return (field, year or 0) by which an import takes a fact; None when it takes it by no field."""
    if fact in SELF:
        return SELF[fact], 0
    figure = FROM_FIGURE.get(fact.rpartition("_y")[0])
    year = telling.year_of(fact, on.year)
    return (figure, year) if figure and year else None


def _order(place: tuple[str, int]) -> tuple[int, str]:
    """The firm itself after its figures, the last year first."""
    field, year = place
    return (-year, field)


def _note(asked: Sequence[Question], on: date) -> str:
    filled = [telling.fact_name(q.fact, on.year) for q in asked if _place(q.fact, on)]
    said = [
        f"{telling.fact_name(q.fact, on.year)}{f'（{unit}）' if (unit := expected(q.fact)) else ''}"
        for q in asked
        if not _place(q.fact, on)
    ]
    parts = [_("请填：%(facts)s", facts="、".join(filled)) if filled else ""]
    parts += [_("另请说明：%(facts)s", facts="、".join(said)) if said else ""]
    return "。".join(part for part in parts if part)


def begin(actor: User, bulk_id: int, ids: Sequence[int], on: date) -> int:
    """Queue the questions to the firms of an act on many firms; return the number of the job."""
    return many.begin("letters.questions", "questions.written", actor, bulk_id, ids, on)


QUESTIONS = acts.Act(
    "questions",
    N_("下载问题清单"),
    icon="question-mark",
    permission=Permission.PROFILE_PRINT_MANY,
    preview=acts.seen,
    begin=begin,
    asks=False,
    most=MOST,
)


@jobs.handles("letters.questions")
def _questions(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    """Ask each firm for what keeps its next rung open, all on one sheet; a firm with nothing to ask has no row."""
    return many.finish(params, step, _sheet, f"问题清单-{clock.today().isoformat()}.xlsx")


def _sheet(params: Mapping[str, Any], step: jobs.Step) -> tuple[bytes, dict[int, Refused]]:
    ids, on = params["ids"], date.fromisoformat(params["on"])
    found: list[Asked] = []
    refused: dict[int, Refused] = {}
    for start in range(0, len(ids), AT_ONCE):
        step.at(start, len(ids), N_("逐家查看缺什么"))
        part = ids[start : start + AT_ONCE]
        with transaction(writing=False):
            mine = firms.visible_to(queries.user(params["owner_id"])).where(Firm.id.in_(part))
            seen = {f.id: f for f in db.session.scalars(mine)}
            asked = asking.of_firms(list(seen), on)
            found += [Asked(seen[i].uscc, seen[i].name, asked[i]) for i in part if i in seen]
            refused |= {i: Refused(NOT_YOURS) for i in part if i not in seen}
    with pages.off_screen(params["locale"]):
        return workbook(found, on), refused
