"""flask rules …: policies checked, figures listed, facts assessed, what was decided worked out again."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
import polars as pl
from flask.cli import with_appcontext

from crm.decisions import service as decisions
from crm.domain.errors import Refused
from crm.kit import clock
from crm.kit.db import transaction
from crm.policies.queries import in_force
from crm.rules import answer, explain, facts, reading
from crm.rules.catalogue import FACTS
from crm.rules.evaluate import Outcome
from crm.rules.explain import WORDS
from crm.rules.figure import FEN_PER_WAN
from crm.rules.metrics import METRICS
from crm.rules.pack import Action, version_on
from crm.screening import service as screening
from crm.screening.models import Cause


@click.group()
def rules() -> None:
    """Check policies, list figures, assess given facts."""


@rules.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Validate packs: the product's own, or the given files."""
    own = sorted(reading.OWN.rglob("*.yaml"))
    faults = 0
    for file in files or own:
        try:
            policy = reading.read(file)
        except FileNotFoundError:
            faults += 1
            click.echo(f"{file}: no such file", err=True)
        except reading.PackError as error:
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
@click.option("--action", type=click.Choice([action.value for action in Action]), default="new", show_default=True)
@click.option("--unverified", is_flag=True, help="Also by a version whose sources nobody has verified: to look at it.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def assess(path: Path, policy: str, on: datetime, action: str, unverified: bool, as_json: bool) -> None:
    """Evaluate given facts without a database: per criterion outcome, value, threshold, shortfall, clause."""
    policies = reading.load()
    if policy not in policies:
        raise click.ClickException(f"no policy {policy}: there are {', '.join(sorted(policies))}")
    day = on.date()
    try:
        version = version_on(policies[policy], day, Action(action), unverified=unverified)
        scores = {*version.scores, *(part.id for score in version.scores.values() for part in score.parts)}
        frame = facts.read(path, day, scores)
        assessments = explain.assess(frame, policy, day, Action(action), unverified=unverified)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    if as_json:
        click.echo(json.dumps([answer.to_json(item) for item in assessments], ensure_ascii=False, indent=2))
        return
    for item in assessments:
        click.echo(f"{item.firm or '-'}  {item.policy.name.zh}  {item.version.id}  {item.outcome}")
        for leaf in item.root.leaves():
            click.echo(f"  {leaf.outcome:12} {leaf.clause}  {leaf.label.zh}  {leaf.value}")
        if item.award is not None:
            gives = "奖补" if item.award.award.gives == "money" else "加计扣除额"
            click.echo(f"  {gives} {_span(item.award.least, item.award.most)}")
            for part in item.award.parts:
                click.echo(f"    {_span(part.least, part.most)}  {part.clause}  {part.label.zh}  {part.given}")


def _span(least: int, most: int | None) -> str:
    """Return a range of fen in 万元; an end that nothing bounds is open."""
    low, high = (None if fen is None else f"{fen / FEN_PER_WAN:,.2f}" for fen in (least, most))
    return f"{low} 万元" if low == high else f"{low}–{high or '…'} 万元"


@rules.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@with_appcontext
def replay(as_json: bool) -> None:
    """Work out every kept assessment again, by the rules and facts kept with it; fail when anything differs."""
    with transaction(writing=False):
        done = decisions.replay_all()
    if as_json:
        click.echo(json.dumps(asdict(done) | {"sound": done.sound}, ensure_ascii=False, indent=2))
    else:
        for fault in done.faults:
            click.echo(f"decision {fault.decision_id}: {decisions.FAULTS[fault.what]}  {fault.detail or ''}".rstrip())
        if done.broken_at is not None:
            click.echo(f"the trail is broken at event {done.broken_at}")
        click.echo(f"{done.kept} kept assessment(s), {len(done.faults)} fault(s)")
    if not done.sound:
        raise SystemExit(1)


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
    for name, policy in reading.load().items():
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


@rules.command()
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day asked about; today when not given.")
@click.option("--keep", is_flag=True, help="Keep today's outcomes and what turned, as the night does.")
@click.option("--json", "as_json", is_flag=True, help="Print every firm and policy as JSON.")
@with_appcontext
def screen(on: datetime | None, keep: bool, as_json: bool) -> None:
    """Judge every firm of the register by every policy in force on a day."""
    today = clock.today()
    day = on.date() if on else today
    if keep and day != today:
        raise click.ClickException("only today's outcomes are kept: leave out --on, or --keep")
    turned = screening.walk(today, Cause.DEMAND) if keep else None
    with transaction(writing=False):
        policies, codes = in_force(), screening.codes()
    found = pl.concat(part for _ids, part in screening.judge_all(day, policies.values()))
    totals = {
        row["policy_id"]: {key: value for key, value in row.items() if key != "policy_id"}
        for row in screening.totals(found).iter_rows(named=True)
    }
    if as_json:
        told = found.sort("policy_id", "firm_id").iter_rows(named=True)
        firms = [{"uscc": codes[row.pop("firm_id")], **row, "outcome": WORDS[Outcome(row["outcome"])]} for row in told]
        result = {"on": day.isoformat(), "turned": turned, "policies": totals, "firms": firms}
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for policy_id, counts in totals.items():
        click.echo(f"{policy_id:24}" + "  ".join(f"{name} {count}" for name, count in counts.items()))
    if turned is not None:
        click.echo(f"{turned} outcomes turned since the last pass")
