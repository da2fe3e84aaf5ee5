"""What every test may ask for: an app on an empty, migrated database, and a browser that checks the house style."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, event, make_url, text

from crm import create_app
from crm.firms import names
from crm.kit.db import db, transaction
from tests import cluster, quick
from tests.browse import Browser
from tests.cluster import ON_POSTGRESQL
from tests.make import Make

# Tests put records into tables past the services and their trail, so nothing a list found is kept between requests.
SETTINGS: dict[str, object] = {
    "TESTING": True,
    "SECRET_KEY": "t" * 40,
    "BASE_URL": "http://localhost",
    "FINDINGS_KEPT": 0,
}


quick.share()
if in_memory := cluster.memory():
    # Where tests put their databases and files: no power cut is survived here.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", in_memory)


@pytest.fixture(scope="session")
def database_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Return ``copy(folder, of="", name="")``: a database of one's own, a copy of a migrated one; returns its address.

    ``of``: a copy of the database at that address instead, which nobody has open. ``name``: it stays to be copied.
    """
    folder = tmp_path_factory.mktemp("template")
    if not ON_POSTGRESQL:
        migrated = folder / "crm.sqlite"
        _migrate(f"sqlite:///{migrated}", folder)

        def copy(target: Path, of: str = "", name: str = "crm") -> str:
            shutil.copy(of.removeprefix("sqlite:///") or migrated, target / f"{name}.sqlite")
            return f"sqlite:///{target / f'{name}.sqlite'}"

        yield copy
        return
    with cluster.running() as address:
        server = create_engine(address.format(database="postgres"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("CREATE DATABASE template_crm"))
        _migrate(address.format(database="template_crm"), folder)
        numbers = iter(range(10, 10**9))

        def clone(target: Path, of: str = "", name: str = "") -> str:
            number = next(numbers)
            made, source = name or f"test_{number}", make_url(of).database if of else "template_crm"
            with server.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {made} TEMPLATE {source}"))
                # A test has a few databases at most; those of tests long over would fill the memory.
                connection.execute(text(f"DROP DATABASE IF EXISTS test_{number - 10} WITH (FORCE)"))
            return address.format(database=made)

        yield clone
        server.dispose()


def _migrate(address: str, instance: Path) -> None:
    app = create_app({**SETTINGS, "DATABASE_URL": address}, str(instance))
    with app.app_context():
        upgrade()
        db.engine.dispose()


@pytest.fixture
def app(database_template: Callable[[Path], str], tmp_path: Path) -> Iterator[Flask]:
    """Return an app on an empty register."""
    app = create_app({**SETTINGS, "DATABASE_URL": database_template(tmp_path)}, str(tmp_path))
    quick.share_templates(app)
    yield app
    with app.app_context():
        db.session.remove()
        with transaction(writing=False):
            forgotten = names.stale()
        assert not forgotten, f"names, codes or contacts of firms {forgotten} were changed without names.refresh"
        db.engine.dispose()


@pytest.fixture
def make(app: Flask) -> Make:
    """Return the builders: ``make.firm(...)``, ``make.user(role=...)``; each call is committed."""
    return Make(app)


@pytest.fixture
def browse(app: Flask) -> Callable[..., Browser]:
    """Return ``browse(user)``: a browser signed in as that user, or nobody."""

    def open_browser(user: object | None = None) -> Browser:
        return Browser(app, user)

    return open_browser


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    """Run the test in one writing transaction of the app, for tests of services and queries."""
    with app.app_context(), app.test_request_context(), transaction():
        yield


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Return ``with statements() as seen:`` which gathers the SQL of a block; transaction control is left out."""

    @contextmanager
    def gather() -> Iterator[list[str]]:
        seen: list[str] = []

        def listener(*call: Any) -> None:
            if call[2].lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
                seen.append(call[2])

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", listener)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", listener)

    return gather


@pytest.fixture
def noon() -> Iterator[None]:
    """Let the clock run from noon of 26 November 2026: what is due that day is so whenever the tests are run."""
    with time_machine.travel(datetime(2026, 11, 26, 4, tzinfo=UTC)):
        yield


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI a skipped test is a failure: nothing passes by not being looked at."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(reporter.stats['skipped'])} skipped under CI counts as failed", red=True)
