"""The rungs an invented firm has climbed."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from crm.demo.words import WAN
from crm.domain.ladder import Rung


def career(
    random: Random, number: int, returns: list[dict[str, Any]], established: date, today: date
) -> Iterator[dict[str, Any]]:
    """Return a career: registrations year by year, then rungs that a firm of its size and age could hold."""
    last = returns[-1] if returns else {}
    revenue = (last.get("revenue") or 0) / WAN
    intensity = (last.get("rd_hte") or 0) / (last.get("revenue") or 1)
    talent = random.random()
    if revenue <= 20_000:
        for year in range(max(established.year + 1, today.year - 3), today.year + 1):
            if random.random() < 0.55:
                issued = date(year, random.choice((6, 7, 8)), 28)
                yield _held(Rung.TECH_SME, f"{year}4401000{number:07d}", issued, date(year, 12, 31), "第一批")
    if (today - established).days < 900:
        return
    if intensity > 0.035 and talent > 0.3:
        year = today.year - random.choice((0, 1, 1, 2, 2, 3))
        issued = date(year, random.choice((11, 12)), random.randint(1, 20))
        if issued <= today:
            yield _held(Rung.HIGH_TECH, f"GR{year}440{number:06d}", issued, _years(issued, 3), f"{year}年第二批")
    if talent > 0.55:
        issued = date(today.year - random.choice((0, 1, 2)), 7, 20)
        yield _held(Rung.INNOVATIVE_SME, f"CX{number:08d}", issued, _years(issued, 3), None)
    if talent > 0.75 and revenue > 1_500:
        issued = date(today.year - random.choice((0, 1, 2)), 10, 18)
        yield _held(Rung.SRDI_SME, f"ZJTX{number:08d}", issued, _years(issued, 3), None)
    if talent > 0.9 and revenue > 4_000:
        issued = date(today.year - random.choice((1, 2)), 9, 1)
        yield _held(Rung.LITTLE_GIANT, f"XJR{number:08d}", issued, _years(issued, 3), "第六批")
    if talent > 0.94 and revenue > 5_000:
        issued = date(today.year - 1, 12, 10)
        yield _held(Rung.HIDDEN_CHAMPION, f"YX{number:06d}", issued, _years(issued, 3), None)
    if talent > 0.955 and revenue > 9_000:
        issued = date(today.year - 1, 12, 20)
        yield _held(Rung.SINGLE_CHAMPION, f"DX{number:06d}", issued, _years(issued, 3), None)
    if talent > 0.97 and revenue > 12_000:
        yield _held(Rung.LEADING, f"LT{number:06d}", date(today.year - 1, 3, 1), None, None)


def _held(kind: Rung, number: str, issued: date, expires: date | None, batch: str | None) -> dict[str, Any]:
    return {"kind": kind, "number": number, "issued_on": issued, "expires_on": expires, "batch": batch}


def _years(day: date, years: int) -> date:
    """Return the last day of a term of whole years that begins on ``day``."""
    return day.replace(year=day.year + years) - timedelta(days=1)
