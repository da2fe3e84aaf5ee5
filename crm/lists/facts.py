"""The tests of what hangs on a file: rungs and certificates, yearly figures, awards, tags, stop flags, contacts."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, String, and_, cast, false, func, or_, select

from crm.domain.ladder import RUNGS, Rung
from crm.domain.words import N_
from crm.firms import figures
from crm.firms.award_models import AwardGiven
from crm.firms.awards import under
from crm.firms.care_models import FirmTag, StopFlag
from crm.firms.models import Certification, Contact, Firm
from crm.firms.queries import valid_on
from crm.firms.stops import in_force_on
from crm.lists.inputs import Input
from crm.lists.kinds import Context, Test, Tests, between, holds_not, one_of
from crm.policies.queries import known

ANY = "any"
HUNDREDTHS = 10_000  # of a per cent in a whole


def holders(rungs: Any, on: date, *conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    """Return the ids of the firms with a certificate of ``rungs`` (ANY: all of them) valid on a day."""
    return select(Certification.firm_id).where(Certification.kind.in_(_kinds(rungs)), valid_on(on), *conditions)


def _kinds(rungs: Any) -> list[Rung]:
    return list(RUNGS) if ANY in rungs else [Rung(rung) for rung in rungs]


def on_rung(rung: str, on: date) -> ColumnElement[bool]:
    """On exactly this rung: holds it, and holds no higher one. Set against set, so that it stays fast for all firms."""
    if rung == "none":
        return Firm.id.not_in(holders(RUNGS, on))
    place = RUNGS.index(Rung(rung))
    return and_(Firm.id.in_(holders([RUNGS[place]], on)), Firm.id.not_in(holders(RUNGS[place + 1 :], on)))


def rungs() -> Tests:
    """On which rung the firm stands, or stood on a day."""
    return {
        **one_of(lambda values, context: or_(*(on_rung(rung, context.on) for rung in values[0]))),
        "was": Test(
            N_("在某日是"),
            (Input.DAY, Input.OPTIONS),
            lambda values, _c: or_(*(on_rung(rung, values[0]) for rung in values[1])),
            N_("{day}的{field}：{options}"),
        ),
    }


def certificates() -> Tests:
    """What a firm holds, what runs out, what ran out and was not renewed."""

    def expiring(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        until = context.on + timedelta(values[0])
        return Firm.id.in_(holders(values[1], context.on, between(Certification.expires_on, context.on, until)))

    def lapsed(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        ended = between(Certification.expires_on, context.on - timedelta(values[0]), context.on - timedelta(1))
        had = select(Certification.firm_id).where(Certification.kind.in_(_kinds(values[1])), ended)
        return and_(Firm.id.in_(had), Firm.id.not_in(holders(values[1], context.on)))

    def issued(values: tuple[Any, ...], _context: Context) -> ColumnElement[bool]:
        given = select(Certification.firm_id).where(Certification.kind.in_(_kinds(values[2])))
        return Firm.id.in_(given.where(between(Certification.issued_on, values[0], values[1])))

    return {
        "held": Test(
            N_("持有有效的"), (Input.OPTIONS,), lambda v, c: Firm.id.in_(holders(v[0], c.on)), N_("持有{options}")
        ),
        "not_held": Test(
            N_("没有有效的"), (Input.OPTIONS,), lambda v, c: Firm.id.not_in(holders(v[0], c.on)), N_("没有{options}")
        ),
        "expiring": Test(N_("在多少天内到期"), (Input.DAYS, Input.OPTIONS), expiring, N_("{options}{days}天内到期")),
        "lapsed": Test(
            N_("在多少天内失效且未续"), (Input.DAYS, Input.OPTIONS), lapsed, N_("{options}{days}天内失效且未续")
        ),
        "issued": Test(
            N_("发证日期在两日之间"),
            (Input.DAY, Input.DAY, Input.OPTIONS),
            issued,
            N_("{options}发证日期 {range}"),
            span=True,
        ),
    }


def figure(name: str, kind: Input) -> Tests:
    """The figure in force of a year: its size, its growth over another year, whether anybody has stated it."""

    def stated(year: int) -> Select[tuple[int]]:
        return select(figures.word(name, year).c.firm_id)

    def within(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        word = figures.word(name, _year(values[0], context))
        return Firm.id.in_(select(word.c.firm_id).where(between(word.c.value, values[1], values[2])))

    def grew(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        then, now = (figures.word(name, _year(year, context)) for year in values[:2])
        # Growth from nothing, or from a loss, is no percentage. Exact: no amount is rounded on the way.
        before = cast(then.c.value, Numeric(40, 0))
        grown = between(
            cast(now.c.value, Numeric(40, 0)) * HUNDREDTHS,
            None if values[2] is None else before * (HUNDREDTHS + values[2]),
            None if values[3] is None else before * (HUNDREDTHS + values[3]),
        )
        both = select(now.c.firm_id).join(then, then.c.firm_id == now.c.firm_id).where(then.c.value > 0, grown)
        return Firm.id.in_(both)

    return {
        "between": Test(N_("在两数之间"), (Input.YEAR, kind, kind), within, N_("{year} {field} {range}"), span=True),
        "grew": Test(
            N_("从某年到某年的增幅"),
            (Input.YEAR, Input.YEAR, Input.PERCENT, Input.PERCENT),
            grew,
            N_("{field} {year}→{year2} 增幅 {range}"),
            span=True,
        ),
        "missing": Test(
            N_("未填"),
            (Input.YEAR,),
            lambda v, c: Firm.id.not_in(stated(_year(v[0], c))),
            N_("{year} {field}未填"),
        ),
        "known": Test(
            N_("已填"), (Input.YEAR,), lambda v, c: Firm.id.in_(stated(_year(v[0], c))), N_("{year} {field}已填")
        ),
    }


def _year(typed: int, context: Context) -> int:
    return typed if typed > 0 else context.on.year + typed


def awards() -> Tests:
    """What money the firm was given: in a year, under a name."""

    def given(year: int, title: str) -> Select[tuple[int]]:
        query = select(AwardGiven.firm_id).where(AwardGiven.title.icontains(title, autoescape=True))
        return query.where(AwardGiven.year == year)

    def titled(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        return Firm.id.in_(given(_year(values[0], context), values[1]))

    def in_year(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        return Firm.id.in_(given(_year(values[0], context), ""))

    def by_policy(values: tuple[Any, ...], context: Context) -> ColumnElement[bool]:
        named = [policy for key in values[0] if (policy := known().get(key)) is not None]
        paid = or_(false(), *(under(policy, context.on) for policy in named))
        return Firm.id.in_(select(AwardGiven.firm_id).where(paid))

    ever = select(AwardGiven.firm_id)
    return {
        "under": Test(N_("已按政策获得"), (Input.OPTIONS,), by_policy, N_("已获得{options}")),
        "not_under": Test(
            N_("还没有按政策获得"),
            (Input.OPTIONS,),
            lambda v, c: holds_not(by_policy(v, c)),
            N_("没有获得{options}"),
        ),
        "given": Test(N_("某年获得的名称含有"), (Input.YEAR, Input.TEXT), titled, N_("{year}获得“{text}”奖补")),
        "not_given": Test(
            N_("某年没有名称含有"),
            (Input.YEAR, Input.TEXT),
            lambda v, c: holds_not(titled(v, c)),
            N_("{year}没有“{text}”奖补"),
        ),
        "in_year": Test(N_("某年获得过"), (Input.YEAR,), in_year, N_("{year}获得过奖补")),
        "known": Test(N_("获得过"), (), lambda _v, _c: Firm.id.in_(ever), N_("获得过奖补")),
        "missing": Test(N_("从未获得"), (), lambda _v, _c: Firm.id.not_in(ever), N_("从未获得奖补")),
    }


def tags() -> Tests:
    """The words the office has put on the file."""

    def bearers(numbers: Any) -> Select[tuple[int]]:
        return select(FirmTag.firm_id).where(FirmTag.tag_id.in_([int(number) for number in numbers]))

    return {
        "has": Test(
            N_("有其中之一"), (Input.OPTIONS,), lambda v, _c: Firm.id.in_(bearers(v[0])), N_("{field}：{options}")
        ),
        "every": Test(
            N_("全都有"),
            (Input.OPTIONS,),
            lambda v, _c: and_(*(Firm.id.in_(bearers([number])) for number in v[0])),
            N_("{field}全有：{options}"),
        ),
        "lacks": Test(
            N_("都没有"), (Input.OPTIONS,), lambda v, _c: Firm.id.not_in(bearers(v[0])), N_("{field}没有：{options}")
        ),
        "missing": Test(
            N_("一个也没有"), (), lambda _v, _c: Firm.id.not_in(select(FirmTag.firm_id)), N_("没有{field}")
        ),
    }


def stop_flags() -> Tests:
    """Whether the office has stopped working for the firm, on the day of the list."""

    def stopped(context: Context) -> Select[tuple[int]]:
        return select(StopFlag.firm_id).where(in_force_on(context.on))

    return {
        "yes": Test(N_("有"), (), lambda _v, c: Firm.id.in_(stopped(c)), N_("有{field}")),
        "no": Test(N_("没有"), (), lambda _v, c: Firm.id.not_in(stopped(c)), N_("没有{field}")),
    }


def contacts() -> Tests:
    """Whether the office can reach anybody at the firm."""
    reached = select(Contact.firm_id).where(func.coalesce(Contact.phone, "") != "")
    return {
        "missing": Test(N_("没有"), (), lambda _v, _c: Firm.id.not_in(reached), N_("没有{field}")),
        "known": Test(N_("有"), (), lambda _v, _c: Firm.id.in_(reached), N_("有{field}")),
    }


def clusters() -> Tests:
    """The clusters of a firm are a list inside it; codes are plain letters, so their quotes tell them apart."""
    written = cast(Firm.clusters, String)

    def sql(values: tuple[Any, ...], _context: Context) -> ColumnElement[bool]:
        return or_(*(written.contains(f'"{code}"', autoescape=True) for code in values[0]))

    return {
        **one_of(sql),
        "missing": Test(N_("未填"), (), lambda _v, _c: holds_not(written.contains('"')), N_("{field}未填")),
    }
