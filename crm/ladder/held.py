"""What a firm's certificates say on a day: titles held, and what was recognised in the year."""

from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Select, String, select, type_coerce

from crm.domain.ladder import Rung
from crm.firms.models import Certification
from crm.kit import clock, frames

TITLES: dict[str, Rung] = {
    "has_valid_tech_sme_title": Rung.TECH_SME,
    "has_valid_innovative_sme_title": Rung.INNOVATIVE_SME,
    "has_valid_hte_certificate": Rung.HIGH_TECH,
    "has_valid_srdi_title": Rung.SRDI_SME,
    "is_single_champion": Rung.SINGLE_CHAMPION,
    "has_valid_little_giant_title": Rung.LITTLE_GIANT,
}
# Issued in the year of the day: the first of its kind in the file.
FIRST_THIS_YEAR: dict[str, Rung] = {
    "hte_first_recognised_this_year": Rung.HIGH_TECH,
    "little_giant_recognised_this_year": Rung.LITTLE_GIANT,
    "single_champion_recognised_this_year": Rung.SINGLE_CHAMPION,
}
AGAIN = "hte_re_recognised_this_year"
WAS_TECH_SME = "was_tech_sme_last_year_end"
EVER_TECH_SME = "held_tech_sme_before"
LOST_TECH_SME = "tech_sme_revoked_last_3y"
# {fact: the kind of certificate it rests on}
FACTS: dict[str, Rung] = {**TITLES, **FIRST_THIS_YEAR, AGAIN: Rung.HIGH_TECH, WAS_TECH_SME: Rung.TECH_SME}
FACTS |= dict.fromkeys((EVER_TECH_SME, LOST_TECH_SME), Rung.TECH_SME)


def frame(firm_ids: Select[Any], on: date, read: frames.Reader = frames.fetch) -> pl.DataFrame:
    """Return one row per firm with a certificate by ``on``: ``firm_id`` and a column per key of FACTS."""
    item = Certification
    query = select(item.firm_id, type_coerce(item.kind, String), item.issued_on, item.expires_on, item.revoked_on)
    schema: dict[str, pl.DataType] = {
        "firm_id": pl.Int64(),
        "kind": pl.String(),
        "issued_on": pl.Date(),
        "expires_on": pl.Date(),
        "revoked_on": pl.Date(),
    }
    issued = pl.col("issued_on")

    def of(rung: Rung) -> pl.Expr:
        return pl.col("kind") == rung.value

    # What was revoked by the day is no recognition of the year.
    standing = pl.col("revoked_on").is_null() | (pl.col("revoked_on") > on)
    columns = [(of(rung) & _valid(on)).any().alias(fact) for fact, rung in TITLES.items()]
    columns += [
        (issued.filter(of(rung) & standing).min().dt.year() == on.year).alias(fact)
        for fact, rung in FIRST_THIS_YEAR.items()
    ]
    high_tech = issued.filter(of(Rung.HIGH_TECH) & standing)
    again = (high_tech.max().dt.year() == on.year) & (high_tech.min() < high_tech.max())
    entered = (of(Rung.TECH_SME) & _valid(date(on.year - 1, 12, 31))).any()
    revoked = (pl.col("revoked_on") <= on) & (pl.col("revoked_on") > clock.years_before(on, 3))
    columns += [
        of(Rung.TECH_SME).any().alias(EVER_TECH_SME),
        (of(Rung.TECH_SME) & revoked.fill_null(value=False)).any().alias(LOST_TECH_SME),
    ]
    # Of every kind: a look for each kind of each firm would cost more than the few other kinds.
    found = read(query.where(item.firm_id.in_(firm_ids), item.issued_on <= on), schema)
    return found.group_by("firm_id").agg(*columns, again.alias(AGAIN), entered.alias(WAS_TECH_SME))


def _valid(on: date) -> pl.Expr:
    """As ``firms.queries.valid_on`` says of a row of the table."""
    ends, revoked = pl.col("expires_on"), pl.col("revoked_on")
    return (pl.col("issued_on") <= on) & (ends.is_null() | (ends >= on)) & (revoked.is_null() | (revoked > on))
