"""A file that was merged into another: out of sight, and every old address leads on."""

from flask import Flask
from sqlalchemy import select

from crm.domain.records import FirmStatus
from crm.firms import queries
from crm.firms.models import Contact, Firm
from crm.kit.db import db
from tests.make import Make


def test_an_old_address_leads_to_the_file_in_use_with_all_it_asked(make: Make, browse) -> None:
    kept = make.firm(name="留下科技有限公司")
    gone = make.firm(name="并入科技有限公司", status=FirmStatus.MERGED, merged_into_id=kept.id)
    officer = browse(make.user("officer"))
    answer = officer.get(f"/firms/{gone.id}/timeline?kind=file", 302)
    assert answer.response.location == f"/firms/{kept.id}/timeline?kind=file"
    assert "已并入这一份" in officer.get(f"/firms/{gone.id}/file").words
    assert "并入科技有限公司" not in officer.get("/firms").words


def test_what_was_typed_for_a_merged_file_is_not_put_elsewhere(app: Flask, make: Make, browse) -> None:
    kept = make.firm(name="留下科技有限公司")
    gone = make.firm(status=FirmStatus.MERGED, merged_into_id=kept.id)
    page = browse(make.user("officer")).post(f"/firms/{gone.id}/contacts/new", {"name": "陈会计"}, 422)
    assert "已并入“留下科技有限公司”" in page.words
    with app.app_context():
        assert db.session.scalars(select(Contact)).all() == []


def test_a_merged_file_tells_nothing_to_those_who_may_not_see_where_it_went(make: Make, browse) -> None:
    kept = make.firm(registration_district="440112")
    gone = make.firm(status=FirmStatus.MERGED, merged_into_id=kept.id)
    browse(make.user("officer", districts=["440106"])).get(f"/firms/{gone.id}/file", 404)
    browse(make.user("firm_editor")).get(f"/firms/{gone.id}/file", 404)


def test_its_code_opens_no_second_file(make: Make, browse) -> None:
    kept = make.firm()
    gone = make.firm(name="并入科技有限公司", status=FirmStatus.MERGED, merged_into_id=kept.id)
    page = browse(make.user("officer")).submit("/firms/new", {"uscc": gone.uscc, "name": "另一家有限公司"}, 422)
    assert "“并入科技有限公司”已并入另一份" in page.words


def test_follow_takes_one_step_and_leaves_others_alone(app: Flask, make: Make) -> None:
    kept = make.firm()
    gone = make.firm(status=FirmStatus.MERGED, merged_into_id=kept.id)
    officer = make.user("officer")
    with app.app_context():
        assert (queries.follow(gone.id), queries.follow(kept.id)) == (kept.id, kept.id)
        found = queries.gone_into(officer, Firm.uscc == gone.uscc)
        assert {gone_id: firm.id for gone_id, firm in found.items()} == {gone.id: kept.id}
        assert queries.gone_into(officer, Firm.uscc == kept.uscc) == {}
