"""What a list can be narrowed by: every field a file holds, with its tests.

Names and tests of an address are looked up here and nowhere else; values go to the database as parameters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from crm.accounts.models import User
from crm.domain.access import Permission, may
from crm.domain.clusters import GUANGZHOU_2025
from crm.domain.errors import Refused
from crm.domain.industries import SECTIONS, TECH_FIELDS, divisions_of
from crm.domain.ladder import RUNG_LABELS
from crm.domain.places import DISTRICTS
from crm.domain.records import COUNT_FIGURES, FIGURES, FIRM_STATUS_CHOICES, FirmStatus
from crm.domain.words import N_
from crm.firms import search
from crm.firms.models import Firm
from crm.lists import facts, kinds, screened
from crm.lists.conditions import Condition, Group
from crm.lists.inputs import READERS, Input
from crm.lists.kinds import ME, NONE, Context, Test
from crm.screening.models import Screening


@dataclass(frozen=True)
class Field:
    """Something a file holds. ``options`` {value: label}, or ``open_to``: which values its records can have.

    ``needs``: a permission without which it can't be asked about; ``group``: under which head the page offers it.
    """

    key: str
    label: str
    group: str
    tests: Mapping[str, Test]
    options: Mapping[str, str] = field(default_factory=dict)
    open_to: Callable[[str], bool] | None = None
    needs: Permission | None = None

    def read(self, condition: Condition) -> tuple[Any, ...]:
        """Return the values of a condition of this field. Raises Refused for a test or a value there is not."""
        test = self.tests.get(condition.test)
        if test is None or (len(condition.values) > len(test.takes) and Input.OPTIONS not in test.takes):
            raise Refused("看不懂筛选条件中的“{text}”", text=str(condition)[:60])
        typed = condition.values
        ends = {place for place, kind in enumerate(test.takes) if kind is not Input.OPTIONS}
        ends = set(sorted(ends)[-2:]) if test.span else set()
        found: list[Any] = []
        for place, kind in enumerate(test.takes):
            if kind is Input.OPTIONS:
                found.append(tuple(self._option(value) for value in typed[place:]))
            else:
                text = typed[place].strip() if place < len(typed) else ""
                found.append(READERS[kind](text) if text else None)
        open_ends = [found[place] is None for place in ends]
        lacking = any(value in (None, ()) for place, value in enumerate(found) if place not in ends)
        if lacking or (ends and all(open_ends)):
            raise Refused("筛选条件“{text}”没有填完", text=str(condition)[:60])
        return tuple(found)

    def _option(self, value: str) -> str:
        if not (self.open_to(value) if self.open_to else value in self.options):
            raise Refused("看不懂筛选条件中的“{text}”", text=f"{self.key} {value}"[:60])
        return value

    def open_for(self, user: User) -> bool:
        """Whether ``user`` may ask about it."""
        return self.needs is None or may(user.role, self.needs)


def is_number(value: str) -> bool:
    """Return whether ``value`` can be the number of a record."""
    return value.isascii() and value.isdigit() and len(value) < 19


def _person(value: str) -> bool:
    return value == ME or is_number(value)


def _place(value: str) -> bool:
    return 0 < len(value) <= 100


def _section(value: str) -> ColumnElement[bool]:
    return or_(false(), *(Firm.industry_code.startswith(prefix) for prefix in divisions_of(value)))


def _tech_field(value: str) -> ColumnElement[bool]:
    return or_(Firm.tech_field == value, Firm.tech_field.startswith(f"{value}."))


def _status(value: str) -> ColumnElement[bool]:
    return Firm.status == FirmStatus(value)


IDENTITY = N_("身份")
LADDER = N_("资质与梯度")
PLACE = N_("管辖与园区")
CARE = N_("服务与联系")
TRADE = N_("行业与产品")
YEARLY = N_("年度数据")
FILE = N_("档案")
OFFICE = Permission.FIRM_CARE_READ

_PLACES = {**DISTRICTS, NONE: N_("未知")}
_RUNGS = {NONE: N_("未入梯度"), **{rung.value: label for rung, label in RUNG_LABELS.items()}}
_CERTIFICATES = {facts.ANY: N_("任一资质"), **{rung.value: label for rung, label in RUNG_LABELS.items()}}
_STATUSES = {status.value: label for status, label in FIRM_STATUS_CHOICES.items()}

FIELDS: dict[str, Field] = {
    item.key: item
    for item in (
        Field("name", N_("名称、曾用名或代码"), IDENTITY, kinds.text(Firm.name, search.named)),
        Field("legal_representative", N_("法定代表人"), IDENTITY, kinds.text(Firm.legal_representative)),
        Field("established", N_("成立日期"), IDENTITY, kinds.day(Firm.established_on)),
        Field("capital", N_("注册资本"), IDENTITY, kinds.amount(Firm.registered_capital)),
        Field("status", N_("登记状态"), IDENTITY, kinds.choice(Firm.status, _status), _STATUSES),
        Field("address", N_("注册地址"), IDENTITY, kinds.text(Firm.address)),
        Field("rung", N_("梯度"), LADDER, facts.rungs(), _RUNGS),
        Field("certificate", N_("资质"), LADDER, facts.certificates(), _CERTIFICATES),
        Field("award", N_("奖补记录"), LADDER, facts.awards(), open_to=screened.is_policy),
        Field("screening", N_("政策筛查"), LADDER, screened.outcomes(), open_to=screened.is_policy),
        Field("only_criterion", N_("只差这一条"), LADDER, screened.only(Screening.criterion), open_to=screened.is_step),
        Field("only_fact", N_("只缺这一项数据"), LADDER, screened.only(Screening.fact), open_to=screened.is_step),
        Field("resident", N_("居民企业"), LADDER, kinds.yes_no(Firm.resident_enterprise)),
        Field("audited", N_("查账征收"), LADDER, kinds.yes_no(Firm.audited_collection)),
        Field("restricted", N_("产品属禁止、限制或淘汰类"), LADDER, kinds.yes_no(Firm.restricted_product)),
        Field("district", N_("注册地"), PLACE, kinds.choice(Firm.registration_district), _PLACES),
        Field("tax_district", N_("税务"), PLACE, kinds.choice(Firm.tax_district), _PLACES),
        Field("statistics_district", N_("统计"), PLACE, kinds.choice(Firm.statistics_district), _PLACES),
        Field("park", N_("园区"), PLACE, kinds.choice(Firm.park), open_to=_place),
        Field("incubator", N_("孵化器"), PLACE, kinds.choice(Firm.incubator), open_to=_place),
        Field("officer", N_("服务专员"), CARE, kinds.people(Firm.officer_id, lambda u: u.id), open_to=_person),
        Field("agency", N_("服务机构"), CARE, kinds.people(Firm.agency_id, lambda u: u.agency_id), open_to=_person),
        Field("last_contact", N_("最近联系"), CARE, kinds.contact_day(Firm.last_contact_on)),
        Field("contact", N_("联系电话"), CARE, facts.contacts()),
        Field("tags", N_("标签"), CARE, facts.tags(), open_to=is_number, needs=OFFICE),
        Field("stop", N_("暂停服务标记"), CARE, facts.stop_flags(), needs=OFFICE),
        Field("note", N_("备注"), CARE, kinds.text(Firm.note), needs=OFFICE),
        Field("section", N_("行业门类"), TRADE, kinds.choice(Firm.industry_code, _section), SECTIONS),
        Field("industry_code", N_("行业代码"), TRADE, kinds.text(Firm.industry_code)),
        Field("tech_field", N_("技术领域"), TRADE, kinds.choice(Firm.tech_field, _tech_field), TECH_FIELDS),
        Field("cluster", N_("产业集群"), TRADE, facts.clusters(), GUANGZHOU_2025),
        Field("product", N_("主要产品"), TRADE, kinds.text(Firm.main_product)),
        *(
            Field(name, label, YEARLY, facts.figure(name, Input.NUMBER if name in COUNT_FIGURES else Input.WAN))
            for name, label in FIGURES.items()
        ),
        Field("completeness", N_("完整度（%）"), FILE, kinds.amount(Firm.completeness, Input.NUMBER)),
    )
}


def read(condition: Condition) -> tuple[Any, ...]:
    """Return the values of a condition. Raises Refused when there is no such field, test or value."""
    known = FIELDS.get(condition.field)
    if known is None:
        raise Refused("看不懂筛选条件中的“{text}”", text=str(condition)[:60])
    return known.read(condition)


def sql(part: Condition | Group, context: Context) -> ColumnElement[bool]:
    """Return the tree as SQL; every condition of it must have passed ``read``.

    What the reader may not ask about finds nothing.
    """
    if isinstance(part, Condition):
        known = FIELDS[part.field]
        return known.tests[part.test].sql(read(part), context) if known.open_for(context.user) else false()
    inside = [sql(inner, context) for inner in part.parts]
    if part.kind == "all":
        return and_(true(), *inside)
    held = or_(false(), *inside)
    return held if part.kind == "any" else kinds.holds_not(held)
