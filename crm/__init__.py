"""Qiti 企梯: the back office of a city bureau for raising technology firms."""

from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path

from babel import Locale
from flask import Flask, request, session
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from crm import cli, config, menu
from crm.kit import access, db, once, pages

# The table of contents: the modules that keep tables, and the rooms one can enter.
TABLES = (
    "kit.jobs",
    "kit.once",
    "kit.rounds",
    "accounts.models",
    "journal.models",
    "firms.models",
    "firms.merge_models",
    "firms.care_models",
    "firms.award_models",
    "policies.models",
    "trials.models",
    "imports.models",
    "imports.reading_models",
    "visits.models",
    "requests.models",
    "plans.models",
    "quality.models",
    "tasks.models",
    "screening.models",
    "decisions.models",
    "lists.saved_models",
    "lists.bulk_models",
    "lists.export_models",
)
ROOMS = (
    "accounts",
    "firms",
    "policies",
    "imports",
    "visits",
    "requests",
    "plans",
    "tasks",
    "ladder",
    "screening",
    "decisions",
    "awards",
    "lists",
    "letters",
    "trials",
    "quality",
    "transfer",
    "desk",
)


def create_app(overrides: dict[str, object] | None = None, instance_path: str | None = None) -> Flask:
    """Join the parts. ``overrides`` win over instance/config.py and the environment."""
    root = Path(__file__).resolve().parent.parent
    app = Flask(
        "crm",
        root_path=str(root),
        instance_path=instance_path or str(root / "instance"),
        instance_relative_config=True,
    )
    config.load(app, overrides)
    app.permanent_session_lifetime = timedelta(minutes=app.config["SESSION_IDLE_MINUTES"])
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    db.init_app(app)
    for module in TABLES:
        import_module(f"crm.{module}")
    Migrate(app, db.db, directory=str(root / "migrations"), render_as_batch=True, compare_type=True)
    Babel(app, locale_selector=_locale, default_translation_directories=str(root / "crm" / "translations"))
    CSRFProtect(app)
    _welcome(app)
    once.init_app(app)
    pages.init_app(app)
    menu.init_app(app)
    for room in ROOMS:
        app.register_blueprint(import_module(f"crm.{room}.views").bp)
    cli.init_app(app)
    access.check_every_door(app)
    return app


def _locale() -> Locale:
    return _language(str(session.get("locale") or request.accept_languages.best_match(["zh", "en"]) or "zh_CN"))


@cache
def _language(name: str) -> Locale:
    return Locale.parse(name)


def _welcome(app: Flask) -> None:
    from crm.accounts.views import login_manager

    login_manager.init_app(app)
