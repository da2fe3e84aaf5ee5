"""Who cares for a file and who may take a mark off it: duties, the lifting of stop flags, what makes a file whole."""

from collections.abc import Collection
from enum import StrEnum

from crm.domain.access import Role
from crm.domain.words import N_


class Duty(StrEnum):
    """For what a firm is put into somebody's hands."""

    OFFICER = "officer"
    AGENCY = "agency"


DUTY_LABELS = {Duty.OFFICER: N_("服务专员"), Duty.AGENCY: N_("服务机构")}


class Lifter(StrEnum):
    """Who may lift a stop flag before its end."""

    OFFICE = "office"
    MANAGER = "manager"


LIFTER_LABELS = {Lifter.OFFICE: N_("设置人所在科室，或科室负责人"), Lifter.MANAGER: N_("只有科室负责人")}


def may_lift(lifter: Lifter, office: Collection[str], *, role: Role, whole_city: bool, districts: set[str]) -> bool:
    """Return whether somebody may lift a flag that ``lifter`` may lift.

    ``office``: the districts its setter worked on, none for the city's own office. An officer belongs to the setter's
    office who works on one of these districts, or on the whole city as the setter did. A manager always may.
    """
    if role is Role.MANAGER:
        return True
    if role is not Role.OFFICER or lifter is Lifter.MANAGER:
        return False
    return bool(districts & set(office)) if office else whole_city


# What makes a file whole, in parts of a hundred: facts every firm has and the office needs before it can say where a
# firm stands. Nothing here depends on the day, so a file that nobody touches keeps its number. The last four are not
# columns of the firm: a contact with a telephone, and the figures of any year.
PARTS_OF_A_WHOLE_FILE: dict[str, tuple[int, str]] = {
    "registration_district": (10, N_("注册地")),
    "tax_district": (5, N_("税务所属区")),
    "statistics_district": (5, N_("统计所属区")),
    "legal_representative": (5, N_("法定代表人")),
    "registered_capital": (5, N_("注册资本")),
    "established_on": (5, N_("成立日期")),
    "address": (5, N_("注册地址")),
    "industry_code": (10, N_("行业代码")),
    "tech_field": (5, N_("技术领域")),
    "main_product": (5, N_("主要产品")),
    "officer_id": (5, N_("服务专员")),
    "contact": (15, N_("联系人电话")),
    "revenue": (10, N_("营业收入")),
    "rd": (5, N_("研发费用")),
    "employees_total": (5, N_("职工总数")),
}
