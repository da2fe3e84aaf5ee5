"""Groups of companies: who belongs when, what their figures come to, and what a reader of one district sees."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from crm.domain.errors import Refused
from crm.domain.records import Source
from crm.firms import groups
from crm.firms.care_models import Group
from crm.firms.models import Firm
from crm.journal.models import Event
from crm.kit.db import db
from tests.make import Make

TODAY = date(2026, 11, 25)
JAN, JUN = date(2026, 1, 1), date(2026, 6, 1)


@pytest.mark.usefixtures("inside")
class TestMembership:
    def test_on_a_day_from_the_first_to_the_day_before_it_left(self, make: Make) -> None:
        officer, head, other = make.user(), make.firm(name="甲"), make.firm(name="乙")
        group = groups.join(head, "示例集团", officer, JAN)
        assert groups.join(other, "示例集团", officer, JAN) is group
        groups.leave(other, officer, JUN)
        names = {
            day: [firm.name for firm in groups.members(group, officer, day)[0]]
            for day in (date(2025, 12, 31), JAN, date(2026, 5, 31), JUN)
        }
        assert list(names.values()) == [[], ["甲", "乙"], ["甲", "乙"], ["甲"]]
        acts = [(e.action, e.firm_id) for e in db.session.scalars(select(Event).order_by(Event.id))]
        assert acts == [("group.joined", head.id), ("group.joined", other.id), ("group.left", other.id)]

    def test_one_group_at_a_time(self, make: Make) -> None:
        officer, firm = make.user(), make.firm()
        groups.join(firm, "甲集团", officer, JAN)
        with pytest.raises(Refused, match="已属“甲集团”"):
            groups.join(firm, "乙集团", officer, TODAY)
        groups.leave(firm, officer, JUN)
        with pytest.raises(Refused, match="已属“甲集团”"):
            groups.join(firm, "乙集团", officer, date(2026, 3, 1))
        assert groups.join(firm, "乙集团", officer, JUN).name == "乙集团"

    def test_the_head_stays_while_others_do(self, make: Make) -> None:
        officer, head, other, stranger = make.user(), make.firm(), make.firm(), make.firm()
        group = groups.join(head, "示例集团", officer, JAN)
        groups.join(other, "示例集团", officer, JAN)
        with pytest.raises(Refused, match="请先在集团页换一家牵头"):
            groups.leave(head, officer, JUN)
        with pytest.raises(Refused, match="现在的成员"):
            groups.change(group, officer, "示例集团", stranger.id, TODAY)
        groups.change(group, officer, "示例控股集团", other.id, TODAY)
        groups.leave(head, officer, JUN)
        assert [firm.id for firm in groups.members(group, officer, TODAY)[0]] == [other.id]
        event = db.session.scalars(select(Event).where(Event.action == "group.edited")).one()
        assert event.detail["changes"] == {"name": ["示例集团", "示例控股集团"], "head": [head.name, other.name]}

    def test_leaving_before_joining_and_leaving_nothing_are_refused(self, make: Make) -> None:
        officer, firm = make.user(), make.firm()
        with pytest.raises(Refused, match="不属于任何集团"):
            groups.leave(firm, officer, TODAY)
        groups.join(firm, "示例集团", officer, JUN)
        with pytest.raises(Refused, match="要晚于"):
            groups.leave(firm, officer, JUN)


@pytest.mark.usefixtures("inside")
class TestSums:
    def test_figures_in_force_are_added_and_who_states_none_is_named(self, make: Make) -> None:
        a, b, c = make.firm(name="甲"), make.firm(name="乙"), make.firm(name="丙")
        make.annual_return(a, 2025, revenue=100, net_profit=-30, source=Source.IMPORT)
        make.annual_return(a, 2025, revenue=300, source=Source.AUDIT)
        make.annual_return(b, 2025, revenue=7, net_profit=10)
        make.annual_return(c, 2024, revenue=1_000)
        sums = {one.figure: (one.total, one.missing) for one in groups.sums([a, b, c], 2025)}
        assert sums["revenue"] == (307, ("丙",))
        assert sums["net_profit"] == (-20, ("丙",))
        assert sums["tax_paid"] == (None, ("甲", "乙", "丙"))
        assert groups.years([a, b, c]) == [2025, 2024]

    def test_zero_is_stated_and_not_missing(self, make: Make) -> None:
        a = make.firm(name="甲")
        make.annual_return(a, 2025, tax_paid=0)
        assert next(one for one in groups.sums([a], 2025) if one.figure == "tax_paid").total == 0


def test_members_of_other_districts_are_counted_and_not_shown(make: Make, browse: Any, statements: Any) -> None:
    here = make.firm(name="广州本区科技有限公司")
    there = make.firm(name="广州外区科技有限公司", registration_district="440112")
    make.annual_return(here, 2025, revenue=123_000_000)
    make.annual_return(there, 2025, revenue=900_000_000)
    city = browse(make.user("manager"))
    for firm in (here, there):
        city.submit(f"/firms/{firm.id}/care/group", {"name": "示例集团", "since_on": "2026-01-01"})
    group_id = _group_id(make)
    assert "1,023.00 万元" in city.get(f"/firms/groups/{group_id}").words
    tianhe = browse(make.user(districts=["440106"]))
    page = tianhe.get(f"/firms/groups/{group_id}")
    assert "123.00 万元" in page.words
    assert "广州外区" not in page.words
    assert "另有 1 家不在您的管理范围" in page.words
    assert "另有 1 家不在您的管理范围" in tianhe.get(f"/firms/{here.id}/care").words
    yuexiu = browse(make.user(districts=["440104"]))
    assert yuexiu.client.get(f"/firms/groups/{group_id}").status_code == 404


def _group_id(make: Make) -> int:
    with make.app.app_context():
        return db.session.scalars(select(Group.id)).one()


def test_a_group_of_twenty_takes_as_many_statements_as_one_of_two(make: Make, browse: Any, statements: Any) -> None:
    manager = make.user("manager")
    browser = browse(manager)

    def page_of(count: int, name: str) -> int:
        firms = [make.firm() for _ in range(count)]
        with make.app.app_context():
            from crm.kit.db import transaction

            with transaction():
                for firm in firms:
                    make_group = groups.join(db.session.get_one(Firm, firm.id), name, manager, JAN)
                group_id = make_group.id
        browser.get(f"/firms/groups/{group_id}")
        with statements() as seen:
            browser.get(f"/firms/groups/{group_id}")
        return len(seen)

    assert page_of(2, "小集团") == page_of(20, "大集团")
