"""What travels with the register and what stays behind, and how each kind of column is written."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum as PythonEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Enum, Float, Integer, String, Table

from crm.domain.words import N_
from crm.kit.db import UtcDateTime, db

FORMAT = "qiti-register"
VERSION = 1

# Tables that stay: they are about one installation, not about firms.
STAYS: dict[str, str] = {
    "act": N_("表单的防重复键：只对发出它的服务器有意义"),
    "failed_attempt": N_("登录失败计数：只对本机有意义"),
    "firm_handle": N_("检索用的名称、拼音和联系人索引：由档案推算，到新地方重新推算"),
    "invitation": N_("邀请链接：不能离开本机"),
    "job": N_("后台任务和它留下的文件：换了地方不再继续"),
    "screening": N_("筛查结果：到新地方重新筛查"),
    "screening_due": N_("待重新筛查的企业：到新地方全部重新筛查"),
    "policy_trial": N_("政策试算的结果：随时可以重算"),
    "round": N_("夜间例行工作的记录：新地方自己走一遍"),
    "sign_in": N_("登录会话：到新地方要重新登录"),
}
# Columns written empty: a copy of the register must not open an account anywhere.
EMPTIED: dict[tuple[str, str], str] = {
    ("user", "password_hash"): N_("密码不随数据走：在新地方逐个发邀请链接重设"),
}


def tables() -> list[Table]:
    """Return the tables that travel, each after the tables it needs where that is possible."""
    return [table for table in db.metadata.sorted_tables if table.name not in STAYS]


def is_emptied(column: Column[Any]) -> bool:
    """Return whether the column is written as null: a secret, or a pointer to a row that stays behind."""
    if (column.table.name, column.name) in EMPTIED:
        return True
    return any(key.target_fullname.split(".")[0] in STAYS for key in column.foreign_keys)


def kind_of(column: Column[Any]) -> str:
    """Return how a column is written: text, choice, integer, number, boolean, day, moment or structure.

    Raises TypeError for a type the format does not know yet.
    """
    for types, kind in _KINDS:
        if isinstance(column.type, types):
            return kind
    raise TypeError(f"{column}: the register format does not say how to write {column.type!r}")


_KINDS: tuple[tuple[tuple[type[Any], ...], str], ...] = (
    ((Enum,), "choice"),
    ((String,), "text"),
    ((Boolean,), "boolean"),
    ((Integer,), "integer"),
    ((Float,), "number"),
    ((UtcDateTime, DateTime), "moment"),
    ((Date,), "day"),
    ((JSON,), "structure"),
)


def describe(table: Table) -> list[dict[str, Any]]:
    """Return the columns of a table as the manifest tells them: name, kind, whether null, what it points to."""
    told = []
    for column in table.columns:
        if column.computed is not None:
            continue
        about: dict[str, Any] = {"name": column.name, "kind": kind_of(column), "null": bool(column.nullable)}
        if isinstance(column.type, Enum):
            about["choices"] = list(column.type.enums)
        for key in column.foreign_keys:
            about["points_to"] = key.target_fullname
        if is_emptied(column):
            about["emptied"] = True
        told.append(about)
    return told


def writers(table: Table) -> dict[str, Callable[[Any], Any] | None]:
    """Return {column: how its value becomes a JSON value}; None when the value is written as it is."""
    how: dict[str, Callable[[Any], Any] | None] = {
        "day": date.isoformat,
        "moment": lambda moment: moment.astimezone(UTC).isoformat(),
        "choice": lambda choice: choice.value if isinstance(choice, PythonEnum) else choice,
    }
    return {told["name"]: how.get(told["kind"]) for told in describe(table)}


def readers(table: Table) -> dict[str, Callable[[Any], Any] | None]:
    """Return {column: how a JSON value becomes a value again}."""
    how: dict[str, Callable[[Any], Any] | None] = {"day": date.fromisoformat, "moment": datetime.fromisoformat}
    return {told["name"]: how.get(told["kind"]) for told in describe(table)}
