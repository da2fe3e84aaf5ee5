"""Commands of ``flask``: each a thin call into a room."""

import json
import os
from datetime import datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from crm import demo
from crm.accounts import queries as account_queries
from crm.accounts import service as people
from crm.accounts.models import User
from crm.domain.access import ROLE_LABELS
from crm.domain.errors import Refused
from crm.journal.service import System
from crm.kit.db import transaction
from crm.kit.pages import off_screen, words
from crm.rules import explain, facts, pack
from crm.rules.catalogue import FACTS
from crm.rules.metrics import METRICS
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


@click.group()
def rules() -> None:
    """Check policies, list figures, assess given facts."""


@rules.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Validate packs: the product's own, or the given files."""
    own = sorted(pack.OWN.rglob("*.yaml"))
    faults = 0
    for file in files or own:
        try:
            policy = pack.read(file)
        except FileNotFoundError:
            faults += 1
            click.echo(f"{file}: no such file", err=True)
        except pack.PackError as error:
            faults += 1
            click.echo(str(error), err=True)
        else:
            click.echo(f"{file.name}: {policy.name.zh}, {len(policy.versions)} version(s), {policy.digest[:12]}")
    if faults:
        raise click.ClickException(f"{faults} pack(s) cannot be used")


@rules.command()
@click.option("--facts", "path", required=True, type=click.Path(path_type=Path), help="JSON or CSV, see docs/rules.md.")
@click.option("--policy", required=True, help="The policy's id: tech_sme, hte …")
@click.option("--on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day asked about.")
@click.option("--action", type=click.Choice([action.value for action in pack.Action]), default="new", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def assess(path: Path, policy: str, on: datetime, action: str, as_json: bool) -> None:
    """Evaluate given facts without a database: per criterion outcome, value, threshold, shortfall, clause."""
    policies = pack.load()
    if policy not in policies:
        raise click.ClickException(f"no policy {policy}: there are {', '.join(sorted(policies))}")
    day = on.date()
    try:
        version = pack.version_on(policies[policy], day, pack.Action(action))
        scores = {*version.scores, *(part.id for score in version.scores.values() for part in score.parts)}
        frame = facts.read(path, day, scores)
        assessments = explain.assess(frame, policy, day, pack.Action(action))
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    if as_json:
        click.echo(json.dumps([explain.to_json(item) for item in assessments], ensure_ascii=False, indent=2))
        return
    for item in assessments:
        click.echo(f"{item.firm or '-'}  {item.policy.name.zh}  {item.version.id}  {item.outcome}")
        for leaf in item.root.leaves():
            click.echo(f"  {leaf.outcome:12} {leaf.clause}  {leaf.label.zh}  {leaf.value}")


@rules.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def metrics(as_json: bool) -> None:
    """List every fact and metric: key, unit, label, where it is defined."""
    rows = [
        {
            "key": figure.key,
            "is": "fact" if figure.key in FACTS else "metric",
            "kind": figure.kind.value,
            "unit": figure.unit,
            "zh": figure.zh,
            "en": figure.en,
            "defined": figure.defined,
            "inputs": list(figure.inputs),
        }
        for figure in [*FACTS.values(), *METRICS.values()]
    ]
    for name, policy in pack.load().items():
        for version in policy.versions:
            rows += [
                {
                    "key": key,
                    "is": "score",
                    "kind": "score",
                    "unit": "point",
                    "zh": score.label.zh,
                    "en": score.label.en,
                    "defined": f"{name} {version.id}",
                    "inputs": [],
                }
                for key, score in version.scores.items()
            ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"{row['key']:46} {row['unit'] or '-':8} {row['zh']}  ({row['defined']})")
