"""Which firms a bulk form means: those ticked, or all that its list finds; always of those its sender may see."""

from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.firms.models import Firm
from crm.firms.queries import visible_to
from crm.kit.db import db
from crm.lists import fields, queries
from crm.lists.addresses import asked_of
from crm.lists.asked import Asked


@dataclass(frozen=True)
class Picked:
    """The numbers of the firms in the order of the list, and what the list was asked when all of it is meant."""

    ids: list[int]
    asked: Asked | None = None


def read(user: User, form: MultiDict[str, str], today: date, limit: int) -> Picked:
    """Return what a form with ``firm_ids``, or ``all_matching`` and the list's ``query``, has picked.

    Raises Refused when nothing is picked, more than ``limit``, or the list has a condition nobody can read: an act on
    all that match must never mean more than its sender saw.
    """
    asked = asked_of(form.get("query", ""), today)
    if form.get("all_matching"):
        if asked.faults:
            raise Refused("列表里有看不懂的筛选条件：请先去掉，再对全部企业操作")
        picked = Picked(queries.ids(user, asked, asked.day(today), limit + 1), asked)
    else:
        typed = [int(text) for text in form.getlist("firm_ids")[: limit + 1] if fields.is_number(text)]
        ticked = visible_to(user).where(Firm.id.in_(typed)).with_only_columns(Firm.id)
        picked = Picked(list(db.session.scalars(ticked.order_by(*queries.order(asked, asked.day(today))))))
    if not picked.ids:
        raise Refused("请先选择企业")
    if len(picked.ids) > limit:
        raise Refused("一次最多处理{limit}家：请用筛选条件缩小范围", limit=limit)
    return picked
