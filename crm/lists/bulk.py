"""One thing done to many firms: picked, looked at beforehand, done firm by firm, undone where nobody has been since."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.domain.access import may
from crm.domain.bulk import BulkStatus, RowState
from crm.domain.errors import Refused
from crm.domain.words import N_
from crm.firms.outcomes import Outcome
from crm.journal import queries as journal
from crm.journal.service import plain, record
from crm.kit import clock, jobs
from crm.kit.db import db, transaction
from crm.lists import bulk_queries
from crm.lists.acts import ACTS, Act, Work
from crm.lists.bulk_models import BulkAct, BulkRow
from crm.lists.picked import Picked

JOB = "lists.bulk"
AT_ONCE = 200
CHUNK = 500
DRAFTS_KEPT = timedelta(days=1)
RIGHT_LOST = N_("您已没有这项权限")


def start(user: User, act: Act, picked: Picked, query: str, about: str) -> BulkAct:
    """Take down which firms are meant; what is to be done with them comes next."""
    item = BulkAct(kind=act.key, owner_id=user.id, query=query, about=about, created_at=clock.now())
    db.session.add(item)
    db.session.flush()
    rows = [{"act_id": item.id, "firm_id": firm_id, "state": RowState.READY, "why": ""} for firm_id in picked.ids]
    db.session.execute(insert(BulkRow), rows)
    return item


def look(user: User, item: BulkAct, given: dict[str, Any], today: date) -> None:
    """Keep what was typed and say of each firm what would become of it; nothing else changes.

    Raises Refused when the act is done already, and as the act does for what was typed.
    """
    _only(item, BulkStatus.DRAFT)
    item.given = plain(given)
    act = ACTS[item.kind]
    for ids in _parts(item, (RowState.READY, RowState.REFUSED)):
        work = _work(user, item, ids, today)
        before = act.before(work)
        _set(item, act.preview(work), RowState.READY, RowState.REFUSED, before)


def go(user: User, item: BulkAct, today: date) -> None:
    """Do it: now for few firms, in the background for many. Raises Refused when it is done, or nothing was typed."""
    _only(item, BulkStatus.DRAFT)
    if item.given is None:
        raise Refused("请先填写要办什么")
    ready = bulk_queries.counts(item).get(RowState.READY, 0)
    if not ready:
        raise Refused("没有一家可以办理")
    item.status = BulkStatus.WORKING
    act = ACTS[item.kind]
    if act.begin:
        ids = [row.firm_id for row in bulk_queries.every(item) if row.state is RowState.READY]
        item.job_id = act.begin(user, item.id, ids, today)
        return
    _begin(user, item, ready, today)


def undo(user: User, item: BulkAct, today: date) -> None:
    """Take it back, firm by firm; what somebody has changed since stays. Raises Refused where there is no undo."""
    _only(item, BulkStatus.DONE)
    if ACTS[item.kind].undo is None:
        raise Refused("这项操作不能撤销")
    done = bulk_queries.counts(item).get(RowState.DONE, 0)
    if not done:
        raise Refused("没有可以撤销的")
    item.status = BulkStatus.UNDOING
    _begin(user, item, done, today)


def resume(user: User, item: BulkAct, today: date) -> None:
    """Go on with what stopped half-way: its worker died too often. Raises Refused while it is being done."""
    job = jobs.get(item.job_id, user.id) if item.job_id else None
    if item.status not in _FROM or (job and not job.over):
        raise Refused("没有停在半途的操作")
    begin = ACTS[item.kind].begin
    if begin:
        ids = [row.firm_id for row in bulk_queries.every(item) if row.state is RowState.READY]
        item.job_id = begin(user, item.id, ids, today)
        return
    item.job_id = jobs.enqueue(JOB, user.id, {"bulk_id": item.id}).id


def _only(item: BulkAct, status: BulkStatus) -> None:
    db.session.refresh(item, with_for_update=True)
    if item.status is not status:
        raise Refused("这项操作已经办过：请看结果，或回到列表重新选择")


def _begin(user: User, item: BulkAct, count: int, today: date) -> None:
    if count > AT_ONCE:
        item.job_id = jobs.enqueue(JOB, user.id, {"bulk_id": item.id}, total=count).id
        return
    db.session.flush()
    while _next(user, item, today):
        pass


# Which rows an act takes up while it stands so, and what becomes of them.
_FROM = {
    BulkStatus.WORKING: (RowState.READY, RowState.DONE, RowState.REFUSED),
    BulkStatus.UNDOING: (RowState.DONE, RowState.UNDONE, RowState.KEPT),
}


def _next(user: User, item: BulkAct, today: date) -> int:
    """Do the next firms in the caller's transaction; return how many, 0 when the act has come to its end."""
    taken, done, refused = _FROM[item.status]
    query = select(BulkRow).where(BulkRow.act_id == item.id, BulkRow.state == taken).order_by(BulkRow.id).limit(CHUNK)
    rows = list(db.session.scalars(query))
    if not rows:
        _finish(user, item)
        return 0
    act = ACTS[item.kind]
    before = {row.firm_id: row.before or {} for row in rows}
    work = _work(user, item, [row.firm_id for row in rows], today, before)
    if not user.active or not may(user.role, act.permission):
        outcomes = [Outcome(firm_id, "", done=False, why=RIGHT_LOST) for firm_id in work.firm_ids]
        held: dict[int, dict[str, Any]] = {}
    elif item.status is BulkStatus.WORKING:
        held = act.before(work)
        outcomes = _tried(act.apply, work)
    else:
        held = {}
        outcomes = _by_whom(item, act, _tried(act.undo, work))
    _set(item, outcomes, done, refused, held)
    return len(rows)


