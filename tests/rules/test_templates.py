"""What a city is given to begin with where only it can say the conditions: nothing that judges anybody."""

from datetime import date

import pytest

from crm.domain.errors import Refused
from crm.domain.ladder import POLICY_OF, Rung
from crm.rules.pack import version_on
from crm.rules.reading import PackError, load, parse, templates

CONDITION = """
        - {id: revenue, label: {zh: 营业收入, en: Revenue}, clause: 第一条, metric: rev_last_year, at_least: 100000}
"""


def test_there_is_one_for_each_rung_without_a_rule_of_ours() -> None:
    assert set(templates()) == {POLICY_OF[Rung.HIDDEN_CHAMPION], POLICY_OF[Rung.LEADING]}
    assert set(templates()) | set(load()) >= set(POLICY_OF.values())
    assert not set(templates()) & set(load())


@pytest.mark.parametrize("name", templates())
def test_it_is_no_rule_until_it_is_filled_in(name) -> None:
    with pytest.raises(PackError) as raised:
        parse(templates()[name], "typed.yaml")
    told = str(raised.value)
    assert all(blank in told for blank in ("issuer", "since", "document", "title", "clause"))


@pytest.mark.parametrize("name", templates())
def test_filled_in_it_is_a_rule_that_two_people_must_put_in_force(name) -> None:
    text = templates()[name]
    for blank, filled in (
        ("issuer:", "issuer: 试验局"),
        ("since:", "since: 2026-01-01"),
        ("clause:  ", "clause: 第一条 "),
    ):
        assert blank in text
        text = text.replace(blank, filled, 1)
    text = text.replace("document:", "document: 测〔2026〕1号").replace("title:", "title: 试验规则")
    with pytest.raises(PackError, match=r"criteria\.all"):
        parse(text, "typed.yaml")
    text = text.replace("      all: []", "      all:" + CONDITION)
    policy = parse(text, "typed.yaml")
    assert (policy.id, policy.kind, policy.area) == (name, "list", "4401")
    with pytest.raises(Refused):
        version_on(policy, date(2026, 6, 1))
    activated = parse(text, "typed.yaml", activated=True)
    assert version_on(activated, date(2026, 6, 1)) is activated.versions[0]
