"""Answering what only a person can say of a row: one by one or in bulk, remembered, revocable."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import insert, select

from crm.accounts.models import User
from crm.domain import codes
from crm.domain.errors import Refused
from crm.domain.lists import ANSWERS, Answer, ImportStatus, Question, RowOutcome, Why
from crm.domain.words import N_
from crm.firms.models import Firm
from crm.firms.queries import visible_to as firms_of
from crm.imports import service
from crm.imports.models import Decision, Import, ImportRow
from crm.journal.service import Entry, record, record_many
from crm.kit import clock
from crm.kit.db import chunks, db

Said = tuple[Answer, int | None]


class Bulk(StrEnum):
    """What can be said of many rows at once."""

    EXACT = "exact"
    RENAMED = "renamed"
    KEPT = "kept"
    SKIP = "skip"


BULK_LABELS = {
    Bulk.EXACT: N_("名称完全相同且只有一家的，都认定"),
    Bulk.RENAMED: N_("代码相同的，都按更名处理"),
    Bulk.KEPT: N_("代码相同的，都不改名"),
    Bulk.SKIP: N_("其余的都不导入"),
}


def _exact(row: ImportRow) -> Said | None:
    """One firm of exactly this name, and nobody else who bears it or bore it."""
    strong = [c for c in row.candidates if c["why"] in {Why.NAME, Why.FORMER, Why.PLAIN}]
    alone = row.question is Question.WHO and len(strong) == 1 and strong[0]["why"] == Why.NAME and not row.notes
    return (Answer.FIRM, strong[0]["firm_id"]) if alone else None


def _renamed(row: ImportRow) -> Said | None:
    return (Answer.RENAMED, None) if row.question is Question.RENAME else None


def _kept(row: ImportRow) -> Said | None:
    return (Answer.KEPT, None) if row.question is Question.RENAME else None


RULES: dict[Bulk, Callable[[ImportRow], Said | None]] = {
    Bulk.EXACT: _exact,
    Bulk.RENAMED: _renamed,
    Bulk.KEPT: _kept,
    Bulk.SKIP: lambda row: (Answer.SKIP, None),
}


def open_rows(item: Import) -> list[ImportRow]:
    """Return the rows that still ask, in the order of the sheet."""
    query = select(ImportRow).where(ImportRow.import_id == item.id, ImportRow.outcome == RowOutcome.UNSURE)
    return list(db.session.scalars(query.order_by(ImportRow.number)))


def countable(rows: Sequence[ImportRow]) -> dict[Bulk, int]:
    """Return how many rows each bulk answer would settle."""
    return {bulk: sum(rule(row) is not None for row in rows) for bulk, rule in RULES.items()}


def answer(item: Import, actor: User, said: Mapping[int, Said], typed: Mapping[int, str]) -> int:
    """Take answers {row number: (answer, firm id)}; ``typed`` {row number: code} names a firm that was not offered.

    Looks at the list again when anything was said; returns how many names were settled. Raises Refused for a firm that
    is not the actor's, an answer the question does not have, a code without a file.
    """
    _check_open(item)
    named = _by_code(typed, actor)
    said = {**said, **{number: (Answer.FIRM, firm_id) for number, firm_id in named.items()}}
    return _decide(item, actor, [(row, said[row.number]) for row in open_rows(item) if row.number in said])


def answer_all(item: Import, actor: User, bulk: Bulk) -> int:
    """Say the same of every row it fits; returns how many names were settled."""
    _check_open(item)
    answers = ((row, RULES[bulk](row)) for row in open_rows(item))
    return _decide(item, actor, [(row, said) for row, said in answers if said is not None])


def revoke(decision: Decision, actor: User) -> None:
    """Take a decision back: the next list asks again; what was written stays until its list is undone."""
    decision.revoked_at, decision.revoked_by_id = clock.now(), actor.id
    record("import.revoked", actor, "import", decision.import_id, decision.firm_id, name=decision.name)


def _check_open(item: Import) -> None:
    if service.standing(item) is not ImportStatus.CHECKED:
        raise Refused("这份表格正在处理，或已经写入")


def _by_code(typed: Mapping[int, str], actor: User) -> dict[int, int]:
    """Return the firms of typed codes by row number."""
    wanted = {number: codes.validate(text) for number, text in typed.items()}
    found: dict[str, int] = {}
    for part in chunks(sorted(set(wanted.values()))):
        query = firms_of(actor).where(Firm.uscc.in_(part)).with_only_columns(Firm.uscc, Firm.id)
        found |= dict(map(tuple, db.session.execute(query)))
    for number, code in wanted.items():
        if code not in found:
            raise Refused("第{row}行：您管理的企业里没有代码{code}", row=number, code=code)
    return {number: found[code] for number, code in wanted.items()}


def _decide(item: Import, actor: User, answers: Iterable[tuple[ImportRow, Said]]) -> int:
    """Keep one decision for each name and code, and look at the list again."""
    settled: dict[tuple[str, str | None], dict[str, object]] = {}
    for row, (said, firm_id) in answers:
        if row.question is None or said not in ANSWERS[row.question] or (said is Answer.FIRM) != (firm_id is not None):
            raise Refused("第{row}行不能这样回答", row=row.number)
        settled[str(row.name), row.uscc] = {
            "import_id": item.id,
            "question": row.question,
            "name": row.name,
            "uscc": row.uscc,
            "answer": said,
            "firm_id": firm_id,
            "decided_by_id": actor.id,
            "decided_at": clock.now(),
            "revoked_at": None,
            "revoked_by_id": None,
        }
    if not settled:
        return 0
    _check_mine({int(str(d["firm_id"])) for d in settled.values() if d["firm_id"] is not None}, actor)
    db.session.execute(insert(Decision), list(settled.values()))
    told = ("name", "uscc", "answer")
    record_many(
        [
            Entry("import.decided", "import", item.id, d["firm_id"], {key: d[key] for key in told})  # type: ignore[arg-type]
            for d in settled.values()
        ],
        actor,
    )
    service.check(item, actor)
    return len(settled)


def _check_mine(firm_ids: set[int], actor: User) -> None:
    mine: set[int] = set()
    for part in chunks(sorted(firm_ids)):
        mine |= set(db.session.scalars(firms_of(actor).where(Firm.id.in_(part)).with_only_columns(Firm.id)))
    if firm_ids - mine:
        raise Refused("这家企业不归您管理")
