"""How whole a file is and when its firm was last met: right after every act that touches a part of it."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from crm import nightly
from crm.domain.care import PARTS_OF_A_WHOLE_FILE
from crm.domain.records import Source, VisitKind
from crm.firms import derived, service
from crm.firms.models import Contact, Firm
from crm.kit.db import db, transaction
from crm.visits import service as visits
from tests.make import Make, uscc

TODAY = date(2026, 11, 25)


def of(firm: Firm) -> tuple[int, date | None]:
    query = select(Firm.completeness, Firm.last_contact_on).where(Firm.id == firm.id)
    return tuple(db.session.execute(query).one())


def test_the_parts_make_a_whole() -> None:
    assert sum(weight for weight, _label in PARTS_OF_A_WHOLE_FILE.values()) == 100


@pytest.mark.usefixtures("inside")
class TestCompleteness:
    def test_it_follows_the_file_from_act_to_act(self, make: Make) -> None:
        officer = make.user()
        opened = {"uscc": uscc(950), "name": "广州新建科技有限公司", "registration_district": "440106"}
        firm = service.create(officer, opened, TODAY)
        assert of(firm) == (10, None)
        service.edit(firm, officer, {**opened, "address": "示例路1号", "officer_id": officer.id}, TODAY)
        assert of(firm) == (20, None)
        contact = service.add(Contact, firm, officer, {"name": "陈敏", "phone": "19900000001", "main": True})
        assert of(firm) == (35, None)
        service.amend(contact, officer, {"phone": None})
        assert of(firm) == (20, None)
        service.amend(contact, officer, {"phone": "19900000002"})
        service.remove(contact, officer)
        assert of(firm) == (20, None)
        service.state(firm, officer, 2025, Source.AUDIT, {"revenue": 100, "rd_tax": 0}, sure=True)
        assert of(firm) == (35, None)

    def test_what_lacks_is_named_the_weightiest_first(self, make: Make) -> None:
        firm = make.firm(legal_representative="陈敏")
        lacking = derived.missing(firm)
        assert lacking[0] == "联系人电话"
        assert "法定代表人" not in lacking
        derived.refresh([firm.id])
        weights = {label: weight for weight, label in PARTS_OF_A_WHOLE_FILE.values()}
        assert of(firm)[0] == 100 - sum(weights[label] for label in lacking)

    def test_only_the_firms_asked_for_are_touched(self, make: Make) -> None:
        a, b = make.firm(), make.firm()
        derived.refresh([a.id])
        assert (of(a)[0], of(b)[0]) == (15, 0)

    def test_an_edit_that_began_before_is_not_told_of_it(self, make: Make) -> None:
        firm = make.firm()
        derived.refresh([firm.id])
        assert db.session.scalar(select(Firm.version).where(Firm.id == firm.id)) == firm.version


@pytest.mark.usefixtures("inside")
class TestLastContact:
    def test_it_is_the_latest_meeting_whatever_order_they_are_written_in(self, make: Make) -> None:
        firm, officer = make.firm(), make.user()

        def met(day: date) -> dict[str, Any]:
            return {"kind": VisitKind.CALL, "visited_on": day, "met": None, "summary": "电话", "next_step": None,
                    "next_on": None}  # fmt: skip

        latest = visits.record(firm.id, officer, met(date(2026, 11, 20)), TODAY)
        visits.record(firm.id, officer, met(date(2026, 3, 1)), TODAY)
        assert of(firm)[1] == date(2026, 11, 20)
        visits.edit(latest, officer, met(date(2026, 2, 1)), TODAY)
        assert of(firm)[1] == date(2026, 3, 1)


def test_the_night_puts_right_what_was_written_past_it(app: Flask, make: Make) -> None:
    firm = make.firm()
    with app.app_context():
        with transaction():
            db.session.execute(update(Firm).values(completeness=99, last_contact_on=TODAY))
        nightly.walk(TODAY)
        assert of(firm) == (15, None)
