"""Money as it is typed and shown; kept as whole fen."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from crm.domain.errors import Refused
from crm.domain.words import N_


class Unit(StrEnum):
    """What one unit of a written amount is worth."""

    YUAN = "yuan"
    QIAN = "qian"
    WAN = "wan"
    BAIWAN = "baiwan"
    YI = "yi"


UNIT_LABELS = {
    Unit.YUAN: N_("元"),
    Unit.QIAN: N_("千元"),
    Unit.WAN: N_("万元"),
    Unit.BAIWAN: N_("百万元"),
    Unit.YI: N_("亿元"),
}
FEN_PER: dict[Unit, int] = {
    Unit.YUAN: 100,
    Unit.QIAN: 100_000,
    Unit.WAN: 1_000_000,
    Unit.BAIWAN: 100_000_000,
    Unit.YI: 10_000_000_000,
}
# Ten thousand 亿元: above any firm; a figure beyond it is a slip of the unit.
LIMIT_FEN = 10_000 * FEN_PER[Unit.YI]

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?|[+-]?\.\d+")
_SUFFIX = {
    "百万元": Unit.BAIWAN,
    "万元": Unit.WAN,
    "千元": Unit.QIAN,
    "亿元": Unit.YI,
    "万": Unit.WAN,
    "亿": Unit.YI,
    "元": Unit.YUAN,
}


def parse(text: str, unit: Unit) -> int:
    """Return ``text`` in fen; a unit written behind the number wins over ``unit``, (1,234) is negative.

    Raises Refused for what is not a plain amount, for parts of a fen, and beyond ±LIMIT_FEN.
    """
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").replace(" ", "")
    negative = plain.startswith("(") and plain.endswith(")")
    if negative:
        plain = plain[1:-1]
    for suffix, written in _SUFFIX.items():
        if plain.endswith(suffix):
            plain, unit = plain.removesuffix(suffix), written
            break
    if not _NUMBER.fullmatch(plain) or len(plain) > 40:
        raise Refused("“{text}”不是金额：请只写数字，例如 1,234.56", text=text)
    try:
        amount = Decimal(plain.replace(",", "")) * FEN_PER[unit]
    except InvalidOperation:
        raise Refused("“{text}”不是金额：请只写数字，例如 1,234.56", text=text) from None
    if amount != amount.to_integral_value():
        raise Refused("“{text}”精确到了分以下：请四舍五入到分", text=text)
    if abs(amount) > LIMIT_FEN:
        raise Refused("“{text}”超过一万亿元：请核对单位是元还是万元", text=text)
    return -int(amount) if negative else int(amount)


def show(fen: int, unit: Unit) -> str:
    """Return ``fen`` exactly, with thousands separators and no more decimals than it needs (two at least)."""
    amount = (Decimal(fen) / FEN_PER[unit]).normalize()
    places = max(2, -int(amount.as_tuple().exponent))
    return f"{amount:,.{places}f}"
