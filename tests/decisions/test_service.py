"""What was decided on stands as it was: replayed after the rules changed, and found out when somebody touched it."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from crm.decisions import queries, service
from crm.decisions.models import Decision
from crm.domain.errors import Refused
from crm.domain.ladder import Rung
from crm.firms import merge
from crm.firms.models import Firm
from crm.kit.db import db, transaction
from crm.ladder import service as ladder
from crm.policies import queries as policies
from crm.rules.reading import load, parse, texts
from tests.ladder.conftest import TODAY, WAN

PAST = date(2026, 3, 2)
SHARE = "at_least: 0.10"  # 32号第十一条(四): technical staff of 10 % at least


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def keep(firm: Any, actor: Any, on: date = TODAY, rung: Rung = Rung.HIGH_TECH, purpose: str = "推荐申报") -> int:
    with transaction():
        record = db.session.get_one(Firm, firm.id)
        return service.keep(record, ladder.gap(record, on, rung), actor, purpose).id


def replayed() -> service.Replay:
    with transaction(writing=False):
        return service.replay_all()


def as_kept(decision_id: int, firm: Any) -> ladder.Gap:
    with transaction(writing=False):
        return queries.as_kept(queries.get(decision_id, db.session.get_one(Firm, firm.id)))


def unlock() -> None:
    """An attacker with the database password takes the triggers away first."""
    for table in ("decision", "decision_pack"):
        if db.session.get_bind().dialect.name == "postgresql":
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_refuses"))
        else:
            for act in ("update", "delete"):
                db.session.execute(text(f"DROP TRIGGER {table}_refuses_{act}"))


def other_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped pack is another from now on: nine in ten have to be technical staff."""
    was = texts()[load()["hte"].digest]
    assert SHARE in was
    changed = {**load(), "hte": parse(was.replace(SHARE, "at_least: 0.90"), "hte.yaml")}
    monkeypatch.setattr(policies, "in_force", lambda: changed)


def test_it_says_the_same_after_the_rules_have_changed(good_firm, make, judge, monkeypatch) -> None:
    """16 of 60 are 26.7 %: enough for 10 %, not for the 90 % of a pack shipped later."""
    firm = good_firm()
    decision = keep(firm, make.user())
    before = as_kept(decision, firm).assessment
    other_rules(monkeypatch)
    assert "not_met" in {c.outcome for c in judge(firm, TODAY, Rung.HIGH_TECH).assessment.root.leaves()}
    assert replayed() == service.Replay(1)
    assert as_kept(decision, firm).assessment == before


def test_the_kept_tree_is_the_one_that_was_read(good_firm, make, judge) -> None:
    firm = good_firm({2025: {"tech_staff": 5}, 2024: {"conversions": None}})
    was = judge(firm, TODAY, Rung.HIGH_TECH)
    kept = as_kept(keep(firm, make.user()), firm)
    assert kept.assessment.root == was.assessment.root
    assert kept.assessment.scores == was.assessment.scores
    assert kept.assessment.figures == was.assessment.figures


def test_the_file_may_change_afterwards(good_firm, make) -> None:
    firm = good_firm()
    decision = keep(firm, make.user())
    make.annual_return(firm, 2025, source="officer", revenue=1, rd_hte=0, employees_total=1)
    assert replayed().sound
    with transaction(writing=False):
        assert db.session.get_one(Decision, decision).facts["sales_y1"] == ["money", 4400 * WAN], "in fen, exactly"


def test_a_decision_of_a_past_day_rests_on_what_was_known_by_then(good_firm, make) -> None:
    """On 2 March the check of 1 June had not been made, and returns are stated as of the day of the test."""
    firm = good_firm()
    decision = keep(firm, make.user(), PAST)
    with transaction(writing=False):
        kept = db.session.get_one(Decision, decision)
        assert kept.on == PAST
        assert "on_abnormal_or_dishonest_list" not in kept.facts
        assert kept.outcome == "cannot_tell"
    assert replayed().sound


