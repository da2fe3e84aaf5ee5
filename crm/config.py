"""Settings: these defaults, then ``instance/config.py``, then the environment (``QITI_<NAME>``)."""

import os
import secrets
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).resolve().parent.parent

DEFAULTS: dict[str, object] = {
    # One setting moves the whole register to PostgreSQL: postgresql+psycopg://user@host/name
    "DATABASE_URL": "",
    "SECRET_KEY": "",
    # The address people use to reach this server; mails and invitations are built on it, never on the Host header.
    "BASE_URL": "http://127.0.0.1:8000",
    # Number of reverse proxies in front whose X-Forwarded-* headers are believed.
    "PROXIES": 0,
    "UPLOADS": "",
    # Where the bureau's own rule packs lie; instance/packs when not said.
    "PACKS": "",
    "DEMO": False,
    # How many answers of the list of firms a process keeps while the register stays as it is; 0 keeps none.
    "FINDINGS_KEPT": 2_000,
    "SESSION_IDLE_MINUTES": 120,
    "SESSION_HOURS": 12,
    # An upload larger than this is refused before it is read (bytes).
    "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
    "MAX_FORM_PARTS": 20_000,
    "BABEL_DEFAULT_LOCALE": "zh_CN",
    "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "WTF_CSRF_TIME_LIMIT": None,
}


def load(app: Flask, overrides: dict[str, object] | None) -> None:
    """Fill ``app.config``; refuse to go on with a weak secret.

    Raises RuntimeError when SECRET_KEY is set to fewer than 32 characters.
    """
    app.config.from_mapping(DEFAULTS)
    app.config.from_pyfile("config.py", silent=True)
    app.config.from_prefixed_env("QITI")
    app.config.update(overrides or {})
    instance = Path(app.instance_path)
    instance.mkdir(parents=True, exist_ok=True)
    app.config["DATABASE_URL"] = app.config["DATABASE_URL"] or f"sqlite:///{instance / 'crm.sqlite'}"
    app.config["SQLALCHEMY_DATABASE_URI"] = app.config["DATABASE_URL"]
    app.config["UPLOADS"] = Path(str(app.config["UPLOADS"] or instance / "uploads"))
    app.config["PACKS"] = Path(str(app.config["PACKS"] or instance / "packs"))
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or _kept_secret(instance / "secret_key")
    if len(str(app.config["SECRET_KEY"])) < 32:
        raise RuntimeError("SECRET_KEY must have at least 32 characters: unset it and one is made for you")
    app.config["SESSION_COOKIE_SECURE"] = str(app.config["BASE_URL"]).startswith("https://")
    app.config["SESSION_COOKIE_NAME"] = "__Host-qiti" if app.config["SESSION_COOKIE_SECURE"] else "qiti"


def _kept_secret(path: Path) -> str:
    """Read the key of this installation, making it on the first start; two starting processes agree on one."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
