"""The whole register out and in again: the same on either database, or nothing at all."""

import itertools
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, select, text, update

from crm import create_app, demo
from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.firms import names
from crm.firms import service as firms
from crm.firms.models import Attachment, Contact, Firm
from crm.journal.models import Event
from crm.journal.service import System, verify
from crm.kit import clock, files
from crm.kit.db import db, transaction
from crm.kit.jobs import Job, run_next
from crm.transfer import bring_in, rules, service
from tests import cluster
from tests.conftest import SETTINGS
from tests.digest import digest
from tests.make import Make

DOCUMENT = Path(__file__).parents[2] / "docs" / "register-format.md"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Flask]]:
    """Return ``fresh("sqlite" or "postgresql")``: an app on an empty migrated register with an empty store."""
    folder = tmp_path_factory.mktemp("empty")
    migrated = folder / "crm.sqlite"
    made: list[Flask] = []
    numbers = itertools.count()

    def migrate(address: str) -> None:
        app = create_app({**SETTINGS, "DATABASE_URL": address}, str(folder))
        with app.app_context():
            upgrade()
            db.engine.dispose()

    migrate(f"sqlite:///{migrated}")
    with cluster.running() as address:
        migrate(address.format(database="postgres"))
        server = create_engine(address.format(database="template1"), isolation_level="AUTOCOMMIT")

        def make_one(database: str) -> Flask:
            own = tmp_path_factory.mktemp("elsewhere")
            if database == "sqlite":
                place = f"sqlite:///{shutil.copy(migrated, own / 'crm.sqlite')}"
            else:
                name = f"elsewhere_{next(numbers)}"
                with server.connect() as connection:
                    connection.execute(text(f"CREATE DATABASE {name} TEMPLATE postgres"))
                place = address.format(database=name)
            made.append(create_app({**SETTINGS, "DATABASE_URL": place}, str(own)))
            return made[-1]

        yield make_one
        for app in made:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
        server.dispose()


@pytest.fixture
def filled(app: Flask, make: Make) -> Flask:
    """A register with a demo of 40 firms, an attachment, texts that break naive formats, and a trail."""
    with app.app_context(), transaction():
        demo.fill(40)
        firm = db.session.scalars(select(Firm).order_by(Firm.id)).first()
        officer = db.session.scalars(select(User).where(User.username == "officer1")).one()
        firms.attach(firm, officer, "合同.pdf", b"%PDF-1.7 contract")
        firm.note = '引号" 反斜杠\\ 换行\n行分隔\u2028 空\u00a0格 表情🚀 =SUM(A1) 〇'
        firm.registered_capital = 9_007_199_254_740_993  # beyond what a float can hold
        db.session.add(Contact(firm_id=firm.id, name="李'; DROP TABLE firm;--", phone=None))
        names.refresh([firm.id])
    return app


def exported(app: Flask, folder: Path) -> Path:
    """Export ``app`` into a file."""
    target = folder / "register.zip"
    with app.app_context():
        service.write(target, "测试", "备份")
    return target


def bring(app: Flask, source: Path) -> None:
    """Import ``source`` into ``app``."""
    with app.app_context(), transaction():
        bring_in.read(source, System())


def said(app: Flask) -> str:
    """Digest all that travels but the trail, which grows by the import itself."""
    with app.app_context(), transaction(writing=False):
        return digest({*rules.STAYS, "event", "chain_head"})


def trail(app: Flask) -> list[str]:
    with app.app_context(), transaction(writing=False):
        return list(db.session.scalars(select(Event.digest).order_by(Event.id)))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_register_is_the_same_elsewhere(
    filled: Flask, fresh: Callable[[str], Flask], tmp_path: Path, database: str
) -> None:
    source = exported(filled, tmp_path)
    target = fresh(database)
    bring(target, source)
    with filled.app_context(), transaction():
        db.session.execute(update(User).values(password_hash=None))  # the one thing that does not travel
    assert said(target) == said(filled)
    assert trail(target)[:-1] == trail(filled), "the trail came along, and the import is its latest act"
    with target.app_context():
        with transaction(writing=False):
            assert verify() is None
            kept = db.session.scalars(select(Attachment)).one()
            assert files.read(kept.key) == b"%PDF-1.7 contract"
            largest = db.session.scalar(select(Firm.registered_capital).order_by(Firm.id).limit(1))
            assert largest == 9_007_199_254_740_993
        with transaction():  # the next firm gets a number of its own
            now = clock.now()
            db.session.add(Firm(uscc="9" * 18, name="新来的", clusters=[], created_at=now, updated_at=now))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_there_and_back_the_files_are_byte_for_byte_the_same(
    filled: Flask, fresh: Callable[[str], Flask], tmp_path: Path, database: str
) -> None:
    source = exported(filled, tmp_path)
    target = fresh(database)
    bring(target, source)
    (tmp_path / "again").mkdir()
    again = exported(target, tmp_path / "again")
    with zipfile.ZipFile(source) as first, zipfile.ZipFile(again) as second:
        for name in first.namelist():
            if name not in {"manifest.json", "tables/event.jsonl", "tables/chain_head.jsonl"}:
                assert first.read(name) == second.read(name), name
        assert second.read("tables/event.jsonl").startswith(first.read("tables/event.jsonl"))


