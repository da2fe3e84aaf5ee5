"""What a firm is found by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.finding import Handle, digits, fold, handles, readings, sounds, stem


def test_spelling_hides_nothing() -> None:
    assert fold("广州　ＡＩ（智能） 科技") == "广州ai(智能)科技"
    assert digits("+86 139-0000 １２３４") == "8613900001234"


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("广州市澜图软件", "澜图软件"),
        ("广州澜图软件", "澜图软件"),
        ("广东省广州市澜图", "澜图"),
        ("广东澜图", "澜图"),
        ("澜图广州", "澜图广州"),
        ("广州", "广州"),
    ],
)
def test_where_a_firm_sits_is_not_what_it_is_called(name: str, rest: str) -> None:
    assert stem(name) == rest


def test_a_known_word_settles_how_a_character_is_read() -> None:
    assert list(sounds("重庆长安")) == [("cqca", "chongqingchangan")]


def test_a_character_that_stands_alone_is_read_in_each_usual_way() -> None:
    assert {short for short, _ in sounds("广州长澜科技")} == {"gzclkj", "gzzlkj"}
    assert len(list(sounds("乐行重长调"))) == 4


def test_letters_are_read_as_they_stand_and_brackets_are_not_read() -> None:
    assert list(sounds("AI芯（广州）")) == [("aixgz", "aixinguangzhou")]
    assert list(sounds("IBM (China)")) == []


def test_all_that_a_firm_is_found_by() -> None:
    found = handles(
        "广州澜图", "91440100MA5CXXXX0X", ["旧谷", "广州澜图"], [("欧阳若溪", "199-0000 0001"), ("陈敏", None)]
    )
    assert {(it.kind, it.text, it.shown) for it in found} == {
        (Handle.NAME, "广州澜图", "广州澜图"),
        (Handle.STEM, "澜图", "广州澜图"),
        (Handle.CODE, "91440100ma5cxxxx0x", "91440100MA5CXXXX0X"),
        (Handle.FORMER, "旧谷", "旧谷"),
        (Handle.INITIALS, "gzlt", "广州澜图"),
        (Handle.PINYIN, "guangzhoulantu", "广州澜图"),
        (Handle.INITIALS, "jg", "旧谷"),
        (Handle.PINYIN, "jiugu", "旧谷"),
        (Handle.PERSON, "欧阳若溪", "欧阳若溪"),
        (Handle.PERSON, "陈敏", "陈敏"),
        (Handle.PHONE, "19900000001", "欧阳若溪"),
    }


@given(st.text(max_size=30))
def test_every_character_of_any_name_is_read(name: str) -> None:
    plain = "".join(filter(str.isalnum, fold(name)))
    for syllables in readings(plain):
        assert len(syllables) == len(plain)
        assert all(syllables)
    assert not any(character.isspace() for character in fold(name))
