"""What tests of lists may ask for."""

import pytest
from flask import Flask

from tests.imports.desk import Desk
from tests.make import Make


@pytest.fixture
def desk(app: Flask, make: Make) -> Desk:
    """Return an officer of the whole city who brings lists in."""
    return Desk(app, make.user("officer"))
