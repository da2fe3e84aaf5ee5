"""Keeping an assessment as an officer does it, and reading it again."""

from datetime import date

import pytest
from sqlalchemy import select, text

from crm.decisions import service
from crm.decisions.models import Decision
from crm.domain.ladder import Rung
from crm.kit.db import db, transaction
from tests.decisions.test_service import other_rules
from tests.ladder.conftest import WAN


def keep(officer, firm, purpose: str = "推荐申报", **options):
    return officer.submit(f"/firms/{firm.id}/decisions/new?rung=high_tech", {"purpose": purpose}, **options)


def count(app) -> int:
    with app.app_context(), transaction(writing=False):
        return db.session.scalar(text("SELECT count(*) FROM decision"))


def test_kept_from_the_gap_and_read_as_it_was(good_firm, browse, make, monkeypatch) -> None:
    """32号第十一条(四): 5 of 60 are 8.33 %, one person short of 10 %."""
    firm = good_firm({2025: {"tech_staff": 5}})
    officer = browse(make.user("officer"))
    assert (
        f"/firms/{firm.id}/decisions/new?rung=high_tech"
        in officer.get(f"/firms/{firm.id}/ladder?rung=high_tech").links()
    )
    page = keep(officer, firm)
    assert "已留存" in page.words
    other_rules(monkeypatch)
    make.annual_return(firm, 2025, source="officer", tech_staff=60, employees_total=60)
    page = officer.get(page.response.request.path)
    assert "现为 8.33%" in page.words
    assert "≥ 10.00%" in page.words
    assert "与留存时一致" in page.words
    assert "推荐申报" in officer.get(f"/firms/{firm.id}/decisions").words
    assert "推荐申报" in officer.get(f"/firms/{firm.id}").words


def test_what_nobody_has_seen_is_not_kept(good_firm, browse, make, app) -> None:
    firm = good_firm()
    officer = browse(make.user("officer"))
    address = f"/firms/{firm.id}/decisions/new?rung=high_tech"
    _action, values = officer.get(address).form()
    make.annual_return(firm, 2025, source="officer", rd_hte=1 * WAN)
    page = officer.post(address, {**values, "purpose": "推荐申报"}, 422)
    assert "档案或规则变了" in page.words
    assert "推荐申报" in page.text, "nothing typed is lost"
    assert count(app) == 0
    _action, values = page.form()
    officer.post(address, values)
    assert count(app) == 1


def test_without_a_purpose_and_sent_twice(good_firm, browse, make, app) -> None:
    firm = good_firm()
    officer = browse(make.user("officer"))
    assert "请写明用于什么" in keep(officer, firm, " ", status=422).words
    address = f"/firms/{firm.id}/decisions/new?rung=high_tech"
    _action, values = officer.get(address).form()
    for _ in range(2):
        officer.post(address, {**values, "purpose": "推荐申报"})
    assert count(app) == 1


def test_what_was_touched_is_not_shown(good_firm, browse, make, app) -> None:
    firm = good_firm()
    officer = browse(make.user("officer"))
    path = keep(officer, firm).response.request.path
    with app.app_context(), transaction():
        if db.session.get_bind().dialect.name == "postgresql":
            db.session.execute(text("ALTER TABLE decision DISABLE TRIGGER decision_refuses"))
        else:
            db.session.execute(text("DROP TRIGGER decision_refuses_update"))
        db.session.execute(text("UPDATE decision SET found = '{}'"))
    page = officer.get(path)
    assert "与留存时不符" in page.words
    assert "留存的内容被改动过" in page.words
    assert "不再显示" in page.words


def test_another_firms_decision_is_not_there(good_firm, browse, make) -> None:
    firm, other = good_firm(), make.firm()
    officer = browse(make.user("officer"))
    path = keep(officer, firm).response.request.path
    officer.get(path.replace(f"/firms/{firm.id}/", f"/firms/{other.id}/"), 404)
    browse(make.user("officer", districts=["440112"])).get(path, 404)
    browse(make.user("firm_editor", firm_id=firm.id)).get(path, 403)


@pytest.mark.parametrize("many", [6])
def test_statements_do_not_grow_with_what_is_kept(good_firm, browse, make, statements, many) -> None:
    firm = good_firm()
    officer = browse(make.user("officer"))
    keep(officer, firm)
    with statements() as few:
        officer.get(f"/firms/{firm.id}/decisions")
    for _ in range(many):
        keep(officer, firm)
    with statements() as more:
        officer.get(f"/firms/{firm.id}/decisions")
    assert len(more) == len(few)


def test_an_award_is_decided_on_and_kept_with_its_money(browse, make, app) -> None:
    """穗府办规〔2025〕13号: at most 100 万元 for a little giant recognised this year."""
    firm = make.firm(name="广州甲甲科技有限公司")
    make.certification(firm, Rung.LITTLE_GIANT, issued_on=date(2026, 1, 5), expires_on=date(2029, 1, 4))
    officer = browse(make.user("officer"))
    (link,) = [
        link for link in officer.get(f"/firms/{firm.id}/awards").links() if "policy=gz_little_giant_award" in link
    ]
    page = officer.submit(link, {"purpose": "同意兑付"})
    assert "0.00–100.00 万元" in page.words
    assert "与留存时一致" in page.words
    with app.app_context():
        assert service.replay_all().sound
        kept = db.session.scalars(select(Decision)).one()
        assert (kept.policy_id, kept.outcome, kept.found["award.most"]) == ("gz_little_giant_award", "met", 100 * WAN)
    assert "小巨人" in officer.get(f"/firms/{firm.id}/decisions").words
    assert "同意兑付" in officer.get(f"/firms/{firm.id}").words
    officer.get(f"/firms/{firm.id}/decisions/new?policy=nothing", status=404)
