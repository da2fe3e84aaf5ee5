"""Counts over the whole register are kept while it stands still, for those who may see the same firms."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
from flask import Flask

from crm.domain.ladder import Rung
from crm.firms import kept
from crm.kit import clock
from crm.kit.db import db, transaction
from crm.screening.models import Cause, Screening, ScreeningRun
from tests.make import Make, uscc


@pytest.fixture(autouse=True)
def keeping(app: Flask) -> None:
    app.config["FINDINGS_KEPT"] = 100


def counted(statements: list[str]) -> list[str]:
    return [one for one in statements if "count(" in one.lower() and "FROM user" not in one]


def test_the_stairs_are_counted_once_and_anew_after_a_change(make: Make, browse: Callable, statements) -> None:
    firm = make.firm(name="广州甲甲科技有限公司")
    make.certification(firm, Rung.HIGH_TECH, issued_on=date(2025, 1, 1), expires_on=date(2027, 12, 31))
    officer, tianhe = browse(make.user("officer")), browse(make.user("officer", districts=["440112"]))
    with statements() as seen:
        first = officer.get("/ladder").words
    assert counted(seen)
    with statements() as seen:
        assert officer.get("/ladder").words == first
    assert not counted(seen)
    assert tianhe.get("/ladder").words != first, "who sees other firms counts others"
    officer.submit("/firms/new", {"uscc": uscc(907), "name": "广州乙乙科技有限公司", "registration_district": "440106"})
    assert officer.get("/ladder").words != first


def test_the_screening_is_counted_anew_after_a_pass(app: Flask, make: Make, browse: Callable) -> None:
    firm = make.firm(name="广州甲甲科技有限公司")
    row = {"renewal": False, "short": 0, "unknown": 0, "distance": 0.0, "since": clock.today()}
    with app.app_context(), transaction():
        db.session.add(Screening(firm_id=firm.id, policy_id="high-tech", outcome=0, **row))
    officer = browse(make.user("officer"))
    listed = "screening.met(high-tech)"
    before = officer.get("/screening").text
    with app.app_context(), transaction():
        db.session.query(Screening).update({"outcome": 2})
    assert officer.get("/screening").text.count(listed) == before.count(listed)
    with app.app_context(), transaction():
        db.session.add(
            ScreeningRun(
                on=clock.today(), cause=Cause.NIGHT, began_at=clock.now(), ended_at=clock.now(), firms=1, turned=1,
                policies={},
            )
        )  # fmt: skip
    assert officer.get("/screening").words != before


class Asked:
    """A question that tells when it is looked for."""

    def __init__(self, looked_for: Event) -> None:
        self.looked_for = looked_for

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked)

    def __hash__(self) -> int:
        self.looked_for.set()
        return 1


def test_of_two_who_ask_at_once_one_works_it_out(app: Flask, make: Make) -> None:
    user, began, go_on = make.user("officer"), Event(), Event()
    worked: list[str] = []

    def ask(who: str, looked_for: Event) -> int:
        def work_out() -> int:
            worked.append(who)
            began.set()
            assert go_on.wait(10)
            return 7

        with app.app_context(), transaction(writing=False):
            return kept.once(user, "test", Asked(looked_for), work_out)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, "first", Event())
        assert began.wait(10)
        waits = Event()
        second = pool.submit(ask, "second", waits)
        assert waits.wait(10)
        go_on.set()
        assert (first.result(10), second.result(10)) == (7, 7)
    assert worked == ["first"]


def test_a_question_that_failed_is_asked_again(app: Flask, make: Make) -> None:
    user = make.user("officer")

    def fail() -> int:
        raise ArithmeticError

    with app.app_context(), transaction(writing=False):
        with pytest.raises(ArithmeticError):
            kept.once(user, "test", "failing", fail)
        assert kept.once(user, "test", "failing", lambda: 3) == 3


def test_who_writes_keeps_nothing(app: Flask, make: Make) -> None:
    """Lines of the trail that are rolled back would give their number to others."""
    user = make.user("officer")
    with app.app_context(), transaction():
        assert kept.once(user, "test", "writing", lambda: 1) == 1
        assert kept.once(user, "test", "writing", lambda: 2) == 2
