"""A text tried: queued, judged over every firm beside the text in force, kept as numbers, a file and a workbook."""

import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from flask_babel import force_locale
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.money import FEN_PER, Unit
from crm.domain.places import DISTRICTS
from crm.domain.words import N_
from crm.firms.models import Firm
from crm.firms.queries import id_ranges, within
from crm.journal.service import record
from crm.kit import clock, files, frames, jobs, sheets_out
from crm.kit.db import db, transaction
from crm.kit.pages import words
from crm.kit.readers import at_once
from crm.ladder import facts
from crm.lists.export import watermark
from crm.policies import queries as policies
from crm.policies import service as editing
from crm.policies.models import PolicyEdition
from crm.rules.metrics import prepare
from crm.rules.pack import Action, Policy, Version, version_on
from crm.trials.comparing import GROUP_LABELS, OUTCOME_LABELS, Group, compare
from crm.trials.models import Trial

RUN = "trials.run"
STEPS = 3
HEADINGS = (N_("企业名称"), N_("统一社会信用代码"), N_("注册地"), N_("现行"), N_("试算"), N_("变化"))
MONEY_HEADINGS = (N_("现行最多（万元）"), N_("试算最多（万元）"))
WIDTHS = (34, 22, 10, 10, 10, 18, 16, 16)


def start(actor: User, text: str, on: date, action: Action, edition: PolicyEdition | None = None) -> Trial:
    """Have a text tried against what is in force, by the versions that hold on ``on`` for ``action``.

    Raises PackError for a text that is no pack, Refused when it has no version for that day and action.
    """
    policy = editing.check(text)
    version_on(policy, on, action, unverified=True)
    job = jobs.enqueue(RUN, actor.id, {}, total=STEPS)
    trial = Trial(
        policy_id=policy.id,
        edition_id=edition.id if edition else None,
        owner_id=actor.id,
        made_at=clock.now(),
        on=on,
        action=action,
        text=text,
        before=_judged_by(policy.id, on, action),
        job_id=job.id,
    )
    db.session.add(trial)
    db.session.flush()
    job.params = {"trial_id": trial.id}
    record(
        "policy.tried", actor, "policy", trial.edition_id, name=policy.name.zh, policy=policy.id, digest=policy.digest
    )
    return trial


def _judged_by(policy_id: str, on: date, action: Action) -> str | None:
    """Return the text in force; None where nobody may judge by what holds then: so far nobody meets anything."""
    now = policies.in_force().get(policy_id)
    unread = now is not None and any(v.holds(on, action) and not now.judges(v) for v in now.versions)
    return None if now is None or unread else policies.text_of(now.digest)


def propose(trial: Trial, actor: User) -> PolicyEdition:
    """Keep the text that was tried as a draft."""
    return editing.draft(actor, trial.text)


@jobs.handles(RUN)
def _run(params: dict[str, Any], step: jobs.Step) -> dict[str, Any]:
    step.at(0, STEPS, N_("读取企业数据"))
    with transaction(writing=False):
        trial = db.session.get_one(Trial, params["trial_id"])
        owner = accounts.get(trial.owner_id)
        if trial.done_at is not None:
            return {}
        db.session.expunge_all()
        about, ranges = _about(), id_ranges()
    step.at(1, STEPS, N_("按两份文本评估"))
    before, after = _versions(trial)
    everyone, today = select(Firm.id).where(Firm.merged_into_id.is_(None)), clock.today()

    def compared(ids: range) -> pl.DataFrame:
        return compare(before, after, prepare(facts.build(within(ids, everyone), today, frames.pour), today))

    rows = about.join(pl.concat(at_once(ranges, compared)), on="firm_id", how="inner")
    step.at(2, STEPS, N_("写出结果"))
    file_key, sheet_key = _kept(rows), _sheet(rows, owner)
    with transaction():
        kept = db.session.get_one(Trial, trial.id)
        kept.found, kept.file_key, kept.sheet_key, kept.done_at = counted(rows), file_key, sheet_key, clock.now()
    return {"trial_id": trial.id}


