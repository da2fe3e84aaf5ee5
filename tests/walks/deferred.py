"""The product with its guard taken out: transactions begin deferred, as the driver would have it. For one test only."""

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

from crm import create_app
from crm.kit import db


def _deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


event.remove(Engine, "begin", db._on_begin)
event.listen(Engine, "begin", _deferred)
app = create_app()
