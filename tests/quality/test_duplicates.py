"""Which two files may be of one firm."""

import pytest

from crm.quality.duplicates import CROWD, File, Why, bare, pairs


def file(firm_id: int, name: str, led: str | None = None, address: str | None = None) -> File:
    return File(firm_id, name, led, address, "440106")


def test_place_brackets_and_legal_form_are_not_what_a_firm_is_called() -> None:
    names = ("广州澜图软件有限公司", "澜图软件股份有限公司", "广州市澜图软件有限责任公司", "澜图（软件）公司")
    assert {bare(name) for name in names} == {"澜图软件"}
    assert bare("有限公司") == "有限公司"


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (file(1, "广州澜图软件有限公司"), file(2, "澜图软件股份有限公司"), Why.NAME),
        (file(1, "广州华智科技有限公司"), file(2, "广州华志科技有限公司"), Why.SOUND),
        (
            file(1, "甲一科技有限公司", "陈敏", "科韵路1号"),
            file(2, "乙二贸易有限公司", "陈敏", "科韵路1号"),
            Why.PERSON,
        ),
        (file(1, "澜图智能装备", "陈敏"), file(2, "澜图智能设备", "陈敏"), Why.PERSON),
        (file(1, "甲一科技有限公司", "陈敏", "科韵路1号"), file(2, "乙二贸易有限公司", "陈敏", "科韵路2号"), None),
        (file(1, "甲一科技有限公司", None, "科韵路1号"), file(2, "乙二贸易有限公司", None, "科韵路1号"), None),
        (file(1, "澜图智能装备", "陈敏"), file(2, "澜图智能设备", "林黄"), None),
    ],
)
def test_alike(one: File, other: File, why: Why | None) -> None:
    expected = {(1, 2): why} if why else {}
    assert pairs([one, other]) == expected
    assert pairs([other, one]) == expected


def test_a_crowd_says_nothing() -> None:
    same = [file(number, f"{number}号公司{number * 7919}", "陈敏", "大厦1号") for number in range(CROWD)]
    assert len(pairs(same)) == CROWD * (CROWD - 1) // 2
    assert pairs([*same, file(CROWD, "另一家", "陈敏", "大厦1号")]) == {}