def _about() -> pl.DataFrame:
    """Return every firm in the order of its name: firm_id, name, uscc, district."""
    query = select(Firm.id, Firm.name, Firm.uscc, Firm.registration_district).where(Firm.merged_into_id.is_(None))
    schema: dict[str, pl.DataType] = {
        "firm_id": pl.Int64(),
        "name": pl.String(),
        "uscc": pl.String(),
        "district": pl.String(),
    }
    return frames.fetch(query.order_by(Firm.name, Firm.id), schema)


def _versions(trial: Trial) -> tuple[Version | None, Version]:
    """Return what holds on the day in the text before, if there was one, and in the text that is tried."""
    after = version_on(editing.check(trial.text), trial.on, trial.action, unverified=True)
    if trial.before is None:
        return None, after
    return _holding(editing.check(trial.before), trial), after


def _holding(policy: Policy, trial: Trial) -> Version | None:
    try:
        return version_on(policy, trial.on, trial.action, unverified=True)
    except Refused:
        return None


def counted(rows: pl.DataFrame) -> dict[str, Any]:
    """Return the numbers of a trial as plain data.

    ``firms`` in all; ``groups`` {district or "": {group: firms}}; ``met`` [before, after]; ``cost`` {district or "":
    [before, after]} the most that is due in fen, of those whose sum has a bound, empty where neither text gives money;
    ``unbounded`` how many meet the tried text without one.
    """
    groups: dict[str, dict[str, int]] = {}
    for district, group, count in rows.group_by("district", "group").len().rows():
        groups.setdefault(district or "", {})[group] = count
    gives = rows["cost_was"].is_not_null().any() or rows["cost_now"].is_not_null().any()
    sums = rows.group_by("district").agg(pl.col("cost_was").sum(), pl.col("cost_now").sum()).rows()
    met = [int((rows[name] == 2).sum()) for name in ("was", "now")]
    return {
        "firms": rows.height,
        "groups": groups,
        "met": met,
        "cost": {district or "": [was, now] for district, was, now in sums} if gives else {},
        "unbounded": int(((rows["now"] == 2) & rows["cost_now"].is_null()).sum()) if gives else 0,
    }


def _kept(rows: pl.DataFrame) -> str:
    """Keep the outcome of each firm in the store."""
    with tempfile.NamedTemporaryFile(dir=files.folder(), prefix=".trial-", delete=False) as file:
        path = Path(file.name)
    try:
        rows.select("firm_id", "district", "was", "now", "group").write_parquet(path)
        return files.adopt(path).key
    finally:
        path.unlink(missing_ok=True)


def _sheet(rows: pl.DataFrame, owner: User) -> str:
    """Keep a workbook of the firms that change in the store."""
    gives = rows["cost_was"].is_not_null().any() or rows["cost_now"].is_not_null().any()
    with tempfile.NamedTemporaryFile(dir=files.folder(), prefix=".trial-", suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    try:
        with force_locale("zh_CN"):
            headings = [words(heading) for heading in (*HEADINGS, *(MONEY_HEADINGS if gives else ()))]
            changed = rows.filter(pl.col("group") != Group.SAME.value).sort("group", maintain_order=True)
            cells = _cells(changed, gives=bool(gives))
            sheets_out.xlsx(path, watermark(owner, ""), headings, WIDTHS[: len(headings)], cells)
        return files.adopt(path).key
    finally:
        path.unlink(missing_ok=True)


def _cells(rows: pl.DataFrame, *, gives: bool) -> Iterator[list[Any]]:
    for row in rows.iter_rows(named=True):
        outcomes = [words(OUTCOME_LABELS[row[name]]) for name in ("was", "now")]
        district = words(DISTRICTS[row["district"]]) if row["district"] in DISTRICTS else row["district"]
        money = [_wan(row["cost_was"]), _wan(row["cost_now"])] if gives else []
        yield [row["name"], row["uscc"], district, *outcomes, words(GROUP_LABELS[Group(row["group"])]), *money]


def _wan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen) / FEN_PER[Unit.WAN]
