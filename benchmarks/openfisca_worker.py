"""The same policies in openfisca-core: one variable a criterion, a score and a group; run by benchmarks.rules.

Runs in an environment of its own, without the product. Text conditions (codes of a catalogue) are left out.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core.entities import Entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERIOD = "2026"
FEN_PER_WAN = 1_000_000
COMPARE = {"at_least": np.greater_equal, "above": np.greater, "at_most": np.less_equal, "below": np.less}
FIRM = Entity("firm", "firms", "a firm", "")


def variable(name: str, kind: type, formula: Callable[..., Any] | None = None) -> type[Variable]:
    """Return a variable of a firm; one without formula is handed in."""
    body: dict[str, Any] = {"value_type": kind, "entity": FIRM, "definition_period": DateUnit.YEAR, "label": name}
    if formula is not None:
        body["formula"] = formula
    return type(name, (Variable,), body)


def main(folder: Path) -> None:
    """Translate, calculate every root, print the best time and what it is a criterion."""
    told = json.loads((folder / "policies.json").read_text())
    facts = {file.stem: np.fromfile(file) for file in folder.glob("*.f64")}
    system, roots, leaves = TaxBenefitSystem([FIRM]), [], 0
    system.entities = [FIRM]
    for name in facts:
        system.add_variable(variable(name, float))
    for policy, version in told["trees"].items():
        added = Policy(system, policy, version, facts, set(told["money"]))
        roots.append(added.root)
        leaves += added.count
    times = []
    for _ in range(told["rounds"]):
        simulation = SimulationBuilder().build_default_simulation(system, count=len(next(iter(facts.values()))))
        for name, values in facts.items():
            simulation.set_input(name, PERIOD, values)
        began = time.perf_counter()
        for root in roots:
            simulation.calculate(root, PERIOD)
        times.append(time.perf_counter() - began)
    best = min(times)
    print(
        f"openfisca-core: yes or no, metrics given {best:5.2f} s   {best / leaves * 1e3:6.1f} ms a criterion ({leaves})"
    )


class Policy:
    """One policy on its way into openfisca-core: a variable for each part, score, criterion and group."""

    def __init__(self, system: TaxBenefitSystem, key: str, version: Any, facts: Any, money: set[str]) -> None:
        self.system, self.key, self.facts, self.money, self.count = system, key, facts, money, 0
        scores = version["scores"]
        for name in sorted(scores, key=lambda name: any(part.get("of") for part in scores[name]["parts"])):
            self._score(name, scores[name]["parts"])
        self.root = self._node(version["criteria"])

    def _add(self, name: str, kind: type, formula: Callable[..., Any]) -> str:
        full = f"{self.key}__{name}"
        self.system.add_variable(variable(full, kind, formula))
        return full

    def _inside(self, values: Any, band: Any, metric: str) -> Any:
        test = np.ones(len(values), bool)
        for key, compare in COMPARE.items():
            if band.get(key) is not None:
                edge = band[key] * FEN_PER_WAN if metric in self.money else band[key]
                test &= compare(values, edge)
        return test

    def _score(self, name: str, parts: Any) -> None:
        terms = [f"{self.key}__{part['of']}" for part in parts if part.get("of")]
        terms += [self._add(part["id"], float, self._part(part)) for part in parts if part.get("best_of")]

        def total(firm: Any, period: Any) -> Any:
            return sum((firm(term, period) for term in terms), firm.empty_array())

        self._add(name, float, total)

    def _part(self, part: Any) -> Callable[..., Any]:
        choices = [choice for choice in part["best_of"] if choice["metric"] in self.facts]

        def formula(firm: Any, period: Any) -> Any:
            ways = [self._choice(choice, firm(choice["metric"], period)) for choice in choices]
            return np.max(ways, axis=0) if ways else firm.empty_array()

        return formula

    def _choice(self, choice: Any, values: Any) -> Any:
        if choice.get("bands"):
            tests = [self._inside(values, band, choice["metric"]) for band in choice["bands"]]
            return np.select(tests, [points(band.get("points")) for band in choice["bands"]], 0.0)
        return np.where(values > 0, points(choice["when_true"]), points(choice["when_false"]))

    def _node(self, tree: Any) -> str | None:
        children = tree.get("all") or tree.get("any")
        if not children:
            return self._leaf(tree)
        inner = [child for child in map(self._node, children) if child]
        join = np.logical_and if tree.get("all") else np.logical_or

        def group(firm: Any, period: Any) -> Any:
            return join.reduce([firm(child, period) for child in inner])

        return self._add(f"c_{tree['id']}", bool, group) if inner else None

    def _leaf(self, tree: Any) -> str | None:
        metric, by = tree["metric"], tree.get("at_least_by")
        source = metric if metric in self.facts else f"{self.key}__{metric}"
        if source not in self.system.variables:
            return None
        self.count += 1

        def leaf(firm: Any, period: Any) -> Any:
            values = firm(source, period)
            if by:
                ruler = firm(by["metric"], period)
                tests = [self._inside(ruler, band, by["metric"]) for band in by["bands"]]
                return values >= np.select(tests, [band["value"] for band in by["bands"]], 0.0)
            return (
                (values > 0) == bool(tree["is"]) if tree.get("is") is not None else self._inside(values, tree, metric)
            )

        return self._add(f"c_{tree['id']}", bool, leaf)


def points(given: Any) -> float:
    """Return the points of a band, the least where a panel judges."""
    return float(given[0] if isinstance(given, list) else given or 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
