"""Many firms and many policies in one pass: of each pair what a list needs, not the whole tree.

| column | what it says |
| --- | --- |
| outcome | 2 met, 1 cannot tell, 0 not met |
| short | how many top criteria are not met |
| unknown | how many facts, if somebody stated them, could still decide the outcome; 0 where only a panel can |
| criterion | the one top criterion that is not met while all others are |
| fact | the one fact without which nothing can be told |
| award_least, award_most | what is due at the least and at the most, in fen; null where the policy gives no money |
| distance | how far from met, 0 to the number of top criteria: of each leaf not met its share of the threshold, 1 at most; "any" counts its nearest way, what is unknown counts nothing |
"""  # noqa: E501 - a table

from collections.abc import Iterator
from datetime import date

import polars as pl

from crm.rules.catalogue import FURTHEST
from crm.rules.conditions import Condition
from crm.rules.evaluate import judge, kept_plan
from crm.rules.figure import DECIMALS, Kind
from crm.rules.metrics import FIGURES
from crm.rules.metrics_science import years_in_business
from crm.rules.pack import Action, AllOf, Node, Part, Policy, Version, counting, version_on

COLUMNS: dict[str, pl.DataType] = {
    "outcome": pl.Int8(),
    "short": pl.Int16(),
    "unknown": pl.Int16(),
    "criterion": pl.String(),
    "fact": pl.String(),
    "distance": pl.Float64(),
    "award_least": pl.Int64(),
    "award_most": pl.Int64(),
}
OPEN = 1  # the outcome that could still turn either way


def summary(version: Version, prepared: pl.DataFrame, on: date) -> pl.DataFrame:
    """Return COLUMNS for each row of ``prepared`` (see evaluate.prepare), in its order."""
    judged = judge(version, prepared)
    asked, told = kept_plan(version, on, _plan)
    # Only where the outcome is open is it asked which facts keep it so.
    judged = judged.with_row_index("row")
    waiting = judged.filter(pl.col(version.criteria.id) == OPEN)
    found = waiting.with_columns(asked).select("row", *_asked([expr.meta.output_name() for expr in asked]))
    return judged.join(found, on="row", how="left", maintain_order="left").select(told).cast(pl.Schema(COLUMNS))


def _plan(version: Version, on: date) -> tuple[list[pl.Expr], list[pl.Expr]]:
    """Return whether each fact is asked for, as columns "<fact>?", and the columns told."""
    asked = [test.fill_null(value=False).alias(f"{fact}?") for fact, test in _unknown(version, on).items()]
    top = [child.id for child in counting(version.criteria)]
    short = pl.sum_horizontal(*(pl.col(key) == 0 for key in top))
    # The only criterion there is has no others that could be met: lacking it is lacking all.
    alone = pl.lit(len(top) > 1) & (short == 1) & ~pl.any_horizontal(*(pl.col(key) == OPEN for key in top))
    told = [
        pl.col(version.criteria.id).alias("outcome"),
        short.alias("short"),
        pl.col("unknown").fill_null(0),
        pl.when(alone).then(_first({key: pl.col(key) == 0 for key in top})).alias("criterion"),
        pl.col("fact"),
        # Rounded: a column is divided by a constant in one way for a single row and in another for many.
        _distance(version.criteria, version).round(DECIMALS).alias("distance"),
        *(
            pl.col(f"award.{end}").alias(f"award_{end}") if version.award else _no_money(end)
            for end in ("least", "most")
        ),
    ]
    return asked, told


def _no_money(end: str) -> pl.Expr:
    return pl.lit(None, pl.Int64).alias(f"award_{end}")


def _asked(names: list[str]) -> list[pl.Expr]:
    count = pl.sum_horizontal(*(pl.col(name) for name in names)) if names else pl.lit(0)
    one = _first({name.removesuffix("?"): pl.col(name) for name in names})
    return [count.alias("unknown"), pl.when(count == 1).then(one).alias("fact")]


def _first(tests: dict[str, pl.Expr]) -> pl.Expr:
    """Return the key of the first test that holds."""
    return pl.coalesce(*(pl.when(test).then(pl.lit(key)) for key, test in tests.items()), pl.lit(None, pl.String))


def _unknown(version: Version, on: date) -> dict[str, pl.Expr]:
    """Return for each fact the version rests on whether its being unknown keeps the outcome open.

    It does when the leaf that asks for it cannot tell, and so can no group above it: a way that is met already needs no
    other, and a criterion that is missed is missed whatever else comes to light.
    """
    lived = years_in_business(on, FURTHEST)
    found: dict[str, list[pl.Expr]] = {}
    for leaf, above in _leaves(version.criteria, ()):
        waiting = pl.all_horizontal(*(pl.col(node) == OPEN for node in (*above, leaf.id)))
        for metric, test in _open_metrics(leaf, version):
            for fact in FIGURES[metric].inputs or (metric,):
                found.setdefault(fact, []).append(waiting & test)
    unborn = {f"_y{year}": lived < year for year in range(2, FURTHEST + 1)}
    return {
        fact: pl.any_horizontal(*tests) & pl.col(fact).is_null() & ~unborn.get(fact[-3:], pl.lit(value=False))
        for fact, tests in found.items()
    }


