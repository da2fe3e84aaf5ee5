"""What each fact rests on: source, day, who; and where one enters it. For the page that shows a verdict's grounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm.domain.records import CLASS_ONE, SOURCE_LABELS, AchievementKind
from crm.domain.words import N_
from crm.firms import figures, queries, stated
from crm.firms.models import Achievement, Certification, CreditCheck, Firm, IntellectualProperty
from crm.kit import clock
from crm.ladder import held
from crm.ladder.facts import AWARDED, FROM_FIGURE, INSTITUTIONS, end_of
from crm.rules.catalogue import STATED
from crm.rules.figure import years_of

IDENTITY = (
    "registration_district",
    "tax_district",
    "statistics_district",
    "established_on",
    "industry_code",
    "tech_field_code_l3",
    "is_resident_enterprise_prc",
    "tax_collection_is_audited",
    "product_in_prohibited_restricted_eliminated",
    "registration_district",
    "tax_district",
    "statistics_district",
)
RIGHTS = (
    "class1_ip_count",
    "class2_ip_count",
    "invention_patent_count",
    "class1_ip_count_own",
    "class1_ip_count_63",
    "class2_ip_count_63",
    "core_ip_count_owned_valid_prc",
    "has_own_developed_ip",
)
CHECKS = ("on_abnormal_or_dishonest_list", "major_incident_prev_or_current_year", "major_incident_last_365d")
ACHIEVEMENTS = {
    "national_award_rank_last_5y": AchievementKind.SCIENCE_AWARD,
    "national_award_rank_last_3y": AchievementKind.SCIENCE_AWARD,
    "provincial_award_rank_last_3y": AchievementKind.SCIENCE_AWARD,
    AWARDED: AchievementKind.SCIENCE_AWARD,
    **dict.fromkeys(INSTITUTIONS, AchievementKind.RD_INSTITUTION),
    "led_standard_drafter_rank_last_5y": AchievementKind.STANDARD,
}


@dataclass(frozen=True)
class Evidence:
    """``source`` is a label to translate; ``about`` what it names (a number, a title, a person), or empty.

    ``others`` is how many further statements give another value.
    """

    source: str
    on: date | None = None
    about: str = ""
    others: int = 0


def door(fact: str) -> str:
    """Return where a fact is entered: "figures", "identity", a part of firms.parts, or its own key if it is stated."""
    if fact in IDENTITY:
        return "identity"
    if fact in RIGHTS:
        return "intellectual-property"
    if fact in CHECKS:
        return "credit-checks"
    if fact in ACHIEVEMENTS:
        return "achievements"
    if fact in STATED:
        return fact
    return "certifications" if fact in held.FACTS else "figures"


def evidence_of(
    firm: Firm, on: date, certificates: Sequence[Certification], rights: Sequence[IntellectualProperty]
) -> dict[str, Evidence]:
    """Return {fact: what it rests on} for every fact of a firm that the register has grounds for on a day."""
    edited = firm.updated_at.astimezone(clock.SHANGHAI).date()
    found = dict.fromkeys(IDENTITY, Evidence(N_("企业档案"), edited))
    found |= _yearly(firm, on)
    if rights:
        found |= _rights(rights, on)
    for fact, rung in held.FACTS.items():
        mine = [item for item in certificates if item.kind is rung and item.issued_on <= on]
        if mine:
            last = max(mine, key=lambda item: item.issued_on)
            found[fact] = Evidence(N_("资质证书"), last.issued_on, last.number)
    for fact, said in stated.of_firm(firm.id, on).items():
        others = sum(other.value != said[0].value for other in said[1:])
        found[fact] = Evidence(N_("逐项登记"), said[0].stated_on, said[0].evidence, others)
    for check in queries.credit_checks(firm):  # the newest first
        if check.checked_on <= on:
            found |= dict.fromkeys(CHECKS, _check(check))
            break
    given = [item for item in queries.achievements(firm) if item.given_on <= on]
    for fact, kind in ACHIEVEMENTS.items():
        best = next((item for item in given if item.kind is kind), None)
        if best is not None:
            found[fact] = _achievement(best)
    return found


def _yearly(firm: Firm, on: date) -> dict[str, Evidence]:
    found = {}
    by_year = {year.year: year for year in figures.of_firm(firm.id, as_of=end_of(on))}
    for fact, figure in FROM_FIGURE.items():
        for back in years_of(fact):
            year = by_year.get(on.year - back)
            said = year.statements.get(figure, []) if year else []
            if said:
                first = said[0]
                day = first.stated_at.astimezone(clock.SHANGHAI).date()
                others = sum(other.value != first.value for other in said[1:])
                found[f"{fact}_y{back}"] = Evidence(SOURCE_LABELS[first.source], day, first.stated_by, others)
    return found


def _rights(rights: Sequence[IntellectualProperty], on: date) -> dict[str, Evidence]:
    valid = [item for item in rights if item.granted_on and item.granted_on <= on]
    valid = [item for item in valid if item.lapsed_on is None or item.lapsed_on > on]
    newest = max((item.granted_on for item in valid if item.granted_on), default=None)
    classes = {fact: fact.startswith("class1") for fact in RIGHTS if fact.startswith("class")}
    found = dict.fromkeys(RIGHTS, Evidence(N_("知识产权清单"), newest))
    for fact, one in classes.items():
        numbers = [item.number for item in valid if (item.kind in CLASS_ONE) == one]
        found[fact] = Evidence(N_("知识产权清单"), newest, "、".join(numbers[:3]) + ("…" if len(numbers) > 3 else ""))
    return found


def _check(check: CreditCheck) -> Evidence:
    return Evidence(N_("信用核查"), check.checked_on, check.checked_by)


def _achievement(item: Achievement) -> Evidence:
    return Evidence(N_("奖励、机构与标准"), item.given_on, item.title)
