"""What a list can show of each firm: the columns; crm.lists.loading finds what stands in them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.domain.access import Permission, Role, may
from crm.domain.clusters import GUANGZHOU_2025
from crm.domain.industries import SECTIONS, TECH_FIELDS, section_of
from crm.domain.ladder import RUNG_LABELS
from crm.domain.places import DISTRICTS
from crm.domain.records import COUNT_FIGURES, FIGURES, FIRM_STATUS_LABELS
from crm.domain.words import N_
from crm.firms import figures
from crm.firms.models import Firm
from crm.firms.queries import rung_rank
from crm.lists.fields import CARE, FILE, IDENTITY, LADDER, OFFICE, PLACE, TRADE, YEARLY
from crm.lists.screened import nearness
from crm.policies.queries import known
from crm.screening import words as screened_words

# Who may see who the people at a firm are; the others' lists do not offer these columns.
MAY_SEE_PEOPLE = frozenset({Role.OFFICER, Role.MANAGER, Role.AGENCY})
NEWEST_WITHIN = 3  # years: an older figure is no figure of today
_DATED = re.compile(r"([a-z_]+)\.((?:19|20)[0-9]{2})")
SCREENED = "screening."
DUE, DUE_MOST = "due.", "due_most."


@dataclass(frozen=True)
class Column:
    """One column. ``kind`` says how a value is written: text, code, rung, option, options, tags, day, moment, wan,
    number, percent.

    ``of`` takes the firm and what ``needs`` has loaded for it; ``labels`` are the words of an option; ``group`` is the
    head under which it is offered; ``permission``: without it nobody sees the column.
    """

    key: str
    label: str
    group: str
    kind: str
    of: Callable[[Firm, Any], Any]
    needs: str = ""
    labels: Mapping[Any, str] | None = None
    personal: bool = False
    year: int | None = None
    permission: Permission | None = None

    @property
    def sortable(self) -> bool:
        """Whether a list can be ordered by it."""
        return sorter(self.key) is not None

    @property
    def editable(self) -> bool:
        """Whether it can be changed in its row."""
        return self.key in EDITABLE

    @property
    def year_key(self) -> str:
        """Under which key the year of a figure of no given year stands beside it."""
        return f"{self.key}:year"

    @property
    def numeric(self) -> bool:
        """Whether it stands to the right."""
        return self.kind in {"wan", "number", "percent"}

    def open_for(self, user: User) -> bool:
        """Whether ``user`` may see it."""
        allowed = self.permission is None or may(user.role, self.permission)
        return allowed and (not self.personal or user.role in MAY_SEE_PEOPLE)


ATTRIBUTES = {"district": "registration_district", "established": "established_on", "updated": "updated_at"}


def _plain(key: str, label: str, group: str, kind: str = "text", labels: Mapping[Any, str] | None = None) -> Column:
    name = ATTRIBUTES.get(key, key)
    return Column(key, label, group, kind, lambda firm, _: getattr(firm, name), labels=labels)


def _figure(name: str, year: int | None = None) -> Column:
    """A figure of a year, or the newest of it that anybody has stated."""
    kind = "number" if name in COUNT_FIGURES else "wan"

    def of(_firm: Firm, years: Mapping[int | None, Mapping[str, Any]]) -> Any:
        stated = newest(name, years) if year is None else year
        return years.get(stated, {}).get(name)

    return Column(f"{name}.{year}" if year else name, FIGURES[name], YEARLY, kind, of, needs="figures", year=year)


def newest(name: str, years: Mapping[int, Mapping[str, Any]]) -> int | None:
    """Return the newest year for which a figure is stated."""
    return max((year for year, row in years.items() if name in row), default=None)


def _rung(_firm: Firm, held: Sequence[Any]) -> Any:
    return held[0].kind if held else None


def _ends(_firm: Firm, held: Sequence[Any]) -> Any:
    return held[0].expires_on if held else None


def _section(firm: Firm, _nothing: Any) -> str | None:
    return section_of(firm.industry_code or "")


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        _plain("name", N_("企业名称"), IDENTITY),
        _plain("uscc", N_("统一社会信用代码"), IDENTITY, "code"),
        _plain("legal_representative", N_("法定代表人"), IDENTITY),
        _plain("registered_capital", N_("注册资本（万元）"), IDENTITY, "wan"),
        _plain("established", N_("成立日期"), IDENTITY, "day"),
        _plain("status", N_("登记状态"), IDENTITY, "option", FIRM_STATUS_LABELS),
        _plain("address", N_("注册地址"), IDENTITY),
        Column("rung", N_("梯度"), LADDER, "rung", _rung, "certificates", RUNG_LABELS),
        Column("expires", N_("有效期至"), LADDER, "day", _ends, "certificates"),
        Column("awards", N_("累计奖补（万元）"), LADDER, "wan", lambda _f, total: total, "awards"),
        _plain("district", N_("注册地"), PLACE, "option", DISTRICTS),
        _plain("tax_district", N_("税务"), PLACE, "option", DISTRICTS),
        _plain("statistics_district", N_("统计"), PLACE, "option", DISTRICTS),
        _plain("park", N_("园区"), PLACE),
        _plain("incubator", N_("孵化器"), PLACE),
        Column("officer", N_("服务专员"), CARE, "text", lambda _f, name: name, "officers"),
        Column("agency", N_("服务机构"), CARE, "text", lambda _f, name: name, "agencies"),
        Column("contact", N_("联系人"), CARE, "text", lambda _f, p: p and p.name, "contacts", personal=True),
        Column("phone", N_("电话"), CARE, "code", lambda _f, p: p and p.phone, "contacts", personal=True),
        _plain("last_contact_on", N_("最近联系"), CARE, "day"),
        Column("tags", N_("标签"), CARE, "tags", lambda _f, t: [tag.name for tag in t], "tags", permission=OFFICE),
        Column("stop", N_("暂停服务标记"), CARE, "text", lambda _f, s: s and s.reason, "stops", permission=OFFICE),
        Column("note", N_("备注"), CARE, "text", lambda firm, _: firm.note, permission=OFFICE),
        Column(
            "section", N_("行业门类"), TRADE, "option", lambda f, _: section_of(f.industry_code or ""), "", SECTIONS
        ),
        _plain("industry_code", N_("行业代码"), TRADE, "code"),
        Column("tech_field", N_("技术领域"), TRADE, "option", lambda f, _: (f.tech_field or "")[:1], "", TECH_FIELDS),
        _plain("clusters", N_("产业集群"), TRADE, "options", GUANGZHOU_2025),
        _plain("main_product", N_("主要产品"), TRADE),
        *(_figure(name) for name in FIGURES),
        Column("figures_year", N_("数据年度"), YEARLY, "text", lambda _f, y: max(y, default=None), "figures"),
        _plain("completeness", N_("完整度"), FILE, "percent"),
        _plain("updated", N_("更新"), FILE, "moment"),
    )
}
DEFAULT = ("rung", "district", "revenue", "rd_hte", "employees_total", "officer", "updated")

# What can be changed in the row itself.
EDITABLE = frozenset({"officer", "tech_field", "park", "incubator", "tags", "note"})

# What a list can be ordered by besides the rung and the figures.
ORDERS = (
    "name", "uscc", "district", "tax_district", "statistics_district", "park", "incubator", "industry_code",
    "registered_capital", "established", "last_contact_on", "completeness", "updated",
)  # fmt: skip


def _screened(policy_id: str) -> Column:
    """How each firm stands towards a policy, in words."""

    def of(_firm: Firm, found: Mapping[str, Any]) -> str:
        return screened_words.standing(found.get(policy_id))

    name = screened_words.policy_name(policy_id)
    return Column(f"{SCREENED}{policy_id}", name, LADDER, "text", of, needs="screenings")


def _due(key: str) -> Column | None:
    """What each firm is due by a policy that gives money, as screened: the least ("due.X"), the most ("due_most.X")."""
    prefix, _dot, policy_id = key.partition(".")
    policy = known().get(policy_id)
    if policy is None or policy.kind != "award":
        return None
    least = f"{prefix}." == DUE

    def of(_firm: Firm, found: Mapping[str, Any]) -> int | None:
        row = found.get(policy_id)
        return None if row is None else row.award_least if least else row.award_most

    name = screened_words.policy_name(policy_id)
    label = _("%(policy)s至少（万元）", policy=name) if least else _("%(policy)s至多（万元）", policy=name)
    return Column(key, label, LADDER, "wan", of, needs="screenings")


def sorter(key: str) -> Callable[[date], Any] | None:
    """Return what makes the column that a list is ordered by, or None where there is no such order."""
    name, _, year = key.partition(".")
    if key == "rung":
        return rung_rank
    if key in ORDERS:
        return lambda _: getattr(Firm, ATTRIBUTES.get(key, key))
    if key.startswith(SCREENED) and find(key) is not None:
        return lambda _: nearness(year)
    if name not in FIGURES or find(key) is None:
        return None
    return lambda on: figures.ordering(name, int(year) if year else None, on.year - NEWEST_WITHIN)


def find(key: str) -> Column | None:
    """Return a column by its key: one of COLUMNS, a figure of a year ("revenue.2025"), a policy ("screening.hte")."""
    if key.startswith(SCREENED):
        policy_id = key.removeprefix(SCREENED)
        return _screened(policy_id) if policy_id in known() else None
    if key.startswith((DUE, DUE_MOST)):
        return _due(key)
    dated = _DATED.fullmatch(key)
    if dated and dated[1] in FIGURES:
        return _figure(dated[1], int(dated[2]))
    return COLUMNS.get(key)


def shown(user: User, keys: Sequence[str]) -> list[Column]:
    """Return the columns of ``keys`` that ``user`` may see, in their order."""
    return [column for column in map(find, keys) if column and column.open_for(user)]


def offered(user: User) -> dict[str, list[Column]]:
    """Return the columns ``user`` may choose, by the head they stand under."""
    found: dict[str, list[Column]] = {}
    paying = (key for key, policy in known().items() if policy.kind == "award")
    money = (_due(f"{end}{key}") for key in paying for end in (DUE, DUE_MOST))
    for column in (*COLUMNS.values(), *map(_screened, known()), *filter(None, money)):
        if column.open_for(user) and column.key not in {"name", "uscc"}:
            found.setdefault(column.group, []).append(column)
    return found
