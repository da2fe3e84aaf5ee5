"""Who is due what, who was given it, who was missed: counted by hand, each number with its list."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from crm.awards import past, queries
from crm.domain.ladder import Rung
from crm.domain.records import AwardLevel
from crm.firms.award_models import AwardGiven
from crm.firms.models import Firm
from crm.kit import clock
from crm.kit.db import db, transaction
from crm.screening import service
from crm.screening.models import Cause, Screening, ScreeningRun
from tests.make import Make

WAN = 1_000_000
POLICY = "gz_little_giant_award"  # 穗府办规〔2025〕13号: at most 100 for a little giant recognised this year
YEAR = 2026
pytestmark = pytest.mark.usefixtures("noon")


def walked(app: Flask) -> None:
    with app.app_context():
        service.walk(clock.today(), Cause.NIGHT)


@pytest.fixture
def giants(app: Flask, make: Make) -> list[Firm]:
    """Three little giants of this year, 甲 paid, 乙 not, 丙 in another district and not; 丁 of last year."""
    firms = [make.firm(name=f"广州{name}{name}科技有限公司") for name in "甲乙"]
    firms.append(make.firm(name="广州丙丙科技有限公司", registration_district="440112"))
    firms.append(make.firm(name="广州丁丁科技有限公司"))
    for firm in firms:
        year = YEAR if firm is not firms[3] else YEAR - 1
        make.certification(firm, Rung.LITTLE_GIANT, issued_on=date(year, 1, 5), expires_on=date(year + 3, 1, 4))
    paid = AwardGiven(firm_id=firms[0].id, year=YEAR, title="新认定“小巨人”企业奖励", amount=100 * WAN)
    make.add(paid)
    walked(app)
    return firms


def test_entitled_but_not_given(app: Flask, giants: list[Firm], make: Make, browse: Callable, statements) -> None:
    manager = make.user("manager")
    with app.app_context(), app.test_request_context(), transaction(writing=False):
        (sheet,) = [one for one in queries.sheets(manager, clock.today()) if one.policy.id == POLICY]
    assert (sheet.meet.firms, sheet.meet.least, sheet.meet.most) == (3, 0, 300 * WAN)
    assert (sheet.given, sheet.given_amount) == (1, 100 * WAN)
    assert (sheet.missed.firms, sheet.missed.most, sheet.cannot_tell) == (2, 200 * WAN, 0)
    browser = browse(manager)
    page = browser.get("/awards")
    assert "0.00–300.00" in page.words
    missed = next(link for link in page.links() if "not_under" in link and POLICY in link)
    listed = browser.get(missed)
    assert "共 2 家" in listed.words
    assert "乙乙" in listed.words
    assert "甲甲" not in listed.words
    given = next(link for link in page.links() if f"award.under({POLICY})" in link)
    assert "共 1 家" in browser.get(given).words
    with statements() as few:
        browser.get("/awards")
    for number in range(5):
        make.add(AwardGiven(firm_id=giants[1].id, year=YEAR, title=f"别的{number}"))
    with statements() as many:
        browser.get("/awards")
    assert len(many) == len(few)


def test_another_office_counts_its_own(app: Flask, giants: list[Firm], make: Make) -> None:
    user = make.user("officer", districts=["440112"])
    with app.app_context(), app.test_request_context(), transaction(writing=False):
        (sheet,) = [one for one in queries.sheets(user, clock.today()) if one.policy.id == POLICY]
    assert (sheet.meet.firms, sheet.given, sheet.missed.firms) == (1, 0, 1)


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({"title": "小巨人奖励"}, True),
        ({"title": "小巨人奖励", "level": AwardLevel.CITY}, True),
        ({"title": "小巨人奖励", "level": AwardLevel.DISTRICT}, False),  # the district's is another policy
        ({"title": "小巨人奖励", "year": YEAR - 1}, False),
        ({"title": "一次性补助", "policy_id": POLICY}, True),
        ({"title": "小巨人奖励", "policy_id": "huangpu_little_giant_award"}, False),
        ({"title": "研发补助"}, False),
    ],
)
def test_what_counts_as_given(app: Flask, make: Make, given: dict, counts: bool) -> None:
    firm = make.firm()
    make.add(AwardGiven(**{"firm_id": firm.id, "year": YEAR, **given}))
    with app.app_context(), app.test_request_context(), transaction(writing=False):
        dues = queries.of(db.session.get_one(Firm, firm.id), clock.today())
        (due,) = [one for one in dues if one.assessment.policy.id == POLICY]
    assert bool(due.given) is counts


def test_the_pass_and_the_page_of_a_firm_say_the_same(app: Flask, giants: list[Firm]) -> None:
    """One evaluator: what is kept of a pass is what the firm's page works out."""
    with app.app_context(), app.test_request_context(), transaction(writing=False):
        for firm in giants:
            rows = db.session.query(Screening).filter_by(firm_id=firm.id)
            kept = {row.policy_id: (row.award_least, row.award_most) for row in rows}
            for due in queries.of(db.session.get_one(Firm, firm.id), clock.today()):
                award = due.assessment.award
                assert not due.counts or kept[due.assessment.policy.id] == (award.least, award.most)


