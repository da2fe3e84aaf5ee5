"""Where one enters."""

from flask import Blueprint

bp = Blueprint("ladder", __name__)
