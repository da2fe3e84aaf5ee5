"""Facts that are stated one by one: what a rule asks for and no other part of the file says.

Kept as whole numbers, so that no database rounds them: money in fen, truth as 1 and 0, a share in millionths, a count
in hundredths. The last word by a day counts; a look back sees only what had been stated by then.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from sqlalchemy import Select, select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.firms import derived
from crm.firms.models import Firm
from crm.firms.stated_models import StatedFact
from crm.journal.service import record
from crm.kit import clock, frames
from crm.kit.db import db
from crm.rules.catalogue import FACTS, STATED
from crm.rules.figure import DTYPES, Kind

SCALE: dict[Kind, int] = {Kind.MONEY: 1, Kind.BOOL: 1, Kind.COUNT: 100, Kind.RATIO: 1_000_000}
BIGGEST = 10**15


def kept(key: str, value: Any) -> int:
    """Return a value of ``key`` (fen, truth, share, count) as it is kept. Raises Refused for one out of range."""
    scaled = Decimal(str(int(value) if isinstance(value, bool) else value)) * SCALE[FACTS[key].kind]
    whole = int(scaled.to_integral_value())
    if scaled != whole or not 0 <= whole <= BIGGEST:
        raise Refused("数值超出范围，或小数位太多", field="value")
    if FACTS[key].kind is Kind.RATIO and whole > SCALE[Kind.RATIO]:
        raise Refused("比例不能超过100%", field="value")
    return whole


def value_of(item: StatedFact) -> Any:
    """Return the value as rules take it: fen, truth, share, count."""
    kind = FACTS[item.key].kind
    match kind:
        case Kind.MONEY:
            return item.value
        case Kind.BOOL:
            return bool(item.value)
        case _:
            return item.value / SCALE[kind]


def state(firm: Firm, actor: User, key: str, value: Any, stated_on: date, evidence: str) -> StatedFact:
    """Add a statement; an earlier one stays as it was. Raises Refused for a day to come or a value out of range."""
    if stated_on > clock.today():
        raise Refused("日期不能晚于今天", field="stated_on")
    item = StatedFact(
        firm_id=firm.id,
        key=key,
        value=kept(key, value),
        stated_on=stated_on,
        evidence=evidence,
        stated_at=clock.now(),
        stated_by=actor.name,
    )
    db.session.add(item)
    db.session.flush()
    derived.refresh([firm.id])
    record("fact.stated", actor, "stated_fact", item.id, firm.id, fact=key, value=item.value, on=stated_on)
    return item


def of_firm(firm_id: int, on: date) -> dict[str, list[StatedFact]]:
    """Return what was stated of a firm by a day, by key, the word that counts first."""
    query = select(StatedFact).where(StatedFact.firm_id == firm_id, StatedFact.stated_on <= on)
    found: dict[str, list[StatedFact]] = {}
    for item in db.session.scalars(query.order_by(StatedFact.stated_on.desc(), StatedFact.id.desc())):
        found.setdefault(item.key, []).append(item)
    return found


def frame(firm_ids: Select[Any], on: date, read: frames.Reader = frames.fetch) -> pl.DataFrame:
    """Return one row per firm of which anything was stated by a day: ``firm_id`` and a column per key of STATED."""
    fact = StatedFact
    query = select(fact.firm_id, fact.key, fact.value, fact.stated_on, fact.id)
    query = query.where(fact.firm_id.in_(firm_ids), fact.stated_on <= on)
    schema: dict[str, pl.DataType] = {
        "firm_id": pl.Int64(),
        "key": pl.String(),
        "value": pl.Int64(),
        "stated_on": pl.Date(),
        "id": pl.Int64(),
    }
    told = read(query, schema).sort("stated_on", "id")
    return told.group_by("firm_id").agg(_column(key) for key in STATED)


def _column(key: str) -> pl.Expr:
    kind = FACTS[key].kind
    last = pl.col("value").filter(pl.col("key") == key).last()
    scale = SCALE[kind]
    plain = last.cast(pl.Float64) / scale if scale > 1 else last
    return plain.cast(DTYPES[kind]).alias(key)
