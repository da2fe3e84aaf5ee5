"""What a firm is found by: its names and how they sound, its code, its people; spelling hides nothing."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import islice, product

from pypinyin import lazy_pinyin, pinyin
from pypinyin.constants import Style


class Handle(StrEnum):
    """The ways to find a firm. The first two letters tell them apart in the index."""

    NAME = "name"
    STEM = "stem"
    FORMER = "former"
    INITIALS = "initials"
    PINYIN = "pinyin"
    CODE = "code"
    PERSON = "person"
    PHONE = "phone"


PERSONAL = frozenset({Handle.PERSON, Handle.PHONE})

# Where a firm sits stands before what it is called: 广州澜图 is looked for as 澜图.
PLACES = ("广东省广州市", "广东省广州", "广东省", "广东", "广州市", "广州")
# Characters of firm names that are read in more than one way when no known word says which.
POLYPHONES: dict[str, tuple[str, ...]] = {
    "重": ("chong", "zhong"),
    "长": ("chang", "zhang"),
    "行": ("hang", "xing"),
    "乐": ("le", "yue"),
    "朝": ("chao", "zhao"),
    "盛": ("sheng", "cheng"),
    "曾": ("zeng", "ceng"),
    "单": ("dan", "shan"),
    "都": ("du", "dou"),
    "调": ("diao", "tiao"),
    "传": ("chuan", "zhuan"),
    "藏": ("cang", "zang"),
    "翟": ("zhai", "di"),
    "仇": ("qiu", "chou"),
    "解": ("jie", "xie"),
    "会": ("hui", "kuai"),
    "参": ("can", "shen"),
    "宿": ("su", "xiu"),
    "厦": ("xia", "sha"),
    "朴": ("pu", "piao"),
    "校": ("xiao", "jiao"),
    "种": ("zhong", "chong"),
    "柏": ("bai", "bo"),
    "薄": ("bo", "bao"),
    "贾": ("jia", "gu"),
    "蔚": ("wei", "yu"),
    "茜": ("qian", "xi"),
}
READINGS_AT_MOST = 4


@dataclass(frozen=True)
class Found:
    """One handle: ``text`` is what is looked in, ``shown`` what the hit says (a name, a code, a person)."""

    kind: Handle
    text: str
    shown: str


def fold(text: str) -> str:
    """Return ``text`` in half width and lower case, without blanks: 甲（广州）ＡＩ and 甲(广州) ai are one."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def stem(folded: str) -> str:
    """Return a folded name without the place it begins with."""
    place = next((place for place in PLACES if folded.startswith(place)), "")
    return folded.removeprefix(place) or folded


@cache
def _reading(character: str) -> str:
    return lazy_pinyin(character, style=Style.NORMAL)[0]


def readings(folded: str) -> list[tuple[str, ...]]:
    """Return how a folded name may be read, syllable by syllable, the likeliest first; four readings at most.

    Known words settle a character (重庆 is chong qing); one that stands alone is given each of its usual readings.
    """
    if POLYPHONES.keys().isdisjoint(folded):  # reading character by character is twenty times as fast
        return [tuple(_reading(character) for character in folded)]
    by_word = pinyin(folded, style=Style.NORMAL, heteronym=True, errors=_as_they_stand)  # type: ignore[arg-type]
    ways = [
        POLYPHONES.get(character, tuple(said[:1])) if len(said) > 1 else tuple(said)
        for character, said in zip(folded, by_word, strict=True)
    ]
    return list(islice(product(*ways), READINGS_AT_MOST))


def _as_they_stand(run: str) -> list[list[str]]:
    return [[character] for character in run]


def sounds(name: str) -> Iterator[tuple[str, str]]:
    """Yield (initials, full pinyin) of each reading of a name, each pair once."""
    plain = "".join(filter(str.isalnum, fold(name)))
    for syllables in dict.fromkeys(readings(plain)):
        full = "".join(syllables)
        if full != plain:
            yield "".join(syllable[0] for syllable in syllables), full


def handles(
    name: str,
    uscc: str,
    former_names: Iterable[str],
    people: Iterable[tuple[str, str | None]],
    other_codes: Iterable[str] = (),
) -> Iterator[Found]:
    """Yield all that a firm is found by. ``people`` are (name, phone), ``other_codes`` those of files it took in."""
    former = sorted(set(former_names) - {name})
    whole = fold(name)
    yield Found(Handle.NAME, whole, name)
    if stem(whole) != whole:
        yield Found(Handle.STEM, stem(whole), name)
    for code in (uscc, *other_codes):
        yield Found(Handle.CODE, fold(code), code)
    for old in former:
        yield Found(Handle.FORMER, fold(old), old)
    for called in (name, *former):
        for short, full in sounds(called):
            yield Found(Handle.INITIALS, short, called)
            yield Found(Handle.PINYIN, full, called)
    for person, phone in sorted({(person, phone or "") for person, phone in people}):
        yield Found(Handle.PERSON, fold(person), person)
        if digits(phone):
            yield Found(Handle.PHONE, digits(phone), person)


def digits(text: str) -> str:
    """Return the digits of a phone number, whatever stands between them."""
    return "".join(character for character in unicodedata.normalize("NFKC", text) if character.isdecimal())


def mask_phone(phone: str | None) -> str | None:
    """Return the ends of a number only."""
    return phone and (phone[:3] + "*" * max(len(phone) - 5, 3) + phone[-2:])


def marked(shown: str, kind: Handle, typed: str) -> list[tuple[str, bool]]:
    """Cut ``shown`` into (part, whether it is what was typed); a sound marks the characters that sound so."""
    needle = fold(typed)
    spelled = [(place, letter) for place, character in enumerate(shown) for letter in fold(character)]
    if kind in {Handle.INITIALS, Handle.PINYIN}:
        needle = needle.replace("'", "")
        spelled = [(place, letter) for place, letter in spelled if letter.isalnum()]
        ways = readings("".join(letter for _, letter in spelled))
        said = [[s[0] if kind is Handle.INITIALS else s for s in way] for way in ways]
    else:
        said = [[letter for _, letter in spelled]]
    for way in said:
        start = "".join(way).find(needle)
        if needle and start >= 0:
            ends = [sum(map(len, way[: place + 1])) for place in range(len(way))]
            first = next(place for place, end in enumerate(ends) if end > start)
            last = next(place for place, end in enumerate(ends) if end >= start + len(needle))
            begin, after = spelled[first][0], spelled[last][0] + 1
            parts = [(shown[:begin], False), (shown[begin:after], True), (shown[after:], False)]
            return [part for part in parts if part[0]]
    return [(shown, False)]
