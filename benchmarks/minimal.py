"""The least that lists 50 firms of the same table: a Flask view, one statement, one small template. The yardstick."""

import os

import pysqlite3.dbapi2
from flask import Flask, render_template_string, request
from sqlalchemy import create_engine, text

PAGE = """<!doctype html><title>Firms</title><table>{% for firm in firms %}
<tr><td><a href="/firms/{{ firm.id }}">{{ firm.name }}</a></td><td>{{ firm.uscc }}</td>
<td>{{ firm.registration_district }}</td><td>{{ firm.established_on }}</td>
<td>{{ firm.updated_at }}</td></tr>{% endfor %}</table>"""
FIRMS = text(
    "SELECT id, name, uscc, registration_district, established_on, updated_at FROM firm "
    "ORDER BY name, id LIMIT 50 OFFSET :start"
)

app = Flask(__name__)
address = os.environ["QITI_DATABASE_URL"]
engine = create_engine(address, **({"module": pysqlite3.dbapi2} if address.startswith("sqlite") else {}))


@app.get("/firms")
def firms() -> str:
    """List 50 firms by name."""
    with engine.connect() as connection:
        start = 50 * (int(request.args.get("page", "1")) - 1)
        return render_template_string(PAGE, firms=connection.execute(FIRMS, {"start": start}).all())


@app.get("/healthz")
def health() -> str:
    """Answer when the process is alive."""
    return "ok"
