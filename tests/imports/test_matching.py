"""Whom a row means: never taken for certain by its name, decided once, remembered, revocable."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.lists import Answer, Question, Why
from crm.domain.names import core, plain
from crm.firms.models import AnnualReturn, Firm, FormerName
from crm.imports import answers, matching
from crm.imports.models import Decision, Import
from crm.kit import jobs
from crm.kit.db import db, transaction
from tests.imports.desk import Desk, book
from tests.make import Make, uscc


def named(name: str | None, code: str | None = None, revenue: int = 10) -> list[object]:
    return [code, name, None, None, 2025, revenue, None]


@pytest.mark.parametrize(
    ("written", "kept", "why"),
    [
        ("广州澜图软件科技有限公司", "广州澜图软件科技有限公司", Why.NAME),
        ("广州澜图 （软件）科技有限公司", "广州澜图(软件)科技有限公司", Why.PLAIN),
        ("广州市澜图软件科技有限责任公司", "广州澜图软件科技有限公司", Why.CORE),
        ("广东省澜图软件科技有限公司", "澜图软件科技（广州）有限公司", Why.CORE),
        ("广州兰图软件科技有限公司", "广州澜图软件科技有限公司", Why.SOUND),
        ("广州图澜软件科技有限公司", "广州澜图软件科技有限公司", Why.ALIKE),
        ("广州澜图软件科枝有限公司", "广州澜图软件科技有限公司", Why.ALIKE),
        ("广州澜图信息软件科技有限公司", "广州澜图软件科技有限公司", Why.ALIKE),
    ],
)
def test_who_is_offered_and_why(desk: Desk, make: Make, written: str, kept: str, why: Why) -> None:
    firm = make.firm(name=kept)
    make.firm(name="广州砺行环保设备有限公司")
    item = desk.check(book(named(written)))
    (row,) = desk.rows(item)
    assert (item.counts, row.question) == ({"unsure": 1}, Question.WHO)
    assert [(c["firm_id"], c["why"]) for c in row.candidates] == [(firm.id, why)]


def test_a_former_name_is_offered_and_never_renames(desk: Desk, make: Make) -> None:
    firm = make.firm(name="广州新名科技有限公司")
    make.add(FormerName(firm_id=firm.id, name="广州旧号实业有限公司"))
    item = desk.check(book(named("广州旧号实业有限公司")))
    (row,) = desk.rows(item)
    assert [(c["firm_id"], c["why"]) for c in row.candidates] == [(firm.id, Why.FORMER)]
    desk.apply(desk.answer(item, {2: (Answer.FIRM, firm.id)}))
    with desk.app.app_context():
        assert db.session.get(Firm, firm.id).name == "广州新名科技有限公司"
        assert db.session.scalars(select(AnnualReturn.revenue)).one() == 10_000_000


def test_a_name_that_nobody_bears_is_refused(desk: Desk, make: Make) -> None:
    make.firm(name="广州砺行环保设备有限公司")
    item = desk.check(book(named("广州澜图软件科技有限公司")))
    assert item.counts == {"reject": 1}


def test_two_firms_of_one_name_are_offered_side_by_side_and_never_mixed(desk: Desk, make: Make) -> None:
    first, second = (make.firm(name="广州同名科技有限公司") for _ in range(2))
    item = desk.check(book(named("广州同名科技有限公司")))
    (row,) = desk.rows(item)
    assert {c["firm_id"] for c in row.candidates} == {first.id, second.id}
    with desk.app.app_context():
        fresh = db.session.get(Import, item.id)
        assert answers.countable(answers.open_rows(fresh))[answers.Bulk.EXACT] == 0, "one of two is not taken in bulk"
    desk.apply(desk.answer(item, {2: (Answer.FIRM, second.id)}))
    with desk.app.app_context():
        assert db.session.scalars(select(AnnualReturn.firm_id)).all() == [second.id]


def test_a_new_code_under_a_known_name_asks_before_it_makes_a_twin(desk: Desk, make: Make) -> None:
    firm = make.firm(name="广州同名科技有限公司")
    row = [uscc(900), "广州同名科技有限公司", "天河区", "2016-05-06", 2025, 10, None]
    item = desk.check(book(row))
    assert desk.rows(item)[0].question is Question.TWIN
    as_new = desk.answer(item, {2: (Answer.NEW, None)})
    assert as_new.counts == {"create": 1}
    same = desk.check(book([uscc(901), *row[1:]]))
    settled = desk.answer(same, {2: (Answer.FIRM, firm.id)})
    assert settled.counts == {"update": 1}
    desk.apply(settled)
    with desk.app.app_context():
        assert db.session.scalars(select(Firm.uscc)).all() == [firm.uscc], "the code of the file stays"


def test_a_change_of_name_is_offered_and_the_old_name_kept(desk: Desk, make: Make) -> None:
    firm = make.firm(name="广州甲科技有限公司")
    for answer, name in ((Answer.KEPT, "广州甲科技有限公司"), (Answer.RENAMED, "广州乙科技有限公司")):
        item = desk.check(book(named("广州乙科技有限公司", firm.uscc, revenue=len(name) + (answer is Answer.KEPT))))
        if item.counts != {"unsure": 1}:
            with desk.app.app_context(), transaction():
                decision = db.session.scalars(select(Decision).where(Decision.revoked_at.is_(None))).one()
                answers.revoke(decision, db.session.get(User, desk.user.id))
            item = desk.check(book(named("广州乙科技有限公司", firm.uscc, revenue=99)))
        desk.apply(desk.answer(item, {2: (answer, None)}))
        with desk.app.app_context():
            assert db.session.get(Firm, firm.id).name == name
    with desk.app.app_context():
        assert db.session.scalars(select(FormerName.name)).all() == ["广州甲科技有限公司"]
    again = desk.check(book(named("广州甲科技有限公司", firm.uscc, revenue=98)))
    (row,) = desk.rows(again)
    assert "name" not in row.changes, "an old list does not turn the name back"
    assert "曾用名" in row.notes[0]["message"]


def test_width_and_brackets_are_no_change_of_name(desk: Desk, make: Make) -> None:
    firm = make.firm(name="广州甲（集团）有限公司")
    item = desk.check(book(named("广州甲(集团) 有限公司", firm.uscc)))
    assert (item.counts, "name" in desk.rows(item)[0].changes) == ({"update": 1}, False)


def test_a_shifted_column_of_names_renames_nobody(desk: Desk, make: Make) -> None:
    firms = [make.firm(name=f"广州{n}号科技有限公司") for n in "甲乙丙"]
    shifted = [named(firms[(n + 1) % 3].name, firm.uscc) for n, firm in enumerate(firms)]
    assert desk.check(book(*shifted)).counts == {"unsure": 3}


def test_a_decision_is_remembered_for_the_office_and_can_be_revoked(app: Flask, make: Make) -> None:
    first = Desk(app, make.user("officer", districts=["440106"]))
    colleague = Desk(app, make.user("officer", districts=["440106"]))
    elsewhere = Desk(app, make.user("officer", districts=["440106", "440112"]))
    firm = make.firm(name="广州澜图软件科技有限公司")
    written = "广州市澜图软件科技公司"
    item = first.answer(first.check(book(named(written))), {2: (Answer.FIRM, firm.id)})
    assert item.counts == {"update": 1}
    assert colleague.check(book(named(written, revenue=11))).counts == {"update": 1}
    assert elsewhere.check(book(named(written, revenue=11))).counts == {"unsure": 1}, "another office decides itself"
    with app.app_context(), transaction():
        answers.revoke(db.session.scalars(select(Decision)).one(), db.session.get(User, colleague.user.id))
    assert first.check(book(named(written, revenue=12))).counts == {"unsure": 1}


def test_a_remembered_firm_that_has_moved_away_is_asked_about_again(app: Flask, make: Make) -> None:
    desk = Desk(app, make.user("officer", districts=["440106"]))
    firm = make.firm(name="广州澜图软件科技有限公司")
    make.firm(name="广州澜图软件有限公司")
    desk.answer(desk.check(book(named("广州澜图软件科技公司"))), {2: (Answer.FIRM, firm.id)})
    with app.app_context(), transaction():
        db.session.get(Firm, firm.id).registration_district = "440112"
    item = desk.check(book(named("广州澜图软件科技公司")))
    assert item.counts == {"unsure": 1}
    assert firm.id not in {c["firm_id"] for c in desk.rows(item)[0].candidates}


def test_in_bulk(desk: Desk, make: Make) -> None:
    known = [make.firm(name=f"广州{n}航测控技术有限公司") for n in "甲乙丙"]
    renamed = make.firm(name="广州丁科技有限公司")
    rows = [named(firm.name) for firm in known]
    rows += [named("广州戊科技有限公司", renamed.uscc), named("广州甲航测控有限公司")]
    item = desk.check(book(*rows))
    assert item.counts == {"unsure": 5}
    for bulk, counts in (
        (answers.Bulk.EXACT, {"update": 3, "unsure": 2}),
        (answers.Bulk.RENAMED, {"update": 4, "unsure": 1}),
        (answers.Bulk.SKIP, {"update": 4, "skip": 1}),
    ):
        with desk.app.app_context():
            with transaction():
                answers.answer_all(db.session.get(Import, item.id), db.session.get(User, desk.user.id), bulk)
            jobs.run_next()
            item = desk.load(item.id)
        assert item.counts == counts
    done = desk.apply(item, whole=True)
    with desk.app.app_context():
        assert db.session.get(Firm, renamed.id).name == "广州戊科技有限公司"
    assert done.whole


def test_nobody_names_a_firm_of_another_district(app: Flask, make: Make) -> None:
    """T2: the id of a firm out of sight, typed into the form or given as a code, settles nothing."""
    desk = Desk(app, make.user("officer", districts=["440106"]))
    make.firm(name="广州澜图软件科技有限公司")
    foreign = make.firm(name="广州外区科技有限公司", registration_district="440112")
    item = desk.check(book(named("广州澜图软件公司")))
    before = desk.digest()
    with app.app_context():
        for said, typed in (({2: (Answer.FIRM, foreign.id)}, {}), ({}, {2: foreign.uscc})):
            with transaction():
                user = db.session.get(User, desk.user.id)
                with pytest.raises(Refused):
                    answers.answer(db.session.get(Import, item.id), user, said, typed)
    assert (desk.digest(), desk.count(Decision)) == (before, 0)


def test_the_name_of_a_firm_out_of_sight_offers_nobody(app: Flask, make: Make) -> None:
    desk = Desk(app, make.user("officer", districts=["440106"]))
    make.firm(name="广州外区科技有限公司", registration_district="440112")
    mine = make.firm(name="广州外区科技有限公司")
    (row,) = desk.rows(desk.check(book(named("广州外区科技有限公司"))))
    assert [c["firm_id"] for c in row.candidates] == [mine.id]
    assert row.notes[0]["params"] == {"count": 1}, "told as a number: not to be taken in bulk"


def test_a_typed_code_names_a_firm_that_was_not_offered(desk: Desk, make: Make) -> None:
    make.firm(name="广州澜图软件科技有限公司")
    meant = make.firm(name="广州全然不同实业有限公司")
    item = desk.check(book(named("广州澜图软件公司")))
    with desk.app.app_context():
        with transaction():
            user = db.session.get(User, desk.user.id)
            answers.answer(db.session.get(Import, item.id), user, {}, {2: meant.uscc.lower()})
        jobs.run_next()
    assert desk.rows(item)[0].firm_id == meant.id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("广州ＡＢＣ（集团）有限公司", "广州abc(集团)有限公司"),
        ("广州甲·乙有限公司", "广州甲乙 有限公司"),
    ],
)
def test_plain_names(one: str, other: str) -> None:
    assert plain(one) == plain(other)
    assert core("有限公司") == "有限公司", "a name that is nothing but form keeps it"


def test_statements_do_not_grow_with_the_list(
    app: Flask, make: Make, statements: Callable[..., object], desk: Desk
) -> None:
    counts = []
    for size in (3, 30):
        firms = [make.firm(name=f"广州第{size}批{n}号软件有限公司") for n in range(size)]
        with app.app_context(), transaction(writing=False), statements() as seen:
            owner = db.session.get(User, desk.user.id)
            names = matching.Names(owner)
            assert all(names.offered(firm.name) for firm in firms)
        counts.append(len(seen))
    assert counts[0] == counts[1]