def _tried(do: Callable[[Work], list[Outcome]] | None, work: Work) -> list[Outcome]:
    """Do it; what is refused as a whole (the officer's account was closed meanwhile) is refused for each firm."""
    try:
        return do(work) if do else []
    except Refused as refusal:
        return [Outcome.refused(firm_id, "", refusal) for firm_id in work.firm_ids]


def _by_whom(item: BulkAct, act: Act, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Say of each firm that could not be undone who has changed it since, and when."""
    kept = [outcome.firm_id for outcome in outcomes if not outcome.done]
    since = journal.latest(kept, act.actions, item.done_at) if kept and item.done_at else {}
    return [
        replace(outcome, params={**outcome.params, "by": event.actor_name, "at": event.at})
        if not outcome.done and (event := since.get(outcome.firm_id))
        else outcome
        for outcome in outcomes
    ]


def _finish(user: User, item: BulkAct) -> None:
    undone = item.status is BulkStatus.UNDOING
    now = clock.now()
    if undone:
        item.status, item.undone_at = BulkStatus.UNDONE, now
    else:
        item.status, item.done_at = BulkStatus.DONE, now
    told = bulk_queries.counts(item)
    record(
        "bulk.undone" if undone else "bulk.done", user, "bulk_act", item.id,
        act=item.kind, filter=item.about, given=item.given,
        firms=told.get(RowState.UNDONE if undone else RowState.DONE, 0),
        refused=told.get(RowState.KEPT if undone else RowState.REFUSED, 0),
    )  # fmt: skip


def _work(
    user: User, item: BulkAct, ids: Sequence[int], today: date, before: dict[int, dict[str, Any]] | None = None
) -> Work:
    return Work(user, ids, item.given or {}, f"bulk-{item.id}", today, before or {})


def _parts(item: BulkAct, states: Sequence[RowState]) -> list[list[int]]:
    query = select(BulkRow.firm_id).where(BulkRow.act_id == item.id, BulkRow.state.in_(states)).order_by(BulkRow.id)
    ids = list(db.session.scalars(query))
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]


def _set(
    item: BulkAct,
    outcomes: Sequence[Outcome],
    done: RowState,
    refused: RowState,
    before: dict[int, dict[str, Any]],
) -> None:
    """Write down what became of each firm, in one statement."""
    rows = {row.firm_id: row.id for row in db.session.execute(
        select(BulkRow.id, BulkRow.firm_id).where(
            BulkRow.act_id == item.id, BulkRow.firm_id.in_([outcome.firm_id for outcome in outcomes])
        )
    )}  # fmt: skip
    values = [
        {
            "id": rows[outcome.firm_id],
            "state": done if outcome.done else refused,
            "why": outcome.why,
            "params": plain(outcome.params),
            **({"before": before[outcome.firm_id]} if outcome.firm_id in before else {}),
        }
        for outcome in outcomes
        if outcome.firm_id in rows
    ]
    with_before = [value for value in values if "before" in value]
    for some in (with_before, [value for value in values if "before" not in value]):
        if some:
            db.session.execute(update(BulkRow), some)


@jobs.handles(JOB)
def _in_background(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    """Do the firms in chunks, each a transaction: killed half-way, the next start goes on behind the last chunk."""

    def one(do: Callable[[User, BulkAct], int]) -> int:
        with transaction():
            item = db.session.get_one(BulkAct, params["bulk_id"])
            return do(accounts.get(item.owner_id), item) if item.status in _FROM else 0

    with transaction(writing=False):
        item = db.session.get_one(BulkAct, params["bulk_id"])
        told = bulk_queries.counts(item)
        taken = _FROM[item.status][0] if item.status in _FROM else RowState.READY
        total = sum(told.values()) if taken is RowState.READY else told.get(RowState.DONE, 0)
        done = total - told.get(taken, 0)
    try:
        step.at(done, total, N_("逐批办理"))
        while count := one(lambda user, item: _next(user, item, clock.today())):
            done += count
            step.at(done, total, N_("逐批办理"))
    except jobs.Cancelled:
        one(_stop)
        raise
    return {"done": done}


def _stop(user: User, item: BulkAct) -> int:
    """Leave what is done as it is, and say of the rest that nothing happened to it."""
    if item.status is BulkStatus.WORKING:
        rest = update(BulkRow).where(BulkRow.act_id == item.id, BulkRow.state == RowState.READY)
        db.session.execute(rest.values(state=RowState.STOPPED))
        _finish(user, item)
    else:
        item.status = BulkStatus.DONE
    return 0


def settle(act_id: int, refused: Mapping[int, Refused]) -> None:
    """Write down the end of an act that left a file: done, but for the firms of ``refused`` {firm id: why}."""
    item = db.session.get_one(BulkAct, act_id)
    for ids in _parts(item, (RowState.READY,)):
        outcomes = [
            Outcome.refused(firm_id, "", refused[firm_id]) if firm_id in refused else Outcome(firm_id, "", done=True)
            for firm_id in ids
        ]
        _set(item, outcomes, RowState.DONE, RowState.REFUSED, {})
    _finish(accounts.get(item.owner_id), item)


def give_up(act_id: int) -> None:
    """Write down that an act was stopped before it left its file."""
    item = db.session.get_one(BulkAct, act_id)
    _stop(accounts.get(item.owner_id), item)


def tidy() -> None:
    """Let go of choices that came to nothing."""
    old = BulkAct.created_at < clock.now() - DRAFTS_KEPT
    for item in db.session.scalars(select(BulkAct).where(old, BulkAct.status == BulkStatus.DRAFT)):
        db.session.delete(item)
