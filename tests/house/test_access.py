"""No route escapes: every endpoint stands in the table, every cell of it is tried, every refusal changes nothing."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from flask import Flask, url_for
from sqlalchemy import select, text

from crm import create_app
from crm.decisions.models import Decision as DecidedOn
from crm.decisions.models import DecisionPack
from crm.domain.access import Role
from crm.domain.care import Duty, Lifter
from crm.domain.records import Jurisdiction
from crm.firms import service as firms
from crm.firms.care_models import Assignment, Group, GroupMember, Handover, StopFlag, Tag
from crm.firms.merge_models import Merge
from crm.firms.models import Contact, Firm, Move
from crm.imports.models import Decision, Import
from crm.kit import access, clock, files
from crm.kit.db import db, transaction
from crm.kit.jobs import Job, JobStatus
from crm.lists.bulk_models import BulkAct
from crm.lists.export_models import Export, ExportLayout
from crm.lists.saved_models import SavedView
from crm.plans.models import Plan, PlanGoal
from crm.policies import service as policies
from crm.quality.models import Settled
from crm.requests.models import Request
from crm.rules.reading import OWN
from crm.tasks.models import Task
from crm.trials.models import Trial
from crm.visits.models import Visit
from tests import quick
from tests.browse import Browser, sign_in
from tests.conftest import SETTINGS
from tests.house.access_table import TABLE
from tests.make import Make

CALLERS = "NOXMGUACED"
# What the first caller does takes the record away: it is not there for the next.
GONE = {
    "plans.remove_goal",
    "firms.remove",
    "firms.detach",
    "firms.care.cancel_move",
    "firms.care.cancel_assignment",
    "quality.reopen",
}


@dataclass
class World:
    """Firm A's records, and a browser for each caller."""

    app: Flask
    ids: dict[str, Any]
    browsers: dict[str, Any]

    def url(self, endpoint: str) -> str:
        with self.app.test_request_context():
            wanted = {name for rule in self.app.url_map.iter_rules(endpoint) for name in rule.arguments}
            ids = {**self.ids, **self.ids.get(endpoint, {})}
            return url_for(endpoint, **{name: ids[name] for name in wanted})

    def digest(self) -> dict[str, int]:
        """Count every table; sign-ins and failures are about the caller, not the record."""
        with self.app.app_context():
            tables = [t for t in db.metadata.tables if t not in {"sign_in", "failed_attempt", "act"}]
            each = ", ".join(f'(SELECT count(*) FROM "{t}")' for t in tables)  # noqa: S608
            counts = db.session.execute(text(f"SELECT {each}, (SELECT sum(version) FROM firm)")).one()  # noqa: S608
            return dict(zip([*tables, "versions"], counts, strict=True))


def _trial(make: Make, owner_id: int, job_id: int, key: str) -> Any:
    """Keep a trial that is done."""
    rows = pl.DataFrame(
        schema={"firm_id": pl.Int64, "district": pl.String, "was": pl.Int8, "now": pl.Int8, "group": pl.String}
    )
    text = (OWN / "national/tech_sme.yaml").read_text(encoding="utf-8")
    found = {"firms": 0, "groups": {}, "met": [0, 0], "cost": {}, "unbounded": 0}
    with make.app.app_context():
        outcomes = files.folder() / "outcomes"
        rows.write_parquet(outcomes)
        stored = files.adopt(outcomes).key
    what = {"policy_id": "tech_sme", "on": date(2026, 11, 26), "action": "new", "text": text, "before": text}
    kept = {"found": found, "file_key": stored, "sheet_key": key}
    return make.add(Trial(owner_id=owner_id, made_at=clock.now(), job_id=job_id, **what, **kept))


