"""Passwords and waits."""

from datetime import timedelta

import pytest

from crm.domain.errors import Refused
from crm.domain.passwords import FREE_TRIES, LONGEST_WAIT, check, wait_after


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaa", "1234567890", "qwertyuiop", "password123", "officer1officer1", "guangzhou2026"],
)
def test_what_people_try_first_is_refused(password: str) -> None:
    with pytest.raises(Refused):
        check(password, "officer1")


def test_a_sentence_will_do() -> None:
    check("四月的雨落在珠江上了呀", "officer1")
    check("correct horse battery", "officer1")


def test_waits_grow_and_end() -> None:
    waits = [wait_after(n) for n in range(40)]
    assert waits[:FREE_TRIES] == [timedelta(0)] * FREE_TRIES
    assert waits == sorted(waits)
    assert waits[FREE_TRIES] == timedelta(seconds=2)
    assert waits[-1] == LONGEST_WAIT
