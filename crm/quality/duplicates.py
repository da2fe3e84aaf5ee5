"""Which files may be of one firm: alike in what an error of typing leaves, never each with each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from rapidfuzz import fuzz

from crm.domain.finding import fold, readings, stem
from crm.domain.words import N_

ALIKE = 80  # of a hundred: rapidfuzz's ratio of two names
# Where more firms than this share a key, the key says nothing (a building, a common name): no pair is made of it.
CROWD = 60
_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "股份公司", "公司")


class Why(StrEnum):
    """Why two files are suspected."""

    NAME = "name"
    SOUND = "sound"
    PERSON = "person"


WHY_LABELS = {
    Why.NAME: N_("名称相同（不计括号、地名和公司形式）"),
    Why.SOUND: N_("名称同音"),
    Why.PERSON: N_("法定代表人相同，地址相同或名称相近"),
}


@dataclass(frozen=True)
class File:
    """What is compared of a firm."""

    firm_id: int
    name: str
    legal_representative: str | None
    address: str | None
    district: str | None


def bare(name: str) -> str:
    """Return a name without brackets, place and legal form: what is left is what the firm is called."""
    plain = stem("".join(filter(str.isalnum, fold(name))))
    form = next((form for form in _FORMS if plain.endswith(form)), "")
    return plain.removesuffix(form) or plain


def pairs(files: Iterable[File]) -> dict[tuple[int, int], Why]:
    """Return {(smaller id, greater id): why}; the strongest reason of a pair counts.

    Firms are put in heaps by bare name, by its sound, by legal representative and district; only within a heap of at
    most CROWD are two compared, so the work grows with the number of firms and not with its square.
    """
    named: dict[str, list[File]] = defaultdict(list)
    sounding: dict[str, list[File]] = defaultdict(list)
    led: dict[tuple[str, str | None], list[File]] = defaultdict(list)
    called = {}
    for file in files:
        called[file.firm_id] = bare(file.name)
        named[called[file.firm_id]].append(file)
        sounding["".join(readings(called[file.firm_id])[0])].append(file)
        if file.legal_representative:
            led[file.legal_representative, file.district].append(file)
    found: dict[tuple[int, int], Why] = {}
    for one, other in _within(led.values()):
        same_place = bool(one.address) and one.address == other.address
        if same_place or fuzz.ratio(called[one.firm_id], called[other.firm_id]) >= ALIKE:
            found[_key(one, other)] = Why.PERSON
    for one, other in _within(sounding.values()):
        found[_key(one, other)] = Why.SOUND
    for one, other in _within(named.values()):
        found[_key(one, other)] = Why.NAME
    return found


def _within(heaps: Iterable[list[File]]) -> Iterator[tuple[File, File]]:
    return (pair for heap in heaps if 1 < len(heap) <= CROWD for pair in combinations(heap, 2))


def _key(one: File, other: File) -> tuple[int, int]:
    return min(one.firm_id, other.firm_id), max(one.firm_id, other.firm_id)
