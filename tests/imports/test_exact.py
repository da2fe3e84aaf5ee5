"""A generated list with known faults: every fault is told by its cell, and nothing else is (precision and recall 1)."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from crm.domain.lists import RowOutcome
from tests.imports.desk import HEADINGS, Desk, book
from tests.make import uscc

ROWS = 120
# Per column: a value that is right, and values that are each wrong in one way.
GOOD: tuple[Callable[[int, Random], Any], ...] = (
    lambda number, random: uscc(9_000 + number),
    lambda number, random: random.choice([f"广州准{number}号科技有限公司", f"　广州准{number}号科技（中国）有限公司 "]),
    lambda number, random: random.choice(["天河区", "天河", "广州市海珠区"]),
    lambda number, random: random.choice(["2016-05-06", "2016年5月6日", "2016/5/6", 42_496, "20160506"]),
    lambda number, random: random.choice([2024, "2025", "2025年", "2024年度"]),
    lambda number, random: random.choice([3600, "3,600.5", "３６００", "—", None, 0, "120万元"]),
    lambda number, random: random.choice([35, "35", "35人", "无", "1,200"]),
)
WRONG: dict[int, tuple[Any, ...]] = {
    0: (9.14e17, "91440106MA5XXXXXX", "914401060000000000", "税务登记证"),
    2: ("南山区", "天上"),
    3: ("2016-13-06", "去年", "1016-05-06", 12),
    4: ("2099", "廿五年", "25"),
    5: ("约三千", "1e400", "NaN", "3600元整?"),
    6: ("35.5", "三十五", "-3", "1e3"),
}


@pytest.mark.parametrize("seed", range(4))
def test_every_fault_and_nothing_but_faults(desk: Desk, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a list for a test
    rows: list[list[Any]] = []
    planted: set[tuple[int, int]] = set()
    for number in range(ROWS):
        row = [make(number + ROWS * seed, random) for make in GOOD]
        for column in WRONG:
            if random.random() < 0.06:
                row[column] = random.choice(WRONG[column])
                planted.add((number + 2, column))  # Excel counts from 1 and the headings are its first row
        rows.append(row)
    told = {
        (row.number, error["index"])
        for row in desk.rows(desk.check(book(*rows)))
        for error in row.errors
        if error["index"] is not None
    }
    assert told - planted == set(), "told, and not planted"
    assert planted - told == set(), "planted, and not told"


def test_a_row_is_kept_back_for_its_faults_and_no_other_row_is(desk: Desk) -> None:
    good = [uscc(8_001), "广州一号有限公司", "天河区", "2016-05-06", 2025, 3600, 35]
    bad = [uscc(8_002), "广州二号有限公司", "南山区", "去年", 2099, "约三千", "三十五"]
    first, second = desk.rows(desk.check(book(good, bad, headings=HEADINGS)))
    assert (first.outcome, first.errors) == (RowOutcome.CREATE, [])
    assert second.outcome is RowOutcome.REJECT
    assert {error["heading"] for error in second.errors} == set(HEADINGS[2:])