def _leaves(node: Node, above: tuple[str, ...]) -> Iterator[tuple[Condition, tuple[str, ...]]]:
    if isinstance(node, Condition):
        yield node, above
        return
    for child in counting(node):
        yield from _leaves(child, (*above, node.id))


def _open_metrics(leaf: Condition, version: Version) -> Iterator[tuple[str, pl.Expr]]:
    """Return the metrics a leaf rests on, each with the test that it is what keeps the leaf open."""
    for part in _parts(leaf.metric, version):
        wide = pl.col(f"{part.id}.least") != pl.col(f"{part.id}.most")
        for choice in part.best_of or ():
            yield choice.metric, wide & pl.col(choice.metric).is_null()
    metrics = [leaf.metric, *([leaf.at_least_by.metric] if leaf.at_least_by else [])]
    for metric in metrics:
        # No rank is no award: it answers the question and is not asked for.
        if metric in FIGURES and FIGURES[metric].kind is not Kind.RANK:
            yield metric, pl.col(metric).is_null()


def _parts(metric: str, version: Version) -> list[Part]:
    """Return the plain parts behind a score or a part; none for a figure."""
    if metric in version.scores:
        score = version.scores[metric]
        return [part for name in (metric, *score.blocks) for part in version.scores[name].parts if part.of is None]
    return [part for score in version.scores.values() for part in score.parts if part.id == metric]


def _distance(node: Node, version: Version) -> pl.Expr:
    if not isinstance(node, Condition):
        inside = [_distance(child, version) for child in counting(node)]
        return pl.sum_horizontal(*inside) if isinstance(node, AllOf) else pl.min_horizontal(*inside)
    figure = FIGURES.get(node.metric)
    share = pl.lit(1.0)
    if figure is None or figure.kind not in {Kind.BOOL, Kind.TEXT, Kind.RANK, Kind.DATE}:
        threshold = pl.col(f"{node.id}.threshold").cast(pl.Float64).abs()
        part = pl.col(f"{node.id}.shortfall").cast(pl.Float64) / threshold
        # An open end missed by nothing is still missed: it is as near as can be, and no nearer than met.
        share = pl.when(threshold > 0).then(part.clip(1e-9, 1.0)).otherwise(1.0).fill_null(1.0)
    return pl.when(pl.col(node.id) == 0).then(share).otherwise(0.0)


def screen(policy: Policy, prepared: pl.DataFrame, on: date, holds: str | None = None) -> pl.DataFrame:
    """Return ``firm_id``, ``renewal`` and COLUMNS for each row of ``prepared``, by the versions in force on the day.

    ``holds`` names the yes/no column of those who hold the title already: they are judged for its renewal. Who is
    registered outside the policy's area is left out. Raises Refused when no version holds.
    """
    if policy.area:
        elsewhere = ~pl.col("registration_district").str.starts_with(policy.area)
        prepared = prepared.filter(~elsewhere.fill_null(value=False))
    new = version_on(policy, on, Action.NEW)
    if holds is None:
        return _named(prepared, renewal=False).hstack(summary(new, prepared, on))
    renewal = version_on(policy, on, Action.RENEWAL)
    if renewal is new:
        rows = prepared.select("firm_id", pl.col(holds).alias("renewal"))
        return rows.hstack(summary(new, prepared, on))
    parts = []
    for version, mine, again in ((new, ~pl.col(holds), False), (renewal, pl.col(holds), True)):
        rows = prepared.filter(mine)
        parts.append(_named(rows, renewal=again).hstack(summary(version, rows, on)))
    return pl.concat(parts)


def _named(rows: pl.DataFrame, *, renewal: bool) -> pl.DataFrame:
    return rows.select("firm_id", pl.lit(renewal).alias("renewal"))


def open_facts(version: Version, judged: pl.DataFrame, on: date) -> list[tuple[str, ...]]:
    """Return for each row of ``judged`` (see evaluate.judge) the facts that could still decide its outcome."""
    tests = [test.fill_null(value=False).alias(fact) for fact, test in _unknown(version, on).items()]
    rows = judged.select(tests).iter_rows(named=True) if tests else [dict[str, bool]()] * judged.height
    return [tuple(fact for fact, asked in row.items() if asked) for row in rows]
