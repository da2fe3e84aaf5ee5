"""The file as it was on a day: what was registered by then, and nothing that was learnt later."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from crm.firms import merge, merge_plan, past, service
from crm.firms.models import Contact, Firm, Move
from crm.kit import clock
from crm.kit.db import db, transaction
from tests.make import Make

OPENED = datetime(2025, 1, 1, 2, tzinfo=UTC)


class Days:
    """Lets acts happen on days of one's choosing."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app, self.monkeypatch = app, monkeypatch

    def on(self, day: str, act) -> None:
        """Do ``act()`` at noon of a day."""
        at = datetime.fromisoformat(f"{day}T04:00:00+00:00")
        self.monkeypatch.setattr(clock, "now", lambda: at)
        with self.app.app_context(), self.app.test_request_context(), transaction():
            act()
        self.monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, 4, tzinfo=UTC))


@pytest.fixture
def days(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(app, monkeypatch)


def seen(app: Flask, firm_id: int, day: str) -> past.Past:
    with app.app_context(), app.test_request_context():
        found = past.on_day(db.session.get_one(Firm, firm_id), date.fromisoformat(day))
        assert found is not None
        return found


def test_fields_and_records_are_those_of_the_day(app: Flask, make: Make, days: Days) -> None:
    firm = make.firm(name="广州旧名科技有限公司", address="一号", created_at=OPENED)
    officer = make.user("officer")
    kept: dict[str, Contact] = {}

    def get() -> Firm:
        return db.session.get_one(Firm, firm.id)

    def person() -> Contact:
        return db.session.get_one(Contact, kept["id"])

    def add() -> None:
        kept["id"] = service.add(Contact, get(), officer, {"name": "陈会计", "phone": "1"}).id

    days.on("2025-02-01", add)
    days.on("2025-03-01", lambda: service.edit(get(), officer, {"address": "二号"}, date(2025, 3, 1)))
    days.on("2025-04-01", lambda: service.amend(person(), officer, {"phone": "2"}))
    days.on("2025-05-01", lambda: service.edit(get(), officer, {"name": "广州新名科技有限公司"}, date(2025, 5, 1)))
    days.on("2025-06-01", lambda: service.remove(person(), officer))

    def told(day: str) -> tuple:
        then = seen(app, firm.id, day)
        people = [(p.name, p.phone) for p in then.parts["contacts"]]
        return then.firm.name[2:4], then.firm.address, people, len(then.head.former_names)

    assert told("2025-01-31") == ("旧名", "一号", [], 0)
    assert told("2025-02-01") == ("旧名", "一号", [("陈会计", "1")], 0)
    assert told("2025-03-01") == ("旧名", "二号", [("陈会计", "1")], 0)
    assert told("2025-04-30") == ("旧名", "二号", [("陈会计", "2")], 0)
    assert told("2025-05-31") == ("新名", "二号", [("陈会计", "2")], 1)
    assert told("2025-06-01") == ("新名", "二号", [], 1)


def test_the_district_is_by_effect_the_rung_by_what_was_registered(app: Flask, make: Make, days: Days) -> None:
    firm = make.firm(created_at=OPENED, registration_district="440112")
    make.add(Move(firm_id=firm.id, jurisdiction="registration", district="440106", since_on=date(2015, 3, 1)))
    make.add(Move(firm_id=firm.id, jurisdiction="registration", district="440112", since_on=date(2025, 3, 1)))
    make.certification(firm, "tech_sme", issued_on=date(2025, 1, 1), expires_on=date(2025, 12, 31))
    values = {"kind": "high_tech", "number": "GR9", "issued_on": date(2024, 12, 1), "expires_on": date(2027, 11, 30)}
    officer = make.user("officer")
    table = service.queries.Certification
    days.on("2025-06-01", lambda: service.add(table, db.session.get_one(Firm, firm.id), officer, values))
    before, after = seen(app, firm.id, "2025-02-28"), seen(app, firm.id, "2025-06-01")
    assert (before.firm.registration_district, before.head.rung) == ("440106", "tech_sme")
    assert (after.firm.registration_district, after.head.rung) == ("440112", "high_tech")
    assert seen(app, firm.id, "2025-05-31").head.rung == "tech_sme"


def test_before_a_merge_the_other_file_s_records_are_not_there(app: Flask, make: Make, days: Days) -> None:
    kept, gone = make.firm(created_at=OPENED, address="一号"), make.firm(created_at=OPENED, address="二号", name="旧档")
    make.add(Contact(firm_id=kept.id, name="李经理"))
    make.add(Contact(firm_id=gone.id, name="陈会计"))
    officer = make.user("officer")

    def act() -> None:
        two = db.session.get_one(Firm, kept.id), db.session.get_one(Firm, gone.id)
        merge.do(*two, officer, {"address": "gone"}, merge_plan.plan(*two, date(2025, 3, 1)).seal, date(2025, 3, 1))

    days.on("2025-03-01", act)
    before, after = seen(app, kept.id, "2025-02-28"), seen(app, kept.id, "2025-03-01")
    assert ([p.name for p in before.parts["contacts"]], before.firm.address) == (["李经理"], "一号")
    assert before.merged_later == [("旧档", date(2025, 3, 1))]
    assert ([p.name for p in after.parts["contacts"]], after.firm.address) == (["李经理", "陈会计"], "二号")


def test_the_page_says_which_day_it_is_and_offers_no_change(make: Make, browse) -> None:
    yesterday = clock.today() - timedelta(days=1)
    firm = make.firm(created_at=OPENED)
    make.add(Contact(firm_id=firm.id, name="陈会计", phone="19900000001"))
    make.annual_return(firm, 2024, revenue=1_000_000, stated_at=OPENED)
    officer = browse(make.user("officer"))
    page = officer.get(f"/firms/{firm.id}/file?on={yesterday}")
    assert f"{yesterday} 的档案，只能看不能改" in page.words
    assert page.forms() == []
    assert not [href for href in page.links() if "/edit" in href or "/new" in href]
    figures = officer.get(f"/firms/{firm.id}/figures?on={yesterday}")
    assert "已经登记的填报" in figures.words
    assert "才建立，此前没有记录" in officer.get(f"/firms/{firm.id}/file?on=2024-12-31").words
    auditor = browse(make.user("auditor")).get(f"/firms/{firm.id}/file?on={yesterday}")
    assert "19900000001" not in auditor.text


def test_its_statements_do_not_grow_with_the_file(make: Make, browse, statements) -> None:
    firm = make.firm(created_at=OPENED)
    officer = browse(make.user("officer"))
    url = f"/firms/{firm.id}/file?on={clock.today() - timedelta(days=1)}"
    officer.get(url)
    with statements() as few:
        officer.get(url)
    for number in range(9):
        make.add(Contact(firm_id=firm.id, name=f"第{number}人"))
        make.certification(firm)
    with statements() as many:
        officer.get(url)
    assert len(many) == len(few)
