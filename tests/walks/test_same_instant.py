"""Twenty people save at the same instant, through the real server."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Barrier
from urllib.parse import quote

import pytest

from benchmarks.client import Client
from benchmarks.server import Server
from tests import cluster, serve
from tests.cluster import ON_POSTGRESQL
from tests.make import uscc
from tests.walks.conftest import accounts

PEOPLE = 20


def burst(server: serve.Running, password: str, start: int) -> list[int]:
    """Create PEOPLE firms at once, each by a client of its own; return the status of each answer."""
    whom = Server(server.url, "", "manager", password, {})
    barrier = Barrier(PEOPLE)

    def save(client: Client, number: int) -> int:
        barrier.wait()
        values = {"uscc": uscc(start + number), "name": f"同时{number}有限公司", "registration_district": "440106"}
        return client.post("/firms/new", {**client.blank, **values})[0]

    with ExitStack() as open_clients, ThreadPoolExecutor(PEOPLE) as pool:
        clients = [open_clients.enter_context(closing(Client(whom))) for _ in range(PEOPLE)]
        return list(pool.map(save, clients, range(PEOPLE)))


@pytest.mark.browser
def test_twenty_writes_at_once_all_arrive(tmp_path: Path) -> None:
    def run(database: str) -> None:
        environment = serve.settings(tmp_path, database)
        serve.flask(environment, "db", "upgrade")
        printed = serve.flask(environment, "demo", "--firms", "5")
        with serve.serving(environment, worker=False) as server:
            assert burst(server, accounts(printed)["manager"], 1000) == [302] * PEOPLE
            with closing(Client(Server(server.url, "", "manager", accounts(printed)["manager"], {}))) as client:
                found = client.get(f"/firms?q={quote('同时')}")
            assert len(set(re.findall(r"同时\d+有限公司", found))) == PEOPLE

    if ON_POSTGRESQL:
        with cluster.running() as address:
            run(address.format(database="postgres"))
    else:
        run(f"sqlite:///{tmp_path / 'crm.sqlite'}")


@pytest.mark.browser
@pytest.mark.sqlite
def test_without_begin_immediate_it_breaks(tmp_path: Path) -> None:
    """The guard is what holds: begun deferred, some of the twenty are refused because the database is locked."""
    environment = serve.settings(tmp_path, f"sqlite:///{tmp_path / 'crm.sqlite'}")
    serve.flask(environment, "db", "upgrade")
    printed = serve.flask(environment, "demo", "--firms", "5")
    with serve.serving(environment, app="tests.walks.deferred:app", worker=False) as server:
        answers = [status for turn in range(3) for status in burst(server, accounts(printed)["manager"], 1000 * turn)]
    kept = sqlite3.connect(tmp_path / "crm.sqlite").execute("SELECT count(*) FROM firm").fetchone()[0] - 5
    assert any(status >= 500 for status in answers)
    assert kept == answers.count(302) < 3 * PEOPLE
