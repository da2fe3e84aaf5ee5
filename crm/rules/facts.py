"""Facts from a file: JSON (one firm, or a list) or CSV (one row a firm), in the units of the rule table.

Money is in 万元, exact to the fen; ratios are decimals (0.05); days are ISO dates; true and false are JSON's own, or
true/false, 是/否 in CSV. Yearly figures are ``sales_y1`` (last accounting year), ``_y2``, ``_y3``, or stand under
``{"years": {"2025": {"sales": 4400}}}``; sales and staff go back five years. Any metric and any score may be given as
well and wins over its formula.
"""

import csv
import difflib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import polars as pl

from crm.domain.errors import Refused
from crm.domain.money import LIMIT_FEN
from crm.rules.catalogue import YEARLY_KEYS
from crm.rules.figure import DTYPES, FEN_PER_WAN, Kind, years_of
from crm.rules.metrics import FIGURES

# Metrics that only repeat a yearly fact: given by their own name they serve every formula that needs the fact.
SAME_AS = {
    "sales_last_year": "sales_y1",
    "employees_total": "employees_y1",
    "total_assets_last_year": "total_assets_y1",
}
NAMES = ("firm", "id", "name")
_WORDS = {"true": True, "false": False, "是": True, "否": False, "1": True, "0": False}


def read(path: Path, on: date, scores: Iterable[str] = ()) -> pl.DataFrame:
    """Return the frame of a facts file, money in fen. Raises Refused naming the row, the key and what is wrong."""
    if not path.exists():
        raise Refused("没有这个文件：{path}", path=path.name)
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() == ".csv":
        rows: list[Mapping[str, Any]] = list(csv.DictReader(text.splitlines()))
    else:
        try:
            data = json.loads(text, parse_float=Decimal)
        except json.JSONDecodeError as error:
            raise Refused("不是有效的 JSON：第{line}行，{what}", line=error.lineno, what=error.msg) from None
        rows = data if isinstance(data, list) else [data]
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        raise Refused("文件里没有企业：应是一个对象，或对象的列表")
    return frame([_flat(row, on) for row in rows], scores)


def frame(rows: list[dict[str, Any]], scores: Iterable[str] = ()) -> pl.DataFrame:
    """Return typed columns for rows of facts in the units of a file."""
    scores = set(scores)
    columns: dict[str, list[Any]] = {}
    keys = dict.fromkeys(key for row in rows for key in row)
    for key in keys:
        if key not in FIGURES and key not in scores and key not in NAMES:
            near = difflib.get_close_matches(key, [*FIGURES, *scores], 1)
            hint = f"，是不是 {near[0]}" if near else ""
            raise Refused("没有名为 {key} 的事实或指标{hint}；全部名称见 flask rules metrics", key=key, hint=hint)
        columns[key] = [
            row.get(key) if key in NAMES else _value(key, row.get(key), number) for number, row in enumerate(rows, 1)
        ]
    if "firm" not in columns:
        columns["firm"] = columns.get("id") or [None] * len(rows)
    schema = {key: DTYPES[FIGURES[key].kind] if key in FIGURES else pl.Float64() for key in keys if key not in NAMES}
    return pl.DataFrame(
        {key: [None if v is None else str(v) for v in vs] if key in NAMES else vs for key, vs in columns.items()},
        schema_overrides=schema,
    )


def _flat(row: Mapping[str, Any], on: date) -> dict[str, Any]:
    flat = {SAME_AS.get(key, key): value for key, value in row.items() if key != "years"}
    for year, figures in (row.get("years") or {}).items():
        back = on.year - int(year)
        for key, value in figures.items():
            if key not in YEARLY_KEYS:
                raise Refused("没有名为 {key} 的年度事实{hint}；全部名称见 flask rules metrics", key=key, hint="")
            if back in years_of(key):
                flat[f"{key}_y{back}"] = value
    return flat


def _value(key: str, value: Any, row: int) -> Any:
    if value is None or value == "":
        return None
    kind = FIGURES[key].kind if key in FIGURES else Kind.SCORE
    try:
        match kind:
            case Kind.BOOL:
                return value if isinstance(value, bool) else _WORDS[str(value).strip().lower()]
            case Kind.TEXT:
                return str(value)
            case Kind.DATE:
                return date.fromisoformat(str(value))
            case Kind.MONEY:
                fen = _number(value) * FEN_PER_WAN
                if fen != fen.to_integral_value() or abs(fen) > LIMIT_FEN:
                    raise ValueError("parts of a fen, or more than any firm has")
                return int(fen)
            case _:
                return float(_number(value))
    except (KeyError, ValueError, InvalidOperation, OverflowError):
        raise Refused(
            "第{row}家企业的 {key} 不能是 {value}：应为 {unit}", row=row, key=key, value=value, unit=_expected(kind)
        ) from None


def _number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise ValueError("a truth value is no number")
    number = Decimal(str(value).replace(",", ""))
    if not number.is_finite() or abs(number) > Decimal(10) ** 12:
        raise ValueError("out of range")
    return number


def _expected(kind: Kind) -> str:
    return {
        Kind.MONEY: "万元金额，精确到分",
        Kind.BOOL: "true 或 false",
        Kind.DATE: "日期，如 2015-03-01",
        Kind.TEXT: "文本",
    }.get(kind, "数字")
