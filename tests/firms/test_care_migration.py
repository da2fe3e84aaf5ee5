"""The migration that brought the care for a firm works out for old files what new ones are given at once."""

from datetime import date

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from crm.domain.care import Duty
from crm.domain.records import Jurisdiction, VisitKind
from crm.firms import derived
from crm.firms.care_models import Assignment
from crm.firms.models import Contact, Firm, Move
from crm.kit.db import db, transaction
from crm.visits.models import Visit
from tests.make import Make


def test_old_files_get_what_new_ones_have(app: Flask, make: Make) -> None:
    officer = make.user()
    full = make.firm(
        officer_id=officer.id, address="示例路1号", industry_code="6513", tech_field="1", main_product="软件"
    )
    bare = make.firm(registration_district=None, established_on=None)
    make.add(Contact(firm_id=full.id, name="陈敏", phone="19900000001"))
    make.annual_return(full, 2024, rd_accounts=0, employees_total=3)
    for day in (date(2026, 3, 1), date(2026, 1, 5)):
        make.add(Visit(firm_id=full.id, kind=VisitKind.CALL, visited_on=day, by_id=officer.id, summary="电话",
                       created_at=full.created_at))  # fmt: skip
    for district, day in (("440104", date(2018, 1, 1)), ("440106", date(2020, 1, 1))):
        make.add(Move(firm_id=full.id, jurisdiction=Jurisdiction.REGISTRATION, district=district, since_on=day))
    with app.app_context():
        db.session.remove()
        downgrade(revision="002")
        upgrade()
        columns = (Firm.id, Firm.completeness, Firm.last_contact_on)
        held = {row[0]: tuple(row[1:]) for row in db.session.execute(select(*columns))}
        assert held == {full.id: (70, date(2026, 3, 1)), bare.id: (0, None)}
        with transaction():
            derived.refresh()
        assert {row[0]: tuple(row[1:]) for row in db.session.execute(select(*columns))} == held
        [row] = db.session.scalars(select(Assignment))
        assert (row.firm_id, row.duty, row.user_id, row.applied) == (full.id, Duty.OFFICER, officer.id, True)
        previous = select(Move.previous).order_by(Move.since_on)
        assert list(db.session.scalars(previous)) == [None, "440104"]
