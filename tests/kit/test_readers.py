"""Reading by several at once: in order, each in its own transaction, and no further ahead than need be."""

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.firms import queries
from crm.firms.models import Firm
from crm.kit.db import db, transaction
from crm.kit.readers import at_once


def test_each_part_is_read_in_a_thread_of_its_own_and_told_in_order(app: Flask, make) -> None:
    for _ in range(3):
        make.firm()

    def read(number: int) -> tuple[int, int, bool]:
        alone = threading.current_thread() is not threading.main_thread()
        return number, db.session.scalar(select(func.count(Firm.id))), alone

    with app.app_context():
        assert list(at_once(range(9), read)) == [(number, 3, True) for number in range(9)]


def test_nobody_works_far_ahead_of_whoever_takes_the_results(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    begun: list[int] = []
    with app.app_context():
        results = at_once(range(100), begun.append)
        for _ in range(3):
            next(results)
        results.close()
    assert len(begun) <= 3 + 2 * 2


def test_a_reader_that_fails_is_heard(app: Flask) -> None:
    with app.app_context(), pytest.raises(ZeroDivisionError):
        list(at_once([1, 0, 1], lambda number: 1 // number))


def test_ranges_hold_every_firm_once(app: Flask, make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "IN_A_RANGE", 2)
    made = [make.firm().id for _ in range(5)]
    with app.app_context(), transaction(writing=False):
        found = [db.session.scalars(queries.within(ids, select(Firm.id))).all() for ids in queries.id_ranges()]
    assert [len(part) for part in found] == [2, 2, 1]
    assert sorted(id_ for part in found for id_ in part) == made


def test_an_empty_register_has_one_empty_range(app: Flask) -> None:
    with app.app_context(), transaction(writing=False):
        [ids] = queries.id_ranges()
        assert db.session.scalars(queries.within(ids, select(Firm.id))).all() == []
