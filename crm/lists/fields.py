"""What a list can be narrowed by: every field with its tests, each test with what it takes and its SQL.

Names and tests of an address are looked up here and nowhere else; values go to the database as parameters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_, select, true

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.industries import SECTIONS, TECH_FIELDS, divisions_of
from crm.domain.ladder import RUNG_LABELS, RUNGS, Rung
from crm.domain.places import DISTRICTS
from crm.domain.records import FIRM_STATUS_LABELS, FirmStatus
from crm.domain.words import N_
from crm.firms.models import Certification, Firm, FormerName
from crm.firms.queries import valid_on
from crm.lists.conditions import Condition, Group
from crm.lists.inputs import READERS, Input

ME = "me"
NONE = "none"  # of a closed list: not known


@dataclass(frozen=True)
class Context:
    """Who asks, and the day that is asked about."""

    user: User
    on: date


Sql = Callable[[tuple[Any, ...], Context], ColumnElement[bool]]


@dataclass(frozen=True)
class Test:
    """One question about a field: ``takes`` says what is typed, ``label`` and ``told`` how it reads.

    ``span``: the last two values are the ends of a range, and one of them may be left open.
    """

    label: str
    takes: tuple[Input, ...]
    sql: Sql
    told: str
    span: bool = False


@dataclass(frozen=True)
class Field:
    """Something a file holds. ``options`` {value: label}; None where the values are the numbers of records."""

    key: str
    label: str
    tests: Mapping[str, Test]
    options: Mapping[str, str] | None = field(default_factory=dict)

    def read(self, condition: Condition) -> tuple[Any, ...]:
        """Return the values of a condition of this field. Raises Refused for a test or a value there is not."""
        test = self.tests.get(condition.test)
        if test is None:
            raise Refused("看不懂筛选条件中的“{text}”", text=str(condition)[:60])
        typed = list(condition.values)
        found: list[Any] = []
        for place, kind in enumerate(test.takes):
            if kind is Input.OPTIONS:
                found.append(tuple(self._option(value) for value in typed[place:]))
                return self._complete(test, condition, found)
            text = typed[place].strip() if place < len(typed) else ""
            found.append(READERS[kind](text) if text else None)
        if len(typed) > len(test.takes):
            raise Refused("看不懂筛选条件中的“{text}”", text=str(condition)[:60])
        return self._complete(test, condition, found)

    def _option(self, value: str) -> str:
        known = value in self.options if self.options is not None else is_number(value) or value == ME
        if not known:
            raise Refused("看不懂筛选条件中的“{text}”", text=f"{self.key} {value}"[:60])
        return value

    @staticmethod
    def _complete(test: Test, condition: Condition, found: list[Any]) -> tuple[Any, ...]:
        fixed, ends = (found[:-2], found[-2:]) if test.span else (found, [True])
        if any(value in (None, ()) for value in fixed) or all(value is None for value in ends):
            raise Refused("筛选条件“{text}”没有填完", text=str(condition)[:60])
        return tuple(found)


def is_number(value: str) -> bool:
    """Return whether ``value`` can be the number of a record."""
    return value.isascii() and value.isdigit() and len(value) < 19


def between(column: Any, low: Any, high: Any) -> ColumnElement[bool]:
    """Return ``low`` ≤ column ≤ ``high``; None is an open end."""
    ends = [column >= low] if low is not None else []
    return and_(*ends, *([column <= high] if high is not None else []))


def _missing(column: Any) -> dict[str, Test]:
    return {
        "missing": Test(N_("未填"), (), lambda _v, _c: column.is_(None), N_("{field}未填")),
        "known": Test(N_("已填"), (), lambda _v, _c: column.is_not(None), N_("{field}已填")),
    }


def choice(column: Any, match: Callable[[str], ColumnElement[bool]] | None = None) -> dict[str, Test]:
    """Tests of a closed list; ``match`` when a value is more than equal."""

    def one_of(values: tuple[Any, ...], _context: Context) -> ColumnElement[bool]:
        wanted = [value for value in values[0] if value != NONE]
        found = or_(false(), *map(match, wanted)) if match else column.in_(wanted)
        return found if len(wanted) == len(values[0]) else or_(column.is_(None), found)

    def none_of(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        return not_(func.coalesce(one_of(values, context), false()))

    return {
        "is": Test(N_("是"), (Input.OPTIONS,), one_of, N_("{field}：{options}")),
        "not": Test(N_("不是"), (Input.OPTIONS,), none_of, N_("{field}不是{options}")),
        **_missing(column),
    }


def people(column: Any, mine: Callable[[User], int | None]) -> dict[str, Test]:
    """Tests of who is in charge; "me" stands for the reader's own number, so that a shared list fits everybody."""

    def one_of(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        return column.in_([mine(context.user) if value == ME else int(value) for value in values[0]])

    def none_of(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        return or_(column.is_(None), not_(one_of(values, context)))

    return {
        "is": Test(N_("是"), (Input.OPTIONS,), one_of, N_("{field}：{options}")),
        "not": Test(N_("不是"), (Input.OPTIONS,), none_of, N_("{field}不是{options}")),
        "missing": Test(N_("未指定"), (), lambda _v, _c: column.is_(None), N_("{field}未指定")),
        "known": Test(N_("已指定"), (), lambda _v, _c: column.is_not(None), N_("{field}已指定")),
    }


def day(column: Any) -> dict[str, Test]:
    """Tests of a date."""
    return {
        "between": Test(
            N_("在两日之间"),
            (Input.DAY, Input.DAY),
            lambda v, _c: between(column, v[0], v[1]),
            N_("{field} {range}"),
            span=True,
        ),
        "within": Test(
            N_("最近多少天内"),
            (Input.DAYS,),
            lambda v, c: between(column, c.on - timedelta(v[0]), c.on),
            N_("{field}在{days}天内"),
        ),
        **_missing(column),
    }


def amount(column: Any, kind: Input = Input.WAN) -> dict[str, Test]:
    """Tests of money or of a number."""
    return {
        "between": Test(
            N_("在两数之间"),
            (kind, kind),
            lambda v, _c: between(column, v[0], v[1]),
            N_("{field} {range}"),
            span=True,
        ),
        **_missing(column),
    }


def text(column: Any, *, search: Callable[[str], ColumnElement[bool]] | None = None) -> dict[str, Test]:
    """Tests of plain text."""

    def has(values: tuple[Any, ...], _context: Context) -> ColumnElement[bool]:
        return search(values[0]) if search else column.icontains(values[0], autoescape=True)

    def has_not(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        return or_(column.is_(None), not_(has(values, context)))

    return {
        "has": Test(N_("含有"), (Input.TEXT,), has, N_("{field}含“{text}”")),
        "lacks": Test(N_("不含"), (Input.TEXT,), has_not, N_("{field}不含“{text}”")),
        **_missing(column),
    }


def named(words: str) -> ColumnElement[bool]:
    """Return whether name, former name or code has ``words`` in it."""
    return or_(
        Firm.name.contains(words, autoescape=True),
        Firm.uscc.contains(words.upper(), autoescape=True),
        Firm.id.in_(select(FormerName.firm_id).where(FormerName.name.contains(words, autoescape=True))),
    )


def holders(rungs: Any, on: date, *conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    """Return the ids of the firms with a certificate of ``rungs`` ("any": all of them) valid on a day."""
    return select(Certification.firm_id).where(Certification.kind.in_(_kinds(rungs)), valid_on(on), *conditions)


def _kinds(rungs: Any) -> list[Rung]:
    return list(RUNGS) if "any" in rungs else [Rung(rung) for rung in rungs]


def on_rung(rung: str, on: date) -> ColumnElement[bool]:
    """On exactly this rung: holds it, and holds no higher one. Set against set, so that it stays fast for all firms."""
    if rung == "none":
        return Firm.id.not_in(holders(RUNGS, on))
    place = RUNGS.index(Rung(rung))
    return and_(Firm.id.in_(holders([RUNGS[place]], on)), Firm.id.not_in(holders(RUNGS[place + 1 :], on)))


def _rungs() -> dict[str, Test]:
    return {
        "is": Test(
            N_("是"),
            (Input.OPTIONS,),
            lambda v, c: or_(*(on_rung(rung, c.on) for rung in v[0])),
            N_("{field}：{options}"),
        ),
        "not": Test(
            N_("不是"),
            (Input.OPTIONS,),
            lambda v, c: and_(*(not_(on_rung(rung, c.on)) for rung in v[0])),
            N_("{field}不是{options}"),
        ),
        "was": Test(
            N_("在某日是"),
            (Input.DAY, Input.OPTIONS),
            lambda v, _c: or_(*(on_rung(rung, v[0]) for rung in v[1])),
            N_("{day}的{field}：{options}"),
        ),
    }


def _certificates() -> dict[str, Test]:
    def expiring(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        until = context.on + timedelta(values[0])
        return Firm.id.in_(holders(values[1], context.on, Certification.expires_on <= until))

    def lapsed(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        had = select(Certification.firm_id).where(
            Certification.kind.in_(_kinds(values[1])),
            between(Certification.expires_on, context.on - timedelta(values[0]), context.on - timedelta(1)),
        )
        return and_(Firm.id.in_(had), Firm.id.not_in(holders(values[1], context.on)))

    def issued(values: tuple[Any, ...], _context: Context) -> ColumnElement[bool]:
        return Firm.id.in_(select(Certification.firm_id).where(between(Certification.issued_on, values[0], values[1])))

    return {
        "held": Test(
            N_("持有有效的"),
            (Input.OPTIONS,),
            lambda v, c: Firm.id.in_(holders(v[0], c.on)),
            N_("持有{options}"),
        ),
        "not_held": Test(
            N_("没有有效的"),
            (Input.OPTIONS,),
            lambda v, c: Firm.id.not_in(holders(v[0], c.on)),
            N_("没有{options}"),
        ),
        "expiring": Test(N_("多少天内到期"), (Input.DAYS, Input.OPTIONS), expiring, N_("{options}{days}天内到期")),
        "lapsed": Test(
            N_("多少天内失效且未续"), (Input.DAYS, Input.OPTIONS), lapsed, N_("{options}{days}天内失效且未续")
        ),
        "issued": Test(N_("发证日期在两日之间"), (Input.DAY, Input.DAY), issued, N_("发证日期 {range}"), span=True),
    }


def _section(value: str) -> ColumnElement[bool]:
    return or_(false(), *(Firm.industry_code.startswith(prefix) for prefix in divisions_of(value)))


def _tech_field(value: str) -> ColumnElement[bool]:
    return or_(Firm.tech_field == value, Firm.tech_field.startswith(f"{value}."))


_RUNG_OPTIONS = {"none": N_("未入梯度"), **{rung.value: label for rung, label in RUNG_LABELS.items()}}
_CERTIFICATE_OPTIONS = {"any": N_("任一资质"), **{rung.value: label for rung, label in RUNG_LABELS.items()}}
_STATUS_OPTIONS = {status.value: label for status, label in FIRM_STATUS_LABELS.items()}

_PLACES = {**DISTRICTS, NONE: N_("未知")}

FIELDS: dict[str, Field] = {
    item.key: item
    for item in (
        Field("name", N_("名称、曾用名或代码"), text(Firm.name, search=named)),
        Field("rung", N_("梯度"), _rungs(), _RUNG_OPTIONS),
        Field("certificate", N_("资质"), _certificates(), _CERTIFICATE_OPTIONS),
        Field("district", N_("注册地"), choice(Firm.registration_district), _PLACES),
        Field("tax_district", N_("税务"), choice(Firm.tax_district), _PLACES),
        Field("statistics_district", N_("统计"), choice(Firm.statistics_district), _PLACES),
        Field("officer", N_("服务专员"), people(Firm.officer_id, lambda user: user.id), None),
        Field("agency", N_("服务机构"), people(Firm.agency_id, lambda user: user.agency_id), None),
        Field("section", N_("行业门类"), choice(Firm.industry_code, _section), SECTIONS),
        Field("tech_field", N_("技术领域"), choice(Firm.tech_field, _tech_field), TECH_FIELDS),
        Field("status", N_("登记状态"), choice(Firm.status, lambda v: Firm.status == FirmStatus(v)), _STATUS_OPTIONS),
        Field("established", N_("成立日期"), day(Firm.established_on)),
        Field("capital", N_("注册资本"), amount(Firm.registered_capital)),
    )
}


def read(condition: Condition) -> tuple[Any, ...]:
    """Return the values of a condition. Raises Refused when there is no such field, test or value."""
    known = FIELDS.get(condition.field)
    if known is None:
        raise Refused("看不懂筛选条件中的“{text}”", text=str(condition)[:60])
    return known.read(condition)


def sql(part: Condition | Group, context: Context) -> ColumnElement[bool]:
    """Return the tree as SQL; every condition of it must have passed ``read``."""
    if isinstance(part, Condition):
        return FIELDS[part.field].tests[part.test].sql(read(part), context)
    inside = [sql(inner, context) for inner in part.parts]
    if part.kind == "all":
        return and_(true(), *inside)
    held = or_(false(), *inside)
    # A test of a fact that is not known does not hold, so "none" keeps the firm.
    return held if part.kind == "any" else not_(func.coalesce(held, false()))
