"""Moves: between districts and out of the city, on their day; who sees the file afterwards."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from crm import nightly
from crm.domain.errors import Refused
from crm.domain.places import ELSEWHERE
from crm.domain.records import FirmStatus, Jurisdiction
from crm.firms import moves, queries, service
from crm.firms.care_models import Assignment
from crm.firms.models import Firm, Move
from crm.journal.models import Event
from crm.kit import clock
from crm.kit.db import db, transaction
from tests.make import Make

TODAY = date(2026, 11, 25)
DAY = timedelta(days=1)
ALL = list(Jurisdiction)


def held(firm: Firm) -> Firm:
    return db.session.scalars(select(Firm).where(Firm.id == firm.id)).one()


def to(firm: Firm, actor: Any, district: str, day: date, place: str | None = None, purposes: Any = ALL) -> Firm:
    mine = held(firm)
    moves.move(mine, actor, purposes, district, day, TODAY, place=place, reason="租约到期")
    return mine


@pytest.mark.usefixtures("inside")
class TestMove:
    def test_to_another_district_the_file_goes_and_a_line_stays(self, make: Make) -> None:
        tianhe, huangpu = make.user(districts=["440106"]), make.user(districts=["440112"])
        firm = make.firm(officer_id=tianhe.id, tax_district="440106")
        moved = to(firm, tianhe, "440112", TODAY)
        assert (moved.registration_district, moved.tax_district, moved.officer_id) == ("440112", "440112", None)
        assert (queries.sees(firm.id, tianhe), queries.sees(firm.id, huangpu)) == (False, True)
        [line] = moves.moved_out(tianhe, 1).items
        assert (line.Firm.name, line.Move.previous, line.Move.reason, line[2]) == (
            firm.name,
            "440106",
            "租约到期",
            False,
        )
        assert moves.moved_out(huangpu, 1).items == []
        event = db.session.scalars(select(Event).where(Event.action == "firm.moved")).one()
        assert event.detail["changes"]["registration_district"] == ["440106", "440112"]
        assert event.detail["changes"]["officer_id"] == [tianhe.id, None]
        freed = db.session.scalars(select(Assignment).where(Assignment.firm_id == firm.id)).one()
        assert (freed.user_id, freed.since_on) == (None, TODAY)

    def test_an_officer_of_the_whole_city_keeps_it(self, make: Make) -> None:
        city = make.user()
        assert to(make.firm(officer_id=city.id), city, "440112", TODAY).officer_id == city.id

    def test_out_of_the_city_and_back(self, make: Make) -> None:
        officer = make.user()
        firm = make.firm()
        gone = to(firm, officer, ELSEWHERE, TODAY - 9 * DAY, "佛山市南海区")
        assert (gone.status, gone.registration_district) == (FirmStatus.MOVED_OUT, "440106")
        with pytest.raises(Refused, match="已登记迁出"):
            to(firm, officer, ELSEWHERE, TODAY, "深圳市")
        back = to(firm, officer, "440106", TODAY)
        assert (back.status, back.registration_district) == (FirmStatus.ACTIVE, "440106")
        rows = db.session.scalars(select(Move).where(Move.firm_id == firm.id).order_by(Move.since_on, Move.id))
        told = [(row.jurisdiction, row.previous, row.district, row.place) for row in rows]
        assert told[0] == (Jurisdiction.REGISTRATION, "440106", ELSEWHERE, "佛山市南海区")
        assert told[1][:3] == (Jurisdiction.REGISTRATION, ELSEWHERE, "440106")

    def test_out_of_the_city_needs_a_place_and_another_district_a_difference(self, make: Make) -> None:
        firm, officer = make.firm(), make.user()
        with pytest.raises(Refused, match="去向"):
            to(firm, officer, ELSEWHERE, TODAY)
        with pytest.raises(Refused, match="已经在这个区"):
            to(firm, officer, "440106", TODAY, purposes=[Jurisdiction.REGISTRATION])
        with pytest.raises(Refused, match="请选择"):
            to(firm, officer, "310000", TODAY)

    def test_ahead_of_its_day_it_waits_for_the_night_twice_is_once(self, make: Make) -> None:
        officer, firm = make.user(), make.firm()
        to(firm, officer, ELSEWHERE, TODAY + 2 * DAY, "佛山市")
        assert held(firm).status is FirmStatus.ACTIVE
        with pytest.raises(Refused, match="请先撤销"):
            to(firm, officer, "440112", TODAY)
        assert moves.take_effect(TODAY + DAY) == 0
        assert moves.take_effect(TODAY + 2 * DAY) == 1
        assert held(firm).status is FirmStatus.MOVED_OUT
        count = len(db.session.scalars(select(Event.id)).all())
        assert moves.take_effect(TODAY + 2 * DAY) == 0
        assert len(db.session.scalars(select(Event.id)).all()) == count

    def test_called_off_it_never_comes(self, make: Make) -> None:
        officer, firm = make.user(), make.firm()
        to(firm, officer, "440112", TODAY + DAY, purposes=[Jurisdiction.TAX])
        moves.cancel(queries.moves(firm)[0], firm, officer)
        assert moves.take_effect(TODAY + 9 * DAY) == 0
        to(firm, officer, "440112", TODAY)
        with pytest.raises(Refused, match="已经生效"):
            moves.cancel(queries.moves(firm)[0], firm, officer)

    def test_not_before_the_last_and_of_two_on_one_day_the_later_word_counts(self, make: Make) -> None:
        officer, firm = make.user(), make.firm()
        only = [Jurisdiction.REGISTRATION]
        to(firm, officer, "440112", TODAY, purposes=only)
        with pytest.raises(Refused, match="不能早于"):
            to(firm, officer, "440104", TODAY - DAY, purposes=only)
        to(firm, officer, "440104", TODAY, purposes=only)
        [row] = queries.moves(firm)
        assert (row.previous, row.district) == ("440106", "440104")


@pytest.mark.usefixtures("inside")
class TestForm:
    def test_the_files_form_does_not_move_out_of_the_city_or_ahead(self, make: Make) -> None:
        officer, firm = make.user(), make.firm()
        mine = held(firm)
        same = {"uscc": mine.uscc, "name": mine.name, "registration_district": "440106"}
        with pytest.raises(Refused) as no:
            service.edit(mine, officer, {**same, "status": FirmStatus.MOVED_OUT}, TODAY)
        assert no.value.field == "status"
        later = {**same, "registration_district": "440112", "moved_on": TODAY + DAY}
        with pytest.raises(Refused) as no:
            service.edit(mine, officer, later, TODAY)
        assert no.value.field == "moved_on"

    def test_a_district_changed_on_the_form_frees_the_firm_of_an_officer_who_does_not_reach_it(
        self, make: Make
    ) -> None:
        city, tianhe = make.user(), make.user(districts=["440106"])
        firm = make.firm(officer_id=tianhe.id)
        mine = held(firm)
        typed = {"uscc": mine.uscc, "name": mine.name, "registration_district": "440112", "officer_id": tianhe.id}
        service.edit(mine, city, typed, TODAY)
        assert held(firm).officer_id is None
        event = db.session.scalars(select(Event).where(Event.action == "firm.edited")).one()
        assert event.detail["changes"]["officer_id"] == [tianhe.id, None]


def test_the_night_moves_what_is_due(app: Flask, make: Make) -> None:
    officer, firm = make.user(), make.firm()
    with app.app_context():
        with transaction():
            to(firm, officer, "440112", TODAY + DAY)
        nightly.walk(TODAY + DAY)
        assert held(firm).registration_district == "440112"


def test_the_page_says_where_the_file_went(make: Make, browse: Any) -> None:
    tianhe = browse(make.user(districts=["440106"]))
    firm = make.firm(name="广州要走科技有限公司")
    typed = {"district": "440112", "reason": "随园区搬迁", "since_on": clock.today().isoformat()}
    page = tianhe.submit(f"/firms/{firm.id}/care/move", typed)
    assert "已归新的区管理" in page.words
    assert "广州要走科技有限公司" in page.words
    assert tianhe.client.get(f"/firms/{firm.id}").status_code == 404
    huangpu = browse(make.user(districts=["440112"]))
    told = huangpu.get(f"/firms/{firm.id}/timeline").words
    assert "注册地所属区：黄埔区" in told
    assert "原在天河区" in told
