"""What a few letters find, and in which order; the same on both databases, whether a text is rare or everywhere."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.access import Role
from crm.domain.finding import Handle, fold
from crm.firms import names, search
from crm.firms.models import Contact, Firm, FormerName
from crm.kit import clock
from crm.kit.db import db, transaction
from tests.make import Make, uscc

ways = pytest.mark.parametrize("looked_up", [False, True], ids=["walked", "looked up"])


@pytest.fixture
def find(inside: None) -> Callable[..., list[str]]:
    """Return the names found, the best first."""

    def found(user: User, text: str, *, contacts: bool = True, size: int = 20, page: int = 1) -> list[str]:
        return [hit.firm.name for hit in search.find(user, text, contacts=contacts, size=size, page=page).hits]

    return found


@pytest.fixture
def way(looked_up: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every text for frequent or for rare: a small register never shows the difference by itself."""
    monkeypatch.setattr(search, "COMMON", 1.0 if looked_up else -1.0)


@ways
@pytest.mark.usefixtures("way")
def test_exact_before_beginning_before_any_part(make: Make, find: Any) -> None:
    officer = make.user()
    for name in ("广州新澜图软件有限公司", "广州市澜图软件有限公司", "澜图软件有限公司", "澜图", "别的公司"):
        make.firm(name=name)
    ranked = ["澜图", "澜图软件有限公司", "广州市澜图软件有限公司", "广州新澜图软件有限公司"]
    assert find(officer, "澜图") == ranked
    assert find(officer, "图") == ["澜图", "澜图软件有限公司", "广州新澜图软件有限公司", "广州市澜图软件有限公司"]


@ways
@pytest.mark.usefixtures("way")
def test_then_initials_pinyin_former_name_code_and_people(make: Make, find: Any) -> None:
    officer = make.user()
    _, spelt, once, coded, called, _ = (
        make.firm(name=name) for name in ("蓝塔", "楼塔娜", "旧谷新名", "数字在代码里", "有这个人", "LT科技")
    )
    make.add(FormerName(firm_id=once.id, name="老LT公司"))
    make.add(Contact(firm_id=called.id, name="LT Chen", phone="199-0000-1234"))
    assert find(officer, "lt") == ["LT科技", "蓝塔", "楼塔娜", "旧谷新名", "有这个人"]
    assert find(officer, "lt", contacts=False) == ["LT科技", "蓝塔", "楼塔娜", "旧谷新名"]
    assert find(officer, "louta") == [spelt.name]
    assert find(officer, "lou'ta") == [spelt.name], "as an input method writes it on the way"
    assert find(officer, coded.uscc[9:].lower()) == [coded.name]
    assert find(officer, "00001234") == [called.name]
    assert find(officer, "0000-1234") == [called.name]


@ways
@pytest.mark.usefixtures("way")
def test_any_part_of_the_code_in_any_width_or_case(make: Make, find: Any) -> None:
    officer = make.user()
    firm = make.firm(uscc=uscc(77, "44018A"))
    for text in ("44018a", "44018Ａ", firm.uscc, f" {firm.uscc[:8]} {firm.uscc[8:]} "):
        assert find(officer, text) == [firm.name]


@ways
@pytest.mark.usefixtures("way")
def test_wildcards_and_quotes_are_letters(make: Make, find: Any) -> None:
    officer = make.user()
    make.firm(name="甲公司")
    odd = make.firm(name='百分之100%_公司"甲" AND (乙)')
    for text in ("%", "_", "0%_", '"', '"甲"', "AND", "and(乙"):
        assert find(officer, text, contacts=False)[:1] == [odd.name], text
    for text in ("\\", "*", "  ", "", "甲*", 'a" OR "'):
        assert find(officer, text) == []


def test_a_former_name_is_found_and_said(make: Make, inside: None) -> None:
    officer, firm = make.user(), make.firm()
    make.add(FormerName(firm_id=firm.id, name="旧谷科技"))
    for text in ("旧谷", "jgkj"):
        (hit,) = search.find(officer, text, contacts=False, size=5).hits
        assert (hit.firm.id, hit.shown) == (firm.id, "旧谷科技")


def test_who_may_not_see_people_does_not_find_by_them(make: Make, find: Any) -> None:
    officer, firm = make.user(), make.firm()
    make.add(Contact(firm_id=firm.id, name="欧阳若溪", phone="13800001234"))
    for text in ("若溪", "0000123", "1380"):
        assert find(officer, text, contacts=True) == [firm.name]
        assert find(officer, text, contacts=False) == []


