"""The audit trail shows any tampering."""

import pytest
from flask import Flask
from sqlalchemy import text

from crm.journal.models import Event
from crm.journal.service import Entry, System, changes, record, record_many, verify
from crm.kit.db import db, transaction
from tests.cluster import ON_POSTGRESQL


def fill(app: Flask, count: int = 20) -> None:
    with app.app_context(), transaction():
        record_many(
            [Entry("firm.edited", "firm", n, n, {"changes": {"name": ["旧", "新"]}}) for n in range(count)], System()
        )


def unlock() -> None:
    """An attacker with the database password takes the triggers away first."""
    if ON_POSTGRESQL:
        db.session.execute(text("ALTER TABLE event DISABLE TRIGGER event_refuses"))
    else:
        db.session.execute(text("DROP TRIGGER event_refuses_update"))
        db.session.execute(text("DROP TRIGGER event_refuses_delete"))


def test_an_honest_trail_verifies(app: Flask) -> None:
    fill(app)
    with app.app_context(), transaction():
        record("firm.read", System(), "firm", 1)
    with app.app_context():
        assert verify() is None
        assert db.session.query(Event).count() == 21


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        ("UPDATE event SET actor_name = '别人' WHERE id = 7", 7),
        ("UPDATE event SET detail = '{}' WHERE id = 20", 20),
        ("DELETE FROM event WHERE id = 7", 8),
        ("DELETE FROM event WHERE id > 15", 16),
    ],
)
def test_tampering_is_found(app: Flask, attack: str, found: int) -> None:
    fill(app)
    with app.app_context():
        with transaction():
            unlock()
            db.session.execute(text(attack))
        assert verify() == found


def test_an_act_without_its_record_is_not_kept(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), transaction():
            record("firm.edited", System(), "firm", 1)
            raise ZeroDivisionError
        assert db.session.query(Event).count() == 0


def test_changes_lists_only_what_differs() -> None:
    before = {"name": "甲", "address": None, "status": "active"}
    assert changes(before, {"name": "乙", "address": None}) == {"name": ["甲", "乙"]}
