"""Commands of ``flask``: each a thin call into a room."""

import os
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from crm import demo
from crm.domain.access import ROLE_LABELS
from crm.kit.db import transaction


def init_app(app: Flask) -> None:
    """Add the commands to ``flask``."""
    app.cli.add_command(fill_demo)


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