FIELDS = {
    "firm_name": "别的公司",
    "uscc": "91440106000000000X",
    "policy_id": "tech_sme",
    "version_id": "hte@2008",
    "action": "renewal",
    "on": "2020-01-01",
    "outcome": "met",
    "purpose": "出具资格说明",
    "decided_by": "别人",
    "decided_at": "2020-01-01 00:00:00+00:00",
    "facts": json.dumps({"sales_y1": ["money", 1]}),
    "found": json.dumps({"hte": 2}),
    "digest": "0" * 64,
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_was_touched_is_found(good_firm, make, field) -> None:
    decision = keep(good_firm(), make.user())
    with transaction():
        unlock()
        db.session.execute(text(f'UPDATE decision SET "{field}" = :value'), {"value": FIELDS[field]})  # noqa: S608
    assert replayed().faults == [service.Fault(decision, "changed")]


def test_whose_it_is_and_who_decided_are_sealed_too(good_firm, make) -> None:
    decision = keep(good_firm(), make.user())
    other, somebody = make.firm(), make.user()
    for field, value in (("firm_id", other.id), ("decided_by_id", somebody.id)):
        with transaction():
            row = db.session.get_one(Decision, decision)
            assert service.digest_of(row) == row.digest
            setattr(row, field, value)
            assert service.digest_of(row) != row.digest, field
            db.session.rollback()
    assert set(service.SEALED) == set(Decision.__table__.columns.keys()) - {"id", "digest"}


def test_a_digest_made_to_fit_is_found_through_the_trail(good_firm, make) -> None:
    decision = keep(good_firm(), make.user())
    with transaction():
        unlock()
        db.session.execute(text("UPDATE decision SET purpose = '别的'"))
        digest = service.digest_of(db.session.get_one(Decision, decision))
        db.session.execute(text("UPDATE decision SET digest = :digest"), {"digest": digest})
    assert replayed().faults == [service.Fault(decision, "changed")]


def test_a_row_taken_out_and_a_row_slipped_in_are_found(good_firm, make) -> None:
    firm, actor = good_firm(), make.user()
    gone, left = keep(firm, actor), keep(firm, actor)
    with transaction():
        unlock()
        row = db.session.get_one(Decision, left)
        told = {c.name: getattr(row, c.name) for c in Decision.__table__.columns if c.name != "id"}
        db.session.add(Decision(**told))
        db.session.execute(text("DELETE FROM decision WHERE id = :id"), {"id": gone})
    assert [(fault.decision_id, fault.what) for fault in replayed().faults] == [(gone, "gone"), (left + 1, "untold")]


def test_a_text_of_the_rules_that_was_touched_is_found(good_firm, make) -> None:
    decision = keep(good_firm(), make.user())
    with transaction():
        unlock()
        db.session.execute(text("UPDATE decision_pack SET text = replace(text, '0.10', '0.90')"))
    assert replayed().faults == [service.Fault(decision, "pack")]


def test_a_formula_that_says_something_else_now_is_told(good_firm, make, monkeypatch) -> None:
    """The rules are kept; the formulas of metrics are the program's own, and what they say is compared."""
    decision = keep(good_firm(), make.user())
    found_in = service.replay.found_in
    monkeypatch.setattr(
        service.replay, "found_in", lambda *args: {**found_in(*args), "tech_staff_ratio_last_year": 0.5, "hte": 0}
    )
    (fault,) = replayed().faults
    assert (fault.decision_id, fault.what) == (decision, "differs")
    assert fault.detail["tech_staff_ratio_last_year"] == [pytest.approx(16 / 60), 0.5]
    assert fault.detail["outcome"] == ["cannot_tell", "not_met"]


def test_the_database_itself_refuses(good_firm, make) -> None:
    keep(good_firm(), make.user())
    for statement in ("UPDATE decision SET purpose = ''", "DELETE FROM decision", "UPDATE decision_pack SET text = ''"):
        with pytest.raises(Exception, match="append-only"), transaction():
            db.session.execute(text(statement))


def test_the_text_of_a_pack_is_kept_once(good_firm, make) -> None:
    firm, actor = good_firm(), make.user()
    for _ in range(2):
        keep(firm, actor)
    keep(firm, actor, rung=Rung.TECH_SME)
    with transaction(writing=False):
        assert db.session.scalar(text("SELECT count(*) FROM decision_pack")) == 2


def test_what_was_kept_of_a_file_is_read_from_the_file_it_went_into(good_firm, make) -> None:
    gone, kept, actor = good_firm(), make.firm(), make.user()
    decision = keep(gone, actor)
    with transaction():
        files = [db.session.get_one(Firm, firm.id) for firm in (kept, gone)]
        seal = merge.plan(*files, TODAY).seal
        merge.do(*files, actor, {}, seal, TODAY)
    assert replayed().sound, "a merge touches no decision"
    with transaction(writing=False):
        assert [item.id for item in queries.of_firm(db.session.get_one(Firm, kept.id))] == [decision]


def test_without_a_rule_there_is_nothing_to_keep(make) -> None:
    with pytest.raises(Refused, match="没有生效"):
        keep(make.firm(), make.user(), date(2000, 1, 1))


def test_the_command(good_firm, make, app) -> None:
    keep(good_firm(), make.user())
    command = app.test_cli_runner().invoke(args=["rules", "replay", "--json"])
    assert command.exit_code == 0, command.output
    assert json.loads(command.output) == {"kept": 1, "faults": [], "broken_at": None, "sound": True}
    with transaction():
        unlock()
        db.session.execute(text("UPDATE decision SET purpose = '别的'"))
    command = app.test_cli_runner().invoke(args=["rules", "replay"])
    assert command.exit_code == 1
    assert "a field is not as it was kept" in command.output
    with transaction(writing=False):
        assert db.session.scalars(select(Decision.purpose)).all() == ["别的"]
