"""A register of five firms, a city's own policy that asks for sales of 2000 万元, and the worker at hand."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from crm.kit import jobs
from tests.policies.conftest import (  # noqa: F401 - fixtures
    CITY,
    act,
    activate,
    draft,
    in_force,
    look,
    nothing_remembered,
    people,
    propose,
)

WAN = 1_000_000


@pytest.fixture
def firms(make) -> SimpleNamespace:
    """Sales of last year in 万元: a 2500, b 1500, c 500; d has said only its staff of 10; e, elsewhere, 1999.99."""
    kept = {}
    for name, sales, values in (
        ("a", 2500, {"employees_total": 30}),
        ("b", 1500, {}),
        ("c", 500, {"employees_total": 30}),
        ("d", None, {"employees_total": 10}),
        ("e", 1999.99, {}),
    ):
        district = "440112" if name == "e" else "440106"
        kept[name] = make.firm(name=f"广州{name}科技有限公司", registration_district=district)
        told = {} if sales is None else {"revenue": round(sales * WAN)}
        make.annual_return(kept[name], 2025, **told, **values)
    return SimpleNamespace(**kept)


@pytest.fixture
def in_city(people, activate) -> None:  # noqa: F811
    """The city's policy is in force."""
    activate(people.a, people.m, CITY)


@pytest.fixture
def work(app) -> Callable[[], None]:
    """Return ``work()``: the worker does what waits."""

    def run() -> None:
        with app.app_context():
            while jobs.run_next():
                pass

    return run
