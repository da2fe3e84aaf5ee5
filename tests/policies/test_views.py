"""The pages of policies: what is in force, errors by line with nothing lost, the difference, two people, two tabs."""

import io
import threading
from typing import Any

import pytest

from crm.rules.reading import load
from tests.policies.conftest import CITY, SHIPPED, tech_sme


def test_every_policy_with_what_is_in_force(people, browse, activate) -> None:
    page = browse(people.u).get("/policies")
    for policy in load().values():
        assert policy.name.zh in page.words
    assert "tech_sme@115-2017" in page.words
    assert "随产品提供" in page.words
    assert "little_giant@2-2026" in page.words or "little_giant" in page.text
    activate(people.a, people.m)
    page = browse(people.u).get("/policies")
    assert people.m.name in page.words
    page = browse(people.u).get("/policies/tech_sme")
    assert "职工总数 ≤ 400 人" in page.words
    assert "115号第六条(二)" in page.words
    assert "≥ 10% < 15% → 4 分" in page.words
    assert browse(people.u).client.get("/policies/nosuch").status_code == 404


def test_every_shipped_policy_and_version_can_be_told(people, browse) -> None:
    browser = browse(people.u)
    for policy in load().values():
        for version in policy.versions:
            browser.get(f"/policies/{policy.id}?version={version.id}")


def test_when_one_may_file_and_what_a_rule_leaves_out(people, browse) -> None:
    told = browse(people.u).get("/policies/tech_sme").words
    assert "2026-06-01 至 2026-08-31" in told
    assert "没有查到更新的" in browse(people.u).get("/policies/unicorn_gei").words
    assert "须高于5%才计3–4分" in browse(people.u).get("/policies/hte").words


def test_a_rung_of_the_city_s_own_is_begun_with_its_template(people, browse) -> None:
    page = browse(people.a).get("/policies")
    assert "等本市自己写的" in page.words
    assert "id: leading" in browse(people.a).get("/editions/new?policy=leading").text
    assert "等本市自己写的" not in browse(people.u).get("/policies").words


def test_the_list_asks_no_more_with_more_texts(people, browse, activate, draft, statements) -> None:
    browser = browse(people.a)
    activate(people.a, people.m)
    draft(people.a, CITY)
    browser.get("/policies")
    with statements() as few:
        browser.get("/policies")
    for most in (390, 380, 370):
        draft(people.b, tech_sme(most))
    activate(people.a, people.b, tech_sme(200))
    activate(people.a, people.b, CITY)
    browser.get("/policies")
    with statements() as many:
        browser.get("/policies")
    assert len(many) == len(few)


def test_errors_stand_by_their_line_and_nothing_typed_is_lost(people, browse) -> None:
    browser = browse(people.a)
    typed = (
        tech_sme().replace("metric: employees_total", "metric: employes_total").replace("at_most: 20000", "at_mots: 1")
    )
    page = browser.submit("/editions/new?policy=tech_sme", {"text": typed}, status=422)
    lines = typed.splitlines()
    number = lines.index("          at_mots: 1") + 1
    assert f"第 {number} 行" in page.words
    assert "没有这个键" in page.words
    assert "at_mots: 1" in page.words
    assert page.form()[1]["text"].splitlines() == lines
    page = browser.submit(
        "/editions/new?policy=tech_sme", {"text": typed.replace("at_mots: 1", "at_most: 1")}, status=422
    )
    assert "没有“employes_total”这个指标" in page.words


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (SHIPPED.encode("gb18030"), "另存为 UTF-8"),
        (b"a: " + b"x" * 300_000, "超过 256 KB"),
        (b"PK\x03\x04\x00\x00", "另存为 UTF-8"),
        (b"a: &a [1,1,1,1,1,1,1,1,1,1]\n" + b"".join(
            b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 10)) for c in range(98, 106)), "展开引用"),
    ],
    ids=["GBK", "large", "zip", "bomb"],
)  # fmt: skip
def test_what_is_no_pack_is_refused(people, browse, content: bytes, told: str) -> None:
    browser = browse(people.a)
    data: dict[str, Any] = {"file": (io.BytesIO(content), "own.yaml")}
    page = browser.submit("/editions/new", data, status=422, content_type="multipart/form-data")
    assert told in page.words


def test_a_file_stands_in_for_what_was_typed(people, browse) -> None:
    windows = b"\xef\xbb\xbf" + CITY.replace("\n", "\r\n").encode()
    data = {"file": (io.BytesIO(windows), "city.yaml")}
    page = browse(people.a).submit("/editions/new", data, content_type="multipart/form-data")
    assert "草稿已保存" in page.words
    assert "新增版本" in page.words
    link = next(link for link in page.links() if link.endswith("/text"))
    assert browse(people.u).get(link).data.decode() == CITY


