"""Who was missed in a year gone by: every firm judged as of its last day, in one pass, against what it was given since.

Award lists of a year come in the year after. Facts are those known on that day (crm.ladder.facts); money is told by the
year its list names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.awards.queries import Sheet, Sum, judging
from crm.firms import kept
from crm.firms.award_models import AwardGiven
from crm.firms.awards import under
from crm.firms.models import Firm
from crm.firms.queries import id_ranges, visible_to, within
from crm.kit import frames
from crm.kit.db import chunks, db
from crm.kit.readers import at_once
from crm.kit.tables import Page
from crm.ladder import facts
from crm.rules.evaluate import Outcome, judge
from crm.rules.metrics import prepare
from crm.rules.pack import Policy, Version

FIRST_YEAR = 2016
WHO = ("missed", "met", "given", "cannot_tell")
PER_PAGE = 50
# A policy judged over a hundred thousand firms is some five megabytes.
YEARS_KEPT = 10


@dataclass(frozen=True)
class Line:
    """One firm: what it was due in fen, and what it was given; None where a list named it without a sum."""

    firm: Firm
    outcome: Outcome
    least: int
    most: int | None
    given: bool
    amount: int | None


def last_day(year: int) -> date:
    """Return the day by which a year is judged."""
    return date(year, 12, 31)


def sheets(user: User, year: int) -> list[Sheet]:
    """Return a sheet for each policy that gave something on the last day of a year; one pass over the firms."""
    on = last_day(year)
    rules = judging(on)

    def work_out() -> list[Sheet]:
        return [_sheet(policy, rows) for (policy, _version), rows in zip(rules, _judged(user, rules, on), strict=True)]

    return kept.once(user, "years of awards", (on, tuple(policy.digest for policy, _version in rules)), work_out)


def firms(user: User, year: int, policy_id: str, who: str, page: int) -> tuple[Policy | None, Page]:
    """Return the policy (the first that gave something, where the address names none) and a page of Lines."""
    on = last_day(year)
    rules = judging(on)
    found = next((pair for pair in rules if pair[0].id == policy_id), rules[0] if rules else None)
    if found is None:
        return None, Page([], 1, PER_PAGE, 0)
    about = (on, found[0].id, found[0].digest)
    [rows] = kept.once(user, "years of an award", about, lambda: _judged(user, [found], on), YEARS_KEPT)
    rows = rows.filter(_those(who)).sort("most", "firm_id", descending=[True, False], nulls_last=False)
    shown = rows.slice((page - 1) * PER_PAGE, PER_PAGE).to_dicts()
    named: dict[int, Firm] = {}
    for part in chunks(sorted(row["firm_id"] for row in shown)):
        named |= {firm.id: firm for firm in db.session.scalars(visible_to(user).where(Firm.id.in_(part)))}
    lines = [
        Line(named[row["firm_id"]], Outcome(row["outcome"]), row["least"], row["most"], row["given"], row["amount"])
        for row in shown
    ]
    return found[0], Page(lines, page, PER_PAGE, rows.height)


def _judged(user: User, rules: Sequence[tuple[Policy, Version]], on: date) -> list[pl.DataFrame]:
    """Return for each policy firm_id, outcome, least, most, given and amount of every firm."""
    mine = visible_to(user).with_only_columns(Firm.id)

    def of_range(ids: range) -> list[pl.DataFrame]:
        prepared = prepare(facts.build(within(ids, mine), on, frames.pour), on)
        return [judge(version, prepared).due() for _policy, version in rules]

    parts = list(at_once(id_ranges(), of_range))
    return [_given(user, policy, pl.concat(part[n] for part in parts), on) for n, (policy, _) in enumerate(rules)]


def _given(user: User, policy: Policy, judged: pl.DataFrame, on: date) -> pl.DataFrame:
    """Add whether each firm was given what a policy gives, and how much."""
    mine = visible_to(user).with_only_columns(Firm.id)
    query = select(AwardGiven.firm_id, func.sum(AwardGiven.amount)).group_by(AwardGiven.firm_id)
    found = db.session.execute(query.where(under(policy, on), AwardGiven.firm_id.in_(mine)))
    paid = [(firm_id, None if amount is None else int(amount)) for firm_id, amount in found]
    schema: Any = {"firm_id": pl.Int64(), "amount": pl.Int64()}
    given = pl.DataFrame(paid, schema=schema, orient="row").with_columns(given=pl.lit(value=True))
    both = judged.join(given, on="firm_id", how="left", maintain_order="left")
    return both.with_columns(pl.col("given").fill_null(value=False))


def _those(who: str) -> pl.Expr:
    met = pl.col("outcome") == Outcome.MET
    return {
        "met": met,
        "missed": met & ~pl.col("given"),
        "given": pl.col("given"),
        "cannot_tell": pl.col("outcome") == Outcome.CANNOT_TELL,
    }[who]


def _sheet(policy: Policy, rows: pl.DataFrame) -> Sheet:
    given = rows.filter(_those("given"))
    return Sheet(
        policy,
        _sum(rows.filter(_those("met"))),
        _sum(rows.filter(_those("missed"))),
        rows.filter(_those("cannot_tell")).height,
        given.height,
        given["amount"].sum(),
    )


def _sum(rows: pl.DataFrame) -> Sum:
    return Sum(rows.height, rows["least"].sum(), rows["most"].sum(), rows["most"].null_count())
