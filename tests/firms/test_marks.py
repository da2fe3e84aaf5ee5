"""Tags and stop flags: put on, taken off, by whom they may."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from crm.domain.access import Role
from crm.domain.care import Lifter, may_lift
from crm.domain.errors import Refused
from crm.firms import stops, tags
from crm.firms.care_models import FirmTag, StopFlag
from crm.firms.models import Firm
from crm.journal.models import Event
from crm.kit.db import db, transaction
from crm.letters import profile
from tests.make import Make

TODAY = date(2026, 11, 25)
DAY = timedelta(days=1)


def said(**values: Any) -> dict[str, Any]:
    return {"reason": "涉嫌重复申报", "since_on": TODAY, "until_on": None, "lifter": Lifter.OFFICE, **values}


@pytest.mark.usefixtures("inside")
class TestTags:
    def test_put_on_twice_it_is_there_once_and_each_row_says_so(self, make: Make) -> None:
        officer, a, b = make.user(), make.firm(), make.firm()
        key = tags.named("重点企业", officer)
        assert [o.done for o in tags.tag([a.id], key, officer)] == [True]
        again = tags.tag([a.id, b.id], key, officer)
        assert [(o.done, o.why) for o in again] == [(False, tags.HAS_IT), (True, "")]
        assert {firm_id: [t.name for t in found] for firm_id, found in tags.of([a.id, b.id]).items()} == {
            a.id: ["重点企业"],
            b.id: ["重点企业"],
        }
        assert tags.in_use(officer) == [(key, 2)]

    def test_taken_off_the_trail_keeps_both(self, make: Make) -> None:
        officer, firm = make.user(), make.firm()
        key = tags.named("重点企业", officer)
        tags.tag([firm.id], key, officer)
        assert tags.untag([firm.id], key, officer)[0].done
        assert tags.untag([firm.id], key, officer)[0].why == tags.HAS_IT_NOT
        kept = [event.detail["changes"] for event in db.session.scalars(select(Event).order_by(Event.id))]
        assert kept == [{"tag": [None, "重点企业"]}, {"tag": ["重点企业", None]}]

    def test_one_name_is_one_tag_however_it_is_typed(self, make: Make) -> None:
        officer = make.user()
        assert tags.named("  Ａ股  储备 ", officer) is tags.named("A股 储备", officer)
        for name in ("", "　", "长" * 21):
            with pytest.raises(Refused):
                tags.named(name, officer)

    def test_a_firm_out_of_sight_gets_none(self, make: Make) -> None:
        officer, there = make.user(districts=["440106"]), make.firm(registration_district="440112")
        [outcome] = tags.tag([there.id], tags.named("重点企业", officer), officer)
        assert (outcome.done, outcome.name) == (False, "")
        assert db.session.scalars(select(FirmTag)).all() == []
        assert tags.in_use(officer) == []


def test_many_firms_take_as_many_statements_as_few(app: Flask, make: Make, statements: Any) -> None:
    officer = make.user()
    few, many = [make.firm().id for _ in range(2)], [make.firm().id for _ in range(40)]

    def count(ids: list[int], do: Any) -> int:
        with app.app_context(), transaction():
            key = tags.named("重点企业", officer)
            with statements() as seen:
                assert all(outcome.done for outcome in do(ids, key, officer))
        return len(seen)

    assert count(few, tags.tag) == count(many, tags.tag)
    assert count(few, tags.untag) == count(many, tags.untag)


@pytest.mark.usefixtures("inside")
class TestStops:
    def test_in_force_from_its_first_to_its_last_day(self, make: Make) -> None:
        firm, officer = make.firm(), make.user()
        flag = stops.put(firm, officer, said(since_on=TODAY, until_on=TODAY + 9 * DAY), TODAY)
        in_force = [stops.in_force(firm.id, TODAY + n * DAY) for n in (-1, 0, 9, 10)]
        assert in_force == [None, flag, flag, None]

    def test_lifted_it_ends_that_day_and_stays_in_the_history(self, make: Make) -> None:
        firm, officer = make.firm(), make.user()
        flag = stops.put(firm, officer, said(since_on=TODAY - 5 * DAY), TODAY)
        stops.lift(flag, officer, "核查无误", TODAY)
        assert stops.in_force(firm.id, TODAY - DAY) is flag
        assert stops.in_force(firm.id, TODAY) is None
        [kept] = stops.history(firm.id)
        assert (kept.reason, kept.lifted_by, kept.lifted_why) == ("涉嫌重复申报", officer.name, "核查无误")
        with pytest.raises(Refused, match="解除"):
            stops.lift(flag, officer, "再来一次", TODAY)
        acts = [e.action for e in db.session.scalars(select(Event).order_by(Event.id))]
        assert acts == ["stop_flag.set", "stop_flag.lifted"]

    @pytest.mark.parametrize(
        ("since", "until", "free"),
        [(-9, -6, True), (-9, -5, False), (-2, 2, False), (5, None, False), (6, None, True), (-9, None, False)],
    )
    def test_two_are_never_in_force_on_one_day(self, make: Make, since: int, until: int | None, free: bool) -> None:
        firm, officer = make.firm(), make.user()
        make.add(
            StopFlag(firm_id=firm.id, reason="旧", since_on=TODAY - 5 * DAY, until_on=TODAY + 5 * DAY,
                     lifter=Lifter.OFFICE, office=[], set_by="甲", set_at=firm.created_at)
        )  # fmt: skip
        days = {"since_on": TODAY + since * DAY, "until_on": None if until is None else TODAY + until * DAY}
        if free:
            assert stops.put(firm, officer, said(**days), TODAY - 9 * DAY)
        else:
            with pytest.raises(Refused, match="重叠"):
                stops.put(firm, officer, said(**days), TODAY - 9 * DAY)

    def test_after_one_called_off_before_its_day_another_may_come(self, make: Make) -> None:
        firm, officer = make.firm(), make.user()
        stops.lift(stops.put(firm, officer, said(since_on=TODAY + 5 * DAY), TODAY), officer, "撤回", TODAY)
        assert stops.put(firm, officer, said(since_on=TODAY - DAY), TODAY)

    def test_an_end_before_its_beginning_is_refused(self, make: Make) -> None:
        with pytest.raises(Refused, match="结束日期"):
            stops.put(make.firm(), make.user(), said(until_on=TODAY - DAY), TODAY)

    def test_who_may_not_lift_it_hears_why(self, make: Make) -> None:
        firm, setter = make.firm(), make.user(districts=["440106"])
        colleague = make.user(districts=["440106", "440105"])
        city_officer, manager = make.user(), make.user("manager")
        flag = stops.put(firm, setter, said(), TODAY)
        with pytest.raises(Refused, match=f"设置人{setter.name}所在科室"):
            stops.lift(flag, city_officer, "看过了", TODAY)
        assert stops.in_force(firm.id, TODAY) is flag
        stops.lift(flag, colleague, "同科室核实", TODAY)
        strict = stops.put(firm, setter, said(lifter=Lifter.MANAGER), TODAY)
        with pytest.raises(Refused, match="只有科室负责人"):
            stops.lift(strict, setter, "自己解除", TODAY)
        stops.lift(strict, manager, "已审", TODAY)


@pytest.mark.parametrize(
    ("lifter", "office", "role", "whole_city", "districts", "may"),
    [
        (Lifter.OFFICE, ["440106"], Role.OFFICER, False, {"440106"}, True),
        (Lifter.OFFICE, ["440106"], Role.OFFICER, False, {"440112"}, False),
        (Lifter.OFFICE, ["440106"], Role.OFFICER, True, set(), False),
        (Lifter.OFFICE, [], Role.OFFICER, True, set(), True),
        (Lifter.OFFICE, [], Role.OFFICER, False, {"440106"}, False),
        (Lifter.MANAGER, ["440106"], Role.OFFICER, False, {"440106"}, False),
        (Lifter.MANAGER, [], Role.MANAGER, True, set(), True),
        (Lifter.OFFICE, [], Role.AUDITOR, False, set(), False),
        (Lifter.OFFICE, [], Role.AGENCY, False, set(), False),
    ],
)
def test_who_may_lift(
    lifter: Lifter, office: list[str], role: Role, whole_city: bool, districts: set[str], may: bool
) -> None:
    assert may_lift(lifter, office, role=role, whole_city=whole_city, districts=districts) is may


def test_a_stopped_firm_says_so_on_every_page_of_it_on_the_list_and_on_paper(
    app: Flask, make: Make, browse: Any
) -> None:
    firm, manager = make.firm(), make.user("manager")
    agency = make.agency()
    coached = make.firm(agency_id=agency.id)
    with app.app_context(), transaction():
        for one in (firm, coached):
            stops.put(db.session.get_one(Firm, one.id), manager, said(since_on=date(2026, 1, 1)), TODAY)
    browser = browse(manager)
    for path in (f"/firms/{firm.id}", f"/firms/{firm.id}/file", f"/firms/{firm.id}/figures", f"/firms/{firm.id}/care"):
        told = browser.get(path).words
        assert "暂停办理 · 2026-01-01 起" in told
        assert "涉嫌重复申报" in told
    assert "暂停办理" in browser.get("/firms").words
    coach = make.user("agency", agency_id=agency.id)
    helper = browse(coach)
    for path in (f"/firms/{coached.id}", f"/firms/{coached.id}/timeline"):
        told = helper.get(path).words
        assert "暂停办理" in told
        assert "涉嫌重复申报" not in told
    with app.test_request_context():
        paper = [profile.html(db.session.get_one(Firm, coached.id), reader, TODAY) for reader in (manager, coach)]
    assert ["涉嫌重复申报" in text for text in paper] == [True, False]
    assert all("暂停办理" in text for text in paper)


def test_tags_are_the_offices_own(app: Flask, make: Make, browse: Any) -> None:
    agency, manager = make.agency(), make.user("manager")
    firm = make.firm(agency_id=agency.id)
    page = browse(manager).submit(f"/firms/{firm.id}/care", {"tag": "疑似空壳"})
    assert "疑似空壳" in page.words
    helper = browse(make.user("agency", agency_id=agency.id))
    for path in (f"/firms/{firm.id}", f"/firms/{firm.id}/timeline", "/firms"):
        assert "加标签" not in helper.get(path).words
        assert "疑似空壳" not in helper.get(path).words