@dataclass
class Kept:
    """A world as it was made, for each test to copy: its database, its files, ids, and a session for each caller."""

    address: str
    uploads: Path
    ids: dict[str, Any]
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def kept(database_template: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Make the world once: half a hundred records take longer to make than to copy."""
    folder = tmp_path_factory.mktemp("world")
    address = database_template(folder, name="world")
    app = create_app({**SETTINGS, "DATABASE_URL": address}, str(folder))
    ids, users = _made(app, Make(app))
    tokens = {name: sign_in(app, user) for name, user in users.items()}
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return Kept(address, app.config["UPLOADS"], ids, tokens)


@pytest.fixture
def world(kept: Kept, database_template: Callable[..., str], tmp_path: Path) -> Iterator[World]:
    """Return the world as it was made, to do with what one likes."""
    address = database_template(tmp_path, of=kept.address)
    app = create_app({**SETTINGS, "DATABASE_URL": address, "UPLOADS": str(kept.uploads)}, str(tmp_path))
    quick.share_templates(app)
    browsers = {"N": Browser(app), **{name: Browser(app, token=token) for name, token in kept.tokens.items()}}
    yield World(app, dict(kept.ids), browsers)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _made(app: Flask, make: Make) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the records; return ({name in an address: id}, {caller: user})."""
    agency = make.agency()
    a = make.firm(name="甲企业有限公司", agency_id=agency.id)
    b = make.firm(name="乙企业有限公司", registration_district="440112")
    users = {
        "O": make.user(Role.OFFICER, districts=["440106"]),
        "X": make.user(Role.OFFICER, districts=["440112"]),
        "M": make.user(Role.MANAGER),
        "G": make.user(Role.AGENCY, agency_id=agency.id),
        "U": make.user(Role.AUDITOR),
        "A": make.user(Role.ADMIN),
        "C": make.user(Role.FIRM_CERTIFIER, firm_id=a.id),
        "E": make.user(Role.FIRM_EDITOR, firm_id=b.id),
        "D": make.user(Role.OFFICER, active=False),
    }
    officer = users["O"]
    now = clock.now()
    contact = make.add(Contact(firm_id=a.id, name="甲的联系人", phone="19900000001"))
    visit = make.add(
        Visit(firm_id=a.id, kind="visit", visited_on=date(2026, 1, 5), by_id=officer.id, summary="记", created_at=now,
              next_step="回访", next_on=date(2026, 2, 1))
    )  # fmt: skip
    plan = make.add(Plan(firm_id=a.id, title="策", since_year=2026, until_year=2026, owner_id=officer.id,
                         status="draft", made_by_id=officer.id, made_at=now))  # fmt: skip
    goal = make.add(PlanGoal(plan_id=plan.id, what="做", due_on=date(2026, 12, 31), owner_id=officer.id, progress=0))
    asked = make.add(
        Request(firm_id=a.id, kind="funding", source="visit", asked_on=date(2026, 1, 5), subject="贴息", status="open",
                owner_id=officer.id, due_on=date(2026, 2, 1), recorded_by_id=officer.id, recorded_at=now)
    )  # fmt: skip
    task = make.add(Task(firm_id=a.id, title="做", owner_id=officer.id, made_by_id=officer.id, made_at=now, act="k"))
    with app.app_context():
        kept = files.store(b"%PDF-1.7 result")
    job = make.add(Job(kind="letters.profiles", owner_id=officer.id, params={}, status=JobStatus.DONE, created_at=now,
                       result_key=kept.key, result_name="a.zip"))  # fmt: skip
    layout = {"sheet": "csv", "heading_row": 1, "columns": []}
    brought = make.add(Import(owner_id=officer.id, file_name="a.csv", file_key=kept.key, file_sha256=kept.sha256,
                              mapping=layout, created_at=now, status="checked"))  # fmt: skip
    view = make.add(SavedView(owner_id=officer.id, name="视图", query="rung=high_tech", shared=True, saved_at=now))
    export = make.add(Export(owner_id=officer.id, query="", ids=[a.id], count=1, about="甲", created_at=now,
                             file_key=kept.key, file_name="a.xlsx"))  # fmt: skip
    bulk = make.add(BulkAct(kind="tag", owner_id=officer.id, query="", about="甲", created_at=now))
    columns = make.add(ExportLayout(owner_id=officer.id, name="名单", row_kind="firm", places=[], created_at=now))
    decision = make.add(Decision(import_id=brought.id, question="who", name="甲企业", answer="firm", firm_id=a.id,
                                 decided_by_id=officer.id, decided_at=now))  # fmt: skip
    with app.app_context(), transaction():
        attachment = firms.attach(db.session.get(Firm, a.id), officer, "a.pdf", b"%PDF-1.7 x").id
    text = "id: hte"
    make.add(DecisionPack(digest=sha256(text.encode()).hexdigest(), text=text))
    kept_by = {"decided_by_id": officer.id, "decided_by": "甲", "decided_at": now, "purpose": "推荐申报"}
    judged = {"policy_id": "hte", "version_id": "v", "action": "new", "on": date(2026, 1, 5), "outcome": "met",
              "pack_digest": sha256(text.encode()).hexdigest(), "facts": {}, "found": {}}  # fmt: skip
    assessed = make.add(DecidedOn(firm_id=a.id, firm_name=a.name, uscc=a.uscc, digest="0", **kept_by, **judged))
    settled = Settled(check_key="no-field", firm_id=a.id, reason="记", by="甲", at=now)
    ahead = date(2099, 1, 1)
    made = {"made_by": "甲", "made_at": now}
    stop = make.add(StopFlag(firm_id=a.id, reason="核查", since_on=ahead, lifter=Lifter.OFFICE, office=["440106"],
                             set_by="甲", set_at=now))  # fmt: skip
    tag = make.add(Tag(name="重点", **made))
    group = make.add(Group(name="甲集团", head_firm_id=a.id, created_at=now))
    make.add(GroupMember(group_id=group.id, firm_id=a.id, since_on=date(2020, 1, 1)))
    handover = make.add(Handover(duty=Duty.OFFICER, since_on=ahead, reason="调岗", made_by_id=officer.id, made_at=now))
    waiting = {"firm_id": a.id, "since_on": ahead, "applied": False, **made}
    assignment = make.add(Assignment(duty=Duty.OFFICER, handover_id=handover.id, **waiting))
    move = make.add(Move(jurisdiction=Jurisdiction.TAX, district="440112", previous="440106", **waiting))
    other = make.firm(name="丙企业有限公司")
    gone = make.firm(name="甲企业旧档", status="merged", merged_into_id=a.id)
    done = make.add(Merge(kept_id=a.id, gone_id=gone.id, at=now, by_name=officer.name, log=[]))
    with app.app_context(), transaction():
        edition = policies.draft(users["A"], (OWN / "national/tech_sme.yaml").read_text(encoding="utf-8")).id
    ids = {
        "policy_id": "hte",
        "trial_id": _trial(make, users["M"].id, job.id, kept.key).id,
        "edition_id": edition,
        "policies.editions.end": {"action": "withdraw"},
        "stop_id": stop.id,
        "tag_id": tag.id,
        "group_id": group.id,
        "handover_id": handover.id,
        "assignment_id": assignment.id,
        "move_id": move.id,
        "check": "no-field",
        "settled_id": make.add(settled).id,
        "firm_id": a.id,
        "other_id": other.id,
        "merge_id": done.id,
        "part": "contacts",
        "key": "niche_market_years",
        "part_id": contact.id,
        "attachment_id": attachment,
        "visit_id": visit.id,
        "task_id": task.id,
        "request_id": asked.id,
        "requests.move": {"action": "answer"},
        "plan_id": plan.id,
        "goal_id": goal.id,
        "plans.move": {"action": "agree"},
        "job_id": job.id,
        "import_id": brought.id,
        "bulk_id": bulk.id,
        "kind": "tag",
        "export_id": export.id,
        "layout_id": columns.id,
        "decision_id": decision.id,
        "decisions.show": {"decision_id": assessed.id},
        "session_id": 999_999,
        "view_id": view.id,
        "cell": "park",
        "user_id": users["X"].id,
        "token": "made-up",
        "filename": "kit/app.css",
    }
    return ids, users


def test_every_route_stands_in_the_table(app: Flask) -> None:
    routes = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == set(TABLE), "give every endpoint and method a row in tests/house/access_table.py"


@pytest.mark.parametrize(("endpoint", "method"), list(TABLE), ids=lambda cell: str(cell))
def test_each_cell(world: World, endpoint: str, method: str) -> None:
    may, hidden = TABLE[endpoint, method]
    url = world.url(endpoint)
    for caller in CALLERS:
        if caller in may:
            continue
        browser = world.browsers[caller]
        before = world.digest()
        token = {"csrf_token": browser.csrf_token()}
        answer = browser.client.open(url, method=method, data=token if method == "POST" else None)
        status, location = answer.status_code, answer.headers.get("Location", "")
        answer.close()
        if caller in hidden:
            assert status == 404, f"{caller} {method} {url}: {status}, must not see that it is there"
        elif caller in "ND":
            assert (status, "/sign-in" in location) == (302, True), f"{caller} {method} {url}: {status} {location}"
        else:
            assert status == 403, f"{caller} {method} {url}: {status}"
        assert world.digest() == before, f"{caller} {method} {url}: refused, and changed something all the same"
    for caller in may:
        browser = world.browsers[caller]
        token = {"csrf_token": browser.csrf_token()}
        answer = browser.client.open(url, method=method, data=token if method == "POST" else None)
        status, location = answer.status_code, answer.headers.get("Location", "")
        answer.close()
        # Let in: a page, a redirect onward, or the form again because nothing was typed.
        gone = endpoint in GONE and caller != may[0]
        assert status in {200, 302, 422} or (gone and status == 404), f"{caller} {method} {url}: {status}"
        if caller not in "ND" and endpoint not in {"accounts.sign_out", "accounts.sessions"}:
            assert "/sign-in" not in location


def test_get_changes_nothing(world: World) -> None:
    for (endpoint, method), (may, _hidden) in TABLE.items():
        if method == "GET" and may:
            before = world.digest()
            world.browsers[may[-1] if may != "NOXMGUACED" else "N"].client.get(world.url(endpoint)).close()
            assert world.digest() == before, endpoint


def test_every_unsafe_route_needs_the_token_of_this_session(world: World) -> None:
    for (endpoint, method), (may, _hidden) in TABLE.items():
        if method != "POST" or not may:
            continue
        caller = next((c for c in may if c not in "ND"), "N")
        before = world.digest()
        for token in (
            {},
            {"csrf_token": "x"},
            {"csrf_token": world.browsers["E" if caller != "E" else "O"].csrf_token()},
        ):
            answer = world.browsers[caller].client.post(world.url(endpoint), data=token)
            assert answer.status_code == 400, f"{endpoint}: {answer.status_code} with {token}"
        assert world.digest() == before


def test_the_id_in_the_address_is_the_only_one_that_counts(world: World) -> None:
    """Somebody else's firm in the body, the query or a second parameter changes nothing of it."""
    with world.app.app_context():
        b = db.session.scalars(select(Firm).where(Firm.name == "乙企业有限公司")).one().id
    officer = world.browsers["O"]
    url = f"/firms/{world.ids['firm_id']}/contacts/new?firm_id={b}&firm_id={world.ids['firm_id']}"
    officer.post(url, {"name": "新联系人", "firm_id": str(b), "id": "1"})
    with world.app.app_context():
        added = db.session.scalars(select(Contact).where(Contact.name == "新联系人")).one()
        assert added.firm_id == world.ids["firm_id"]


def test_a_view_without_a_door_stops_the_start(app: Flask) -> None:
    app.view_functions["planted"] = lambda: "open"
    with pytest.raises(RuntimeError, match="planted"):
        access.check_every_door(app)


def test_a_check_that_breaks_opens_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> bool:
        raise KeyError("the table of permissions is gone")

    monkeypatch.setattr(access, "may", broken)
    world.app.testing = False
    answer = world.browsers["O"].client.get(world.url("firms.file"))
    assert answer.status_code == 500
    assert "甲企业有限公司" not in answer.get_data(as_text=True)


def test_uploads_are_read_only_by_those_who_may(world: World) -> None:
    data = {"file": (io.BytesIO(b"x"), "a.csv"), "csrf_token": world.browsers["U"].csrf_token()}
    answer = world.browsers["U"].client.post("/imports/new", data=data, content_type="multipart/form-data")
    assert answer.status_code == 403
