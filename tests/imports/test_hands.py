"""A list that moves a firm to where its officer does not work: the officer lets go, told before, undone exactly."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.care import Duty
from crm.domain.lists import ImportStatus, RowOutcome
from crm.domain.records import FirmStatus, Jurisdiction
from crm.firms import assignments
from crm.firms import service as firms
from crm.firms.care_models import Assignment
from crm.firms.models import Firm, Move
from crm.imports.models import Import
from crm.journal.models import Event
from crm.kit import clock
from crm.kit.db import db, transaction
from tests.browse import Browser
from tests.imports.desk import Desk, book
from tests.make import Make, uscc

HEADINGS = ["统一社会信用代码", "注册区", "法定代表人"]
TIANHE, HUANGPU = "440106", "440112"


@pytest.fixture
def mine(desk: Desk, make: Make) -> tuple[Firm, User]:
    """Return a firm of 天河 and its officer, who works there only and has had it for years."""
    officer = make.user("officer", districts=[TIANHE], name="何子朗")
    firm = make.firm(officer_id=officer.id)
    held = {"firm_id": firm.id, "duty": Duty.OFFICER, "user_id": officer.id, "since_on": date(2024, 1, 1)}
    make.add(Assignment(**held, applied=True, made_by="系统", made_at=clock.now()))
    return firm, officer


def moved(desk: Desk, *codes: str, to: str = "黄埔区") -> Import:
    return desk.check(book(*[[code, to, "陈敏"] for code in codes], headings=HEADINGS))


def hands(app: Flask, firm: Firm) -> tuple[int | None, list[tuple[date, int | None]]]:
    """Return (officer on the file, every (day, officer) of its history)."""
    with app.app_context():
        rows = select(Assignment).where(Assignment.firm_id == firm.id).order_by(Assignment.since_on)
        return db.session.get(Firm, firm.id).officer_id, [(r.since_on, r.user_id) for r in db.session.scalars(rows)]


def test_the_officer_lets_go_and_gets_the_firm_back(
    desk: Desk, mine: tuple[Firm, User], browse: Callable[..., Browser]
) -> None:
    firm, officer = mine
    before = desk.digest()
    item = moved(desk, firm.uscc)
    page = browse(desk.user).get(f"/imports/{item.id}")
    assert "新的注册地不在何子朗所管的区：从今天起不再由其负责，请另外指定服务专员" in page.words
    done = desk.apply(item)
    assert hands(desk.app, firm) == (None, [(date(2024, 1, 1), officer.id), (clock.today(), None)])
    with desk.app.app_context():
        told = db.session.scalars(select(Event).where(Event.action == "firm.edited")).one()
        assert told.detail["changes"]["officer_id"] == [officer.id, None]
    desk.undo(done)
    assert hands(desk.app, firm) == (officer.id, [(date(2024, 1, 1), officer.id)])
    assert desk.digest() == before


@pytest.mark.parametrize("reach", [{"districts": [TIANHE, HUANGPU]}, {"whole_city": True}])
def test_an_officer_who_works_there_too_keeps_it(desk: Desk, make: Make, reach: dict[str, Any]) -> None:
    officer = make.user("officer", **reach)
    firm = make.firm(officer_id=officer.id)
    done = desk.apply(moved(desk, firm.uscc))
    assert desk.rows(done)[0].notes == []
    assert hands(desk.app, firm) == (officer.id, [])


def test_of_two_words_on_one_day_the_later_counts_and_the_undo_brings_the_first_back(desk: Desk, make: Make) -> None:
    officer = make.user("officer", districts=[TIANHE])
    with desk.app.app_context(), transaction():
        stated = {"uscc": uscc(900), "name": "广州今日科技有限公司", "registration_district": TIANHE}
        firm = firms.create(
            db.session.get(User, desk.user.id), {**stated, "officer_id": officer.id}, clock.today()
        )  # in hand since today
        db.session.flush()
        db.session.expunge(firm)
    before = desk.digest()
    done = desk.apply(moved(desk, firm.uscc))
    assert hands(desk.app, firm) == (None, [(clock.today(), None)])
    desk.undo(done)
    assert hands(desk.app, firm) == (officer.id, [(clock.today(), officer.id)])
    assert desk.digest() == before


def test_a_row_that_cannot_be_written_says_nothing_of_hands(desk: Desk, mine: tuple[Firm, User]) -> None:
    certificate = {"证书类型": "高新技术企业", "证书编号": "GR1", "发证日期": "2025-12-01", "有效期至": "2024-11-30"}
    row = [mine[0].uscc, "黄埔区", "陈敏", *certificate.values()]
    (told,) = desk.rows(desk.check(book(row, headings=[*HEADINGS, *certificate])))
    assert (told.outcome, told.notes) == (RowOutcome.REJECT, [])


def test_a_firm_that_has_got_another_officer_since_stays(desk: Desk, make: Make, mine: tuple[Firm, User]) -> None:
    firm, _officer = mine
    other = make.user("officer", districts=[HUANGPU])
    manager = make.user("manager", name="周科长")
    done = desk.apply(moved(desk, firm.uscc))
    with desk.app.app_context(), transaction():
        given = (Duty.OFFICER, other.id, clock.today())
        assignments.assign([firm.id], *given, db.session.get(User, manager.id), clock.today())
    desk.undo(done)
    (row,) = desk.rows(done)
    assert ("officer_id", "周科长") in {(r["params"]["field"], r["params"].get("who")) for r in row.kept_because}
    assert hands(desk.app, firm)[0] == other.id


def test_another_officer_between_the_dry_run_and_the_writing_is_not_passed_over(
    desk: Desk, make: Make, mine: tuple[Firm, User]
) -> None:
    item = moved(desk, mine[0].uscc)
    other = make.user("officer", districts=[TIANHE])
    with desk.app.app_context(), transaction():
        db.session.get(Firm, mine[0].id).officer_id = other.id
    done = desk.apply(item)
    assert done.status is ImportStatus.FAILED
    assert hands(desk.app, mine[0])[0] == other.id


@pytest.mark.parametrize("what", ["planned", "left"])
def test_a_move_that_waits_for_its_day_and_a_firm_that_left_are_for_people(desk: Desk, make: Make, what: str) -> None:
    """As a move by hand: crm/firms/moves.py."""
    firm = make.firm(status=FirmStatus.MOVED_OUT if what == "left" else FirmStatus.ACTIVE)
    if what == "planned":
        day = clock.today() + timedelta(days=7)
        place = {"firm_id": firm.id, "jurisdiction": Jurisdiction.REGISTRATION, "district": "440105"}
        make.add(Move(**place, since_on=day, previous=TIANHE, applied=False))
    (row,) = desk.rows(moved(desk, firm.uscc))
    assert (row.outcome, [error["field"] for error in row.errors]) == (RowOutcome.REJECT, ["registration_district"])


def test_statements_do_not_grow_with_the_firms_that_move(
    desk: Desk, make: Make, statements: Callable[..., Any]
) -> None:
    officers = [make.user("officer", districts=[TIANHE]) for _ in range(2)]
    counts = []
    for size in (2, 12):
        codes = [make.firm(officer_id=officers[n % 2].id).uscc for n in range(size)]
        with statements() as seen:
            desk.undo(desk.apply(moved(desk, *codes)))
        counts.append(len(seen))
    assert counts[0] == counts[1]
