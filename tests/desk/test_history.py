"""The timeline of a firm: everything in it, in order, and only for those who may read it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event

from crm.desk import history
from crm.desk.history import Kind
from crm.domain.access import Role
from crm.domain.records import IpKind, Jurisdiction, VisitKind
from crm.firms.models import Attachment, FormerName, IntellectualProperty, Move
from crm.firms.telling import Teller
from crm.journal.service import System, record
from crm.kit import clock
from crm.kit.db import db
from crm.visits.models import Visit

TODAY = date(2026, 11, 23)


def meeting(firm, user, day: date, kind: VisitKind = VisitKind.VISIT) -> Visit:
    return Visit(
        firm_id=firm.id, kind=kind, visited_on=day, by_id=user.id, summary="看了中试线", created_at=clock.now()
    )


@pytest.fixture
def told(make):
    """A firm about which there is one thing of each kind to tell."""
    firm, officer = make.firm(), make.user()
    make.certification(firm, issued_on=date(2020, 12, 1), expires_on=date(2023, 12, 1))
    make.certification(firm, issued_on=date(2023, 12, 28), expires_on=date(2026, 12, 28))
    make.annual_return(firm, stated_at=datetime(2026, 5, 1, 17, 30, tzinfo=clock.UTC))
    make.add(meeting(firm, officer, date(2026, 6, 1)))
    make.add(Move(firm_id=firm.id, jurisdiction=Jurisdiction.TAX, district="440112", since_on=date(2022, 1, 1)))
    make.add(FormerName(firm_id=firm.id, name="旧名有限公司", until_on=date(2021, 1, 1)))
    make.add(FormerName(firm_id=firm.id, name="不知何时的名字", until_on=None))
    make.add(
        IntellectualProperty(
            firm_id=firm.id, kind=IpKind.INVENTION, number="ZL1", title="一种阀", granted_on=date(2022, 5, 1)
        )
    )
    make.add(
        Attachment(
            firm_id=firm.id,
            name="审计报告.pdf",
            media_type="application/pdf",
            key="aa/bb",
            sha256="0" * 64,
            size=1,
            added_at=datetime(2026, 7, 1, tzinfo=clock.UTC),
            added_by="专员",
        )
    )
    return firm, officer


def test_all_of_it_latest_first(inside, told) -> None:
    firm, officer = told
    found = history.of_firm(firm, officer, TODAY)
    assert [(m.day, m.what) for m in found.items] == [
        (date(2026, 7, 1), "attached"),
        (date(2026, 6, 1), "met"),
        # Stated at 17:30 UTC: in Shanghai it was already the next day.
        (date(2026, 5, 2), "stated"),
        (date(2023, 12, 28), "issued"),
        (date(2023, 12, 1), "expired"),
        (date(2022, 5, 1), "granted"),
        (date(2022, 1, 1), "moved"),
        (date(2021, 1, 1), "renamed"),
        (date(2020, 12, 1), "issued"),
    ]


def test_a_certificate_has_not_run_out_before_its_day(inside, told) -> None:
    firm, officer = told
    whats = [m.what for m in history.of_firm(firm, officer, date(2026, 12, 28), Kind.CERTIFICATE).items]
    assert whats == ["expired", "issued", "expired", "issued"]
    whats = [m.what for m in history.of_firm(firm, officer, date(2026, 12, 27), Kind.CERTIFICATE).items]
    assert whats == ["issued", "expired", "issued"]


def test_a_firm_reads_its_file_without_the_notes_of_the_office(inside, make, told) -> None:
    firm, officer = told
    person = make.user(Role.FIRM_EDITOR, firm_id=firm.id)
    record("visit.edited", officer, "visit", 1, firm.id, changes={"summary": ["甲", "乙"]})
    whats = [m.what for m in history.of_firm(firm, person, TODAY).items]
    assert "met" not in whats
    assert "event" not in whats
    assert "issued" in whats


def test_an_agency_reads_edits_of_coaching_only(inside, make) -> None:
    agency, officer = make.user(Role.AGENCY), make.user()
    firm = make.firm(agency_id=agency.agency_id)
    call = make.add(meeting(firm, officer, TODAY, VisitKind.CALL))
    coaching = make.add(meeting(firm, officer, TODAY, VisitKind.COACHING))
    for visit in (call, coaching):
        record("visit.edited", officer, "visit", visit.id, firm.id, changes={"summary": ["甲", "乙"]})
    found = history.of_firm(firm, agency, clock.today())
    assert {m.record.subject_id if m.what == "event" else m.record.id for m in found.items} == {coaching.id}
    assert len(history.of_firm(firm, officer, clock.today(), Kind.CHANGE).items) == 2


def test_a_file_is_told_once_and_still_when_it_is_gone(inside, make, told) -> None:
    firm, officer = told
    file = history.of_firm(firm, officer, TODAY, Kind.FILE).items[0].record
    for number in (file.id, file.id + 1):
        record("attachment.added", officer, "attachment", number, firm.id, name="审计报告.pdf")
    (moment,) = history.of_firm(firm, officer, clock.today(), Kind.CHANGE).items
    assert moment.record.subject_id == file.id + 1


def test_pages_and_kinds(inside, make) -> None:
    firm, officer = make.firm(), make.user()
    for number in range(history.PER_PAGE + 3):
        record("firm.edited", officer, "firm", firm.id, firm.id, changes={"name": [f"{number}", f"{number + 1}"]})
    record("firm.created", System(), "firm", firm.id, firm.id, **{"import": 7, "row": 3, "changes": {}})
    first = history.of_firm(firm, officer, clock.today(), Kind.CHANGE)
    assert (first.total, first.pages, len(first.items)) == (43, 2, 40)
    assert first.items[0].record.detail["changes"]["name"] == ["42", "43"]
    assert len(history.of_firm(firm, officer, clock.today(), Kind.CHANGE, 2).items) == 3
    (moment,) = history.of_firm(firm, officer, clock.today(), Kind.IMPORT).items
    assert moment.record.action == "firm.created"


def test_as_many_queries_for_much_as_for_little(app, inside, make, told) -> None:
    firm, officer = told

    officers = [make.user().id for _ in range(8)]

    def count() -> int:
        db.session.flush()
        db.session.expunge_all()
        seen: list[str] = []
        event.listen(db.engine, "before_cursor_execute", listener := lambda *a: seen.append(a[2]))
        found = history.of_firm(firm, officer, clock.today())
        Teller([m.record for m in found.items if m.what == "event"], office=True, contacts=True)
        assert all(m.record.by.name for m in found.items if m.what == "met")
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    record("firm.edited", officer, "firm", firm.id, firm.id, changes={"officer_id": [officers[0], officers[1]]})
    few = count()
    for number in range(6):
        db.session.add(meeting(firm, officer, TODAY - timedelta(days=number)))
        both = officers[number : number + 2]
        record("firm.edited", officer, "firm", firm.id, firm.id, changes={"officer_id": both})
    assert count() == few
