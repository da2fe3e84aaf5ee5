"""Where one enters."""

from flask import Blueprint

bp = Blueprint("letters", __name__)
