"""Conditions as data: written and read again they are the same; what nobody can read is told and narrows nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.errors import Refused
from crm.lists import conditions
from crm.lists.conditions import Condition, Group

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
NAME = st.from_regex(r"[a-z_0-9]{1,12}", fullmatch=True)
CONDITION = st.builds(Condition, NAME, NAME, st.lists(TEXT, max_size=3).map(tuple))
KIND = st.sampled_from(conditions.GROUPS)
INNER = st.builds(Group, KIND, st.lists(CONDITION, min_size=1, max_size=3).map(tuple))
TREE = st.builds(Group, st.just("all"), st.lists(CONDITION | INNER, max_size=4).map(tuple))


@given(TREE)
def test_written_and_read_again_it_is_the_same(tree: Group) -> None:
    assert conditions.parse(tree.inside()) == tree


@given(st.text(alphabet="any(),.~a1", max_size=30))
def test_nonsense_is_refused_never_a_crash(text: str) -> None:
    try:
        tree = conditions.parse(text)
    except Refused:
        return
    assert conditions.parse(tree.inside()) == tree


@pytest.mark.parametrize(
    "text",
    [
        "rung",
        "rung.is(high_tech",
        "rung.is(high_tech))",
        "rung.is(a);drop table firm",
        "RUNG.is(a)",
        "__class__",
        "any()",
        ",",
        "all(" * 50 + "rung.is(a)" + ")" * 50,
        ",".join(["rung.is(a)"] * 41),
        "rung.is(" + "a" * 3000 + ")",
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        conditions.parse(text)


def test_a_part_is_put_added_and_taken_out_by_its_place() -> None:
    a, b, c = (Condition(name, "is", ("1",)) for name in "abc")
    tree = Group("all", (a, Group("any", (b, c))))
    assert tree.at((1, 0)) == b
    assert tree.without((1, 0)) == Group("all", (a, Group("any", (c,))))
    assert tree.without((1, 0)).without((1, 0)) == Group("all", (a,)), "a group left empty goes too"
    assert tree.add((1,), a) == Group("all", (a, Group("any", (b, c, a))))
    assert tree.put((0,), c) == Group("all", (c, Group("any", (b, c))))
    assert tree.without((7,)) == tree


def names(browser, query: str) -> set[str]:
    return set(re.findall(r"广州..科技有限公司", browser.get(f"/firms?{query}").words))


def test_nested_conditions_of_an_address(make, browse) -> None:
    officer = make.user("officer")
    make.firm(name="广州甲甲科技有限公司", tax_district="440112", officer_id=officer.id)
    make.firm(name="广州乙乙科技有限公司", tax_district="440106")
    make.firm(name="广州丙丙科技有限公司", tax_district="440103", officer_id=officer.id, registration_district="440103")
    page = browse(officer)
    assert names(page, "where=any(tax_district.is(440112),officer.missing())") == {
        "广州甲甲科技有限公司",
        "广州乙乙科技有限公司",
    }
    assert names(page, "where=none(tax_district.is(440112,440106))") == {"广州丙丙科技有限公司"}
    assert names(page, "where=officer.is(me)&district=440106") == {"广州甲甲科技有限公司"}
    assert names(page, "where=any(all(officer.is(me),district.is(440103)),tax_district.is(440106))") == {
        "广州乙乙科技有限公司",
        "广州丙丙科技有限公司",
    }


def test_a_condition_nobody_can_read_is_told_and_narrows_nothing(make, browse) -> None:
    make.firm(name="广州甲甲科技有限公司")
    page = browse(make.user("officer"))
    for where in ("password.is(1)", "rung.is(%27%20or%201=1)", "rung.between(1,2)", "capital.between(,)", "rung.is()",
                  "capital.between(x,)", "established.between(2026-13-01,)", "officer.is(-1)", "rung"):  # fmt: skip
        answer = page.get(f"/firms?where={where}")
        assert "地址里有看不懂的条件" in answer.words, where
        assert "广州甲甲科技有限公司" in answer.words


def test_all_matching_never_means_more_than_was_seen(make, browse) -> None:
    make.firm()
    query = {"all_matching": "1", "query": "where=password.is(1)"}
    assert "看不懂的筛选条件" in browse(make.user("officer")).post("/bulk/new/profiles", query, 422).words
