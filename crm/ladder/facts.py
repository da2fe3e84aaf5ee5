"""From the register to the facts a rule asks for, for one firm or for all: columns in, columns out.

Only what had been stated, granted, given or checked by the day asked about is seen, so a look back sees what could be
known. The firm's identity is today's: its former states are in the journal, not in columns.

| fact | what the register knows | nothing recorded means |
| --- | --- | --- |
| yearly figures | the figure in force of the year (firms/figures.py) | not known |
| established_on, industry_code, tech_field_code_l3, the three yes/no facts | the firm's identity | not known |
| class1_ip_count, class2_ip_count | rights granted and not lapsed on the day | none once any right stands in the file, else not known |
| core_ip_count_owned_valid_prc | of those, the ones said to carry the main product, without class Ⅱ rights that served an earlier recognition (195号三(二)) | not known while none is said to and one is unsaid |
| has_own_developed_ip | one of those was self-developed | not known while none is said to be and one is unsaid; no, when there is none |
| class1_ip_count_own | of class Ⅰ, the self-developed | not known while none is said to be and one is unsaid |
| class1_ip_count_63, class2_ip_count_63 | the self-developed; utility models and designs after two years only (63号附件1说明) | not known while there are only acquired or unsaid ones: the day of transfer is not kept |
| invention_patent_count | invention patents granted and not lapsed on the day | as for class1_ip_count |
| *_district | the districts of the file; a firm that has left the city is registered elsewhere (places.ELSEWHERE) | not known |
| has_valid_*, is_single_champion, has_valid_little_giant_title | a certificate of the kind valid on the day | no: the certificate file is the office's own list |
| held_tech_sme_before, tech_sme_revoked_last_3y | a tech SME entry issued by the day; one revoked within three years | no, as above |
| *_recognised_this_year | a certificate of the kind issued in the year by the day; the first of the file, or a later one | no, as above |
| was_tech_sme_last_year_end | an entry valid on the last day of the year before | no, as above |
| national_award_rank_last_5y | the best rank in a national award given within five years | no award: not met (rule table: a null rank is no award) |
| *_award_*_last_3y | the same within three years, by level | no award |
| has_*_rd_institution | an institution recognised at that level or above, valid on the day | no, as for awards |
| led_standard_drafter_rank_last_5y | the best drafter's place within five years | no standard led, as for awards |
| on_abnormal_or_dishonest_list | the last check of the public registers, not older than a year | not known |
| catalogue.STATED | the last word stated of it by the day (firms/stated.py) | not known |
| major_incident_* | an incident the last check knew of; none, when that check is not older than a year | not known |
"""  # noqa: E501 - a table

from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Select, String, case, select, type_coerce

from crm.domain.places import ELSEWHERE
from crm.domain.records import CLASS_ONE, AchievementKind, FirmStatus, IpKind, IpOrigin, Level
from crm.firms import figures, stated
from crm.firms.models import Achievement, CreditCheck, Firm, IntellectualProperty
from crm.kit import clock, frames
from crm.ladder import held
from crm.rules.figure import FURTHER, YEARS, years_of

