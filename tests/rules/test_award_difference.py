"""What a new text changes of the money is told: part by part, and what holds for the whole."""

from crm.policies import differences
from crm.rules import reading
from crm.rules.difference import What, changes

FILE = reading.OWN / "guangzhou" / "high_tech_award.yaml"


def test_a_changed_sum_a_part_gone_and_a_raised_cap_are_told(app) -> None:
    text = FILE.read_text()
    before = reading.parse(text, FILE.name)
    head, four, rest = text.partition("        - id: gz_four_above\n")
    tail = rest[rest.index("        - id: gz_rd\n") :]
    after = reading.parse((head + tail).replace("flat: 20", "flat: 25").replace("cap: 100", "cap: 200"), FILE.name)
    found = changes(before, after)
    assert four
    assert [(change.what, change.label.zh if change.label else "") for change in found] == [
        (What.MONEY, "首次认定"),
        (What.MONEY, "首次纳入“四上”统计库"),
        (What.TERMS, ""),
    ]
    with app.test_request_context():
        told = differences.in_words(before, after)
    assert all(change.matters for change in told)
    assert "20 万元" in told[0].before
    assert "25 万元" in told[0].after
    assert told[1].after == ""
    assert "合计不超过 200 万元" in told[2].after


def test_the_same_text_changes_nothing() -> None:
    policy = reading.parse(FILE.read_text(), FILE.name)
    assert changes(policy, policy) == []
