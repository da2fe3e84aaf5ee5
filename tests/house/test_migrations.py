"""The schema: up from empty, no difference to the models, down to nothing; broken off half-way it runs again."""

from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import event, inspect, text

from crm import create_app
from crm.kit.db import db
from tests import cluster
from tests.cluster import ON_POSTGRESQL
from tests.conftest import SETTINGS

Broken = OSError("the power went")


@pytest.fixture
def empty(tmp_path: Path) -> Flask:
    """An app on a database without a single table."""
    if not ON_POSTGRESQL:
        yield create_app({**SETTINGS, "DATABASE_URL": f"sqlite:///{tmp_path / 'crm.sqlite'}"}, str(tmp_path))
        return
    with cluster.running() as address:
        app = create_app({**SETTINGS, "DATABASE_URL": address.format(database="postgres")}, str(tmp_path))
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def tables() -> set[str]:
    """Return the tables there are; Alembic's own and those behind SQLite's index by characters left out."""
    found = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    return {name for name in found if not name.startswith("firm_handle_pairs")}


def test_up_check_down_up(empty: Flask) -> None:
    with empty.app_context():
        upgrade()
        assert tables() == set(db.metadata.tables)
        check()
        downgrade(revision="base")
        assert tables() == set()
        upgrade()


def test_broken_off_at_any_table_it_leaves_nothing_and_runs_again(empty: Flask) -> None:
    """Alembic's default on SQLite would leave half the tables and never run again."""
    with empty.app_context():
        engine = db.engine
        for stop_after in (1, 5, 12, 20):
            seen = 0

            def break_off(connection, cursor, statement, parameters, context, many) -> None:
                nonlocal seen
                if statement.lstrip().upper().startswith("CREATE TABLE"):
                    seen += 1
                    if seen > stop_after:  # noqa: B023 - used within this turn of the loop only
                        raise Broken

            event.listen(engine, "before_cursor_execute", break_off)
            with pytest.raises(OSError, match="power"):
                upgrade()
            event.remove(engine, "before_cursor_execute", break_off)
            assert inspect(engine).get_table_names() == []
        upgrade()
        assert tables() == set(db.metadata.tables)


def test_the_database_itself_refuses_to_rewrite_the_trail(app: Flask) -> None:
    from crm.journal.service import System, record
    from crm.kit.db import transaction

    with app.app_context():
        with transaction():
            record("test", System(), "firm", 1)
        for attack in ("UPDATE event SET actor_name = 'x'", "DELETE FROM event"):
            with pytest.raises(Exception, match="append-only"), transaction():
                db.session.execute(text(attack))


def test_firms_that_were_there_before_are_found_afterwards(empty: Flask) -> None:
    from crm.firms import names
    from crm.kit.db import transaction

    with empty.app_context():
        upgrade(revision="003")
        with transaction():
            db.session.execute(
                text(
                    "INSERT INTO firm (id, uscc, name, status, clusters, version, created_at, updated_at) VALUES "
                    "(7, '91440106000000001X', '广州澜图软件有限公司', 'active', '[]', 1, '2026-01-01', '2026-01-01')"
                )
            )
            db.session.execute(text("INSERT INTO former_name (firm_id, name) VALUES (7, '旧谷科技')"))
            db.session.execute(
                text("INSERT INTO contact (firm_id, name, phone, main) VALUES (7, '陈敏', '19900000001', true)")
            )
        upgrade()
        with transaction():
            assert db.session.scalar(text("SELECT count(*) FROM firm_handle")) == 10
            assert names.stale() == set()
