"""Where one enters."""

from flask import Blueprint

bp = Blueprint("visits", __name__)
