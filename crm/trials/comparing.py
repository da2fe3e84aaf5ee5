"""Two versions on one frame of facts: what each firm was, what it would be, what that would cost."""

from enum import StrEnum

import polars as pl

from crm.domain.words import N_
from crm.rules.columns import Columns
from crm.rules.evaluate import Outcome, judge
from crm.rules.pack import Version


class Group(StrEnum):
    """What would become of a firm. Every firm is in one of them."""

    GAINS = "gains"
    DROPS = "drops"
    UNKNOWN = "unknown"
    RULED_OUT = "ruled_out"
    SAME = "same"


GROUP_LABELS: dict[Group, str] = {
    Group.GAINS: N_("新符合"),
    Group.DROPS: N_("不再符合"),
    Group.UNKNOWN: N_("变为无法判断"),
    Group.RULED_OUT: N_("由无法判断变为不符合"),
    Group.SAME: N_("没有变化"),
}
OUTCOME_LABELS: dict[int, str] = {
    Outcome.MET: N_("符合"),
    Outcome.CANNOT_TELL: N_("无法判断"),
    Outcome.NOT_MET: N_("不符合"),
}


def compare(before: Version | None, after: Version, facts: Columns) -> pl.DataFrame:
    """Return a row per firm of ``facts``, beside which its ``firm_id`` stands, in their order.

    ``firm_id``, ``was``, ``now`` (0, 1, 2), ``group``; ``cost_was``, ``cost_now``: the most that is due in fen, null
    where the version gives no money or no bound. Where nothing was in force nobody met anything.
    """
    now, was = _outcomes(after, facts), _outcomes(before, facts)
    both = facts.beside.select("firm_id").with_columns(
        was=was["outcome"], now=now["outcome"], cost_was=was["cost"], cost_now=now["cost"]
    )
    return both.with_columns(group=_group())


def _outcomes(version: Version | None, facts: Columns) -> pl.DataFrame:
    if version is None:
        nobody = pl.lit(int(Outcome.NOT_MET)).cast(pl.Int8).alias("outcome")
        return facts.beside.select("firm_id").with_columns(nobody, pl.lit(None, pl.Int64).alias("cost"))
    outcome = pl.col("outcome").cast(pl.Int8)
    gives = version.award is not None and version.award.gives == "money"  # a deduction is no money paid
    due = pl.col("most") if gives else pl.lit(None, pl.Int64)
    return judge(version, facts).due().select(outcome, pl.when(outcome == Outcome.MET).then(due).alias("cost"))


def _group() -> pl.Expr:
    was, now = pl.col("was"), pl.col("now")
    return (
        pl.when(was == now)
        .then(pl.lit(Group.SAME.value))
        .when(now == Outcome.MET)
        .then(pl.lit(Group.GAINS.value))
        .when(now == Outcome.CANNOT_TELL)
        .then(pl.lit(Group.UNKNOWN.value))
        .when(was == Outcome.MET)
        .then(pl.lit(Group.DROPS.value))
        .otherwise(pl.lit(Group.RULED_OUT.value))
    )
