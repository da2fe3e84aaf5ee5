"""Two files made one and taken apart again: everything moves, nothing is lost, undoing restores exactly."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from crm.accounts.models import User
from crm.domain.finding import fold
from crm.domain.ladder import Rung
from crm.domain.records import FirmStatus, Source
from crm.firms import derived, merge, merge_plan, names, queries, rows, unmerge
from crm.firms.award_models import AwardGiven
from crm.firms.models import AnnualReturn, Certification, Contact, Firm, FirmHandle, FormerName, Move
from crm.journal.models import Event
from crm.kit.db import Base, db, transaction
from tests.digest import digest
from tests.make import Make

TODAY = date(2026, 3, 2)


@pytest.fixture
def two(make: Make) -> tuple[Firm, Firm]:
    """Return the file to keep and the one to go."""
    kept = make.firm(name="广州留下科技有限公司", address="一号", main_product=None)
    return kept, make.firm(name="广州并入科技有限公司", address="二号", main_product="机器人", note="并入的备注")


def merged(app: Flask, user: User, kept: Firm, gone: Firm, **chosen: str) -> int:
    """Merge in a transaction of its own and return the merge."""
    with app.app_context(), app.test_request_context(), transaction():
        two = db.session.get_one(Firm, kept.id), db.session.get_one(Firm, gone.id)
        return merge.do(*two, user, chosen, merge_plan.plan(*two, TODAY).seal, TODAY).id


def undone(app: Flask, user: User, merge_id: int) -> None:
    with app.app_context(), app.test_request_context(), transaction():
        unmerge.undo(db.session.get_one(merge.Merge, merge_id), user)


def told(app: Flask) -> str:
    """Digest the register; what is worked out is brought up to date first."""
    with app.app_context(), transaction():
        derived.refresh()
        names.refresh()
        return digest()


def invented(column: Any, firm_id: int, others: dict[str, int]) -> Any:
    """Return some value a column takes."""
    if column.foreign_keys:
        table = next(iter(column.foreign_keys)).column.table.name
        if table != "firm" and table not in others:
            others[table] = make_row(table, firm_id, others)
        return firm_id if table == "firm" else others[table]
    if getattr(column.type, "enums", None):
        return next(iter(column.type.enum_class)) if column.type.enum_class else column.type.enums[0]
    kind = column.type.python_type
    known = {int: 3, bool: True, object: [], date: date(2024, 5, 6), datetime: datetime(2024, 5, 6, tzinfo=UTC)}
    return "9" * min(column.type.length or 9, 6) if kind is str else known[kind]


def test_every_table_that_points_at_a_firm_moves_with_it_and_back(app: Flask, make: Make, two) -> None:
    """A table added later is found by its key; this fails when its rows stay behind unasked."""
    kept, gone = two
    officer = make.user("officer")
    with app.app_context(), transaction():
        others = {"user": officer.id}
        for column in rows.pointing():
            table = column.table
            if table.name in {"firm", "user", "firm_group", *rows.STAYS}:
                continue
            needed = [c for c in table.columns if c is column or (not c.nullable and c.name != "id")]
            db.session.execute(insert(table).values({c.name: invented(c, gone.id, others) for c in needed}))
        db.session.execute(insert(Base.metadata.tables["user"]).values(
            username="x", name="x", role="firm_editor", firm_id=gone.id, districts=[], whole_city=False, active=True,
            locale="zh", created_at=datetime(2024, 5, 6, tzinfo=UTC)))  # fmt: skip
    before = told(app)
    done = merged(app, officer, kept, gone)
    with app.app_context():
        assert [row.table.name for row in rows.of_firms([gone.id])] == []
        assert {row.table.name for row in rows.of_firms([kept.id])} >= {"contact", "visit", "firm_tag", "user", "task"}
    undone(app, officer, done)
    assert told(app) == before


def make_row(name: str, firm_id: int, others: dict[str, int]) -> int:
    table = Base.metadata.tables[name]
    values = {c.name: invented(c, firm_id, others) for c in table.columns if not c.nullable and c.name != "id"}
    return db.session.execute(insert(table).values(values)).inserted_primary_key[0]


def test_what_is_not_moved_is_said_to_stay() -> None:
    told_of = {column.table.name for column in rows.pointing()}
    every = {t.name for t in Base.metadata.tables.values() for fk in t.foreign_keys if fk.column.table.name == "firm"}
    assert every - told_of == rows.APART
    assert told_of >= rows.STAYS


def test_fields_are_chosen_and_the_rest_of_the_page_follows(app: Flask, make: Make, two, browse) -> None:
    kept, gone = two
    make.add(Contact(firm_id=gone.id, name="陈会计", phone="19900000001", main=True))
    make.add(Contact(firm_id=kept.id, name="李经理", main=True))
    officer = browse(make.user("officer"))
    page = officer.get(f"/firms/{kept.id}/merge/{gone.id}")
    for words in ("陈会计", "一号", "二号", "机器人"):
        assert words in page.words
    action, values = page.form()
    assert values["take-main_product"] == "gone"  # the fuller one is offered
    page = officer.post(action or page.response.request.path, {**values, "take-address": "gone", "take-note": "both"})
    assert "已合并" in page.words
    with app.app_context():
        firm = db.session.get(Firm, kept.id)
        assert (firm.name, firm.address, firm.main_product) == ("广州留下科技有限公司", "二号", "机器人")
        mains = select(Contact.name).where(Contact.firm_id == kept.id, Contact.main)
        assert db.session.scalars(mains).all() == ["李经理"]
        acts = db.session.scalars(select(Event.firm_id).where(Event.action == "firm.merged").order_by(Event.id)).all()
        assert acts == [kept.id, gone.id]
    assert "已并入这一份" in officer.get(f"/firms/{gone.id}").words


def test_its_code_and_name_still_find_the_file(app: Flask, make: Make, two) -> None:
    kept, gone = two
    merged(app, make.user("officer"), kept, gone, uscc="gone")
    with app.app_context():
        assert db.session.get(Firm, kept.id).uscc == gone.uscc
        assert db.session.get(Firm, gone.id).uscc == kept.uscc
        for text in (kept.uscc, gone.uscc, "广州并入科技有限公司"):
            found = select(FirmHandle.firm_id).where(FirmHandle.text == fold(text))
            assert db.session.scalars(found).all() == [kept.id]


def test_a_firm_s_people_go_with_it(app: Flask, make: Make, two, browse) -> None:
    kept, gone = two
    editor = make.user("firm_editor", firm_id=gone.id)
    done = merged(app, make.user("officer"), kept, gone)
    assert "广州留下科技有限公司" in browse(editor).get("/").words
    undone(app, make.user("officer"), done)
    assert "广州并入科技有限公司" in browse(editor).get("/").words


def test_statements_of_one_year_and_source_are_put_in_order_of_their_time(app: Flask, make: Make, two) -> None:
    kept, gone = two
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    make.annual_return(kept, 2025, source=Source.IMPORT, version=1, stated_at=days[0], revenue=100)
    make.annual_return(gone, 2025, source=Source.IMPORT, version=1, stated_at=days[1], revenue=200)
    make.annual_return(kept, 2025, source=Source.IMPORT, version=2, stated_at=days[2], revenue=300)
    before = told(app)
    officer = make.user("officer")
    before = told(app)
    done = merged(app, officer, kept, gone)
    with app.app_context():
        held = select(AnnualReturn.firm_id, AnnualReturn.version, AnnualReturn.revenue).order_by(AnnualReturn.version)
        assert [tuple(row) for row in db.session.execute(held)] == [
            (kept.id, 1, 100), (kept.id, 2, 200), (kept.id, 3, 300)
        ]  # fmt: skip
    undone(app, officer, done)
    assert told(app) == before


def test_a_certificate_in_both_stays_once_and_an_end_is_no_blank(app: Flask, make: Make, two) -> None:
    kept, gone = two
    ours = make.certification(kept, number="GR1", expires_on=None, batch=None)
    theirs = make.certification(gone, number="GR1", expires_on=date(2025, 1, 1), batch="第一批")
    merged(app, make.user("officer"), kept, gone)
    with app.app_context():
        held = db.session.get(Certification, ours.id)
        assert (held.batch, held.expires_on) == ("第一批", None)
        assert db.session.get(Certification, theirs.id).firm_id == gone.id


def test_a_district_chosen_from_the_other_is_a_move_of_today(app: Flask, make: Make, two) -> None:
    kept, _gone = two
    gone = make.firm(registration_district="440112")
    make.add(Move(firm_id=gone.id, jurisdiction="registration", district="440112", since_on=date(2020, 1, 1)))
    officer = make.user("officer")
    before = told(app)
    done = merged(app, officer, kept, gone, registration_district="gone")
    with app.app_context():
        moves = select(Move.district, Move.since_on).where(Move.firm_id == kept.id)
        assert [tuple(row) for row in db.session.execute(moves)] == [("440112", TODAY)]
    undone(app, officer, done)
    assert told(app) == before


CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "a chosen field": lambda kept, person: db.session.execute(
        Firm.__table__.update().where(Firm.__table__.c.id == kept).values(address="三号")
    ),
    "a moved record": lambda kept, person: setattr(db.session.get(Contact, person), "phone", "2"),
    "a moved record removed": lambda kept, person: db.session.delete(db.session.get(Contact, person)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_undoing_is_refused_where_somebody_has_changed_it_since(app, make, two, browse, change: str) -> None:
    kept, gone = two
    person = make.add(Contact(firm_id=gone.id, name="陈会计", phone="1"))
    officer = make.user("officer")
    done = merged(app, officer, kept, gone, address="gone")
    with app.app_context(), transaction():
        CHANGES[change](kept.id, person.id)
    before = told(app)
    page = browse(officer).get(f"/firms/{kept.id}/merges/{done}")
    assert "现在不能撤销" in page.words
    assert page.forms() == []
    browse(officer).post(f"/firms/{kept.id}/merges/{done}/undo", {}, 422)
    assert told(app) == before


def test_what_was_added_since_stays_and_an_untouched_merge_is_undone_on_the_page(app, make, two, browse) -> None:
    kept, gone = two
    make.add(Contact(firm_id=gone.id, name="陈会计"))
    officer = browse(make.user("officer"))
    page = officer.get(f"/firms/{kept.id}/merge/{gone.id}")
    page = officer.post(f"/firms/{kept.id}/merge/{gone.id}", page.form()[1])
    officer.submit(f"/firms/{kept.id}/contacts/new", {"name": "后来的人"})
    done = officer.get(f"/firms/{kept.id}/file").links()
    link = next(href for href in done if "/merges/" in href)
    page = officer.submit(link, {})
    assert "恢复原样" in page.words
    assert "陈会计" in officer.get(f"/firms/{gone.id}/file").words
    assert "后来的人" in officer.get(f"/firms/{kept.id}/file").words


def test_a_preview_that_is_out_of_date_merges_nothing(app: Flask, make: Make, two, browse) -> None:
    kept, gone = two
    officer = browse(make.user("officer"))
    url = f"/firms/{kept.id}/merge/{gone.id}"
    _, values = officer.get(url).form()
    officer.submit(f"/firms/{gone.id}/contacts/new", {"name": "刚添的人"})
    page = officer.post(url, values, 422)
    assert "有变动" in page.words
    assert "刚添的人" in page.words
    with app.app_context():
        assert db.session.get(Firm, gone.id).status is FirmStatus.ACTIVE


def test_sent_twice_it_is_done_once(app: Flask, make: Make, two, browse) -> None:
    kept, gone = two
    officer = browse(make.user("officer"))
    url = f"/firms/{kept.id}/merge/{gone.id}"
    _, values = officer.get(url).form()
    first, second = officer.post(url, values, 302), officer.post(url, values, 302)
    assert first.response.location == second.response.location
    officer.post(url, {**values, "act_key": "another"}, 422)
    with app.app_context():
        assert len(db.session.scalars(select(merge.Merge)).all()) == 1


def test_it_needs_both_files(make: Make, browse) -> None:
    mine, foreign = make.firm(), make.firm(registration_district="440112")
    officer = browse(make.user("officer", districts=["440106"]))
    officer.get(f"/firms/{mine.id}/merge/{foreign.id}", 404)
    officer.get(f"/firms/{foreign.id}/merge/{mine.id}", 404)
    officer.get(f"/firms/{mine.id}/merge/{mine.id}", 422)
    browse(make.user("auditor")).get(f"/firms/{mine.id}/merge", 403)


def test_a_chain_of_merges_leads_to_the_last_and_comes_apart_in_turn(app: Flask, make: Make, two) -> None:
    kept, gone = two
    third = make.firm(name="广州第三科技有限公司")
    officer = make.user("officer")
    before = told(app)
    first = merged(app, officer, gone, third)
    second = merged(app, officer, kept, gone)
    with app.app_context():
        assert queries.follow(third.id) == kept.id
    undone(app, officer, second)
    with app.app_context():
        assert queries.follow(third.id) == gone.id
    undone(app, officer, first)
    assert told(app) == before


parts = st.lists(
    st.sampled_from(["contact", "twin", "certificate", "return", "former", "main", "move", "award"]), max_size=5
)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    ours=parts,
    theirs=parts,
    picks=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_merge_and_undo_leave_no_trace(app: Flask, make: Make, ours, theirs, picks) -> None:
    make.count += 100
    kept = make.firm(address="一号", note="甲")
    gone = make.firm(address="二号", note="乙", main_product="机器人", registration_district="440112")
    for firm, told_of in ((kept, ours), (gone, theirs)):
        for number, what in enumerate(told_of):
            make.add(some(what, firm.id, number, told_of[:number].count(what)))
    officer = make.user("officer")
    before = told(app)
    fields = ("uscc", "name", "address", "note", "main_product", "registration_district")
    chosen = {name: "gone" if pick else "kept" for name, pick in zip(fields, picks, strict=True)}
    done = merged(app, officer, kept, gone, **chosen)
    assert told(app) != before
    undone(app, officer, done)
    assert told(app) == before


def some(what: str, firm_id: int, number: int, seen: int) -> Any:
    """Return a record, some of which the other firm has as well."""
    stated = datetime(2026, 1, 1 + number, tzinfo=UTC)
    if what in {"twin", "main"}:
        return Contact(firm_id=firm_id, name="同一个人", main=what == "main")
    if what == "contact":
        return Contact(firm_id=firm_id, name=f"{firm_id}的{number}")
    if what == "award":
        return AwardGiven(firm_id=firm_id, year=2025, title="同一笔", amount=seen)
    if what == "certificate":
        return Certification(
            firm_id=firm_id, kind=Rung.HIGH_TECH, number=f"GR{seen}", issued_on=date(2024, 1, 1 + number)
        )
    if what == "return":
        return AnnualReturn(
            firm_id=firm_id,
            year=2025,
            source=Source.IMPORT,
            version=seen + 1,
            stated_at=stated,
            stated_by="某",
            revenue=number,
        )
    if what == "former":
        return FormerName(
            firm_id=firm_id, name=f"旧名{seen}", until_on=date(2020, 1, 1 + number) if number % 2 else None
        )
    return Move(firm_id=firm_id, jurisdiction="tax", district="440106", since_on=date(2020, 1, 1 + seen))
