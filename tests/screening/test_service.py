"""The pass over the register: outcomes kept, what turned, who waits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, select

from crm.domain.ladder import Rung
from crm.domain.records import FirmStatus
from crm.firms import derived
from crm.firms import queries as firms
from crm.firms import service as files
from crm.firms.models import CreditCheck, Firm
from crm.kit import jobs
from crm.kit.db import db, transaction
from crm.rules.reading import load
from crm.screening import queries, service
from crm.screening.models import Cause, Screening, ScreeningChange, ScreeningDue, ScreeningRun
from tests.digest import digest

pytestmark = pytest.mark.usefixtures("noon")
ON = date(2026, 11, 26)
WAN = 1_000_000  # fen


@pytest.fixture(autouse=True)
def _app(app: Flask):
    with app.app_context():
        yield


def walk(on: date = ON, cause: Cause = Cause.NIGHT) -> int:
    return service.walk(on, cause)


def found(firm, policy: str) -> Screening | None:
    with transaction(writing=False):
        row = db.session.get(Screening, (firm.id, policy))
        db.session.expunge_all()
        return row


def kept() -> list[tuple]:
    columns = [column for column in Screening.__table__.columns if column.name != "since"]
    with transaction(writing=False):
        return sorted(map(str, db.session.execute(select(*columns)).all()))


def changes() -> list[tuple]:
    with transaction(writing=False):
        query = select(ScreeningChange.policy_id, ScreeningChange.was, ScreeningChange.now, ScreeningChange.cause)
        return sorted(db.session.execute(query).all())


def holder(make, employees: int = 60, audited: bool | None = True, until: date = date(2027, 12, 31)):
    """A firm that meets 115号 by its high-tech certificate (第八条(一)), but for what is said otherwise."""
    firm = make.firm(
        resident_enterprise=True, restricted_product=False, industry_code="6510", audited_collection=audited
    )
    make.certification(firm, Rung.HIGH_TECH, issued_on=date(2023, 12, 1), expires_on=until)
    make.annual_return(firm, 2025, revenue=3_000 * WAN, total_assets=2_000 * WAN, employees_total=employees)
    make.add(CreditCheck(firm_id=firm.id, checked_on=ON, listed=False, checked_by="测试"))
    return firm


def test_every_firm_gets_an_outcome_for_every_policy_in_force(make) -> None:
    firms = [make.firm(), make.firm()]
    assert walk() == 0, "nothing turns when all is judged for the first time"
    with transaction(writing=False):
        rows = {(row.firm_id, row.policy_id) for row in db.session.scalars(select(Screening))}
    policies = {policy for _firm, policy in rows}
    assert {"tech_sme", "hte", "srdi_sme", "little_giant", "innovative_sme"} <= policies
    assert rows == {(firm.id, policy) for firm in firms for policy in policies}
    assert changes() == []


def test_walked_twice_it_changes_nothing(make) -> None:
    make.annual_return(make.firm(), 2025, revenue=4_000 * WAN)
    walk()
    with transaction(writing=False):
        before = digest({"screening_run"})
    assert walk() == 0
    with transaction(writing=False):
        assert digest({"screening_run"}) == before


def test_a_holder_is_judged_for_renewal(make) -> None:
    holder, other = make.firm(), make.firm()
    make.certification(holder, Rung.LITTLE_GIANT, issued_on=date(2024, 7, 1), expires_on=date(2027, 6, 30))
    walk()
    assert found(holder, "little_giant").renewal is True
    assert found(other, "little_giant").renewal is False


def test_the_one_fact_that_decides(make) -> None:
    """115号第八条(一): a high-tech certificate and the four general conditions; only the tax collection is unsaid."""
    firm = holder(make, audited=None)
    walk()
    row = found(firm, "tech_sme")
    assert (row.outcome, row.short, row.unknown, row.fact) == (1, 0, 1, "tax_collection_is_audited")


def test_the_one_criterion_that_is_short(make) -> None:
    """115号第六条(二): at most 500 people; 600 are 100 too many, a fifth of the threshold."""
    firm = holder(make, employees=600)
    walk()
    row = found(firm, "tech_sme")
    assert (row.outcome, row.short, row.unknown) == (0, 1, 0)
    assert row.criterion is not None
    assert row.distance == pytest.approx(0.2)


def test_an_edit_is_screened_at_once_and_told(make) -> None:
    firm = holder(make, audited=None)
    walk()
    assert service.catch_up(ON) is False
    with transaction():
        db.session.merge(firm).audited_collection = True
        derived.refresh([firm.id])
        assert queries.waiting() == 1
    assert service.catch_up(ON) is True
    assert found(firm, "tech_sme").outcome == 2
    assert ("tech_sme", 1, 2, Cause.EDIT) in changes()
    assert service.catch_up(ON) is False


def test_what_another_worker_takes_up_meanwhile_is_his(app: Flask, make, monkeypatch) -> None:
    firm = holder(make, audited=None)
    walk()
    with transaction():
        db.session.merge(firm).audited_collection = True
        derived.refresh([firm.id])
    judge = service.judge

    def and_somebody_else_was_faster(*args, **options):
        judged = judge(*args, **options)
        monkeypatch.setattr(service, "judge", judge)
        # Judging only reads: the register is free for others all the while.
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(faster).result(20)
        return judged

    def faster() -> bool:
        with app.app_context():
            return service.catch_up(ON)

    monkeypatch.setattr(service, "judge", and_somebody_else_was_faster)
    assert service.catch_up(ON) is False
    told = [change for change in changes() if change[3] is Cause.EDIT]
    assert ("tech_sme", 1, 2, Cause.EDIT) in told
    assert len(told) == len(set(told)), "nothing is told twice"


def test_a_certificate_that_ran_out_is_lost_overnight(make) -> None:
    firm = holder(make, until=date(2026, 11, 26))
    walk()
    assert found(firm, "tech_sme").outcome == 2
    assert walk(date(2026, 11, 27)) >= 1
    row = found(firm, "tech_sme")
    assert (row.outcome, row.since) == (1, date(2026, 11, 27)), "the score may still be enough: nobody can tell"
    assert ("tech_sme", 2, 1, Cause.NIGHT) in changes()


def test_a_file_merged_away_has_no_outcomes(make) -> None:
    kept_file = make.firm()
    gone = make.firm(status=FirmStatus.MERGED, merged_into_id=kept_file.id)
    row = {"renewal": False, "outcome": 2, "short": 0, "unknown": 0, "distance": 0.0, "since": ON}
    make.add(Screening(firm_id=gone.id, policy_id="hte", **row))
    walk()
    assert found(gone, "hte") is None
    assert found(kept_file, "hte") is not None


def test_the_night_leaves_a_job_that_walks(make) -> None:
    make.firm()
    with transaction():
        service.start_night()
    assert jobs.run_next() is True
    with transaction(writing=False):
        run = db.session.scalars(select(ScreeningRun)).one()
    assert (run.cause, run.firms, run.turned) == (Cause.NIGHT, 1, 0)


def test_a_pass_cut_short_is_made_whole_by_the_next(make, monkeypatch) -> None:
    firms = [make.firm() for _ in range(5)]
    monkeypatch.setattr(service, "FIRMS_A_WRITE", 2)
    put, calls = service._put, []

    def dies(rows) -> None:
        calls.append(rows)
        if len(calls) == 2:
            raise KeyboardInterrupt
        put(rows)

    monkeypatch.setattr(service, "_put", dies)
    with pytest.raises(KeyboardInterrupt):
        walk()
    monkeypatch.setattr(service, "_put", put)
    walk()
    assert all(found(firm, "hte") for firm in firms)


def test_range_by_range_it_says_what_it_says_at_once(make, monkeypatch) -> None:
    for number in range(5):
        make.annual_return(make.firm(), 2025, revenue=(900 + 700 * number) * WAN)
    walk()
    at_once = kept()
    with transaction():
        db.session.execute(delete(Screening))
    monkeypatch.setattr(firms, "IN_A_RANGE", 2)
    monkeypatch.setattr(service, "FIRMS_AT_ONCE", 1)
    walk()
    assert kept() == at_once


def test_a_change_that_comes_to_light_during_the_pass_waits_on(make, monkeypatch) -> None:
    """A line is numbered when it is written and seen when it is committed: a later one may be seen before it."""
    firm, judge_all = make.firm(), service.judge_all

    def and_meanwhile(*args):
        make.add(ScreeningDue(id=1_003, firm_id=firm.id))
        return judge_all(*args)

    make.add(ScreeningDue(id=1_010, firm_id=firm.id))
    monkeypatch.setattr(service, "judge_all", and_meanwhile)
    walk()
    with transaction(writing=False):
        assert db.session.scalars(select(ScreeningDue.id)).all() == [1_003]


def test_a_change_judged_during_the_pass_is_not_left_as_it_was_read(make, monkeypatch) -> None:
    """The pass has read a firm, somebody changes it and it is judged at once: the pass writes what it had read."""
    firm, user, judge_all = holder(make, audited=None), make.user(), service.judge_all

    def and_meanwhile(*args):
        for part in judge_all(*args):
            with transaction():
                files.edit(db.session.get_one(Firm, firm.id), user, {"audited_collection": True}, ON)
            assert service.catch_up(ON)
            assert found(firm, "tech_sme").outcome == 2
            yield part

    monkeypatch.setattr(service, "judge_all", and_meanwhile)
    walk()
    while service.catch_up(ON):
        pass
    assert found(firm, "tech_sme").outcome == 2


@pytest.mark.usefixtures("make")
def test_nothing_to_judge() -> None:
    assert walk() == 0


def test_it_says_the_same_alone_and_among_others(make) -> None:
    """What a catch-up writes of one firm is what the pass wrote of it among all."""
    for number in range(8):
        firm = make.firm(established_on=date(2010 + number, 3, 1))
        for year in (2023, 2024, 2025):
            make.annual_return(firm, year, revenue=(900 + 700 * number) * WAN, rd_tax=40 * number * WAN)
    walk()
    among = kept()
    with transaction():
        db.session.execute(delete(Screening).where(Screening.firm_id == firm.id))
        derived.refresh([firm.id])
    service.catch_up(ON)
    assert kept() == among


def test_a_policy_no_longer_in_force_leaves_nothing_behind(make, monkeypatch) -> None:
    firm = make.firm()
    walk()
    policies = dict(load())
    del policies["hte"]
    monkeypatch.setattr(service, "in_force", lambda: policies)
    walk()
    assert found(firm, "hte") is None
    assert found(firm, "tech_sme") is not None
