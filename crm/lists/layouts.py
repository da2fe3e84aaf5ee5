"""Which columns a list goes out with: under which heading, in which unit, in which order; built in or saved."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import or_, select

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.exports import RowKind
from crm.domain.money import Unit
from crm.domain.records import FIGURES
from crm.domain.words import N_
from crm.kit import clock
from crm.kit.db import db
from crm.lists import export_columns
from crm.lists.asked import Asked
from crm.lists.export_models import ExportLayout

MOST_PLACES = 40
LONGEST_HEADING = 60


@dataclass(frozen=True)
class Place:
    """One column of a layout; ``heading`` "" is the column's own; ``unit`` is that of money."""

    column: str
    heading: str = ""
    unit: Unit = Unit.WAN


@dataclass(frozen=True)
class Layout:
    """A named order of columns. ``source`` says who asks for lists of this form."""

    key: str
    name: str
    row_kind: RowKind
    places: tuple[Place, ...]
    source: str = ""
    own: bool = False
    shared: bool = False


def _places(*columns: str | tuple[str, str]) -> tuple[Place, ...]:
    return tuple(Place(column) if isinstance(column, str) else Place(*column) for column in columns)


BUILT_IN: dict[str, Layout] = {
    layout.key: layout
    for layout in (
        Layout(
            "roster",
            N_("企业名录"),
            RowKind.FIRM,
            _places(
                *("serial", "name", "uscc", "district", "address", "established", "legal_representative"),
                *("registered_capital", "industry_code", "main_product", "rung", "officer"),
            ),
            N_("列名与导入模板相同，填好可以直接导回"),
        ),
        Layout(
            "award",
            N_("奖补名单"),
            RowKind.CERTIFICATE,
            _places(
                *(("cert_year", "年度"), ("cert_kind", "类型"), ("cert_batch", "批次"), ("name", "公司名称")),
                *("city", ("district", "区"), ("award_amount", "奖补"), "remark"),
            ),
            N_("各区上报和下发奖补名单的通用格式：年度、类型、批次、公司名称、市、区、奖补、备注；奖补、备注留空待填"),
        ),
        Layout(
            "awards_given",
            N_("已获奖补表"),
            RowKind.AWARD,
            _places(
                *("uscc", "name", "award_year", "award_type", "award_batch", "award_level", "award_amount"),
                *("award_given_on", "award_note"),
            ),
            N_("每行一笔获得的奖补；列名与导入模板相同，可以直接导回"),
        ),
        Layout(
            "figures",
            N_("年度数据表"),
            RowKind.YEAR,
            _places("uscc", "name", "year", *FIGURES),
            N_("列名和单位与导入模板相同，可作为催报底表下发，收回后直接导入"),
        ),
        Layout(
            "expiring",
            N_("资质到期表"),
            RowKind.EXPIRING,
            _places(
                *("serial", "name", "uscc", "district", "cert_kind", "cert_number", "cert_issued_on"),
                *("cert_expires_on", "days_left", "officer"),
            ),
            N_("一年内到期的有效资质，先到期的在前，用于到期前提醒"),
        ),
        Layout(
            "contacts",
            N_("联系人表"),
            RowKind.CONTACT,
            _places(
                *("name", "uscc", "district", "contact_name", "contact_post", "contact_phone", "contact_email"),
                "officer",
            ),
            N_("含个人信息：须写明事由，并记入日志"),
        ),
    )
}


def of_list(asked: Asked, user: User) -> Layout:
    """Return the columns as they stand on the list, each newest figure with the year it is of."""
    columns: list[str] = []
    for key in ("name", "uscc", *(key for key in asked.columns if key not in {"name", "uscc"})):
        columns += [key, f"{key}:year"] if key in FIGURES else [key]
    known = (key for key in columns if export_columns.find(key, RowKind.FIRM, user))
    return Layout("list", N_("列表现有的列"), RowKind.FIRM, _places(*known))


def saved(user: User) -> list[Layout]:
    """Return the layouts that ``user`` has saved and those that others share, by name."""
    query = select(ExportLayout).where(or_(ExportLayout.owner_id == user.id, ExportLayout.shared))
    return [_layout(row, user) for row in db.session.scalars(query.order_by(ExportLayout.name, ExportLayout.id))]


def _layout(row: ExportLayout, user: User) -> Layout:
    places = tuple(place for place in read(row.places) if export_columns.find(place.column, row.row_kind, user))
    return Layout(str(row.id), row.name, row.row_kind, places, own=row.owner_id == user.id, shared=row.shared)


def save(user: User, name: str, row_kind: RowKind, places: Sequence[Place], *, shared: bool) -> ExportLayout:
    """Keep a layout under a name; one's own of that name is replaced. Raises Refused without a name or columns."""
    if not name:
        raise Refused("请给版式起个名字", field="name")
    if not places:
        raise Refused("请至少选择一列")
    query = select(ExportLayout).where(ExportLayout.owner_id == user.id, ExportLayout.name == name)
    row = db.session.scalars(query).first()
    if row is None:
        row = ExportLayout(owner_id=user.id, name=name, created_at=clock.now())
        db.session.add(row)
    row.row_kind, row.shared, row.places = row_kind, shared, dump(places)
    db.session.flush()
    return row


def remove(user: User, layout_id: int) -> None:
    """Forget one of one's own layouts; NotFound (404) for somebody else's."""
    query = select(ExportLayout).where(ExportLayout.id == layout_id, ExportLayout.owner_id == user.id)
    db.session.delete(db.one_or_404(query))


def dump(places: Sequence[Place]) -> list[dict[str, Any]]:
    """Return places as JSON can hold them; ``read`` is the inverse."""
    return [asdict(place) for place in places]


def read(kept: Sequence[Mapping[str, Any]]) -> list[Place]:
    """Return the places that ``dump`` wrote."""
    return [Place(place["column"], place["heading"], Unit(place["unit"])) for place in kept]
