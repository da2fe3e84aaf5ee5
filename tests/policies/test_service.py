"""The life of a text: proposed by one, put in force by another, replaced, withdrawn; never judged by when tampered."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from crm.domain.errors import Refused
from crm.domain.ladder import Rung
from crm.journal.models import Event
from crm.journal.service import verify
from crm.kit import clock
from crm.kit.db import db, transaction
from crm.ladder import service as ladder
from crm.policies import queries, service, store
from crm.policies.models import PolicyEdition
from crm.rules.reading import PackError, load
from crm.rules.words import Grade
from tests import serve
from tests.policies.conftest import CITY, SHIPPED, tech_sme

ROOT = Path(__file__).parents[2]


def limit(policy) -> float:
    """Return the most staff that a version of tech_sme allows."""
    return next(c.at_most for c in policy.versions[0].criteria.all if c.id == "staff")


def test_the_whole_life(people, act, draft, look, in_force, activate, app) -> None:
    assert limit(in_force("tech_sme")) == 500
    first = draft(people.a, tech_sme(400))
    assert look(first).status == "draft"
    act(service.propose, first, people.a, "随文件修订", in_force("tech_sme").digest)
    assert look(first).status == "proposed"
    assert limit(in_force("tech_sme")) == 500
    act(service.send_back, first, people.m, "缺文号")
    assert (look(first).status, look(first).returned_why) == ("draft", "缺文号")
    act(service.edit, first, people.a, look(first).version, tech_sme(300))
    act(service.propose, first, people.a, "补了文号", in_force("tech_sme").digest)
    act(service.activate, first, people.m, look(first).digest)
    assert look(first).status == "active"
    assert limit(in_force("tech_sme")) == 300
    second = activate(people.a, people.b, tech_sme(200))
    assert (look(first).status, look(first).replaced_by_id) == ("replaced", second)
    assert limit(in_force("tech_sme")) == 200
    act(service.withdraw, second, people.m, "上级来函")
    assert look(second).status == "withdrawn"
    assert limit(in_force("tech_sme")) == 500  # the shipped text again
    with app.app_context(), transaction(writing=False):
        acts = list(db.session.scalars(select(Event.action).where(Event.subject == "policy").order_by(Event.id)))
        assert verify() is None
    assert acts == [
        "policy.drafted", "policy.proposed", "policy.returned", "policy.edited", "policy.proposed", "policy.activated",
        "policy.drafted", "policy.proposed", "policy.replaced", "policy.activated", "policy.withdrawn",
    ]  # fmt: skip


def test_who_wrote_or_proposed_a_text_puts_it_in_force_never(people, act, draft, look, propose, app, in_force) -> None:
    edition_id = propose(people.a)
    digest = look(edition_id).digest
    with pytest.raises(Refused, match="不能自己定"):
        act(service.activate, edition_id, people.a, digest)
    # B writes, A proposes: both are out, and both stay out after it was sent back and proposed again.
    other = draft(people.b, tech_sme(350))
    act(service.propose, other, people.a, "改", in_force("tech_sme").digest)
    for one in (people.a, people.b):
        with pytest.raises(Refused, match="不能自己定"):
            act(service.activate, other, one, look(other).digest)
    act(service.activate, other, people.m, look(other).digest)
    with pytest.raises(Refused, match="不能自己定"):
        act(service.withdraw, other, people.b, "我想撤")
    # The database keeps the second person too.
    with app.app_context(), pytest.raises(DatabaseError), transaction():
        db.session.execute(text("UPDATE policy_edition SET activated_by_id = proposed_by_id"))


def test_what_was_read_is_what_is_put_in_force(people, act, look, propose, in_force) -> None:
    edition_id = propose(people.a, tech_sme(400))
    seen = look(edition_id).digest
    act(service.send_back, edition_id, people.m, "再看看")
    act(service.edit, edition_id, people.a, look(edition_id).version, tech_sme(9))
    act(service.propose, edition_id, people.a, "改了", in_force("tech_sme").digest)
    with pytest.raises(Refused, match="文本已经变了"):
        act(service.activate, edition_id, people.m, seen)
    assert limit(in_force("tech_sme")) == 500


def test_of_two_proposals_the_second_does_not_undo_the_first(people, act, look, propose, in_force) -> None:
    first, second = propose(people.a, tech_sme(400)), propose(people.b, tech_sme(350))
    act(service.activate, first, people.m, look(first).digest)
    with pytest.raises(Refused, match="另一份文本已经生效"):
        act(service.activate, second, people.m, look(second).digest)
    act(service.send_back, second, people.m, "现行已变")
    with pytest.raises(Refused, match="另一份文本已经生效"):
        act(service.propose, second, people.b, "再提", None)
    act(service.propose, second, people.b, "再提", in_force("tech_sme").digest)
    act(service.activate, second, people.m, look(second).digest)
    assert limit(in_force("tech_sme")) == 350


def test_twice_is_refused_in_words(people, act, activate, look, draft) -> None:
    edition_id = activate(people.a, people.m)
    with pytest.raises(Refused, match="别人刚刚办过"):
        act(service.activate, edition_id, people.m, look(edition_id).digest)
    again = draft(people.a)
    with pytest.raises(Refused, match="没有可启用的改动"):
        act(service.propose, again, people.a, "同一份", look(edition_id).digest)


def test_two_tabs_over_one_draft(people, act, draft, look) -> None:
    edition_id = draft(people.a)
    seen = look(edition_id).version
    act(service.edit, edition_id, people.b, seen, tech_sme(350))
    with pytest.raises(service.ChangedMeanwhileError):
        act(service.edit, edition_id, people.a, seen, tech_sme(300))
    with pytest.raises(Refused, match="id 不能改"):
        act(service.edit, edition_id, people.a, look(edition_id).version, CITY)
    with pytest.raises(PackError):
        act(service.edit, edition_id, people.a, look(edition_id).version, "id: [")
    assert look(edition_id).writers == sorted([people.a.id, people.b.id])


def test_the_text_is_kept_as_a_file_once(people, activate, look, app) -> None:
    edition = look(activate(people.a, people.m))
    with app.app_context():
        path = store.path_of(edition)
        assert path.read_text(encoding="utf-8") == edition.text == tech_sme()
        assert path.name == f"{edition.digest}.yaml"
        assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_the_night_writes_a_lost_file_again_and_touches_no_other(people, activate, look, app) -> None:
    edition = look(activate(people.a, people.m))
    with app.app_context(), transaction():
        path = store.path_of(edition)
        path.unlink()
        service.keep_files()
        assert store.state(edition) is store.FileState.SOUND
        path.chmod(0o644)
        path.write_text("somebody's", encoding="utf-8")
        service.keep_files()
        assert store.state(edition) is store.FileState.CHANGED


def test_a_proposal_whose_file_was_changed_is_not_put_in_force(people, act, propose, look, app, in_force) -> None:
    edition = look(propose(people.a))
    with app.app_context():
        path = store.path_of(edition)
        path.chmod(0o644)
        path.write_text(tech_sme(9999), encoding="utf-8")
    with pytest.raises(Refused, match="与提请时不同"):
        act(service.activate, edition.id, people.m, edition.digest)
    assert limit(in_force("tech_sme")) == 500


def test_what_was_changed_behind_our_back_is_judged_by_nobody(people, activate, look, app, in_force, make) -> None:
    edition = look(activate(people.a, people.m))
    firm = make.firm()
    with app.app_context():
        path = store.path_of(edition)
        path.chmod(0o644)
        path.write_text(tech_sme(9999), encoding="utf-8")
        queries._standings.clear()  # another process, which has not read the text yet
    assert limit(in_force("tech_sme")) == 400  # the row still says what was activated
    with app.app_context(), transaction():
        for trigger in ("policy_edition_frozen",):
            on = " ON policy_edition" if db.engine.dialect.name == "postgresql" else ""
            db.session.execute(text(f"DROP TRIGGER {trigger}{on}"))
        db.session.execute(text("UPDATE policy_edition SET text = :t"), {"t": tech_sme(8888)})
    queries._standings.clear()
    assert in_force("tech_sme") is None  # neither is trusted, and no older text takes its place in silence
    with app.app_context(), transaction(writing=False):
        gap = ladder.gap(firm, date(2026, 6, 1), Rung.TECH_SME)
        assert gap.assessment is None
        assert "没有生效的政策文本" in str(gap.refused)
        assert queries.standing().broken == {"tech_sme": queries.DAMAGED}
    with app.app_context():
        path.write_text(edition.text, encoding="utf-8")
    assert limit(in_force("tech_sme")) == 400  # mended: the file fits the digest again


def test_the_database_keeps_old_texts(people, activate, app) -> None:
    activate(people.a, people.m)
    for statement in ("DELETE FROM policy_edition", "UPDATE policy_edition SET text = 'x'"):
        with app.app_context(), pytest.raises(DatabaseError, match="kept for ever"), transaction():
            db.session.execute(text(statement))


def test_a_shipped_version_nobody_verified_waits_for_two_people(people, activate, in_force, monkeypatch) -> None:
    unverified = re.sub("grade: .*", "grade: unverified", SHIPPED)
    pack = service.check(unverified)
    assert all(source.grade is Grade.UNVERIFIED for source in pack.versions[0].sources)
    monkeypatch.setattr(queries, "load", lambda: {**load(), "tech_sme": pack})
    queries._standings.clear()
    assert in_force("tech_sme") is None
    activate(people.a, people.m, unverified)
    assert in_force("tech_sme").digest == pack.digest


@pytest.mark.usefixtures("noon")
def test_a_pack_of_the_citys_own_makes_its_rung_assessed(people, activate, make, app) -> None:
    firm = make.firm()
    make.annual_return(firm, 2025, revenue=1999_99 * 10_000)
    with app.app_context(), transaction(writing=False):
        assert Rung.HIDDEN_CHAMPION not in ladder.assessed(queries.in_force())
    activate(people.a, people.m, CITY)
    with app.app_context(), transaction(writing=False):
        assert Rung.HIDDEN_CHAMPION in ladder.assessed(queries.in_force())
        gap = ladder.gap(firm, clock.today(), Rung.HIDDEN_CHAMPION)
        assert gap.assessment.outcome == "not_met"
        assert gap.assessment.root.children[0].shortfall == 10_000  # 100 元 of 2000 万元, in fen


def test_other_processes_judge_by_it_at_once(people, activate, in_force, look, app, statements) -> None:
    assert in_force("tech_sme").digest == load()["tech_sme"].digest
    edition = look(activate(people.a, people.m))
    with statements() as seen:
        assert in_force("tech_sme").digest == edition.digest
    assert len(seen) <= 3
    with statements() as seen:
        in_force("tech_sme")
    assert len(seen) == 1  # what is active; the text is in memory
    script = (
        "from crm import create_app\nfrom crm.policies import queries\n"
        "app = create_app()\n"
        "with app.app_context(): print(queries.in_force()['tech_sme'].digest)"
    )
    url = str(app.config["DATABASE_URL"])
    environment = serve.settings(Path(app.instance_path), url)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env={**os.environ, **environment},
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == edition.digest


def test_nothing_of_the_register_is_a_name_of_a_file(people, app) -> None:
    with app.app_context(), pytest.raises(PackError), transaction():
        service.draft(people.a, CITY.replace("id: hidden_champion\n", "id: ../../../etc/x\n", 1))
    with app.app_context(), transaction(writing=False):
        assert db.session.scalar(select(PolicyEdition)) is None
