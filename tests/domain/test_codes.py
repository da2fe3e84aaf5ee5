"""统一社会信用代码: vectors computed by hand (GB 32100-2015), and every wrong character told by its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from crm.domain import codes
from crm.domain.errors import Refused


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000600037341L"])
def test_known_codes(code: str) -> None:
    """91350100M000100Y4: sum 1640, mod 31 = 28, 31 − 28 = 3; 91110000600037341: sum 538, mod 31 = 11, 20 = L."""
    assert codes.validate(code) == code
    assert codes.check_digit(code[:17]) == code[17]


def test_blanks_full_width_and_small_letters_are_no_fault() -> None:
    assert codes.validate(" 9135 0100 m000 100y43 ") == "91350100M000100Y43"
    assert codes.validate("９１３５０１００Ｍ０００１００Ｙ４３") == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9135O100M000100Y43", "第5位是“O”"),
        ("91350100M0001I0Y43", "第14位是“I”"),
        ("91350100M000100Y4Z", "第18位是“Z”"),
        ("9135A100M000100Y43", "第5位是“A”，第3至8位"),
        ("91350100M000100Y42", "第18位应为“3”，这里是“2”"),
        ("91350100M000100Y4", "这里是17位"),
        ("91350100M000100Y433", "这里是19位"),
        ("9.1350100M", "这里是9位"),
        ("9.14E+17", "科学计数"),
        ("", "这里是0位"),
    ],
)
def test_what_is_wrong_is_told(text: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        codes.validate(text)
    assert said in str(refusal.value)
    assert refusal.value.field == "uscc"


@given(st.integers(0, 31**9 - 1), st.integers(8, 17), st.sampled_from(codes.ALPHABET))
def test_one_changed_character_is_always_noticed(number: int, place: int, other: str) -> None:
    code = codes.make(number)
    changed = code[:place] + other + code[place + 1 :]
    if changed != code:
        with pytest.raises(Refused):
            codes.validate(changed)


@given(st.integers(0, 31**9 - 1))
def test_made_codes_are_valid_elsewhere_too(number: int) -> None:
    assert uscc.is_valid(codes.make(number))
