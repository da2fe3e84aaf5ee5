"""What the server starts: ``gunicorn wsgi:app``."""

from crm import create_app

app = create_app()
