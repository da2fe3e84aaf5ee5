"""The rungs a firm has stood on, period by period; derived from its certificates and kept nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Protocol

from crm.domain.ladder import RANK, Rung

A_DAY = timedelta(days=1)


class Held(Protocol):
    """What a certificate must say to count."""

    kind: Rung
    issued_on: date
    expires_on: date | None
    revoked_on: date | None


@dataclass(frozen=True)
class Period:
    """From ``since`` to ``until``, both days included (None: no end is set), the firm's highest rung was ``rung``."""

    rung: Rung | None
    since: date
    until: date | None


def ends_before(held: Held) -> date | None:
    """Return the first day a certificate no longer counts; None when it has no end."""
    ends = [held.expires_on + A_DAY if held.expires_on else None, held.revoked_on]
    return min((end for end in ends if end is not None), default=None)


def periods(certificates: Iterable[Held]) -> list[Period]:
    """Return the periods from the first certificate on, oldest first; the last has no end or ends the last rung."""
    spans = [(item.kind, item.issued_on, ends_before(item)) for item in certificates]
    spans = [(rung, since, end) for rung, since, end in spans if end is None or end > since]
    turns = sorted({day for _, since, end in spans for day in (since, end) if day is not None})
    found: list[Period] = []
    for turn, following in zip_longest(turns, turns[1:]):
        held = [rung for rung, since, end in spans if since <= turn and (end is None or turn < end)]
        rung = max(held, key=RANK.__getitem__, default=None)
        until = following - A_DAY if following else None
        if found and found[-1].rung is rung:
            found[-1] = Period(rung, found[-1].since, until)
        else:
            found.append(Period(rung, turn, until))
    # After the last certificate has run out there is nothing left to tell.
    return found[:-1] if found and found[-1].rung is None else found
