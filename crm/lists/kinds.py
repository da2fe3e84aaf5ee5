"""The questions that can be asked of each kind of fact: what is typed, how it reads, and its SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_

from crm.accounts.models import User
from crm.domain.words import N_
from crm.lists.inputs import Input

ME = "me"
NONE = "none"  # of a closed list: not known


@dataclass(frozen=True)
class Context:
    """Who asks, and the day that is asked about."""

    user: User
    on: date


Sql = Callable[[tuple[Any, ...], Context], ColumnElement[bool]]
Tests = dict[str, "Test"]


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


def between(column: Any, low: Any, high: Any) -> ColumnElement[bool]:
    """Return ``low`` ≤ column ≤ ``high``; None is an open end."""
    ends = [column >= low] if low is not None else []
    return and_(*ends, *([column <= high] if high is not None else []))


def holds_not(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return that ``condition`` does not hold; of a fact that is not known it does not."""
    return not_(func.coalesce(condition, false()))


def missing(column: Any) -> Tests:
    """Whether anybody has said it."""
    return {
        "missing": Test(N_("未填"), (), lambda _v, _c: column.is_(None), N_("{field}未填")),
        "known": Test(N_("已填"), (), lambda _v, _c: column.is_not(None), N_("{field}已填")),
    }


def one_of(sql: Sql) -> Tests:
    """One of a list, or none of it."""
    return {
        "is": Test(N_("是"), (Input.OPTIONS,), sql, N_("{field}：{options}")),
        "not": Test(N_("不是"), (Input.OPTIONS,), lambda v, c: holds_not(sql(v, c)), N_("{field}不是{options}")),
    }


def choice(column: Any, match: Callable[[str], ColumnElement[bool]] | None = None) -> Tests:
    """Tests of a closed list; ``match`` when a value is more than equal."""

    def sql(values: tuple[Any, ...], _context: Context) -> ColumnElement[bool]:
        wanted = [value for value in values[0] if value != NONE]
        found = or_(false(), *map(match, wanted)) if match else column.in_(wanted)
        return found if len(wanted) == len(values[0]) else or_(column.is_(None), found)

    return {**one_of(sql), **missing(column)}


def people(column: Any, mine: Callable[[User], int | None]) -> Tests:
    """Tests of who is in charge; "me" stands for the reader's own number, so that a shared list fits everybody."""

    def sql(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        return column.in_([mine(context.user) if value == ME else int(value) for value in values[0]])

    return {
        **one_of(sql),
        "missing": Test(N_("未指定"), (), lambda _v, _c: column.is_(None), N_("{field}未指定")),
        "known": Test(N_("已指定"), (), lambda _v, _c: column.is_not(None), N_("{field}已指定")),
    }


def day(column: Any) -> Tests:
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
            N_("在最近多少天内"),
            (Input.DAYS,),
            lambda v, c: between(column, c.on - timedelta(v[0]), c.on),
            N_("{field}在{days}天内"),
        ),
        **missing(column),
    }


def contact_day(column: Any) -> Tests:
    """Tests of the day somebody was last met: silence includes those never met."""
    return {
        "silent": Test(
            N_("多少天以上没有（含从未）"),
            (Input.DAYS,),
            lambda v, c: or_(column.is_(None), column < c.on - timedelta(v[0])),
            N_("{days}天以上未联系（含从未）"),
        ),
        "never": Test(N_("从未"), (), lambda _v, _c: column.is_(None), N_("从未联系")),
        **{name: test for name, test in day(column).items() if name not in {"missing", "known"}},
    }


def amount(column: Any, kind: Input = Input.WAN) -> Tests:
    """Tests of money or of a number."""
    return {
        "between": Test(
            N_("在两数之间"),
            (kind, kind),
            lambda v, _c: between(column, v[0], v[1]),
            N_("{field} {range}"),
            span=True,
        ),
        **missing(column),
    }


def text(column: Any, search: Callable[[str], ColumnElement[bool]] | None = None) -> Tests:
    """Tests of plain text."""

    def has(values: tuple[Any, ...], _context: Context) -> ColumnElement[bool]:
        return search(values[0]) if search else column.icontains(values[0], autoescape=True)

    return {
        "has": Test(N_("含有"), (Input.TEXT,), has, N_("{field}含“{text}”")),
        "lacks": Test(N_("不含"), (Input.TEXT,), lambda v, c: holds_not(has(v, c)), N_("{field}不含“{text}”")),
        **missing(column),
    }


def yes_no(column: Any) -> Tests:
    """Tests of a fact that is so, is not so, or is not known."""
    return {
        "yes": Test(N_("是"), (), lambda _v, _c: column.is_(True), N_("{field}：是")),
        "no": Test(N_("否"), (), lambda _v, _c: column.is_(False), N_("{field}：否")),
        "missing": Test(N_("未知"), (), lambda _v, _c: column.is_(None), N_("{field}：未知")),
    }