def test_an_empty_register_travels_too(app: Flask, fresh: Callable[[str], Flask], tmp_path: Path) -> None:
    target = fresh("sqlite")
    bring(target, exported(app, tmp_path))
    assert said(target) == said(app)


def test_no_key_to_any_door_is_in_the_file(filled: Flask, browse: Callable, tmp_path: Path) -> None:
    with filled.app_context(), transaction(writing=False):
        officer = db.session.scalars(select(User).where(User.username == "officer1")).one()
        hashed = officer.password_hash
        db.session.expunge(officer)
    browse(officer).get("/me")  # a session
    with zipfile.ZipFile(exported(filled, tmp_path)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        names = set(archive.namelist())
    assert hashed.encode() not in everything
    assert b"argon2" not in everything
    assert not names & {f"tables/{name}.jsonl" for name in rules.STAYS}


def test_a_register_that_holds_anything_is_refused(
    filled: Flask, fresh: Callable[[str], Flask], tmp_path: Path
) -> None:
    source = exported(filled, tmp_path)
    target = fresh("sqlite")
    with target.app_context(), transaction():
        db.session.add(User(username="a", name="a", role="admin", created_at=clock.now()))
    before = said(target)
    with pytest.raises(Refused, match="不是空的"):
        bring(target, source)
    assert said(target) == before


def tampered(source: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Copy an export with one member changed."""
    target = source.with_name("tampered.zip")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content) if member == name else content)
    return target


FAULTS = {
    "a row changed": ("tables/firm.jsonl", lambda c: c.replace("引号".encode(), "号引".encode()), "校验值不符"),
    "a row missing": ("tables/firm.jsonl", lambda c: c[: c.rindex(b"\n{") + 1], "校验值不符"),
    "not JSON": ("tables/firm.jsonl", lambda c: b"{oops\n" + c, "第 1 行"),
    "another schema": ("manifest.json", lambda c: c.replace(b'"schema": "', b'"schema": "9'), "flask db upgrade"),
    "another format": ("manifest.json", lambda c: c.replace(b"qiti-register", b"other"), "不是整库导出"),
    "a later version": ("manifest.json", lambda c: c.replace(b'"version": 1', b'"version": 2'), "第 2 版"),
    "no manifest": ("manifest.json", lambda c: b"", "不是整库导出"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_file_that_is_not_what_it_says_leaves_nothing(
    filled: Flask, fresh: Callable[[str], Flask], tmp_path: Path, database: str, fault: str
) -> None:
    name, change, words = FAULTS[fault]
    target = fresh(database)
    before = said(target)
    with pytest.raises(Refused, match=words):
        bring(target, tampered(exported(filled, tmp_path), name, change))
    assert said(target) == before
    with target.app_context():
        assert not [path for path in files.folder().rglob("*") if path.is_file()], "no file is left in the store"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_row_that_points_nowhere_and_a_forged_trail_are_refused(
    filled: Flask, fresh: Callable[[str], Flask], tmp_path: Path, database: str
) -> None:
    """Both files agree with their own checksums: only looking at what came in finds them out."""
    source = exported(filled, tmp_path)
    for name, old, new, words in (
        ("tables/contact.jsonl", b'"firm_id":1,', b'"firm_id":987654,', "不存在的记录"),
        ("tables/event.jsonl", "合同".encode(), "空文".encode(), "审计链"),
    ):
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            forged = archive.read(name).replace(old, new, 1)
            assert forged != archive.read(name)
        for table in manifest["tables"]:
            if name == f"tables/{table['name']}.jsonl":
                table["sha256"] = sha256(forged).hexdigest()
        changed = tampered(source, name, lambda c, forged=forged: forged)
        (tmp_path / "twice").mkdir(exist_ok=True)
        final = tampered(
            Path(shutil.copy(changed, tmp_path / "twice" / "register.zip")),
            "manifest.json",
            lambda c, manifest=manifest: json.dumps(manifest).encode(),
        )
        target = fresh(database)
        with pytest.raises(Refused, match=words):
            bring(target, final)


def test_a_file_lost_from_the_store_is_told_and_does_not_stop_the_export(
    filled: Flask, fresh: Callable[[str], Flask], tmp_path: Path
) -> None:
    with filled.app_context():
        with transaction(writing=False):
            key = db.session.scalars(select(Attachment.key)).one()
        files.path_of(key).write_bytes(b"rotten")
        told = service.write(tmp_path / "register.zip", "测试", "备份")
    assert told.missing == (key,)
    bring(fresh("sqlite"), tmp_path / "register.zip")


def test_what_others_write_meanwhile_is_not_half_in_the_file(filled: Flask, tmp_path: Path) -> None:
    """The file is the register of one moment: a firm added between two tables is in none of them."""
    added = []

    def somebody_else(done: int, total: int, stage: str) -> None:
        if not added:
            now = clock.now()
            with transaction():
                firm = Firm(uscc="8" * 18, name="中途新增", clusters=[], created_at=now, updated_at=now)
                db.session.add(firm)
                db.session.flush()
                db.session.add(Contact(firm_id=firm.id, name="中途"))
                names.refresh([firm.id])
            added.append(True)

    target = tmp_path / "register.zip"
    with filled.app_context():
        service.write(target, "测试", "备份", somebody_else)
    assert added
    with zipfile.ZipFile(target) as archive:
        assert "中途".encode() not in archive.read("tables/firm.jsonl") + archive.read("tables/contact.jsonl")


def test_the_page_asks_for_a_reason_and_the_trail_keeps_it(filled: Flask, browse: Callable, make: Make) -> None:
    admin = browse(make.user("admin"))
    admin.submit("/register", {"reason": "备"}, 422)
    admin.submit("/register", {"reason": "年度备份，移交数据中心"}, follow_redirects=True)
    with filled.app_context():
        assert run_next()
        with transaction(writing=False):
            job_id, key = db.session.execute(select(Job.id, Job.result_key)).one()
            told = db.session.scalars(select(Event.detail).where(Event.action == "register.exported")).one()
            content = files.read(key)
    assert told["sha256"] == sha256(content).hexdigest()
    assert told["reason"] == "年度备份，移交数据中心"
    assert "年度备份，移交数据中心" in admin.get("/register").words
    assert admin.get(f"/jobs/{job_id}/result").data == content


def test_the_commands(filled: Flask, fresh: Callable[[str], Flask], tmp_path: Path) -> None:
    file = tmp_path / "out.zip"
    done = filled.test_cli_runner().invoke(args=["register", "export", str(file), "--reason", "搬家"])
    assert done.exit_code == 0, done.output
    again = filled.test_cli_runner().invoke(args=["register", "export", str(file)])
    assert "not written over" in again.output
    target = fresh("sqlite")
    done = target.test_cli_runner().invoke(args=["register", "import", str(file)])
    assert done.exit_code == 0, done.output
    twice = target.test_cli_runner().invoke(args=["register", "import", str(file)])
    assert twice.exit_code == 1
    assert "not empty" in twice.output


def test_every_table_can_be_written_and_every_rule_is_about_something() -> None:
    for table in rules.tables():
        assert rules.describe(table)
        emptied = [column for column in table.columns if rules.is_emptied(column)]
        assert all(column.nullable for column in emptied), f"{table.name}: emptied, but may not be null"
    assert set(rules.STAYS) <= set(db.metadata.tables)
    for table, column in rules.EMPTIED:
        assert column in db.metadata.tables[table].columns
    for table in db.metadata.tables.values():
        secrets = {c.name for c in table.columns if "password" in c.name or "token" in c.name or "secret" in c.name}
        assert table.name in rules.STAYS or all((table.name, name) in rules.EMPTIED for name in secrets)


def test_the_document_names_what_stays_and_every_kind() -> None:
    document = DOCUMENT.read_text()
    for name in (*rules.STAYS, *(f"{table}.{column}" for table, column in rules.EMPTIED)):
        assert f"`{name}`" in document, name
    kinds = {column["kind"] for table in rules.tables() for column in rules.describe(table)}
    for word in (*kinds, rules.FORMAT, "manifest.json", "missing_files", "left_behind"):
        assert f"`{word}`" in document, word
    assert date(2026, 7, 1).isoformat() in document
