"""Groups of companies: who belongs to which since when, and what its members come to together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.firms import figures
from crm.firms.care_models import Group, GroupMember
from crm.firms.models import AnnualReturn, Firm
from crm.firms.queries import visible_to
from crm.journal.service import changes, record
from crm.kit import clock
from crm.kit.db import db
from crm.kit.tables import Page, paginate

SUMMED = ("revenue", "net_profit", "tax_paid", "rd_hte", "total_assets", "employees_total", "tech_staff")


@dataclass(frozen=True)
class Sum:
    """One figure over the members: ``total`` in fen or persons, None when nobody states it; who does not is named."""

    figure: str
    total: int | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Membership:
    """The group of a firm on a day, the members the reader may see, and how many more there are."""

    group: Group
    since_on: date
    members: list[Firm]
    hidden: int


def on_day(on: date) -> ColumnElement[bool]:
    """A firm is a member from its first day up to the day before it left."""
    return and_(GroupMember.since_on <= on, or_(GroupMember.until_on.is_(None), GroupMember.until_on > on))


def visible(user: User) -> Select[tuple[Group]]:
    """Return the groups with a firm, now or once, that ``user`` may see."""
    mine = select(GroupMember.group_id).where(GroupMember.firm_id.in_(_mine(user)))
    return select(Group).where(Group.id.in_(mine))


def get(group_id: int, user: User) -> Group:
    """Return one group of ``visible(user)``; NotFound (404) when there is none."""
    return db.one_or_404(visible(user).where(Group.id == group_id))


def listing(user: User, page: int, on: date) -> Page:
    """Return one page of (group, number of members on a day, how many of them ``user`` sees), by name."""
    belongs = select(func.count()).where(GroupMember.group_id == Group.id, on_day(on)).correlate(Group)
    seen = belongs.where(GroupMember.firm_id.in_(_mine(user)))
    query = visible(user).add_columns(belongs.scalar_subquery(), seen.scalar_subquery())
    return paginate(query.order_by(Group.name, Group.id), page)


def named_like(user: User) -> list[str]:
    """Return the names of the groups ``user`` may see, for suggestions."""
    return list(db.session.scalars(visible(user).with_only_columns(Group.name).order_by(Group.name).limit(200)))


def names_of(group_ids: Collection[int]) -> dict[int, str]:
    """Return the names of groups by id."""
    query = select(Group.id, Group.name).where(Group.id.in_(group_ids))
    return dict(db.session.execute(query).all()) if group_ids else {}


def of_firm(firm: Firm, user: User, on: date) -> Membership | None:
    """Return the group a firm belongs to on a day, with two statements."""
    query = select(GroupMember).join(GroupMember.group).options(contains_eager(GroupMember.group))
    mine = db.session.scalars(query.where(GroupMember.firm_id == firm.id, on_day(on))).first()
    if mine is None:
        return None
    seen, hidden = members(mine.group, user, on)
    return Membership(mine.group, mine.since_on, seen, hidden)


def members(group: Group, user: User, on: date) -> tuple[list[Firm], int]:
    """Return (the members on a day whom ``user`` may see, the head first; how many more there are)."""
    belongs = select(GroupMember.firm_id).where(GroupMember.group_id == group.id, on_day(on))
    head = Firm.id.is_not_distinct_from(group.head_firm_id)
    seen = visible_to(user).where(Firm.id.in_(belongs)).order_by(head.desc(), Firm.name, Firm.id)
    found = list(db.session.scalars(seen))
    total = db.session.scalar(select(func.count()).select_from(belongs.subquery())) or 0
    return found, total - len(found)


def history(group: Group, user: User) -> list[GroupMember]:
    """Return who belonged to the group and when, of the firms ``user`` may see, the newest first."""
    query = select(GroupMember).join(GroupMember.firm).options(contains_eager(GroupMember.firm))
    query = query.where(GroupMember.group_id == group.id, Firm.id.in_(_mine(user)))
    return list(db.session.scalars(query.order_by(GroupMember.since_on.desc(), GroupMember.id.desc())))


def sums(firms: Sequence[Firm], year: int) -> list[Sum]:
    """Return what the figures in force of a year come to, with one statement; who states none is named."""
    ids = [firm.id for firm in firms]
    frame = figures.in_force(figures.read(select(Firm.id).where(Firm.id.in_(ids)), year, year))
    stated = {row["firm_id"]: row for row in frame.iter_rows(named=True)}
    found = []
    for figure in SUMMED:
        values = {firm.id: stated.get(firm.id, {}).get(figure) for firm in firms}
        known = [value for value in values.values() if value is not None]
        missing = tuple(firm.name for firm in firms if values[firm.id] is None)
        found.append(Sum(figure, sum(known) if known else None, missing))
    return found


def years(firms: Sequence[Firm]) -> list[int]:
    """Return the years of which a member has stated anything, the newest first."""
    ids = [firm.id for firm in firms]
    query = select(AnnualReturn.year).where(AnnualReturn.firm_id.in_(ids)).distinct()
    return list(db.session.scalars(query.order_by(AnnualReturn.year.desc())))


def join(firm: Firm, name: str, actor: User, since_on: date) -> Group:
    """Let a firm belong to the group of that name from a day on; a new name makes a group with the firm at its head.

    Raises Refused while the firm belongs to a group on that day or later.
    """
    db.session.execute(select(Firm.id).where(Firm.id == firm.id).with_for_update())
    held = select(GroupMember).join(GroupMember.group).options(contains_eager(GroupMember.group))
    held = held.where(GroupMember.firm_id == firm.id)
    other = db.session.scalars(held.where(or_(GroupMember.until_on.is_(None), GroupMember.until_on > since_on))).first()
    if other is not None:
        day = other.since_on.isoformat()
        raise Refused("{day} 起已属“{name}”：请先登记退出", day=day, name=other.group.name, field="name")
    group = db.session.scalars(select(Group).where(Group.name == name)).first()
    if group is None:
        group = Group(name=name, head_firm_id=firm.id, created_at=clock.now())
        try:
            with db.session.begin_nested():
                db.session.add(group)
                db.session.flush()
        except IntegrityError:
            raise Refused("这个集团刚刚由别人建好：请再提交一次", field="name") from None
    db.session.add(GroupMember(group_id=group.id, firm_id=firm.id, since_on=since_on))
    record("group.joined", actor, "group", group.id, firm.id, changes={"group": [None, name]}, since_on=since_on)
    return group


def leave(firm: Firm, actor: User, until_on: date) -> None:
    """Note that a firm belongs to its group no more, from a day on.

    Raises Refused when it belongs to none, before the day it joined, and for the head while others remain.
    """
    query = select(GroupMember).join(GroupMember.group).options(contains_eager(GroupMember.group))
    query = query.where(GroupMember.firm_id == firm.id, GroupMember.until_on.is_(None)).with_for_update(of=GroupMember)
    mine = db.session.scalars(query).first()
    if mine is None:
        raise Refused("这家企业现在不属于任何集团")
    if until_on <= mine.since_on:
        raise Refused("退出日要晚于加入的 {day}", day=mine.since_on.isoformat(), field="until_on")
    others = select(func.count()).where(GroupMember.group_id == mine.group_id, GroupMember.until_on.is_(None))
    if mine.group.head_firm_id == firm.id:
        if db.session.scalar(others.where(GroupMember.firm_id != firm.id)):
            raise Refused("这家企业是集团的牵头企业：请先在集团页换一家牵头")
        mine.group.head_firm_id = None
    mine.until_on = until_on
    told = {"group": [mine.group.name, None], "until_on": [None, until_on]}
    record("group.left", actor, "group", mine.group_id, firm.id, changes=told)


def change(group: Group, actor: User, name: str, head_firm_id: int | None, today: date) -> None:
    """Rename a group, put another member at its head. Raises Refused for a name in use and a head from outside."""
    taken = select(Group.id).where(Group.name == name, Group.id != group.id)
    if db.session.scalar(taken) is not None:
        raise Refused("已有同名的集团", field="name")
    belongs = select(GroupMember.firm_id).where(GroupMember.group_id == group.id, on_day(today))
    if head_firm_id is not None and head_firm_id not in set(db.session.scalars(belongs)):
        raise Refused("牵头企业要是集团现在的成员", field="head_firm_id")
    heads = select(Firm.id, Firm.name).where(Firm.id.in_([id_ for id_ in (group.head_firm_id, head_firm_id) if id_]))
    names: dict[int | None, str] = dict(db.session.execute(heads).all())
    before = {"name": group.name, "head": names.get(group.head_firm_id)}
    after = {"name": name, "head": names.get(head_firm_id)}
    changed = changes(before, after)
    if changed:
        group.name, group.head_firm_id = name, head_firm_id
        record("group.edited", actor, "group", group.id, changes=changed)


def _mine(user: User) -> Select[tuple[int]]:
    return visible_to(user).with_only_columns(Firm.id)
