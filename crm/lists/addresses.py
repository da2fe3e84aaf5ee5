"""Lists as addresses."""

from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from flask import url_for
from werkzeug.datastructures import MultiDict

from crm.lists.asked import Asked

LONGEST = 4_000


def address(asked: Asked, endpoint: str = "lists.index", **more: Any) -> str:
    """Return where a list, or a page about it, stands."""
    arguments = {**asked.arguments(), **more}
    # A bare address opens the reader's first view: the plain list says that it is no view.
    return url_for(endpoint, **arguments or {"view": 0})


def query_of(asked: Asked) -> str:
    """Return the query string of a list as a view keeps it: without page, day and view."""
    return address(asked.but(view=None, on=None)).partition("?")[2].removeprefix("view=0")


def asked_of(query: str, today: date) -> Asked:
    """Read a query string."""
    return Asked.read(MultiDict(parse_qsl(query[:LONGEST])), today)
