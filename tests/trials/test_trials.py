"""Policies tried on a small register: every number by hand, every number a list, nothing changed by it."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import polars as pl
import pytest
import time_machine
from sqlalchemy import func, select

from crm.firms import names
from crm.firms.models import Firm
from crm.kit.db import db, transaction
from crm.policies.models import PolicyEdition
from crm.rules.edges import edges, replaced
from crm.rules.metrics import prepare
from crm.rules.pack import version_on
from crm.rules.reading import load, parse, texts
from crm.trials.comparing import Group, compare
from tests.policies.conftest import CITY, tech_sme

pytestmark = pytest.mark.usefixtures("firms", "in_city")


@pytest.fixture(autouse=True)
def on_a_day():
    with time_machine.travel("2026-11-26 04:00", tick=False):
        yield


def numbers(page) -> list[int]:
    """Return what the cards at the top say: gains, drops, unknown, ruled out, same."""
    words = page.words
    return [int(words.split(f"{label} ")[1].split(" ")[0])
            for label in ("新符合", "不再符合", "变为无法判断", "由无法判断变为不符合", "没有变化")]  # fmt: skip


def what_if(browse, user, work, **typed):
    page = browse(user).submit("/policies/hidden_champion/what-if", typed)
    assert "正在试算" in page.words
    work()
    return browse(user).get(page.response.request.path)


def test_a_lower_threshold_lets_firms_in(browse, people, work) -> None:
    # 1500 万元: b (1500) and e (1999.99) come in beside a (2500); c (500) and d (unknown) stay as they are.
    page = what_if(browse, people.m, work, **{"sales.at_least": "1500"})
    assert numbers(page) == [2, 0, 0, 0, 3]
    assert "上年度销售收入 ≥ 2,000 万元" in page.words
    assert "上年度销售收入 ≥ 1,500 万元" in page.words
    assert "现行文本下符合 1 家 试算文本下符合 3 家" in page.words
    lists = [link for link in page.links() if "/firms?" in link]
    listed = browse(people.m).get(next(link for link in lists if "gains" in link and "440112" in link))
    assert "广州e科技有限公司" in listed.words
    assert "共 1 家" in listed.words
    listed = browse(people.m).get(next(link for link in lists if link.endswith("group=gains")))
    assert ("广州b科技" in listed.words, "广州a科技" in listed.words) == (True, False)
    assert any("rung=hidden_champion" in link for link in listed.links())


def test_a_higher_threshold_puts_firms_out(browse, people, work) -> None:
    page = what_if(browse, people.m, work, **{"sales.at_least": "2,500.01"})
    assert numbers(page) == [0, 1, 0, 0, 4]
    listed = browse(people.m).get(next(link for link in page.links() if "group=drops" in link))
    assert "广州a科技有限公司" in listed.words


def test_another_figure_makes_some_unknown(browse, people, work, draft) -> None:
    """Staff of 20 instead of sales: b and e have not said theirs, a and c have 30, d has 10."""
    text = CITY.replace(
        "metric: sales_last_year\n          at_least: 2000", "metric: employees_total\n          at_least: 20"
    )
    edition_id = draft(people.a, text)
    admin = browse(people.a)
    page = admin.submit(f"/editions/{edition_id}/dry-run", {})
    work()
    page = admin.get(page.response.request.path)
    # a was met and is; c was not met and is; b and e were not met; d could not be told and is not met.
    assert numbers(page) == [1, 0, 2, 1, 1]
    # The administrator keeps the rules and sees no firm: numbers, no lists.
    assert not any("/firms?" in link for link in page.links())
    assert "名单由能看全部企业的人打开" in page.words
    workbook = browse(people.u).get(f"{page.response.request.path}/file").data
    rows = list(openpyxl.load_workbook(io.BytesIO(workbook)).active.iter_rows(values_only=True))[2:]
    assert {(row[0], row[3], row[4], row[5]) for row in rows} == {
        ("广州c科技有限公司", "不符合", "符合", "新符合"),
        ("广州b科技有限公司", "不符合", "无法判断", "变为无法判断"),
        ("广州e科技有限公司", "不符合", "无法判断", "变为无法判断"),
        ("广州d科技有限公司", "无法判断", "不符合", "由无法判断变为不符合"),
    }


def test_what_it_would_cost(browse, people, work, activate) -> None:
    """30 万元 each: a alone by 2000 万元 of sales, with b and e by 1500, so 90 after 30; 40 for 30 if it were 40."""
    part = "{id: prize, label: {zh: 奖励, en: Prize}, clause: 第五条, flat: 30}"
    text = CITY.replace("level: city", "kind: award\nlevel: city") + f"    award:\n      parts:\n        - {part}\n"
    activate(people.a, people.m, text)
    page = what_if(browse, people.m, work, **{"sales.at_least": "1500"})
    for told in ("现行文本最多要付 30.00 万元", "试算文本最多要付 90.00 万元", "多付（＋）或少付（－） 60.00 万元"):
        assert told in page.words
    row = page.words.split("最多要付的变化（万元） ")[1]
    assert row.startswith("天河区 1 0 0 0 3 30.00 黄埔区 1 0 0 0 0 30.00")
    page = what_if(browse, people.m, work, **{"prize.flat": "40"})
    assert numbers(page) == [0, 0, 0, 0, 5]
    assert "多付（＋）或少付（－） 10.00 万元" in page.words
    assert "30 万元" in page.words
    assert "40 万元" in page.words


def test_a_policy_that_was_not_there_gives_all_who_meet_it(browse, people, work, act) -> None:
    from crm.policies import service

    act(service.withdraw, 1, people.b, "废止")
    page = browse(people.a).submit("/editions/new", {"text": CITY})
    edition = page.response.request.path
    page = browse(people.m).submit(f"{edition}/dry-run", {})
    work()
    page = browse(people.m).get(page.response.request.path)
    assert numbers(page) == [1, 0, 1, 0, 3]  # a; d cannot be told; b, c and e are not met, as before


def test_nothing_is_changed_by_a_trial_and_it_can_become_a_draft(browse, people, work, app, in_force) -> None:
    before = in_force("hidden_champion").digest
    page = what_if(browse, people.m, work, **{"sales.at_least": "1500"})
    assert in_force("hidden_champion").digest == before
    path = page.response.request.path
    assert browse(people.m).client.post(f"{path}/propose").status_code in {400, 403}
    page = browse(people.a).post(f"{path}/propose", {})
    assert "草稿已保存" in page.words
    with app.app_context(), transaction(writing=False):
        edition = db.session.scalars(select(PolicyEdition).order_by(PolicyEdition.id.desc())).first()
        assert edition.text == CITY.replace("at_least: 2000", "at_least: 1500")


def test_what_is_typed_wrong_is_told_at_its_field(browse, people) -> None:
    browser = browse(people.m)
    page = browser.submit("/policies/hidden_champion/what-if", {}, status=422)
    assert "还没有改动" in page.words
    for typed in ("abc", "", "NaN", "1e999999999", "1_0"):
        page = browser.submit("/policies/hidden_champion/what-if", {"sales.at_least": typed}, status=422)
        assert "有的数不能用" in page.words
        assert page.form()[1]["sales.at_least"] == typed
    page = browser.submit("/policies/tech_sme/what-if", {"staff.at_most": "400", "tech_staff_score.0.1": "14"})
    assert "正在试算" in page.words
    page = browser.submit("/policies/tech_sme/what-if", {"tech_staff_score.0.1": "50"}, status=422)
    assert "这里应小于下一档的" in page.words
    page = browser.submit(
        "/policies/tech_sme/what-if", {"tech_staff_score.0.0": "12", "tech_staff_score.0.1": "11"}, status=422
    )
    assert "这里应大于上一档的 12" in page.words


def test_the_whole_register_is_for_who_may_see_it(browse, people, make, work) -> None:
    page = what_if(browse, people.m, work, **{"sales.at_least": "1500"})
    path = page.response.request.path
    district = browse(make.user("officer", districts=["440106"]))
    for url in (path, f"{path}/firms", f"{path}/file", "/policies/hidden_champion/what-if"):
        assert district.client.get(url).status_code == 404, url
    assert "假设试算" not in district.get("/policies/hidden_champion").words
    assert browse(people.a).client.get(f"{path}/firms").status_code == 403
    assert browse(make.user("officer")).get(f"{path}/firms?group=gains").status == 200


def test_a_page_of_the_list_asks_no_more_with_more_firms(browse, people, make, work, statements) -> None:
    browser = browse(people.m)
    few_page = what_if(browse, people.m, work, **{"sales.at_least": "1"}).response.request.path
    for _ in range(12):
        make.annual_return(make.firm(), 2025, revenue=1500_000_000)
    many_page = what_if(browse, people.m, work, **{"sales.at_least": "1"}).response.request.path
    browser.get(f"{few_page}/firms")
    with statements() as few:
        browser.get(f"{few_page}/firms")
    with statements() as many:
        browser.get(f"{many_page}/firms")
    assert len(many) == len(few)


def test_firms_gone_since_are_left_out(browse, people, work, firms, app) -> None:
    path = what_if(browse, people.m, work, **{"sales.at_least": "1500"}).response.request.path
    with app.app_context(), transaction():
        gone = db.session.get_one(Firm, firms.b.id)
        gone.merged_into_id, gone.status = firms.e.id, "merged"
        db.session.flush()
        names.refresh({firms.b.id, firms.e.id})
    page = browse(people.m).get(f"{path}/firms?group=gains")
    assert ("广州b科技" in page.words, "广州e科技" in page.words) == (False, True)
    with app.app_context(), transaction(writing=False):
        assert db.session.scalar(select(func.count()).select_from(Firm)) == 5


@pytest.mark.parametrize(
    ("was", "now", "group"),
    [(2, 2, "same"), (0, 2, "gains"), (1, 2, "gains"), (2, 0, "drops"), (2, 1, "unknown"), (0, 1, "unknown"),
     (1, 0, "ruled_out"), (0, 0, "same"), (1, 1, "same")],
)  # fmt: skip
def test_every_turn_has_its_group(was: int, now: int, group: str) -> None:
    from crm.trials.comparing import _group

    frame = pl.DataFrame({"was": [was], "now": [now]}).with_columns(group=_group())
    assert frame["group"][0] == group


@pytest.mark.parametrize("policy", sorted(load()))
def test_every_number_of_a_pack_can_be_set_where_it_stands(policy: str) -> None:
    text = texts()[load()[policy].digest]
    for version in load()[policy].versions:
        found = edges(text, version)
        assert found
        for edge in found[:3]:
            changed = replaced(text, found, {edge.key: Decimal("7777")})
            lines = [(a, b) for a, b in zip(text.splitlines(), changed.splitlines(), strict=True) if a != b]
            assert 1 <= len(lines) <= len(edge.spots)
            assert all("7777" in b for _a, b in lines)


def test_an_edge_of_two_bands_is_one_number() -> None:
    text = texts()[load()["tech_sme"].digest]
    found = edges(text, load()["tech_sme"].versions[0])
    edge = next(e for e in found if e.key == "tech_staff_score.0.0")
    assert (edge.value, len(edge.spots)) == (Decimal("0.10"), 2)
    tried = parse(replaced(text, found, {edge.key: Decimal("0.12")}), "t.yaml")
    bands = tried.versions[0].scores["tech_sme_score"].parts[0].best_of[0].bands
    assert (bands[0].below, bands[1].at_least) == (0.12, 0.12)


def test_the_same_text_turns_nobody() -> None:
    version = version_on(parse(tech_sme(500), "t.yaml"), date(2026, 6, 1))
    frame = prepare(pl.DataFrame({"firm_id": [1, 2], "employees_y1": [10.0, None]}), date(2026, 6, 1))
    assert set(compare(version, version, frame)["group"]) == {Group.SAME.value}