@ways
@pytest.mark.usefixtures("way")
def test_nobody_finds_what_he_may_not_open(make: Make, find: Any) -> None:
    firm = make.firm(name="澜图", registration_district="440112")
    make.add(Contact(firm_id=firm.id, name="欧阳若溪", phone="13800001234"))
    strangers = [make.user(districts=["440106"]), make.user(Role.AGENCY), make.user(Role.ADMIN)]
    auditor = make.user(Role.AUDITOR)
    for text in ("澜图", "图", "lt", "lantu", firm.uscc, "若溪"):
        assert [find(stranger, text) for stranger in strangers] == [[], [], []], text
    assert find(auditor, "澜图", contacts=False) == ["澜图"]


@ways
@pytest.mark.usefixtures("way")
def test_page_after_page_shows_each_firm_once(make: Make, inside: None) -> None:
    officer = make.user()
    for number in range(7):
        firm = make.firm()
        make.add(Contact(firm_id=firm.id, name="测试甲"))
        make.add(Contact(firm_id=firm.id, name=f"测试乙{number}"))
    make.add(Contact(firm_id=make.firm(name="只有人叫这个").id, name="测试丙"))
    pages = [search.find(officer, "测试", contacts=True, size=3, page=page) for page in (1, 2, 3, 4)]
    assert [len(found.hits) for found in pages] == [3, 3, 2, 0]
    assert [found.more for found in pages] == [True, True, False, False]
    assert len({hit.firm.id for found in pages for hit in found.hits}) == 8


@ways
@pytest.mark.usefixtures("way")
def test_as_many_statements_for_many_firms_as_for_few(make: Make, inside: None, statements: Any) -> None:
    officer = make.user()
    make.firm(name="澜图")

    def counted() -> int:
        with statements() as seen:
            search.find(officer, "测试公司", contacts=True, size=5)
        db.session.rollback()
        return len(seen)

    few = counted()
    for _ in range(20):
        make.firm(name="测试公司")
    assert counted() <= few + 1  # the firms of the page


LETTERS = st.text(alphabet="澜图长重行广州市东甲（(ＡaAb1 -'\"%_*", min_size=1, max_size=6)


@pytest.fixture
def register(app: Flask, make: Make) -> Callable[[list[tuple[str, str]]], User]:
    """Return a function that makes the register hold just these (name, former name)."""
    manager = make.user("manager")

    def hold(named: list[tuple[str, str]]) -> User:
        db.session.execute(db.delete(FormerName))
        db.session.execute(db.delete(Firm))
        now = clock.now()
        for number, (name, former) in enumerate(named):
            firm = Firm(uscc=uscc(number), name=name, clusters=[], created_at=now, updated_at=now)
            db.session.add(firm)
            db.session.flush()
            db.session.add(FormerName(firm_id=firm.id, name=former))
        db.session.flush()
        names.refresh()
        return manager

    return hold


@pytest.mark.usefixtures("inside")
def test_what_only_the_older_firms_share_is_known_to_be_frequent(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SAMPLED", 8)
    for number in range(8):
        make.firm(uscc=uscc(700_000_001 + number))
    for number in range(16):
        make.firm(uscc=uscc(200_000_001 + number))
    assert search._common({Handle.CODE: "67000000"}) == {Handle.CODE}
    assert search._common({Handle.CODE: "69999999"}) == set()


@ways
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(named=st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=6), data=st.data())
def test_it_finds_what_reading_every_name_would(
    app: Flask, register: Any, way: None, named: list[tuple[str, str]], data: st.DataObject
) -> None:
    text = data.draw(LETTERS | st.sampled_from(named).flatmap(lambda pair: st.sampled_from([*pair, pair[0][1:]])))
    with app.app_context(), transaction():
        user = register(named)
        db.session.flush()
        here = fold(text)
        plain = {
            firm.id
            for firm in db.session.scalars(select(Firm))
            if here and any(here in fold(name) for name in (firm.name, *(old.name for old in firm.former_names)))
        }
        by_name = {Handle.NAME, Handle.STEM, Handle.FORMER}
        found = search.find(user, text, contacts=True, size=50).hits
        assert plain <= {hit.firm.id for hit in found}
        assert {hit.firm.id for hit in found if hit.kind in by_name} <= plain
        called = set(db.session.scalars(select(Firm.id).where(search.named(text))))
        assert plain <= called
        db.session.rollback()
