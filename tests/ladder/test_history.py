"""The rungs of the past, against asking every day."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm.domain.ladder import RANK, Rung
from crm.ladder.history import Period, periods

START = date(2020, 1, 1)


@dataclass(frozen=True)
class Held:
    kind: Rung
    issued_on: date
    expires_on: date | None = None
    revoked_on: date | None = None


def build(rung: Rung, issued: int, term: int | None, revoked: int | None) -> Held:
    since = START + timedelta(days=issued)
    expires = None if term is None else since + timedelta(days=term)
    return Held(rung, since, expires, None if revoked is None else START + timedelta(days=revoked))


day = st.integers(0, 40)
certificates = st.lists(
    st.builds(build, st.sampled_from(list(Rung)), day, st.none() | day, st.none() | day), max_size=5
)


def on(held: list[Held], day: date) -> Rung | None:
    """The highest certificate valid on a day: first and last day included, not from the day it is revoked."""
    valid = [
        item.kind
        for item in held
        if item.issued_on <= day
        and (item.expires_on is None or day <= item.expires_on)
        and (item.revoked_on is None or day < item.revoked_on)
    ]
    return max(valid, key=RANK.__getitem__, default=None)


@given(certificates)
def test_every_day_stands_in_its_period(held: list[Held]) -> None:
    found = periods(held)
    for number in range(-2, 90):
        day = START + timedelta(days=number)
        told = [p.rung for p in found if p.since <= day and (p.until is None or day <= p.until)]
        assert (told or [None]) == [on(held, day)]
    for earlier, later in pairwise(found):
        assert earlier.until + timedelta(days=1) == later.since
        assert earlier.rung is not later.rung


def test_a_career() -> None:
    held = [
        Held(Rung.TECH_SME, date(2023, 6, 28), date(2023, 12, 31)),
        Held(Rung.TECH_SME, date(2024, 6, 28), date(2024, 12, 31)),
        Held(Rung.HIGH_TECH, date(2024, 11, 19), date(2027, 11, 18)),
    ]
    assert periods(held) == [
        Period(Rung.TECH_SME, date(2023, 6, 28), date(2023, 12, 31)),
        Period(None, date(2024, 1, 1), date(2024, 6, 27)),
        Period(Rung.TECH_SME, date(2024, 6, 28), date(2024, 11, 18)),
        Period(Rung.HIGH_TECH, date(2024, 11, 19), date(2027, 11, 18)),
    ]
    assert periods([]) == []
