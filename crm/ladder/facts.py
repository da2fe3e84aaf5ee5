"""From the register to the facts a rule asks for, for one firm or for all: columns in, columns out.

What the register knows, and what it means that nothing is recorded:

* yearly figures: the figure in force of the year (firms/figures.py); else not known.
* established_on, industry_code, technology field, the three yes/no facts: the firm's identity; else not known.
* class1_ip_count, class2_ip_count: rights granted and not lapsed on the day; none, once any right is recorded.
* core_ip_count_owned_valid_prc: of those, the ones said to carry the main product; not known while one is unsaid and
  none is said.
* has_own_developed_ip: of those, a self-developed one; not known while origins are unsaid.
* has_valid_hte_certificate: a 高新技术企业 certificate valid on the day; else no, the office keeps the city's list.
* national_award_rank_last_5y, led_standard_drafter_rank_last_5y: the best rank within five years; none recorded is no
  award (the convention of the rule table).
* has_provincial_rd_institution: one recognised at provincial level or above, valid on the day; else no.
* on_abnormal_or_dishonest_list, major incidents: the last check of the public registers, not older than a year; else
  not known.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Select, select

from crm.domain.ladder import Rung
from crm.domain.records import CLASS_ONE, AchievementKind, IpOrigin, Level
from crm.firms import figures
from crm.firms.models import Achievement, Certification, CreditCheck, Firm, IntellectualProperty
from crm.firms.queries import valid_on
from crm.kit import clock
from crm.kit.db import db
from crm.rules.metrics import YEARS

# Yearly facts of the rules and the figures of the file they are taken from. 营业收入 is 主营业务收入 and 其他业务收入
# together, which is what 115号 and 195号 call 销售收入.
FROM_FIGURE: dict[str, str] = {
    "sales": "revenue",
    "total_income": "total_income",
    "ht_income": "ht_income",
    "main_product_income": "main_product_income",
    "costs_and_expenses": "costs_and_expenses",
    "total_assets": "total_assets",
    "total_liabilities": "total_liabilities",
    "rd_tax": "rd_tax",
    "rd_hte": "rd_hte",
    "rd_hte_domestic": "rd_hte_domestic",
    "rd_hte_other": "rd_hte_other",
    "employees": "employees_total",
    "tech_staff": "tech_staff",
    "conversions": "conversions",
}
CHECK_HOLDS = timedelta(days=365)
FIVE_YEARS = 5


def build(firm_ids: Select[Any], on: date) -> pl.DataFrame:
    """Return one row per firm that ``firm_ids`` selects: ``firm_id`` and every fact the register can give on ``on``.

    Statements, certificates and checks of later days are not seen, so a look back sees what could be known.
    """
    base = _identity(firm_ids)
    for frame in (_yearly(firm_ids, on), _rights(firm_ids, on), _held(firm_ids, on), _checks(firm_ids, on)):
        base = base.join(frame, on="firm_id", how="left")
    base = base.join(_achievements(firm_ids, on), on="firm_id", how="left")
    return base.with_columns(
        pl.col("has_valid_hte_certificate").fill_null(value=False),
        pl.col("has_provincial_rd_institution").fill_null(value=False),
    )


def _frame(query: Select[Any], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in db.session.execute(query)], schema=schema, orient="row")


def _identity(firm_ids: Select[Any]) -> pl.DataFrame:
    query = select(
        Firm.id,
        Firm.established_on,
        Firm.industry_code,
        Firm.tech_field,
        Firm.resident_enterprise,
        Firm.audited_collection,
        Firm.restricted_product,
    ).where(Firm.id.in_(firm_ids))
    return _frame(
        query.order_by(Firm.id),
        {
            "firm_id": pl.Int64(),
            "established_on": pl.Date(),
            "industry_code": pl.String(),
            "tech_field_code_l3": pl.String(),
            "is_resident_enterprise_prc": pl.Boolean(),
            "tax_collection_is_audited": pl.Boolean(),
            "product_in_prohibited_restricted_eliminated": pl.Boolean(),
        },
    )


def end_of(on: date) -> datetime:
    """Return the last moment of a day in Shanghai."""
    return datetime.combine(on, time.max, clock.SHANGHAI)


def _yearly(firm_ids: Select[Any], on: date) -> pl.DataFrame:
    """Spread the three accounting years before the day's year: ``sales_y1`` is last year's."""
    stated = figures.read(firm_ids, on.year - max(YEARS), on.year - 1, as_of=end_of(on))
    in_force = figures.in_force(stated)
    result = in_force.select("firm_id").unique(maintain_order=True)
    for back in YEARS:
        year = in_force.filter(pl.col("year") == on.year - back)
        columns = [pl.col(figure).alias(f"{fact}_y{back}") for fact, figure in FROM_FIGURE.items()]
        result = result.join(year.select("firm_id", *columns), on="firm_id", how="left")
    return result


def _rights(firm_ids: Select[Any], on: date) -> pl.DataFrame:
    ip = IntellectualProperty
    query = select(ip.firm_id, ip.kind, ip.origin, ip.core, ip.granted_on, ip.lapsed_on).where(ip.firm_id.in_(firm_ids))
    schema: dict[str, pl.DataType] = {
        "firm_id": pl.Int64(),
        "kind": pl.String(),
        "origin": pl.String(),
        "core": pl.Boolean(),
        "granted_on": pl.Date(),
        "lapsed_on": pl.Date(),
    }
    valid = (pl.col("granted_on") <= on) & (pl.col("lapsed_on").is_null() | (pl.col("lapsed_on") > on))
    valid = valid.fill_null(value=False)
    one = pl.col("kind").is_in([kind.value for kind in CLASS_ONE])
    core, said = (valid & pl.col("core")).sum(), (valid & pl.col("core").is_null()).sum()
    own = (valid & (pl.col("origin") == IpOrigin.OWN.value)).sum()
    unsaid = (valid & pl.col("origin").is_null()).sum()
    return (
        _frame(query, schema)
        .group_by("firm_id")
        .agg(
            (valid & one).sum().cast(pl.Float64).alias("class1_ip_count"),
            (valid & ~one).sum().cast(pl.Float64).alias("class2_ip_count"),
            pl.when((core > 0) | (said == 0)).then(core).cast(pl.Float64).alias("core_ip_count_owned_valid_prc"),
            pl.when(own > 0)
            .then(statement=True)
            .when((unsaid == 0) & (valid.sum() > 0))
            .then(statement=False)
            .alias("has_own_developed_ip"),
        )
    )


def _held(firm_ids: Select[Any], on: date) -> pl.DataFrame:
    query = select(Certification.firm_id).where(
        Certification.firm_id.in_(firm_ids), Certification.kind == Rung.HIGH_TECH, valid_on(on)
    )
    holders = _frame(query.distinct(), {"firm_id": pl.Int64()})
    return holders.with_columns(has_valid_hte_certificate=pl.lit(value=True))


def _checks(firm_ids: Select[Any], on: date) -> pl.DataFrame:
    """The last check says "no incident up to that day"; it answers for the day asked about while it is fresh."""
    check = CreditCheck
    query = select(check.firm_id, check.checked_on, check.listed, check.incident_on).where(
        check.firm_id.in_(firm_ids), check.checked_on <= on, check.checked_on > on - CHECK_HOLDS
    )
    schema: dict[str, pl.DataType] = {
        "firm_id": pl.Int64(),
        "checked_on": pl.Date(),
        "listed": pl.Boolean(),
        "incident_on": pl.Date(),
    }
    latest = _frame(query, schema).sort("checked_on").group_by("firm_id").agg(pl.all().last())
    incident = pl.col("incident_on")
    return latest.select(
        "firm_id",
        pl.col("listed").alias("on_abnormal_or_dishonest_list"),
        (incident.dt.year() >= on.year - 1).fill_null(value=False).alias("major_incident_prev_or_current_year"),
        (incident > on - timedelta(days=365)).fill_null(value=False).alias("major_incident_last_365d"),
    )


def _achievements(firm_ids: Select[Any], on: date) -> pl.DataFrame:
    item = Achievement
    query = select(item.firm_id, item.kind, item.level, item.rank, item.given_on).where(
        item.firm_id.in_(firm_ids),
        item.given_on <= on,
        (item.until_on.is_(None)) | (item.until_on >= on),
    )
    schema: dict[str, pl.DataType] = {
        "firm_id": pl.Int64(),
        "kind": pl.String(),
        "level": pl.String(),
        "rank": pl.Float64(),
        "given_on": pl.Date(),
    }
    recent = pl.col("given_on") > _years_before(on, FIVE_YEARS)
    kind, level = pl.col("kind"), pl.col("level")
    award = (kind == AchievementKind.SCIENCE_AWARD.value) & (level == Level.NATIONAL.value) & recent
    standard = (kind == AchievementKind.STANDARD.value) & recent
    standard = standard & level.is_in([Level.INTERNATIONAL.value, Level.NATIONAL.value, Level.INDUSTRY.value])
    high = level.is_in([Level.NATIONAL.value, Level.PROVINCIAL.value])
    institution = (kind == AchievementKind.RD_INSTITUTION.value) & high
    return (
        _frame(query, schema)
        .group_by("firm_id")
        .agg(
            pl.col("rank").filter(award).min().alias("national_award_rank_last_5y"),
            pl.col("rank").filter(standard).min().alias("led_standard_drafter_rank_last_5y"),
            institution.any().alias("has_provincial_rd_institution"),
        )
    )


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
