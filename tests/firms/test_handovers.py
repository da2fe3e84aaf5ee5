"""Handing over: all or some of what somebody has in hand; seen before, told row by row, undone before its day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.care import Duty
from crm.domain.errors import Refused
from crm.firms import assignments, handovers
from crm.firms.care_models import Assignment, Handover
from crm.firms.models import Firm
from crm.kit import clock
from crm.kit.db import db, transaction
from tests.make import Make

TODAY = date(2026, 11, 25)
DAY = timedelta(days=1)


def officers_of(firms: list[Firm]) -> list[int | None]:
    query = select(Firm.officer_id).where(Firm.id.in_([firm.id for firm in firms])).order_by(Firm.id)
    return list(db.session.scalars(query))


@pytest.mark.usefixtures("inside")
class TestHandover:
    def test_all_that_can_go_goes_and_the_record_says_what_stayed(self, make: Make) -> None:
        manager, old, new = make.user("manager"), make.user(), make.user(districts=["440106"])
        firms = [make.firm(officer_id=old.id), make.firm(officer_id=old.id, registration_district="440112")]
        others = make.firm(officer_id=manager.id)
        made = handovers.make(manager, Duty.OFFICER, old.id, new.id, None, TODAY, TODAY, "调岗")
        assert officers_of([*firms, others]) == [new.id, old.id, manager.id]
        assert (made.count, [row["firm_id"] for row in made.refused]) == (1, [firms[1].id])
        assert [f.id for f in handovers.firms_of(made, manager, 1).items] == [firms[0].id]

    def test_ahead_it_can_be_undone_until_its_day(self, make: Make) -> None:
        manager, old, new = make.user("manager"), make.user(), make.user()
        stranger = make.user()
        firms = [make.firm(officer_id=old.id), make.firm(officer_id=old.id)]
        made = handovers.make(manager, Duty.OFFICER, old.id, new.id, None, TODAY + 3 * DAY, TODAY, "休假")
        assert officers_of(firms) == [old.id, old.id]
        with pytest.raises(Refused, match="只有办理交接的人"):
            handovers.undo(made, stranger, TODAY)
        handovers.undo(made, manager, TODAY + 2 * DAY)
        assert assignments.take_effect(TODAY + 3 * DAY) == 0
        assert officers_of(firms) == [old.id, old.id]
        with pytest.raises(Refused, match="已经撤销"):
            handovers.undo(made, manager, TODAY)
        again = handovers.make(manager, Duty.OFFICER, old.id, new.id, None, TODAY + DAY, TODAY, "休假")
        with pytest.raises(Refused, match="已于 2026-11-26 生效"):
            handovers.undo(again, manager, TODAY + DAY)

    def test_only_what_is_picked_and_still_in_those_hands(self, make: Make) -> None:
        manager, old, new = make.user("manager"), make.user(), make.user()
        a, b, c = make.firm(officer_id=old.id), make.firm(officer_id=old.id), make.firm(officer_id=new.id)
        handovers.make(manager, Duty.OFFICER, old.id, manager.id, [a.id, c.id], TODAY, TODAY, "调岗")
        assert officers_of([a, b, c]) == [manager.id, old.id, new.id]

    def test_from_nobodys_hands_and_between_agencies(self, make: Make) -> None:
        manager, old, new = make.user("manager"), make.agency("甲机构"), make.agency("乙机构")
        firm, free = make.firm(agency_id=old.id), make.firm()
        handovers.make(manager, Duty.AGENCY, old.id, new.id, None, TODAY, TODAY, "换届")
        handovers.make(manager, Duty.OFFICER, None, manager.id, None, TODAY, TODAY, "分派")
        assert db.session.scalar(select(Firm.agency_id).where(Firm.id == firm.id)) == new.id
        assert officers_of([firm, free]) == [manager.id, manager.id]
        told = handovers.listing(manager, 1).items
        assert [(row.giver, row.taker) for row in told] == [(None, manager.name), ("甲机构", "乙机构")]

    def test_to_oneself_and_of_nothing_are_refused(self, make: Make) -> None:
        manager, old, new = make.user("manager"), make.user(), make.user()
        with pytest.raises(Refused, match="同一方"):
            handovers.make(manager, Duty.OFFICER, old.id, old.id, None, TODAY, TODAY, "x")
        with pytest.raises(Refused, match="没有一家"):
            handovers.make(manager, Duty.OFFICER, old.id, new.id, None, TODAY, TODAY, "x")

    def test_a_district_hands_over_its_own_firms_only(self, make: Make) -> None:
        tianhe, old, new = make.user(districts=["440106"]), make.user(), make.user()
        firms = [make.firm(officer_id=old.id), make.firm(officer_id=old.id, registration_district="440112")]
        handovers.make(tianhe, Duty.OFFICER, old.id, new.id, [f.id for f in firms], TODAY, TODAY, "调岗")
        assert officers_of(firms) == [new.id, old.id]
        counts = {one.person_id: one.count for one in handovers.portfolios(tianhe, Duty.OFFICER)}
        assert (counts[old.id], counts[new.id], counts[None]) == (0, 1, 0)


def test_from_the_portfolio_over_the_preview_to_the_record(app: Flask, make: Make, browse: Any) -> None:
    manager, old = make.user("manager"), make.user(name="要走的专员")
    new = make.user(name="接手的专员", districts=["440106"])
    firms = [make.firm(officer_id=old.id) for _ in range(3)]
    make.firm(name="广州带不走科技有限公司", officer_id=old.id, registration_district="440112")
    browser = browse(manager)
    assert "要走的专员" in browser.get("/firms/handovers").words
    later = (clock.today() + 5 * DAY).isoformat()
    query = f"duty=officer&from={old.id}&to={new.id}&since_on={later}&reason=调岗"
    nothing = browser.get(f"/firms/handovers/confirm?{query}", 422)
    assert "请勾选要交接的企业" in nothing.words
    url = f"/firms/handovers/confirm?{query}&all=1"
    page = browser.get(url)
    assert "将交接 3 家" in page.words
    assert "广州带不走科技有限公司" in page.words
    with app.app_context():
        assert db.session.scalars(select(Handover)).all() == []
    action, values = page.form()
    shown = browser.post(action, values)
    assert "待生效" in shown.words
    with app.app_context():
        assert officers_of(firms) == [old.id] * 3
        assert len(db.session.scalars(select(Assignment)).all()) == 3
    undone = browser.post(*shown.form())
    assert "已撤销" in undone.words
    with app.app_context():
        assert db.session.scalars(select(Assignment)).all() == []


@pytest.mark.parametrize("since_on", [TODAY, TODAY + 3 * DAY], ids=["at once", "ahead"])
def test_of_two_who_hand_over_the_same_firms_at_one_instant_one_does(app: Flask, make: Make, since_on: date) -> None:
    """The other hears that nothing is left in those hands, or that the firms are promised already."""
    old, takers = make.user(), (make.user(), make.user())
    managers = (make.user("manager"), make.user("manager"))
    firms = [make.firm(officer_id=old.id) for _ in range(30)]
    both = Barrier(2)

    def hand_over(number: int) -> str:
        both.wait()
        with app.app_context():
            try:
                with transaction():
                    manager = db.session.get(User, managers[number].id)
                    handovers.make(manager, Duty.OFFICER, old.id, takers[number].id, None, since_on, TODAY, "调岗")
            except Refused as refusal:
                return refusal.message
        return ""

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(hand_over, range(2)))
    assert sorted(bool(answer) for answer in answers) == [False, True], answers
    with app.app_context():
        rows = list(db.session.execute(select(Assignment.user_id, Assignment.since_on)))
        assert rows == [(takers[answers.index("")].id, since_on)] * len(firms)
        assert len(set(officers_of(firms))) == 1
        assert len(list(db.session.scalars(select(Handover.id)))) == 1
