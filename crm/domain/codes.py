"""统一社会信用代码 (GB 32100-2015): read, checked character by character, made for demo and tests.

Eighteen places: 1 authority, 2 kind of body, 3-8 place of first registration (digits), 9-17 the body's own code,
18 check. Letters I, O, S, V, Z are not used.
"""

import re
import unicodedata

from crm.domain.errors import Refused

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
_BLANKS = re.compile(r"[\s\-·.]+")
_AS_NUMBER = re.compile(r"^\d(\.\d+)?E\+?\d+$", re.I)


def compact(text: str) -> str:
    """Return ``text`` in half-width capitals without blanks and dashes."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def check_digit(first17: str) -> str:
    """Return the eighteenth character: weights 3^(i-1) mod 31 (GB 32100-2015 附录)."""
    total = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(first17))
    return ALPHABET[(31 - total % 31) % 31]


def validate(text: str) -> str:
    """Return the compact code.

    Raises Refused naming the character at fault and its place.
    """
    if _AS_NUMBER.match(unicodedata.normalize("NFKC", text).strip()):
        raise Refused(
            "“{text}”是被表格软件改成科学计数的数字，末几位已丢失：请把该列设为文本格式后重新填写",
            text=text,
            field="uscc",
        )
    code = compact(text)
    for place, character in enumerate(code, start=1):
        if character not in ALPHABET:
            raise Refused(
                "统一社会信用代码第{place}位是“{character}”，代码中没有这个字符（不用 I、O、S、V、Z）",
                place=place,
                character=character,
                field="uscc",
            )
    if len(code) != LENGTH:
        raise Refused("统一社会信用代码应为18位，这里是{count}位", count=len(code), field="uscc")
    for place, character in enumerate(code[2:8], start=3):
        if not character.isdigit():
            raise Refused(
                "统一社会信用代码第{place}位是“{character}”，第3至8位是登记机关行政区划，只能是数字",
                place=place,
                character=character,
                field="uscc",
            )
    expected = check_digit(code[:17])
    if code[17] != expected:
        raise Refused(
            "统一社会信用代码的校验不通过：按前17位推算第18位应为“{expected}”，这里是“{character}”，请逐位核对",
            expected=expected,
            character=code[17],
            field="uscc",
        )
    return code


def make(number: int, region: str = "440100") -> str:
    """Return the ``number``-th valid code of a region, for demo and tests: 91, region, nine places in base 31."""
    body = ""
    for _ in range(9):
        number, rest = divmod(number, len(ALPHABET))
        body = ALPHABET[rest] + body
    first17 = f"91{region}{body}"
    return first17 + check_digit(first17)
