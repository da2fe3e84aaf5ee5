"""The ladder as its readers meet it: figures by hand, with the clause."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from crm.domain.records import Source
from crm.firms.models import CreditCheck, Firm
from crm.kit import clock
from crm.kit.db import db, transaction
from crm.letters import profile
from tests.browse import HTML, Page
from tests.ladder.conftest import TODAY, WAN


def address(firm: Any, rung: str = "high_tech", **arguments: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in {"rung": rung, **arguments}.items())
    return f"/firms/{firm.id}/ladder?{query}"


def criterion(page: Page, label: str) -> str:
    """Return the words of the criterion whose label begins so, blanks folded."""
    for item in page.tree.iter(f"{HTML}li"):
        what = next((e for e in item if e.get("class") == "what"), None)
        if what is not None and "".join(what.itertext()).strip().startswith(label):
            return re.sub(r"\s+", " ", "".join(item.itertext()))
    raise AssertionError(f"no criterion {label}: {page.words[:2000]}")


def headline(page: Page) -> str:
    return next(
        "".join(e.itertext()) for e in page.tree.iter(f"{HTML}p") if (e.get("class") or "").startswith("headline")
    )


class TestWhatIsLacking:
    def test_research_in_points_and_in_money(self, good_firm, browse, make) -> None:
        """32号第十一条(五): 450 of 11,300 is 3.98 %; 5 % is 565, so 115 are short."""
        firm = good_firm({2025: {"rd_hte": 200 * WAN}, 2024: {"rd_hte": 150 * WAN}, 2023: {"rd_hte": 100 * WAN}})
        page = browse(make.user("officer")).get(address(firm))
        rd = criterion(page, "近三年研发费用")
        assert "差 1.02 个百分点" in rd
        assert "现为 3.98%要求 ≥ 5.00%" in rd
        assert "研发费用（高企口径）（3 年合计）再多 115.00 万元即满足" in rd
        assert "32号第十一条(五)" in rd
        assert headline(page) == "差 1 项"

    def test_a_fen_short_does_not_look_like_enough(self, good_firm, browse, make) -> None:
        firm = good_firm({2025: {"rd_hte": 220 * WAN - 1}})
        rd = criterion(browse(make.user("officer")).get(address(firm)), "近三年研发费用")
        assert "现为 5.00%" not in rd
        assert "再多 0.01 万元即满足" in rd, "rounded up: what is asked for must be enough"

    def test_on_a_disputed_edge_both_readings_are_told(self, good_firm, browse, make) -> None:
        """195号三(七)4: 4,000 → 4,200 → 4,410 is 5 %: 3 to 4 points; score sheets in use give 1 to 2."""
        sales = {2025: 4410 * WAN, 2024: 4200 * WAN, 2023: 4000 * WAN}
        firm = good_firm({year: {"revenue": amount} for year, amount in sales.items()})
        told = criterion(browse(make.user("officer")).get(address(firm)), "创新能力评价得分")
        assert "按两种读法之间计" in told
        assert "195号：增长率≥5%为3–4分 → 3–4 分" in told
        assert "5%仍为1–2分 → 1–2 分 未核实" in told

    def test_the_print_tells_both_readings(self, app, good_firm, make) -> None:
        sales = {2025: 4410 * WAN, 2024: 4200 * WAN, 2023: 4000 * WAN}
        firm = good_firm({year: {"revenue": amount} for year, amount in sales.items()})
        make.certification(firm, "tech_sme", issued_on=date(2026, 6, 1), expires_on=date(2026, 12, 31))
        reader = make.user("officer")
        with app.test_request_context(), transaction(writing=False):
            paper = profile.html(db.session.get_one(Firm, firm.id), reader, TODAY)
        assert "按两种读法之间计" in paper
        assert "195号：增长率≥5%为3–4分" in paper

    @pytest.mark.parametrize(
        ("staff", "said"), [(500, "500 人"), (501, "超出 1 人"), (12_345, "超出 11,845 人")], ids=str
    )
    def test_the_most_staff_of_a_technology_sme(self, good_firm, browse, make, staff, said) -> None:
        """115号第六条(二): no more than 500."""
        firm = good_firm({2025: {"employees_total": staff, "tech_staff": staff}})
        told = criterion(browse(make.user("officer")).get(address(firm, "tech_sme")), "职工总数不超过500人")
        assert said in told
        assert "115号第六条(二)" in told

    def test_the_most_sales_of_a_technology_sme(self, good_firm, browse, make) -> None:
        """115号第六条(二): 20,000 万元 is within, a fen more is not."""
        officer = browse(make.user("officer"))
        within = officer.get(address(good_firm({2025: {"revenue": 20_000 * WAN}}), "tech_sme"))
        beyond = officer.get(address(good_firm({2025: {"revenue": 20_000 * WAN + 1}}), "tech_sme"))
        assert "20,000.00 万元" in criterion(within, "年销售收入")
        assert "超出 0.000001 万元" in criterion(beyond, "年销售收入")

    def test_the_score_and_its_parts(self, good_firm, browse, make) -> None:
        """115号第七条: 16 of 60 is 26.7 %, 16 points; 220 of 4,400 is 5 %, 40; one class I right, 30: 86."""
        page = browse(make.user("officer")).get(address(good_firm(), "tech_sme"))
        score = criterion(page, "综合评价得分不低于60分")
        assert "86 分" in score
        assert re.findall(r"(\d+) / (\d+)", score) == [("16", "20"), ("40", "50"), ("30", "30")]
        assert headline(page) == "条件已全部满足"

    def test_a_score_that_falls_short(self, good_firm, browse, make) -> None:
        """115号第七条: 5 of 60 is 8.3 %, nothing; 40 and 30 are 70, enough, but staff must not be nothing."""
        page = browse(make.user("officer")).get(address(good_firm({2025: {"tech_staff": 5}}), "tech_sme"))
        assert "须高于 0 分" in criterion(page, "科技人员指标得分不为0")
        assert headline(page) == "差 1 项"

    def test_what_experts_judge_is_a_range(self, good_firm, browse, make) -> None:
        """195号三(七), least: IP 7 (one class I) + 1, conversions 25 (5 a year), net assets
        ½(1,200/1,000 + 1,500/1,200) − 1 = 22.5 %: 5, sales 21.4 %: 5; together 43. Most: IP 30, 30, 20, 6, 6: 92."""
        innovation = criterion(browse(make.user("officer")).get(address(good_firm())), "创新能力评价得分")
        assert "43–92 分" in innovation
        assert "由专家评审" in innovation

    def test_a_firm_with_nothing_in_its_file(self, make, browse) -> None:
        page = browse(make.user("officer")).get(address(make.firm(established_on=None), "tech_sme"))
        assert "项数据" in headline(page)
        assert "还没有登记资质" in page.words


class TestCannotTell:
    def test_names_the_fact_and_leads_to_where_it_is_entered(self, good_firm, browse, make) -> None:
        firm = good_firm({2024: {"rd_hte": None}}, checked=False, tech_field=None)
        page = browse(make.user("officer")).get(address(firm))
        assert "缺：2024年研发费用（高企口径）" in criterion(page, "近三年研发费用")
        assert "缺数据" in criterion(page, "核心技术属于")
        links = page.links()
        assert f"/firms/{firm.id}/figures/state" in links
        assert f"/firms/{firm.id}/credit-checks/new" in links
        assert f"/firms/{firm.id}/edit" in links

    def test_a_firm_is_not_sent_to_forms_it_may_not_fill(self, good_firm, browse, make) -> None:
        firm = good_firm({2024: {"rd_hte": None}})
        page = browse(make.user("firm_editor", firm_id=firm.id)).get(address(firm))
        assert "缺：2024年研发费用（高企口径）" in page.words
        assert not [link for link in page.links() if link.endswith(("/state", "/new", "/edit"))]


def test_each_figure_says_where_it_comes_from(good_firm, browse, make) -> None:
    firm = good_firm(checked=False)
    make.annual_return(firm, 2025, source=Source.AUDIT, rd_hte=221 * WAN, stated_by="王会计")
    make.add(CreditCheck(firm_id=firm.id, checked_on=date(2026, 6, 2), listed=False, checked_by="李专员"))
    page = browse(make.user("officer")).get(address(firm))
    rd = criterion(page, "近三年研发费用")
    assert "2025年研发费用（高企口径） 221.00 万元 — 审计报告 王会计 · 2026-06-15 另有 1 种说法" in rd
    assert "信用核查 李专员 · 2026-06-02" in criterion(page, "申请前一年内")


def test_the_rule_in_force_is_named(good_firm, browse, make) -> None:
    page = browse(make.user("officer")).get(address(good_firm()))
    assert "国科发火〔2016〕32号《高新技术企业认定管理办法》 官方文本" in page.words
    assert "版本 hte@32-2016，自 2016-01-01 起" in page.words
    restated = criterion(browse(make.user("officer")).get(address(good_firm(), "tech_sme")), "会计核算健全")
    assert "转引，待核对原文" in restated


class TestPastDays:
    def test_before_any_version(self, good_firm, browse, make) -> None:
        page = browse(make.user("officer")).get(address(good_firm(), on="2015-12-31"))
        assert "2015-12-31 还没有可用的规则" in page.words
        assert "最早版本自 2016-01-01 起有效" in page.words

    def test_the_rung_and_the_figures_of_then(self, make, browse) -> None:
        firm = make.firm()
        make.certification(firm, "tech_sme", issued_on=date(2025, 6, 20), expires_on=date(2025, 12, 31))
        make.annual_return(firm, 2024, revenue=20_001 * WAN, stated_at=clock.now() - timedelta(days=300))
        page = browse(make.user("officer")).get(address(firm, "tech_sme", on="2025-12-31"))
        assert "当天位于：科技型中小企业" in page.words
        assert "超出 1.00 万元" in criterion(page, "年销售收入")
        page = browse(make.user("officer")).get(address(firm, "tech_sme", on="2025-06-19"))
        assert "当天位于：未入梯度" in page.words

    @pytest.mark.parametrize("on", ["tomorrow", "2026-06-16", "2026-02-30", ""])
    def test_nonsense_and_days_to_come_are_today(self, good_firm, browse, make, on) -> None:
        page = browse(make.user("officer")).get(address(good_firm(), on=on))
        assert "按 2026-06-15 有效的版本判断" in page.words


class TestWhatIf:
    def test_the_answer_beside_what_is(self, good_firm, browse, make) -> None:
        firm = good_firm({2025: {"rd_hte": 200 * WAN}})
        officer = browse(make.user("officer"))
        before = officer.get(address(firm))
        page = officer.get(address(firm, rd_hte_y1="220"))
        assert (headline(before), headline(page)) == ("差 1 项", "能核对的条件都已满足，余下由专家评审")
        assert "假设情形，不保存" in page.words
        assert "现在：4.82% · 不满足" in criterion(page, "近三年研发费用")
        assert headline(officer.get(address(firm))) == "差 1 项"

    def test_a_part_of_the_page_for_the_browser_that_asks_for_it(self, good_firm, browse, make) -> None:
        firm = good_firm({2025: {"rd_hte": 200 * WAN}})
        page = browse(make.user("officer")).get(address(firm, rd_hte_y1="220"), headers={"HX-Request": "true"})
        assert "<html" not in page.text
        assert 'id="gap"' in page.text
        assert 'hx-swap-oob="innerHTML"' in page.text
        assert "差 1 项 → 能核对的条件都已满足" in page.words

    def test_what_is_no_number_is_said_beside_the_field(self, good_firm, browse, make) -> None:
        page = browse(make.user("officer")).get(address(good_firm(), rd_hte_y1="lots"), status=422)
        assert "“lots”不是金额" in page.words

    def test_fields_hold_the_figures_of_now(self, good_firm, browse, make) -> None:
        page = browse(make.user("officer")).get(address(good_firm()))
        fields = {f.get("name"): f.get("value") for f in page.tree.iter(f"{HTML}input")}
        assert (fields["rd_hte_y1"], fields["sales_y2"], fields["tech_staff_y1"]) == ("220.00", "3900.00", "16")


class TestScope:
    def test_another_district_and_another_firm_are_not_there(self, good_firm, browse, make) -> None:
        firm = good_firm()
        browse(make.user("officer", districts=["440112"])).get(address(firm), status=404)
        browse(make.user("firm_editor")).get(address(firm), status=404)
        browse(make.user("agency")).get(address(firm), status=404)
        browse(make.user("officer", districts=["440106"])).get(address(firm))

    def test_the_administrator_reads_no_files(self, good_firm, browse, make) -> None:
        browse(make.user("admin")).get(address(good_firm()), status=403)
        browse(make.user("admin")).get("/ladder", status=403)


def test_statements_of_a_page_do_not_grow_with_the_file(good_firm, browse, make, statements) -> None:
    firm, officer = good_firm(), browse(make.user("officer"))
    officer.get(address(firm))
    with statements() as few:
        officer.get(address(firm))
    for number in range(8):
        make.certification(firm, "tech_sme", number=f"T{number}", issued_on=date(2020, 1, 1), expires_on=None)
        make.annual_return(firm, 2024, source=Source.TAX_RETURN, version=number + 1, revenue=number)
    with statements() as many:
        officer.get(address(firm))
    assert len(many) == len(few) <= 30


def number_of(page: Page, rung: str, district: str | None = None) -> tuple[str, str]:
    """Return (the number shown, where its link leads) in the table by district."""
    wanted = f"/firms?rung={rung}" + (f"&district={district}" if district else "")
    for a in page.tree.iter(f"{HTML}a"):
        if a.get("href") == wanted:
            return "".join(a.itertext()).strip(), wanted
    raise AssertionError(f"no link {wanted}")


class TestStairs:
    def register(self, make) -> None:
        """天河: one high-tech (also a technology SME), one fallen off; 黄埔: two technology SMEs; nowhere: one."""
        high = make.firm()
        make.certification(high, "high_tech", issued_on=date(2024, 1, 1), expires_on=TODAY + timedelta(days=90))
        make.certification(high, "tech_sme", issued_on=date(2026, 6, 1), expires_on=date(2026, 12, 31))
        fallen = make.firm()
        make.certification(fallen, "tech_sme", issued_on=date(2025, 1, 1), expires_on=TODAY - timedelta(days=1))
        for _ in range(2):
            firm = make.firm(registration_district="440112")
            make.certification(firm, "tech_sme", issued_on=TODAY, expires_on=TODAY + timedelta(days=91))
        make.firm(registration_district=None)

    def test_counts_lead_to_lists_of_as_many(self, make, browse) -> None:
        self.register(make)
        manager = browse(make.user("manager"))
        page = manager.get("/ladder")
        for rung, district, count in [
            ("high_tech", "440106", 1),
            ("none", "440106", 1),
            ("tech_sme", "440112", 2),
            ("none", "none", 1),
        ]:
            shown, link = number_of(page, rung, district)
            assert shown == str(count)
            assert f"共 {count} 家" in manager.get(link).words
        assert "共 5 家" in page.words
        assert number_of(page, "tech_sme")[1] in page.links()

    def test_a_past_day_counts_and_lists_as_of_then(self, make, browse) -> None:
        self.register(make)
        manager = browse(make.user("manager"))
        page = manager.get(f"/ladder?on={TODAY - timedelta(days=1)}")
        (link,) = {link for link in page.links() if "rung=tech_sme" in link and "district=440106" in link}
        assert f"on={TODAY - timedelta(days=1)}" in link
        listed = manager.get(link)
        assert "共 1 家" in listed.words
        assert "梯度截至 2026-06-14" in listed.words

    def test_who_runs_out_and_who_moved(self, make, browse) -> None:
        self.register(make)
        page = browse(make.user("manager")).get("/ladder")
        assert re.search(r"90 天内有资质到期 1 家", page.words), "the ninetieth day is within, the ninety-first is not"
        assert "一年来升级 2 家" in page.words
        assert "一年来降级或到期 1 家" in page.words

    def test_an_officer_counts_the_own_districts_only(self, make, browse) -> None:
        self.register(make)
        page = browse(make.user("officer", districts=["440112"])).get("/ladder")
        assert "共 2 家" in page.words
        assert "天河区" not in page.words

    def test_statements_do_not_grow_with_the_register(self, make, browse, statements) -> None:
        manager = browse(make.user("manager"))
        manager.get("/ladder")
        with statements() as few:
            manager.get("/ladder")
        self.register(make)
        with statements() as many:
            manager.get("/ladder")
        assert len(many) == len(few)
