"""A pack that cannot be used is refused with the line and the reason, whatever somebody wrote into it."""

from pathlib import Path

import pytest

from crm.rules.reading import PackError, parse

# A pack of this test's own, whose lines stay where they are (138号 alone).
GOOD = (Path(__file__).parent / "one_version.yaml").read_text(encoding="utf-8")
BOMB = "\n".join(
    ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
)
RANK = "          metric: product_global_share_rank\n          at_most: 3\n"


def faults(text: str) -> tuple[tuple[int, str], ...]:
    with pytest.raises(PackError) as refused:
        parse(text, "own.yaml")
    return refused.value.faults


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "a mapping"),
        ("- a", 1, "a mapping"),
        ("id: a\nname: [", 2, "not YAML"),
        ("id: x\nname: y\nid: z", 3, "id stands here twice"),
        (BOMB, 5, "aliases written out"),
        ("a: &a [*a]", 1, "refers to itself"),
        ("[" * 5000, 1, "nested more than 40 deep"),
        ("x: " + "y" * 300_000, 1, "larger than 256 KB"),
        ("id: a\nsince: 2026-13-01", 2, "no number and no day"),
        ("a: " + "1" * 5000, 1, "no number and no day"),
        ("? [a]\n: b", 1, "plain word"),
        ("id: a\nb: \x07", 2, "may not stand"),
        ('a: "\\ud800"', 1, "invalid Unicode character escape"),
        ("id: a\nb: \ud800", 2, "half a character"),
        ("id: 企业\nb: 名称\nc: 甲\x07", 3, "may not stand"),
        ("--- a\n--- b", 2, "another document"),
        ("a: !!python/object:os.system x", 1, "constructor"),
    ],
)
def test_no_yaml_of_ours(text: str, line: int, what: str) -> None:
    ((found, said),) = faults(text)
    assert (found, what in said) == (line, True), said


@pytest.mark.parametrize(
    ("was", "becomes", "line", "what"),
    [
        ("id: single_champion\n", "id: ../../etc\n", 1, "pattern"),
        ("since: 2023-09-14", "since: soon", 9, "valid date"),
        ("actions: [new, renewal]", "actions: []", 10, "at least 1 item"),
        ("grade: restated", "grade: great", 14, "'official text'"),
        ("at_least: 10\n", "at_least: .nan\n", 45, "finite"),
        (RANK, RANK.replace("at_most: 3", ""), 83, "exactly one comparison"),
        (RANK, RANK.replace("at_most: 3", "in: []"), 87, "at least 1 item"),
        (RANK, RANK.replace("at_most: 3", "at_least_by: {metric: sales_y1, bands: []}"), 87, "no bands"),
        (RANK, RANK.replace("at_most: 3", "is: true"), 83, "is does not fit product_global_share_rank"),
        (RANK, RANK.replace("product_global_share_rank", "established_on"), 83, "which is a date"),
        (RANK, RANK.replace("product_global_share_rank", "product_rank"), 83, "unknown metric product_rank"),
        ("        - id: rd\n", "        - foo\n        - id: rd\n", 94, "valid dictionary"),
        ("        - id: rd\n", "        - id: {a: b}\n", 94, "valid string"),
        ("        - id: rd\n", "        - id: rank\n", 94, "id rank is used twice"),
        ("        - id: rd\n", "        - id: sales_y1\n", 94, "the name of a figure"),
    ],
)
def test_a_slip_is_told_at_its_line(was: str, becomes: str, line: int, what: str) -> None:
    assert was in GOOD
    found = faults(GOOD.replace(was, becomes, 1))
    assert any(at == line and what in said for at, said in found), found


def test_several_slips_are_told_at_once() -> None:
    broken = GOOD.replace("label:", "lable:", 2)
    assert [line for line, _what in faults(broken)] == [18, 19, 22, 23]


def test_a_score_is_only_asked_for_from_below() -> None:
    score = """    scores:
      merit:
        label: {zh: 分, en: Points}
        most: 10
        parts:
          - {id: board, label: {zh: 评审, en: Board}, clause: 第一条, most: 10, panel: [0, 10]}
"""
    text = GOOD.replace("    criteria:\n", score + "    criteria:\n", 1)
    assert parse(text.replace("product_global_share_rank\n          at_most", "merit\n          at_least"), "own.yaml")
    said = faults(text.replace("product_global_share_rank", "merit"))
    assert "at_most does not fit merit, which is a score" in said[0][1]