def test_the_page_of_a_firm(giants: list[Firm], browse: Callable, make: Make) -> None:
    browser = browse(make.user("officer"))
    paid, open_ = (browser.get(f"/firms/{firm.id}/awards").words for firm in giants[:2])
    assert "已获得：新认定“小巨人”企业奖励" in paid
    assert "上限，不是定额" in open_
    assert "0.00–100.00 万元" in open_
    assert "缺" in open_, "the interest subsidies lack their loans"
    # Of the loan nobody knows: at most 2,000 could come on top of the 100.
    assert "加上还无法判断的：0.00–2,100.00 万元" in open_
    browse(make.user("officer", districts=["440112"])).get(f"/firms/{giants[0].id}/awards", status=404)
    browse(make.user("firm_editor")).get(f"/firms/{giants[0].id}/awards", status=404)


def test_what_is_due_goes_out_as_numbers(giants: list[Firm], browse: Callable, make: Make) -> None:
    browser = browse(make.user("manager"))
    page = browser.get(f"/firms?where=screening.met({POLICY})&columns=due.{POLICY},due_most.{POLICY}")
    assert "至多（万元）" in page.words
    assert page.words.count("100.00") == 3


def test_a_list_kept_in_memory_is_drawn_anew_after_a_pass(
    app: Flask, giants: list[Firm], browse: Callable, make: Make
) -> None:
    """What is due changes without a line in the trail: by the day alone."""
    app.config["FINDINGS_KEPT"] = 100
    browser, address = browse(make.user("manager")), f"/firms?columns=due_most.{POLICY}"
    assert browser.get(address).words.count("100.00") == 3
    with app.app_context(), transaction():
        db.session.query(Screening).filter_by(policy_id=POLICY).update({"award_most": 7})
        db.session.add(
            ScreeningRun(
                on=clock.today(),
                cause=Cause.NIGHT,
                began_at=clock.now(),
                ended_at=clock.now(),
                firms=4,
                turned=0,
                policies={},
            )
        )
    assert "100.00" not in browser.get(address).words


def test_who_was_missed_last_year(app: Flask, giants: list[Firm], make: Make, browse: Callable, statements) -> None:
    """丁 was recognised last year and given nothing; 戊 as well, and its list came this year."""
    paid = make.firm(name="广州戊戊科技有限公司")
    make.certification(paid, Rung.LITTLE_GIANT, issued_on=date(YEAR - 1, 9, 1), expires_on=date(YEAR + 2, 8, 31))
    make.add(AwardGiven(firm_id=paid.id, year=YEAR - 1, title="小巨人奖励", amount=90 * WAN, given_on=clock.today()))
    manager = make.user("manager")
    with app.app_context(), app.test_request_context(), transaction(writing=False):
        (sheet,) = [one for one in past.sheets(manager, YEAR - 1) if one.policy.id == POLICY]
    assert (sheet.meet.firms, sheet.meet.most) == (2, 200 * WAN)
    assert (sheet.missed.firms, sheet.missed.most, sheet.given, sheet.given_amount) == (1, 100 * WAN, 1, 90 * WAN)
    browser = browse(manager)
    page = browser.get(f"/awards?year={YEAR - 1}")
    missed = next(link for link in page.links() if "who=missed" in link and f"policy={POLICY}" in link)
    listed = browser.get(missed)
    assert "丁丁" in listed.words
    assert "戊戊" not in listed.words
    assert "戊戊" in browser.get(missed.replace("who=missed", "who=given")).words
    with statements() as few:
        browser.get(missed)
    for number in range(5):
        other = make.firm(name=f"广州己{number}科技有限公司")
        make.certification(other, Rung.LITTLE_GIANT, issued_on=date(YEAR - 1, 9, 1), expires_on=None)
    with statements() as many:
        browser.get(missed)
    assert len(many) == len(few)
    elsewhere = browse(make.user("officer", districts=["440112"]))
    assert "丁丁" not in elsewhere.get(missed).words
    assert browser.get("/awards?year=nonsense").words == browser.get("/awards").words


def test_a_version_nobody_has_verified_judges_nobody_in_any_year(app: Flask) -> None:
    """The city's contest: the table of 2022 is of grade C, that of 2023 of grade B."""
    with app.app_context(), transaction(writing=False):
        held = {year: {p.id for p, _v in queries.judging(past.last_day(year))} for year in (2022, 2023)}
    assert "gz_contest_prize" not in held[2022]
    assert "gz_contest_prize" in held[2023]
