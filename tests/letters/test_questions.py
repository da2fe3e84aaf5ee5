"""What is asked of a firm is what keeps its outcome open, and the answers come in by the ordinary import."""

import io
from typing import Any

import openpyxl
import pytest

from crm.kit import jobs
from crm.kit.db import transaction
from crm.ladder import questions
from crm.ladder.questions import Group
from crm.policies import queries as policies
from tests.imports.desk import Desk
from tests.ladder.conftest import TODAY, good_firm, judge, on_a_day

__all__ = ["good_firm", "judge", "on_a_day"]


@pytest.fixture
def asked(app):
    def read(firm: Any, policy: str = "", **options: Any) -> dict[str, questions.Question]:
        with app.app_context(), transaction(writing=False):
            return {q.fact: q for q in questions.of_firms([firm.id], TODAY, policy, **options)[firm.id]}

    return read


def test_only_what_keeps_the_outcome_open_is_asked(good_firm, asked) -> None:
    """115号第七条: the staff of last year decides; a firm that has too many (第六条(二)) is asked for nothing."""
    firm = good_firm({2025: {"tech_staff": None}})
    found = asked(firm, "tech_sme")
    assert "tech_staff_y1" in found
    assert found["tech_staff_y1"].group is Group.PEOPLE
    assert any("115号" in reason.clause for reason in found["tech_staff_y1"].reasons)
    barred = good_firm({2025: {"employees_total": 501, "tech_staff": None}})
    assert asked(barred, "tech_sme") == {}
    assert not asked(barred, "tech_sme", every=True)["tech_staff_y1"].decides


def test_each_head_has_its_questions(make, asked) -> None:
    found = asked(make.firm(established_on=None), "hte")
    heads = {fact: question.group for fact, question in found.items()}
    assert heads["sales_y1"] is Group.FIGURES
    assert heads["employees_y1"] is Group.PEOPLE
    assert heads["has_own_developed_ip"] is Group.RIGHTS
    assert heads["established_on"] is Group.OTHER


def test_all_policies_ask_a_fact_once_and_say_who_wants_it(make, asked) -> None:
    found = asked(make.firm(), questions.ALL)
    policies = {reason.policy.zh for reason in found["sales_y1"].reasons}
    assert {"科技型中小企业", "高新技术企业"} <= policies


def test_what_calls_for_a_visit_is_asked_of_nobody(app, make, browse) -> None:
    with app.app_context(), transaction(writing=False):
        signs = {key for key, policy in policies.in_force().items() if policy.kind == "check"}
        assert signs
        assert not signs & questions.offered().keys()
    firm = make.firm()
    page = browse(make.user("firm_editor", firm_id=firm.id)).get(f"/firms/{firm.id}/papers/questions")
    assert not [sign for sign in signs if f'value="{sign}"' in page.text]


def test_the_page_the_paper_and_the_text(good_firm, browse, make) -> None:
    firm = good_firm({2025: {"rd_hte": None}})
    officer = browse(make.user("officer"))
    address = f"/firms/{firm.id}/papers/questions"
    page = officer.get(f"{address}?policy=hte")
    assert "年度数据" in page.words
    assert "研发费用（高企口径）" in page.words
    assert "2025" in page.words
    assert "32号第十一条(五)" in page.words
    assert "2025年研发费用（高企口径）（万元）：____" in page.text, "to paste into a message"
    assert officer.get(f"{address}.pdf?policy=hte").data[:5] == b"%PDF-"


def test_what_is_filled_in_comes_back_by_the_ordinary_import(good_firm, browse, make, app, asked) -> None:
    firm = good_firm({2025: {"rd_hte": None, "tech_staff": None}}, audited_collection=None)
    manager = make.user("manager")
    data = browse(manager).get(f"/firms/{firm.id}/papers/questions.xlsx?policy=all").data
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert len(book.worksheets) == 1
    sheet = book.active
    headings = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.cell(2, 1).value == firm.uscc
    assert "查账征收" in sheet.cell(2, headings["备注"]).value
    sheet.cell(2, headings["2025年研发费用（高企口径）（万元）"]).value = 220
    sheet.cell(2, headings["2025年科技人员"]).value = 16
    filled = io.BytesIO()
    book.save(filled)
    before = asked(firm, questions.ALL)
    assert {"rd_hte_y1", "tech_staff_y1"} <= before.keys()
    desk = Desk(app, manager)
    item = desk.apply(desk.check(filled.getvalue()))
    assert [row.outcome for row in desk.rows(item)] == ["update"]
    assert before.keys() - asked(firm, questions.ALL).keys() == {"rd_hte_y1", "tech_staff_y1"}


def test_many_firms_on_one_sheet(good_firm, browse, make, app) -> None:
    open_ = [good_firm({2025: {"tech_staff": None}}) for _ in range(2)]
    hidden = make.firm(registration_district="440112")
    officer = browse(make.user("officer", districts=["440106"]))
    picked = {"firm_ids": [str(firm.id) for firm in (*open_, hidden)], "query": ""}
    address = officer.post("/bulk/new/questions", picked, 302).response.location
    officer.post(f"{address}/go", {}, 302)
    with app.app_context():
        assert jobs.run_next()
    page = officer.get(address)
    answer = officer.get(next(link for link in page.links() if link.endswith("/result")))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)
    assert [row[0] for row in rows[1:]] == [firm.uscc for firm in open_]
    assert "2025年科技人员" in rows[0]


def test_statements_do_not_grow_with_the_firms(good_firm, app, statements) -> None:
    firms = [good_firm({2025: {"tech_staff": None}}).id for _ in range(4)]
    with app.app_context(), transaction(writing=False), statements() as few:
        questions.of_firms(firms[:1], TODAY)
    with app.app_context(), transaction(writing=False), statements() as many:
        questions.of_firms(firms, TODAY)
    assert len(many) == len(few)


def test_another_firms_questions_are_not_there(make, browse) -> None:
    firm = make.firm(registration_district="440112")
    officer = browse(make.user("officer", districts=["440106"]))
    for ending in ("", ".pdf", ".xlsx"):
        officer.get(f"/firms/{firm.id}/papers/questions{ending}", 404)
