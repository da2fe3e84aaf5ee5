"""The tests of what the screening found: outcomes, the one thing lacking, what turned of late."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select

from crm.domain.words import N_
from crm.firms.models import Firm
from crm.lists.inputs import Input
from crm.lists.kinds import Context, Sql, Test, Tests
from crm.rules.evaluate import Outcome
from crm.screening import worklist
from crm.screening.models import Screening, ScreeningChange

_POLICY = re.compile(r"[a-z0-9_]{1,40}")
_STEP = re.compile(r"[a-z0-9_]{1,40}:[a-z0-9_]{1,64}")


def is_policy(value: str) -> bool:
    """Return whether ``value`` can name a policy."""
    return _POLICY.fullmatch(value) is not None


def is_step(value: str) -> bool:
    """Return whether ``value`` can name a criterion or a fact of a policy: "hte:rd"."""
    return _STEP.fullmatch(value) is not None


def _firms(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return Firm.id.in_(select(Screening.firm_id).where(*conditions))


def outcomes() -> Tests:
    """How the firm stands towards a policy, as last screened."""

    def stands(*conditions: ColumnElement[bool]) -> Sql:
        return lambda values, _context: _firms(Screening.policy_id.in_(values[0]), *conditions)

    def turned(*conditions: ColumnElement[bool]) -> Sql:
        def sql(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
            change = ScreeningChange
            since = context.on - timedelta(values[0])
            found: Select[tuple[int]] = select(change.firm_id)
            return Firm.id.in_(found.where(change.policy_id.in_(values[1]), change.on >= since, *conditions))

        return sql

    def waiting(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        return _firms(worklist.unanswered(context.on, values[0], values[1]))

    met = ScreeningChange.now == Outcome.MET
    once = (Input.OPTIONS,)
    lately = (Input.DAYS, Input.OPTIONS)
    return {
        "met": Test(N_("符合"), once, stands(Screening.outcome == Outcome.MET), N_("符合{options}")),
        "not_met": Test(N_("不符合"), once, stands(Screening.outcome == Outcome.NOT_MET), N_("不符合{options}")),
        "cannot_tell": Test(
            N_("无法判断"), once, stands(Screening.outcome == Outcome.CANNOT_TELL), N_("无法判断{options}")
        ),
        "one_short": Test(N_("只差一条"), once, stands(Screening.criterion.is_not(None)), N_("离{options}只差一条")),
        "one_unknown": Test(
            N_("只缺一项数据"), once, stands(Screening.fact.is_not(None)), N_("判断{options}只缺一项数据")
        ),
        "unanswered": Test(N_("该去看而多少天没有去"), lately, waiting, N_("有{options}的情形，{days}天没有走访")),
        "gained": Test(N_("在多少天内变为符合"), lately, turned(met), N_("{days}天内变为符合{options}")),
        "lost": Test(
            N_("在多少天内不再符合"),
            lately,
            turned(ScreeningChange.was == Outcome.MET, ~met),
            N_("{days}天内不再符合{options}"),
        ),
    }


def only(column: Any) -> Tests:
    """The one criterion, or the one fact, between the firm and a policy."""

    def sql(values: tuple[Any, ...], _context: Context) -> ColumnElement[bool]:
        steps = [value.partition(":") for value in values[0]]
        return _firms(or_(*(and_(Screening.policy_id == policy, column == key) for policy, _sign, key in steps)))

    return {"is": Test(N_("是"), (Input.OPTIONS,), sql, N_("{field}：{options}"))}


def nearness(policy_id: str) -> Any:
    """Return a column that orders firms by how near they are to a policy, the nearest first."""
    far = case(
        (Screening.outcome == Outcome.CANNOT_TELL, Screening.unknown * 1.0),
        else_=Screening.short * 10 + Screening.distance,
    )
    order = (Outcome.MET.value - Screening.outcome) * 1_000 + far
    mine = (Screening.firm_id == Firm.id, Screening.policy_id == policy_id)
    return select(order).where(*mine).correlate(Firm).scalar_subquery()
