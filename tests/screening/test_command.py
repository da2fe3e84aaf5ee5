"""flask rules screen."""

import json

from crm.domain.ladder import Rung
from crm.kit.db import db, transaction
from crm.screening.models import Screening


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(args=["rules", "screen", *arguments])


def test_every_firm_and_policy_as_json(app, make) -> None:
    firm = make.firm()
    make.certification(firm, Rung.HIGH_TECH)
    result = run(app, "--on", "2026-11-26", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert told["on"] == "2026-11-26"
    hte = [row for row in told["firms"] if row["policy_id"] == "hte"]
    assert [(row["uscc"], row["outcome"], row["renewal"]) for row in hte] == [(firm.uscc, "cannot_tell", True)]
    assert told["policies"]["hte"]["cannot_tell"] == 1
    assert told["turned"] is None


def test_a_past_day_is_judged_by_the_rules_of_that_day(app, make) -> None:
    make.firm()
    told = json.loads(run(app, "--on", "2015-12-31", "--json").output)
    assert "hte" not in told["policies"], "32号 holds since 2016-01-01"


def test_kept_when_asked_and_only_today(app, make) -> None:
    firm = make.firm()
    assert run(app, "--keep").exit_code == 0
    with app.app_context(), transaction(writing=False):
        assert db.session.get(Screening, (firm.id, "hte")) is not None
    refused = run(app, "--keep", "--on", "2020-01-01")
    assert refused.exit_code == 1
    assert "only today" in refused.output
