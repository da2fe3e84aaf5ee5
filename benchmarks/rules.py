"""All policies over a register of invented facts, beside openfisca-core on the same policies and facts.

``make bench-rules FIRMS=600000`` or ``python -m benchmarks.rules --help``. openfisca-core says yes or no only, knows no
unknown, and is handed the metrics ready-made; it is installed into an environment of its own.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from crm.rules.catalogue import FACTS
from crm.rules.columns import Columns, known_or
from crm.rules.evaluate import judge
from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES, prepare
from crm.rules.pack import Policy, Version, conditions, in_force
from crm.rules.reading import load
from crm.rules.screen import screen

ON = date(2026, 11, 26)
AT_ONCE = 16_384  # firms judged together, as the register is
UNKNOWN = 0.1  # the share of facts nobody has stated
WORKER = Path(__file__).with_name("openfisca_worker.py")


def main() -> None:
    """Measure ours, then openfisca-core in its own process, on the same numbers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules")
    parser.add_argument("--firms", type=int, default=600_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--openfisca", default="", help="a Python that has openfisca-core")
    options = parser.parse_args()
    judged = list(in_force(load().values(), ON))
    leaves = sum(1 for _policy, version in judged for _leaf in conditions(version.criteria))
    print(f"{platform.platform()}, Python {platform.python_version()}, numpy {np.__version__}")
    print(f"{options.firms:,} firms x {len(judged)} policies, {leaves} criteria; load before {os.getloadavg()[0]:.1f}")
    facts = invented(options.firms)
    policies = [policy for policy, _version in judged]
    parts = [facts[start : start + AT_ONCE] for start in range(0, facts.height, AT_ONCE)]
    prepared = [prepare(part, ON) for part in parts]

    def outcomes(part: Columns) -> None:
        """What openfisca-core works out, and the third outcome."""
        for _policy, version in judged:
            judge(version, part)

    def evaluated(part: Columns) -> None:
        for _policy, version in judged:
            _shortfall = judge(version, part).leaves.shortfall

    def worked_out(part: pl.DataFrame) -> None:
        prepare(part, ON)

    def screened(part: pl.DataFrame) -> None:
        screen(policies, prepare(part, ON), {})

    def on_all(do: Callable[[Any], None], of: list[Any]) -> float:
        """Return the seconds for all parts, as many at once as there are processors."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return best(lambda: list(pool.map(do, of)), options.rounds)

    floor = best(lambda: [part.numbers.sum() for part in prepared], options.rounds)
    print(f"floor: every number read once        {floor:8.2f} s")
    print(f"metrics                              {on_all(worked_out, parts):8.2f} s")
    for name, do in (("outcomes", outcomes), ("outcomes, values, shortfalls", evaluated)):
        seconds = on_all(do, prepared)
        print(f"{name:37}{seconds:8.2f} s   {seconds / leaves * 1e3:6.1f} ms a criterion")
    print(f"metrics and summaries for the lists  {on_all(screened, parts):8.2f} s")
    print(f"most memory                          {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:8.2f} GB")
    one = facts.head(1)
    seconds = best(lambda: screen(policies, prepare(one, ON), {}), 20)
    print(f"one firm, all policies, warm         {seconds * 1e3:8.1f} ms")
    if options.openfisca:
        _beside(options.openfisca, judged, prepared, options.rounds)


def best(act: Callable[[], object], rounds: int) -> float:
    """Return the shortest of ``rounds`` runs, in seconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return min(times)


def invented(firms: int) -> pl.DataFrame:
    """Return facts of invented firms, the same for the same number."""
    number = pl.int_range(firms, dtype=pl.UInt64)
    columns = []
    for seed, (key, figure) in enumerate(FACTS.items()):
        chance, known = (number.hash(2 * seed + turn) % 1_000_000 / 1_000_000 for turn in (0, 1))
        columns.append(pl.when(known >= UNKNOWN).then(_value(figure.kind, chance)).alias(key))
    return pl.select(number.cast(pl.Int64).alias("firm_id"), *columns)


def _value(kind: Kind, chance: pl.Expr) -> pl.Expr:
    match kind:
        case Kind.MONEY:  # from a thousandth to a thousand 亿元
            return (10 ** (7 + 6 * chance)).cast(pl.Int64)
        case Kind.BOOL:
            return chance < 1 / 2
        case Kind.TEXT:
            codes = ["6510", "3562", "1610", "7320", "1", "4.2"]
            return (chance * len(codes)).cast(pl.UInt32).replace_strict(range(len(codes)), codes)
        case Kind.DATE:
            return pl.date(2000, 1, 1) + pl.duration(days=(chance * 9_000).cast(pl.Int64))
        case Kind.RATIO:
            return chance
        case _:
            return (chance * 600).floor()


def _beside(python: str, judged: list[tuple[Policy, Version]], prepared: list[Columns], rounds: int) -> None:
    """Hand the trees and the metrics to openfisca-core; what is unknown is 0, as it takes it."""
    asked = sorted({name for _policy, version in judged for name in _metrics(version)} & set(FIGURES))
    numbers = {}
    for name in asked:
        if FIGURES[name].kind is not Kind.TEXT:
            numbers[name] = np.concatenate([known_or(part[name], 0) for part in prepared])
    with tempfile.TemporaryDirectory() as folder:
        for name, values in numbers.items():
            with (Path(folder) / f"{name}.f64").open("wb") as file:
                values.tofile(file)
        trees = {policy.id: json.loads(version.model_dump_json(by_alias=True)) for policy, version in judged}
        money = [name for name in asked if FIGURES[name].kind is Kind.MONEY]
        told = {"trees": trees, "money": money, "rounds": rounds}
        (Path(folder) / "policies.json").write_text(json.dumps(told, ensure_ascii=False))
        subprocess.run([python, str(WORKER), folder], check=True)


def _metrics(version: Version) -> set[str]:
    names = {leaf.metric for leaf in conditions(version.criteria)}
    names |= {leaf.at_least_by.metric for leaf in conditions(version.criteria) if leaf.at_least_by}
    parts = [part for score in version.scores.values() for part in score.parts]
    return names | {choice.metric for part in parts for choice in part.best_of or ()}


if __name__ == "__main__":
    sys.exit(main())
