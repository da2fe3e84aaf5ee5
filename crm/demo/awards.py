"""What an invented firm was given."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from crm.demo.words import WAN
from crm.domain.ladder import Rung
from crm.domain.records import AwardLevel


def given(random: Random, certificates: list[dict[str, Any]], today: date) -> Iterator[dict[str, Any]]:
    """Most who were recognised were given something the year after; the sums are as invented as the firms."""
    for held in certificates:
        year = held["issued_on"].year
        if held["kind"] is not Rung.HIGH_TECH or random.random() < 0.25:
            continue
        on = date(year + 1, random.randint(5, 10), random.randint(1, 28))
        if on < today:
            yield {
                "year": year,
                "title": "高新技术企业认定奖补",
                "batch": f"{year}年第{random.choice('一二')}批",
                "amount": random.choice((10, 20, 20, 30, 60)) * WAN,
                "level": AwardLevel.CITY,
                "given_on": on,
            }
