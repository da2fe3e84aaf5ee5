"""The pass: facts in, outcomes of every firm for every policy out, and what turned since the last one.

Judging reads only. What comes of it is written a few thousand firms at a time, so that nobody waits for the night; a
pass that is cut short leaves true outcomes behind and is walked again.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Select, String, delete, func, insert, select, tuple_, type_coerce

from crm.accounts.models import User
from crm.domain.ladder import RUNG_OF
from crm.domain.policies import SCREEN_AGAIN
from crm.domain.words import N_
from crm.firms.models import Certification, Firm
from crm.firms.queries import id_ranges, valid_on, within
from crm.journal import queries as trail
from crm.journal.models import Event
from crm.kit import clock, frames, jobs
from crm.kit.db import chunks, db, transaction
from crm.kit.readers import at_once
from crm.ladder import facts
from crm.policies.queries import in_force
from crm.rules import screen
from crm.rules.evaluate import Outcome
from crm.rules.metrics import prepare
from crm.rules.pack import Policy
from crm.screening.models import Cause, Screening, ScreeningChange, ScreeningDue, ScreeningRun

FIRMS_A_WRITE = 2_000
FIRMS_AT_ONCE = 16_384
DUE_AT_ONCE = 1_000  # changes of files taken up together: a long list does not hold the register for long
SCHEMA = screen.SCHEMA
# Beside the facts of a firm: whether it holds what a policy grants.
HOLDS = {policy: f"holds {policy}" for policy in RUNG_OF}
KEY = ["firm_id", "policy_id"]
STEPS = {"criterion": "short", "fact": "unknown"}


def judge(
    firm_ids: Select[Any], on: date, policies: Collection[Policy], read: frames.Reader = frames.fetch
) -> pl.DataFrame:
    """Return a row per firm and policy in force on the day: columns of SCHEMA."""
    known = facts.build(firm_ids, on, read)
    known = known.join(_holders(firm_ids, on, read), on="firm_id", how="left", maintain_order="left")
    known = known.with_columns(pl.col(name).fill_null(value=False) for name in HOLDS.values())
    # Few enough at once that what is worked out of them stays close to the processor.
    parts = [known[start : start + FIRMS_AT_ONCE] for start in range(0, max(known.height, 1), FIRMS_AT_ONCE)]
    return pl.concat(screen.screen(policies, prepare(part, on), HOLDS) for part in parts)


def judge_all(on: date, policies: Collection[Policy]) -> Iterator[tuple[range, pl.DataFrame]]:
    """Return what ``judge`` does of the whole register, a range of ids of firms at a time.

    Several ranges are read and judged at once, each as it is at one moment. Call it outside a transaction.
    """
    everyone = select(Firm.id).where(Firm.merged_into_id.is_(None))

    def of_range(ids: range) -> tuple[range, pl.DataFrame]:
        return ids, judge(within(ids, everyone), on, policies, frames.pour)

    with transaction(writing=False):
        ranges = id_ranges()
    return at_once(ranges, of_range)


def codes() -> dict[int, str]:
    """Return the code of every firm."""
    return {firm_id: code for firm_id, code in db.session.execute(select(Firm.id, Firm.uscc))}


def totals(found: pl.DataFrame) -> pl.DataFrame:
    """Return a row per policy: how many firms of a pass stand how."""
    counts = [(pl.col("outcome") == outcome.value).sum().alias(outcome.name.lower()) for outcome in Outcome]
    one = [pl.col(step).is_not_null().sum().alias(f"one_{name}") for step, name in STEPS.items()]
    return found.group_by("policy_id").agg(*reversed(counts), *one).sort("policy_id")


def _holders(firm_ids: Select[Any], on: date, read: frames.Reader) -> pl.DataFrame:
    """Who holds on the day what a policy grants: for them it is a renewal."""
    query = select(Certification.firm_id, type_coerce(Certification.kind, String))
    query = query.where(Certification.firm_id.in_(firm_ids), valid_on(on))
    held = read(query, {"firm_id": pl.Int64(), "kind": pl.String()})
    titles = [(pl.col("kind") == rung.value).any().alias(HOLDS[policy]) for policy, rung in RUNG_OF.items()]
    return held.group_by("firm_id").agg(titles)


def walk(on: date, cause: Cause, step: jobs.Step | None = None) -> int:
    """Judge every firm for every policy and keep what is new; return how many outcomes turned.

    Call it outside a transaction. What was changed before it began to read is judged by it and waits no longer.
    """
    began = clock.now()
    with transaction(writing=False):
        policies = in_force()
        due = db.session.scalars(select(ScreeningDue.id)).all()
        line = trail.newest()
        last = db.session.scalar(select(func.max(Firm.id))) or 0
        known = _screened_before()
    firms = turned = 0
    for ids, found in judge_all(on, policies.values()):
        firms += found["firm_id"].n_unique()
        for start in range(ids.start, ids.stop, FIRMS_A_WRITE):
            if step is not None:
                step.at(start, last, N_("逐家逐条评估"))
            end = min(start + FIRMS_A_WRITE, ids.stop) - 1
            these = found.filter(pl.col("firm_id").is_between(start, end))
            with transaction():
                turned += _keep(these, Screening.firm_id.between(start, end), on, cause, known)
    with transaction():
        for lines in chunks(due):
            db.session.execute(delete(ScreeningDue).where(ScreeningDue.id.in_(lines)))
        # One changed and judged again meanwhile may have been written over with what was read before.
        again = trail.firms_since(line).join(Firm, Firm.id == Event.firm_id).where(Firm.merged_into_id.is_(None))
        db.session.execute(insert(ScreeningDue).from_select([ScreeningDue.firm_id], again))
        _note(on, cause, began, firms, turned, policies)
    return turned


def catch_up(on: date) -> bool:
    """Judge again the firms whose files have changed; return whether there were any. Call it outside a transaction."""
    began = clock.now()
    due = select(ScreeningDue.id, ScreeningDue.firm_id).order_by(ScreeningDue.id)
    with transaction(writing=False):
        lines = [line for line, _firm in db.session.execute(due.limit(DUE_AT_ONCE))]
        if not lines:
            return False
        policies = in_force()
        asked = select(ScreeningDue.firm_id).where(ScreeningDue.id.in_(lines))
        found = judge(select(Firm.id).where(Firm.id.in_(asked), Firm.merged_into_id.is_(None)), on, policies.values())
    with transaction():
        # What another worker has taken up meanwhile is his.
        held = db.session.execute(due.where(ScreeningDue.id.in_(lines)).with_for_update(skip_locked=True)).all()
        ids = sorted({firm_id for _line, firm_id in held})
        if ids:
            mine = found.filter(pl.col("firm_id").is_in(ids))
            turned = _keep(mine, Screening.firm_id.in_(ids), on, Cause.EDIT, _screened_before())
            db.session.execute(delete(ScreeningDue).where(ScreeningDue.id.in_([line for line, _firm in held])))
            _note(on, Cause.EDIT, began, len(ids), turned, policies)
    return bool(ids)


def start(owner: User) -> jobs.Job:
    """Have everything judged now, in the background."""
    return jobs.enqueue(SCREEN_AGAIN, owner.id, {"cause": Cause.DEMAND.value})


def start_night() -> jobs.Job:
    """Have everything judged tonight; the job begins again when its worker dies."""
    return jobs.enqueue(SCREEN_AGAIN, None, {"cause": Cause.NIGHT.value})


@jobs.handles(SCREEN_AGAIN)
def _walk(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    return {"turned": walk(clock.today(), Cause(params["cause"]), step)}


def _screened_before() -> frozenset[str]:
    """Return the policies the last full pass judged: a firm that meets one of them for the first time is news."""
    query = select(ScreeningRun.policies).where(ScreeningRun.cause != Cause.EDIT).order_by(ScreeningRun.id.desc())
    return frozenset(db.session.scalar(query.limit(1)) or ())


def _keep(found: pl.DataFrame, those: ColumnElement[bool], on: date, cause: Cause, known: Collection[str]) -> int:
    """Write what differs from what is kept of those firms; return how many outcomes turned."""
    columns = [getattr(Screening, name) for name in SCHEMA]
    query = select(*columns, Screening.since).where(those)
    kept = frames.pour(query, {**SCHEMA, "since": pl.Date()})
    both = found.join(kept, on=KEY, how="left", suffix="_was")
    told = [name for name in SCHEMA if name not in KEY]
    turned = pl.col("outcome").ne_missing(pl.col("outcome_was"))
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_was")) for name in told)
    since = pl.when(turned).then(pl.lit(on)).otherwise(pl.col("since")).alias("since")
    _put(both.filter(differs).select(*KEY, *told, since))
    gone = kept.join(found, on=KEY, how="anti").select(KEY).rows()
    for start_ in range(0, len(gone), FIRMS_A_WRITE):
        pairs = gone[start_ : start_ + FIRMS_A_WRITE]
        db.session.execute(delete(Screening).where(tuple_(Screening.firm_id, Screening.policy_id).in_(pairs)))
    # A policy nobody was judged by before turns for nobody: that is a new rule, not news of a firm.
    news = turned & (pl.col("outcome_was").is_not_null() | pl.col("policy_id").is_in(list(known)))
    changes = both.filter(news).select(*KEY, was="outcome_was", now="outcome").to_dicts()
    if changes:
        db.session.execute(insert(ScreeningChange), [{**row, "on": on, "cause": cause} for row in changes])
    return len(changes)


def _put(rows: pl.DataFrame) -> None:
    """Write rows over what two workers may have written at the same moment.

    Straight through the driver, and on PostgreSQL a list a column: two million rows a night are written in a third of
    the time.
    """
    if rows.is_empty():
        return
    connection = db.session.connection()
    rows = rows.with_columns(pl.col("since").cast(pl.String))
    given: Any = rows.rows()
    values = f"VALUES ({', '.join(['?'] * rows.width)})"
    if connection.dialect.name == "postgresql":
        kinds = (Screening.__table__.c[name].type.compile(connection.dialect) for name in rows.columns)
        given = tuple(column.to_list() for column in rows.iter_columns())
        values = f"SELECT * FROM unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"  # noqa: S608 - as below
    rest = ", ".join(f"{name} = excluded.{name}" for name in rows.columns if name not in KEY)
    statement = (
        f"INSERT INTO screening ({', '.join(rows.columns)}) {values} "
        f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {rest}"
    )
    connection.exec_driver_sql(statement, given)


def _note(on: date, cause: Cause, began: Any, firms: int, turned: int, policies: Mapping[str, Policy]) -> None:
    told = {key: [[version.id for version in policy.versions], policy.digest] for key, policy in policies.items()}
    run = ScreeningRun(on=on, cause=cause, began_at=began, ended_at=clock.now(), firms=firms, turned=turned)
    run.policies = told if cause is not Cause.EDIT else {}
    db.session.add(run)
