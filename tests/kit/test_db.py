"""The rule about transactions."""

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from crm.firms.models import Firm
from crm.kit.db import db, transaction


def test_who_reads_cannot_write_and_the_next_can(app: Flask, make) -> None:
    """One connection serves both, one after the other: neither may inherit what the other was allowed."""
    firm = make.firm()
    with app.app_context():
        for _turn in range(2):
            with transaction(writing=False), pytest.raises(DBAPIError):
                db.session.execute(delete(Firm).where(Firm.id == firm.id))
            with transaction():
                db.session.get_one(Firm, firm.id).park = "示范园区"
        with transaction(writing=False):
            assert db.session.scalars(select(Firm.park)).all() == ["示范园区"]
