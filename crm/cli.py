"""Commands of ``flask``: each a thin call into a room."""

import json
import os
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from crm import demo
from crm.accounts import queries as account_queries
from crm.accounts import service as people
from crm.accounts.models import User
from crm.cli_rules import rules
from crm.domain.access import ROLE_LABELS
from crm.domain.errors import Refused
from crm.journal.service import System
from crm.kit.db import transaction
from crm.kit.pages import off_screen, words
from crm.transfer import bring_in
from crm.transfer import service as transfer
from crm.transfer.rules import describe, tables


def init_app(app: Flask) -> None:
    """Add the commands to ``flask``."""
    app.cli.add_command(fill_demo)
    app.cli.add_command(rules)
    app.cli.add_command(accounts)
    app.cli.add_command(register)


@click.command("demo")
@click.option("--firms", default=300, show_default=True, help="How many invented firms to make.")
@click.option("--if-empty", is_flag=True, help="Leave a register that holds anything as it is; show its demo accounts.")
@with_appcontext
def fill_demo(firms: int, if_empty: bool) -> None:
    """Fill an empty register with invented firms, and print one account per role."""
    kept = Path(current_app.instance_path) / "demo-accounts.txt"
    with transaction(writing=False):
        empty = demo.is_empty()
    if empty:
        with transaction():
            accounts = demo.fill(firms)
        lines = [f"  {name:<10}  {password}  {ROLE_LABELS[role]}" for name, password, role in accounts]
        # Readable by the owner of the installation only: these are passwords, though of a demo.
        descriptor = os.open(kept, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")
        click.echo(f"{firms} invented firms are in the register.")
    elif not if_empty:
        raise click.ClickException("The register is not empty: the demo is for empty ones only.")
    if kept.exists():
        click.echo("Demo accounts (name, password, role):")
        click.echo(kept.read_text(), nl=False)


@click.group()
def accounts() -> None:
    """Let people in and out from the command line."""


@accounts.command("first-admin")
@with_appcontext
def first_admin() -> None:
    """Print a one-time link for the first administrator, while nobody can administer."""
    with transaction():
        token = people.first_administrator()
    if token is None:
        click.echo("There is an administrator already.")
        return
    click.echo("Set the first administrator's password (user name: admin) by this link, good once, for 72 hours:")
    click.echo(f"  {_link(token)}")


@accounts.command()
@click.argument("username")
@with_appcontext
def invite(username: str) -> None:
    """Print a new one-time link for an account."""
    with transaction():
        token = people.invite(_user(username), System())
    click.echo(f"  {_link(token)}")


@accounts.command("end-sessions")
@click.argument("username")
@with_appcontext
def end_sessions(username: str) -> None:
    """End every session of an account."""
    with transaction():
        people.end_sessions(_user(username))


def _user(username: str) -> User:
    user = account_queries.by_username(username)
    if user is None:
        raise click.ClickException(f"there is no account {username}")
    return user


def _link(token: str) -> str:
    return f"{current_app.config['BASE_URL']}/invitation/{token}"


@click.group()
def register() -> None:
    """Move the whole register: out as one file, into an empty register elsewhere (docs/register-format.md)."""


@register.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reason", default="", help="Kept in the file and in the trail.")
@with_appcontext
def export_register(file: Path, reason: str) -> None:
    """Write everything to FILE (.zip)."""
    if file.exists():
        raise click.ClickException(f"{file} is there already: it is not written over")
    partial = file.with_name(f"{file.name}.partial")
    try:
        told = transfer.write(partial, System().name, reason, _progress)
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
    with transaction():
        transfer.note(System(), reason, told)
    click.echo(f"{told.rows} rows and {told.files} files are in {file}")
    click.echo(f"SHA-256 {told.sha256}")
    for key in told.missing:
        click.echo(f"missing or damaged in the store, not in the file: {key}", err=True)


@register.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_appcontext
def import_register(file: Path) -> None:
    """Load FILE into this register, which must be migrated and empty; nobody has a password afterwards."""
    with off_screen("en"):
        try:
            with transaction():
                manifest = bring_in.read(file, System())
        except Refused as refusal:
            raise click.ClickException(words(refusal.message, **refusal.params)) from None
    rows = sum(table["rows"] for table in manifest["tables"])
    click.echo(f"{rows} rows and {len(manifest['files'])} files are in; counts, checksums and the trail agree.")
    click.echo("Let people in again one by one: flask accounts invite NAME")


@register.command("format")
def register_format() -> None:
    """Print the format table by table, as this version writes it."""
    click.echo(json.dumps({table.name: describe(table) for table in tables()}, ensure_ascii=False, indent=1))


def _progress(done: int, total: int, stage: str) -> None:
    click.echo(f"  {done} / {total}", err=True)