@pytest.mark.usefixtures("noon")
def test_from_draft_to_force_by_two_people(people, browse, make) -> None:
    admin, manager = browse(people.a), browse(people.m)
    page = admin.submit("/editions/new?policy=tech_sme", {"text": tech_sme()})
    assert "职工总数 ≤ 500 人" in page.words
    assert "职工总数 ≤ 400 人" in page.words
    assert "at_most: 400" in page.words  # line by line
    edition = "/editions/1"
    page = admin.submit(f"{edition}/propose", {"why": ""}, status=422)
    assert "请写明为什么要改" in page.words
    page = admin.submit(f"{edition}/propose", {"why": "市里来文"})
    assert "等另一个人启用" in page.words
    assert "1 份政策文本等您启用" in manager.get("/").words  # the desk of who may, and of nobody who wrote it
    assert "1 份政策文本等您启用" in browse(people.b).get("/").words
    assert "等您启用" not in admin.get("/").words
    assert f"{edition}/activate" not in page.links()
    admin.submit(f"{edition}/activate", {}, status=422)
    page = manager.get(f"{edition}/activate")
    action, values = page.form()
    answer = manager.client.post(action or f"{edition}/activate", data={**values, "csrf_token": manager.csrf_token()})
    again = manager.client.post(action or f"{edition}/activate", data={**values, "csrf_token": manager.csrf_token()})
    assert (answer.status_code, again.status_code) == (302, 302)  # a double click is one act
    assert answer.location == again.location
    firm = make.firm()
    make.annual_return(firm, 2025, employees_total=450)
    page = manager.get(f"/firms/{firm.id}/ladder?rung=tech_sme")
    assert "超出 50 人" in page.words


def test_a_stale_page_activates_nothing(people, browse, propose, act) -> None:
    from crm.policies import service

    edition_id = propose(people.a)
    manager = browse(people.m)
    page = manager.get(f"/editions/{edition_id}/activate")
    _action, values = page.form()
    act(service.send_back, edition_id, people.b, "退")
    page = manager.post(f"/editions/{edition_id}/activate", values, status=422)
    assert "别人刚刚办过" in page.words


def test_two_tabs_over_a_draft_lose_nothing(people, browse, draft) -> None:
    edition_id = draft(people.a)
    one, other = browse(people.a), browse(people.b)
    page = one.get(f"/editions/{edition_id}/edit")
    _action, mine = page.form()
    other.submit(f"/editions/{edition_id}/edit", {"text": tech_sme(350)})
    page = one.post(f"/editions/{edition_id}/edit", {**mine, "text": tech_sme(333)}, status=422)
    assert "别人改过这份草稿" in page.words
    assert "at_most: 350" in page.words
    assert "at_most: 333" in page.form()[1]["text"]
    _action, mine = page.form()
    page = one.post(f"/editions/{edition_id}/edit", mine)  # a second save is a decision
    assert "职工总数 ≤ 333 人" in page.words


def test_an_edition_that_became_history_is_told_against_what_it_replaced(people, browse, activate) -> None:
    first = activate(people.a, people.m, tech_sme(400))
    activate(people.a, people.m, tech_sme(300))
    page = browse(people.u).get(f"/editions/{first}")
    assert "与它替换的文本的差别" in page.words
    assert "职工总数 ≤ 500 人" in page.words
    page = browse(people.a).get(f"/editions/new?edition={first}")
    assert "at_most: 400" in page.form()[1]["text"]


def test_a_file_somebody_touched_is_told(people, browse, activate, look, app) -> None:
    from crm.policies import store

    edition = look(activate(people.a, people.m))
    with app.app_context():
        store.path_of(edition).chmod(0o644)
        store.path_of(edition).write_text("id: tech_sme", encoding="utf-8")
    assert "文件被改动" in browse(people.u).get("/policies").words
    assert "文件被改动" in browse(people.u).get("/policies/tech_sme").words
    assert "文件被改动" in browse(people.u).get(f"/editions/{edition.id}").words


def test_a_file_laid_into_the_folder_is_told_and_can_be_begun_with(
    people, browse, activate, look, app, in_force
) -> None:
    """Nothing is judged by a text that two people have not put in force; nor is it ignored without a word."""
    from crm.policies import store

    own = look(activate(people.a, people.m))
    with app.app_context():
        folder = store.path_of(own).parent
    (folder / "mine.yaml").write_text(tech_sme(321), encoding="utf-8")
    writer = browse(people.a)
    page = writer.get("/policies")
    assert "1 个没有登记的文件" in page.words
    assert own.digest not in page.text, "what was proposed here is no stray"
    (link,) = [link for link in page.links() if "file=" in link]
    assert "321" in writer.get(link).text
    assert in_force("tech_sme").digest == own.digest
    assert "321" not in writer.get("/editions/new?file=../../etc/hostname").text
    assert "以它起草" not in browse(people.u).get("/policies").words


def test_the_guide_names_every_figure(people, browse) -> None:
    from crm.rules.metrics import FIGURES

    page = browse(people.u).get("/editions/guide")
    assert all(key in page.text for key in FIGURES)


def test_two_who_activate_at_one_instant_leave_one_text_in_force(people, browse, propose, look, app) -> None:
    """Two proposals against one text in force, two people, one moment: the second is told to look again."""
    editions = [propose(people.a, tech_sme(400)), propose(people.a, tech_sme(300))]
    browsers = [browse(people.b), browse(people.m)]
    forms = [b.get(f"/editions/{e}/activate").form()[1] for b, e in zip(browsers, editions, strict=True)]
    forms = [{**form, "csrf_token": b.csrf_token()} for b, form in zip(browsers, forms, strict=True)]
    start, codes = threading.Barrier(2), []

    def go(number: int) -> None:
        start.wait()
        url = f"/editions/{editions[number]}/activate"
        codes.append(browsers[number].client.post(url, data=forms[number]).status_code)

    threads = [threading.Thread(target=go, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [302, 422]
    assert sorted(look(edition).status.value for edition in editions) == ["active", "proposed"]