# Yearly facts of the rules and the figures of the file they are taken from. 营业收入 is 主营业务收入 and 其他业务收入
# together, which is what 115号 and 195号 call 销售收入.
FROM_FIGURE: dict[str, str] = {
    "sales": "revenue",
    "total_income": "total_income",
    "ht_income": "ht_income",
    "main_product_income": "main_product_income",
    "main_revenue": "main_revenue",
    "net_profit": "net_profit",
    "rd_accounts": "rd_accounts",
    "rd_staff": "rd_staff",
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
# How long a clean check of the public registers is taken for an answer: a choice of the house, no rule names one.
CHECK_HOLDS = timedelta(days=365)
LAST_YEAR = timedelta(days=365)
INSTITUTIONS = (
    "has_national_rd_institution",
    "has_provincial_rd_institution",
    "has_city_rd_institution",
    "has_rd_institution",
)
AWARDED = "science_award_provincial_or_national_last_3y"

Schema = dict[str, pl.DataType]


def build(firm_ids: Select[Any], on: date, read: frames.Reader = frames.fetch) -> pl.DataFrame:
    """Return one row per firm that ``firm_ids`` selects, by ``firm_id``: every fact the register gives on ``on``.

    Money in fen, persons and pieces as numbers; a constant number of statements, however many firms.
    """
    base = _identity(firm_ids, read)
    parts = (_yearly, _rights, held.frame, _checks, _achievements, stated.frame)
    for part in parts:
        base = base.join(part(firm_ids, on, read), on="firm_id", how="left", maintain_order="left")
    return base.with_columns(pl.col(*held.FACTS, *INSTITUTIONS, AWARDED).fill_null(value=False))


def end_of(on: date) -> datetime:
    """Return the last moment of a day in Shanghai."""
    return datetime.combine(on, time.max, clock.SHANGHAI)


def _identity(firm_ids: Select[Any], read: frames.Reader) -> pl.DataFrame:
    schema: Schema = {
        "firm_id": pl.Int64(),
        "established_on": pl.Date(),
        "industry_code": pl.String(),
        "tech_field_code_l3": pl.String(),
        "is_resident_enterprise_prc": pl.Boolean(),
        "tax_collection_is_audited": pl.Boolean(),
        "product_in_prohibited_restricted_eliminated": pl.Boolean(),
        "registration_district": pl.String(),
        "tax_district": pl.String(),
        "statistics_district": pl.String(),
    }
    query = select(
        Firm.id,
        Firm.established_on,
        Firm.industry_code,
        Firm.tech_field,
        Firm.resident_enterprise,
        Firm.audited_collection,
        Firm.restricted_product,
        case((Firm.status == FirmStatus.MOVED_OUT, ELSEWHERE), else_=Firm.registration_district),
        Firm.tax_district,
        Firm.statistics_district,
    )
    return read(query.where(Firm.id.in_(firm_ids)).order_by(Firm.id), schema)


def _yearly(firm_ids: Select[Any], on: date, read: frames.Reader) -> pl.DataFrame:
    """Spread the accounting years before the day's year: ``sales_y1`` is last year's.

    Three of them in full; of those further back only the few figures that a rule follows so far.
    """
    last, as_of = on.year - max(YEARS), end_of(on)
    far = {fact: FROM_FIGURE[fact] for fact in FURTHER}
    furthest = on.year - max(year for years in FURTHER.values() for year in years)
    told = figures.in_force(figures.read(firm_ids, last, on.year - 1, as_of, FROM_FIGURE.values(), read))
    before = figures.in_force(figures.read(firm_ids, furthest, last - 1, as_of, far.values(), read))
    result = pl.concat([told.select("firm_id"), before.select("firm_id")]).unique(maintain_order=True)
    for back in sorted({year for fact in FROM_FIGURE for year in years_of(fact)}):
        facts = [fact for fact in FROM_FIGURE if back in years_of(fact)]
        columns = [pl.col(FROM_FIGURE[fact]).alias(f"{fact}_y{back}") for fact in facts]
        source = told if back in YEARS else before
        year = source.filter(pl.col("year") == on.year - back).select("firm_id", *columns)
        result = result.join(year, on="firm_id", how="left", maintain_order="left")
    return result


def _rights(firm_ids: Select[Any], on: date, read: frames.Reader) -> pl.DataFrame:
    ip = IntellectualProperty
    kind, origin = type_coerce(ip.kind, String), type_coerce(ip.origin, String)
    query = select(ip.firm_id, kind, origin, ip.core, ip.granted_on, ip.lapsed_on, ip.used_for_hte_on)
    schema: Schema = {
        "firm_id": pl.Int64(),
        "kind": pl.String(),
        "origin": pl.String(),
        "core": pl.Boolean(),
        "granted_on": pl.Date(),
        "lapsed_on": pl.Date(),
        "used_on": pl.Date(),
    }
    valid = (pl.col("granted_on") <= on).fill_null(value=False)
    valid = valid & (pl.col("lapsed_on").is_null() | (pl.col("lapsed_on") > on))
    one = pl.col("kind").is_in([kind.value for kind in CLASS_ONE])
    fresh = valid & (one | pl.col("used_on").is_null() | (pl.col("used_on") >= on))
    core, core_unsaid = (fresh & pl.col("core")).sum(), (fresh & pl.col("core").is_null()).sum()
    is_own = (pl.col("origin") == IpOrigin.OWN.value).fill_null(value=False)
    own = (valid & is_own).any()
    acquired = (pl.col("origin") == IpOrigin.ACQUIRED.value).fill_null(value=False)
    none_own = (~valid | acquired).all()
    patent = pl.col("kind").is_in([IpKind.UTILITY_MODEL.value, IpKind.DESIGN.value])
    kept = valid & ~one & (~patent | (pl.col("granted_on") <= clock.years_before(on, 2)))

    def counted(of: pl.Expr, doubtful: pl.Expr) -> pl.Expr:
        """Count the self-developed; where there are none, what is doubtful leaves the number unknown."""
        sure = (of & is_own).sum().cast(pl.Float64)
        return pl.when((sure > 0) | ~(of & doubtful).any()).then(sure)

    return (
        read(query.where(ip.firm_id.in_(firm_ids)), schema)
        .group_by("firm_id")
        .agg(
            (valid & one).sum().cast(pl.Float64).alias("class1_ip_count"),
            (valid & ~one).sum().cast(pl.Float64).alias("class2_ip_count"),
            (valid & (pl.col("kind") == IpKind.INVENTION.value)).sum().cast(pl.Float64).alias("invention_patent_count"),
            pl.when((core > 0) | (core_unsaid == 0)).then(core.cast(pl.Float64)).alias("core_ip_count_owned_valid_prc"),
            pl.when(own).then(True).when(none_own).then(False).alias("has_own_developed_ip"),
            counted(valid & one, pl.col("origin").is_null()).alias("class1_ip_count_own"),
            counted(valid & one, ~is_own).alias("class1_ip_count_63"),
            counted(kept, ~is_own).alias("class2_ip_count_63"),
        )
    )


def _checks(firm_ids: Select[Any], on: date, read: frames.Reader) -> pl.DataFrame:
    """The last check by the day. It answers while it is fresh; an incident it knew of stays known."""
    check = CreditCheck
    query = select(check.firm_id, check.checked_on, check.id, check.listed, check.incident_on)
    schema: Schema = {
        "firm_id": pl.Int64(),
        "checked_on": pl.Date(),
        "id": pl.Int64(),
        "listed": pl.Boolean(),
        "incident_on": pl.Date(),
    }
    checks = read(query.where(check.firm_id.in_(firm_ids), check.checked_on <= on), schema)
    last = checks.sort("checked_on", "id").group_by("firm_id").agg(pl.all().last())
    fresh = pl.col("checked_on") > on - CHECK_HOLDS
    incident = pl.col("incident_on")

    def happened(test: pl.Expr) -> pl.Expr:
        return pl.when(test.fill_null(value=False)).then(True).when(fresh).then(False)

    return last.select(
        "firm_id",
        pl.when(fresh).then("listed").alias("on_abnormal_or_dishonest_list"),
        happened(incident.dt.year() >= on.year - 1).alias("major_incident_prev_or_current_year"),
        happened(incident > on - LAST_YEAR).alias("major_incident_last_365d"),
    )


def _achievements(firm_ids: Select[Any], on: date, read: frames.Reader) -> pl.DataFrame:
    item = Achievement
    query = select(
        item.firm_id, type_coerce(item.kind, String), type_coerce(item.level, String), item.rank, item.given_on
    )
    query = query.where(
        item.firm_id.in_(firm_ids), item.given_on <= on, item.until_on.is_(None) | (item.until_on >= on)
    )
    schema: Schema = {
        "firm_id": pl.Int64(),
        "kind": pl.String(),
        "level": pl.String(),
        "rank": pl.Float64(),
        "given_on": pl.Date(),
    }
    five, three = (pl.col("given_on") > clock.years_before(on, years) for years in (5, 3))
    kind, level, rank = pl.col("kind"), pl.col("level"), pl.col("rank")
    national, provincial, city = (level == one.value for one in (Level.NATIONAL, Level.PROVINCIAL, Level.CITY))
    award = kind == AchievementKind.SCIENCE_AWARD.value
    standard = (kind == AchievementKind.STANDARD.value) & five
    standard = standard & level.is_in([Level.INTERNATIONAL.value, Level.NATIONAL.value, Level.INDUSTRY.value])
    institution = kind == AchievementKind.RD_INSTITUTION.value
    return (
        read(query, schema)
        .group_by("firm_id")
        .agg(
            rank.filter(award & national & five).min().alias("national_award_rank_last_5y"),
            rank.filter(award & national & three).min().alias("national_award_rank_last_3y"),
            rank.filter(award & provincial & three).min().alias("provincial_award_rank_last_3y"),
            (award & (national | provincial) & three).any().alias(AWARDED),
            rank.filter(standard).min().alias("led_standard_drafter_rank_last_5y"),
            (institution & national).any().alias("has_national_rd_institution"),
            (institution & (national | provincial)).any().alias("has_provincial_rd_institution"),
            (institution & (national | provincial | city)).any().alias("has_city_rd_institution"),
            institution.any().alias("has_rd_institution"),
        )
    )
