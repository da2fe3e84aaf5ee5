"""The checks: each a row of a table, with what it looks for as one condition on firms.

A check that looks into the records behind a firm gives them as ``evidence`` (firm id, then what ``told`` says of
them), so that what it counts and what it shows cannot differ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from crm.domain.words import N_
from crm.firms.models import AnnualReturn, Certification, Contact, CreditCheck, Firm
from crm.firms.queries import valid_on

SLIP = 1_000  # a figure so many times last year's looks like 元 written for 万元, or the other way round
SILENT_DAYS = 180
CREDIT_DAYS = 365
RETURNS_IN = 7  # from July on, last year's figures should be there


class Kind(StrEnum):
    """What can be wrong with a file."""

    MISSING = "missing"
    CONTRADICTORY = "contradictory"
    STALE = "stale"
    DUPLICATE = "duplicate"


KIND_LABELS = {
    Kind.MISSING: N_("缺项"),
    Kind.CONTRADICTORY: N_("前后矛盾"),
    Kind.STALE: N_("过时"),
    Kind.DUPLICATE: N_("疑似重复"),
}


@dataclass(frozen=True)
class Check:
    """One check. ``told`` fills in {0}, {1} … from the evidence; ``money`` names those in fen. ``mend`` is the page
    on which it is put right."""

    key: str
    kind: Kind
    label: str
    mend: str
    condition: Callable[[date], ColumnElement[bool]] | None = None
    evidence: Callable[[date], Select[Any]] | None = None
    told: str = ""
    money: tuple[int, ...] = ()

    def finds(self, on: date) -> ColumnElement[bool]:
        """Return what the check looks for on a day, as a condition on firms."""
        if self.condition is not None:
            return self.condition(on)
        if self.evidence is None:
            raise ValueError(f"{self.key} looks for nothing")
        found = self.evidence(on).subquery()
        return Firm.id.in_(select(found.c[0]))


def last_year(on: date) -> int:
    """Return the last year whose figures should be there."""
    return on.year - 1 if on.month >= RETURNS_IN else on.year - 2


def _none(column: Any) -> Callable[[date], ColumnElement[bool]]:
    return lambda _on: column.is_(None)


def _statements(condition: Callable[[Any], ColumnElement[bool]], *shown: str) -> Callable[[date], Select[Any]]:
    """Return the statements in force of their source that contradict themselves, by year."""

    def evidence(_on: date) -> Select[Any]:
        newer = aliased(AnnualReturn)
        superseded = exists().where(
            newer.firm_id == AnnualReturn.firm_id,
            newer.year == AnnualReturn.year,
            newer.source == AnnualReturn.source,
            newer.version > AnnualReturn.version,
        )
        columns = [getattr(AnnualReturn, name) for name in shown]
        return select(AnnualReturn.firm_id, AnnualReturn.year, *columns).where(condition(AnnualReturn), ~superseded)

    return evidence


def _slip(_on: date) -> Select[Any]:
    before = aliased(AnnualReturn)
    pair = select(AnnualReturn.firm_id, AnnualReturn.year, AnnualReturn.revenue, before.year, before.revenue)
    return pair.join(
        before,
        and_(
            before.firm_id == AnnualReturn.firm_id,
            before.year == AnnualReturn.year - 1,
            before.source == AnnualReturn.source,
        ),
    ).where(
        AnnualReturn.revenue > 0,
        before.revenue > 0,
        or_(AnnualReturn.revenue >= before.revenue * SLIP, before.revenue >= AnnualReturn.revenue * SLIP),
    )


def _too_early(_on: date) -> Select[Any]:
    joined = select(Certification.firm_id, Certification.number, Certification.issued_on, Firm.established_on)
    return joined.join(Firm, Firm.id == Certification.firm_id).where(Certification.issued_on < Firm.established_on)


def _not_renewed(on: date) -> Select[Any]:
    held = aliased(Certification)
    again = exists().where(held.firm_id == Certification.firm_id, held.kind == Certification.kind, valid_on(on, held))
    return select(Certification.firm_id, Certification.number, Certification.expires_on).where(
        Certification.expires_on.between(on - timedelta(365), on - timedelta(1)),
        Certification.revoked_on.is_(None),
        ~again,
    )


def _old_figures(on: date) -> Select[Any]:
    newest = func.max(AnnualReturn.year)
    return select(AnnualReturn.firm_id, newest).group_by(AnnualReturn.firm_id).having(newest < on.year - 2)


def _old_credit(on: date) -> Select[Any]:
    newest = func.max(CreditCheck.checked_on)
    old = on - timedelta(CREDIT_DAYS)
    return select(CreditCheck.firm_id, newest).group_by(CreditCheck.firm_id).having(newest < old)


_FILE, _FIGURES, _LADDER, _VISITS = "firms.edit", "firms.figures", "ladder.firm", "visits.firm"
M, C, S = Kind.MISSING, Kind.CONTRADICTORY, Kind.STALE

CHECKS: dict[str, Check] = {
    check.key: check
    for check in (
        Check("no-officer", M, N_("没有服务专员"), _FILE, _none(Firm.officer_id)),
        Check("no-district", M, N_("没有注册地所属区"), _FILE, _none(Firm.registration_district)),
        Check("no-industry", M, N_("没有行业代码"), _FILE, _none(Firm.industry_code)),
        Check("no-field", M, N_("没有技术领域"), _FILE, _none(Firm.tech_field)),
        Check("no-established", M, N_("没有成立日期"), _FILE, _none(Firm.established_on)),
        Check(
            "no-contact", M, N_("没有可拨打的联系人"), "firms.file",
            lambda _on: Firm.id.not_in(select(Contact.firm_id).where(Contact.phone.is_not(None))),
        ),
        Check(
            "no-figures", M, N_("没有上年度数据"), _FIGURES,
            lambda on: Firm.id.not_in(select(AnnualReturn.firm_id).where(AnnualReturn.year == last_year(on))),
        ),
        Check("no-credit-check", M, N_("从未核查信用"), "firms.file",
              lambda _on: Firm.id.not_in(select(CreditCheck.firm_id))),
        Check(
            "rd-over-revenue", C, N_("研发费用大于营业收入"), _FIGURES,
            evidence=_statements(lambda r: r.rd_hte > r.revenue, "rd_hte", "revenue"),
            told=N_("{0}年：研发费用 {1} 万元，营业收入 {2} 万元"), money=(1, 2),
        ),
        Check(
            "domestic-over-rd", C, N_("境内研发费用大于研发费用"), _FIGURES,
            evidence=_statements(lambda r: r.rd_hte_domestic > r.rd_hte, "rd_hte_domestic", "rd_hte"),
            told=N_("{0}年：境内 {1} 万元，全部 {2} 万元"), money=(1, 2),
        ),
        Check(
            "main-over-revenue", C, N_("主营业务收入大于营业收入"), _FIGURES,
            evidence=_statements(lambda r: r.main_revenue > r.revenue, "main_revenue", "revenue"),
            told=N_("{0}年：主营 {1} 万元，营业收入 {2} 万元"), money=(1, 2),
        ),
        Check(
            "staff-over-total", C, N_("科技人员多于职工总数"), _FIGURES,
            evidence=_statements(lambda r: r.tech_staff > r.employees_total, "tech_staff", "employees_total"),
            told=N_("{0}年：科技人员 {1} 人，职工 {2} 人"),
        ),
        Check(
            "negative", C, N_("资产、负债或收入为负数"), _FIGURES,
            evidence=_statements(
                lambda r: or_(r.total_assets < 0, r.total_liabilities < 0, r.revenue < 0),
                "total_assets", "total_liabilities", "revenue",
            ),
            told=N_("{0}年：资产 {1} 万元，负债 {2} 万元，收入 {3} 万元"), money=(1, 2, 3),
        ),
        Check(
            "slip", C, N_("营业收入与上年相差一千倍以上"), _FIGURES, evidence=_slip,
            told=N_("{0}年 {1} 万元，{2}年 {3} 万元：单位可能写错"), money=(1, 3),
        ),
        Check(
            "certified-too-early", C, N_("发证早于成立"), _LADDER, evidence=_too_early,
            told=N_("{0}：{1} 发证，{2} 成立"),
        ),
        Check(
            "districts-differ", C, N_("税务与注册不在一个区（供核对）"), _FILE,
            lambda _on: Firm.tax_district != Firm.registration_district,
        ),
        Check(
            "old-figures", S, N_("最新数据在两年以前"), _FIGURES, evidence=_old_figures, told=N_("最新是 {0} 年"),
        ),
        Check(
            "old-credit-check", S, N_("信用核查超过一年"), "firms.file", evidence=_old_credit, told=N_("上次核查 {0}"),
        ),
        Check(
            "silent", S, N_("半年没有联系"), _VISITS,
            lambda on: or_(Firm.last_contact_on.is_(None), Firm.last_contact_on < on - timedelta(SILENT_DAYS)),
        ),
        Check(
            "not-renewed", S, N_("资质一年内到期，未见续期"), _LADDER, evidence=_not_renewed,
            told=N_("{0}，{1} 到期"),
        ),
    )
}  # fmt: skip
PAIRS = "pairs"  # the check that finds two files of one firm: what it finds is not a firm but a pair
