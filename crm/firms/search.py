"""Finding firms by a few letters: of a name, its sound, a former name, the code, somebody's name or number.

Two ways lead to the same firms. What many firms are found by (广州) is walked in the order of the hits and left as soon
as a page is full; what few are found by is looked up in the index by pairs of characters, which a migration keeps.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, Select, Text, and_, cast, false, func, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from crm.accounts.models import User
from crm.domain.finding import Handle, digits, fold
from crm.firms.models import Firm, FirmHandle
from crm.firms.queries import visible_to
from crm.kit.db import db

# The order of hits; within one way the shorter name comes first. What begins with the text stands before all.
RANKING = (
    Handle.NAME,
    Handle.INITIALS,
    Handle.PINYIN,
    Handle.FORMER,
    Handle.CODE,
    Handle.PERSON,
    Handle.PHONE,
)
BEST = 1_000  # hits beyond are not listed: somebody who turns twenty pages should type another letter
SAMPLED = 400  # firms
GOLDEN = 0.6180339887498949
COMMON = 0.01
# {address of the register: (how large it was, in powers of two, the handles sampled)}
_samples: dict[str, tuple[int, Mapping[Handle, Sequence[str]]]] = {}
_LAST = "\U0010ffff"
_COLUMNS = (FirmHandle.firm_id, FirmHandle.kind, FirmHandle.shown, FirmHandle.text)


@dataclass(frozen=True)
class Hit:
    """A firm that was found, by which handle, and what of the handle is to be shown (a name, a code, a person)."""

    firm: Firm
    kind: Handle
    shown: str
    text: str


@dataclass(frozen=True)
class Found:
    """One page of the best hits; ``more``: there is another page."""

    hits: list[Hit]
    more: bool


def find(user: User, typed: str, *, contacts: bool, size: int, page: int = 1) -> Found:
    """Find firms of ``user`` by any part of what they are called; by their people too when ``contacts``.

    Ranked: exact, beginning (of the name, of the name after its place), any part, initials, pinyin, former name, code,
    contact. The number of statements does not grow with the firms found.
    """
    first, wanted = (page - 1) * size, min(page * size + 1, BEST)
    best: dict[int, tuple[Handle, str, str]] = {}
    for firm_id, kind, shown, held in _walk(user, _needles(typed, contacts=contacts), wanted):
        best.setdefault(firm_id, (kind, shown, held))
        if len(best) == wanted:
            break
    shown_ids = list(islice(best, first, first + size))
    firms = {firm.id: firm for firm in db.session.scalars(visible_to(user).where(Firm.id.in_(shown_ids)))}
    hits = [Hit(firms[firm_id], *best[firm_id]) for firm_id in shown_ids]
    return Found(hits, more=len(best) > first + size)


def named(typed: str) -> ColumnElement[bool]:
    """Return the condition that a firm is called so, was called so, or has a code with that in it."""
    needles = {kind: needle for kind, needle in _needles(typed, contacts=False).items() if kind in _CALLED}
    if not needles:
        return false()
    common = _common(needles)
    here = [_holds(kind, needle) for kind, needle in needles.items() if kind in common]
    looked_up = {kind: needle for kind, needle in needles.items() if kind not in common}
    if looked_up:
        here.append(_looked_up(looked_up))
    return Firm.id.in_(select(FirmHandle.firm_id).where(or_(*here)))


_CALLED = frozenset({Handle.NAME, Handle.FORMER, Handle.CODE})


def _needles(typed: str, *, contacts: bool) -> dict[Handle, str]:
    """Return what is looked for in each kind of handle that can hold it, in the order of hits."""
    folded = fold(typed)
    if not folded:
        return {}
    needles = {Handle.NAME: folded, Handle.FORMER: folded}
    if folded.isascii() and folded.isalnum():
        needles[Handle.CODE] = folded
    sound = folded.replace("'", "")  # an input method parts syllables so while somebody is still typing
    if sound.isascii() and sound.isalnum() and not sound.isdecimal():
        needles |= {Handle.INITIALS: sound, Handle.PINYIN: sound}
    if contacts:
        needles[Handle.PERSON] = folded
        if len(digits(folded)) > 2 and set(folded) <= set("0123456789+-() "):
            needles[Handle.PHONE] = digits(folded)
    return {kind: needles[kind] for kind in RANKING if kind in needles}


def _walk(user: User, needles: Mapping[Handle, str], size: int) -> Iterator[tuple[int, Handle, str, str]]:
    """Yield hits, the best first; what is not asked for is not read."""
    if not needles:
        return
    seen = visible_to(user).join(FirmHandle, FirmHandle.firm_id == Firm.id)
    seen = seen.with_only_columns(*_COLUMNS, maintain_column_froms=True)
    name = needles[Handle.NAME]
    begins = and_(
        FirmHandle.kind.in_([Handle.NAME, Handle.STEM]), FirmHandle.text >= name, FirmHandle.text < name + _LAST
    )
    yield from _pages(seen.where(begins).order_by(FirmHandle.kind, FirmHandle.text, FirmHandle.firm_id), size)
    common = _common(needles)
    rare: dict[Handle, list[tuple[int, Handle, str, str]]] | None = None
    for kind, needle in needles.items():
        if kind in common:
            found = seen.where(_often_holds(kind, needle)).order_by(FirmHandle.length, FirmHandle.firm_id)
            yield from _pages(found, size)
            continue
        if rare is None:
            rare = {}
            looked_up = {kind: needle for kind, needle in needles.items() if kind not in common}
            # In sight or not is asked of each handle found: put as a condition, it may come first and read every firm.
            in_sight = visible_to(user).where(Firm.id == FirmHandle.firm_id).correlate(FirmHandle).exists()
            found = select(*_COLUMNS, in_sight).where(_looked_up(looked_up))
            for *row, visible in db.session.execute(found.order_by(FirmHandle.length, FirmHandle.firm_id)):
                if visible:
                    rare.setdefault(row[1], []).append(tuple(row))
        yield from rare.get(kind, ())


def _pages(query: Select[tuple[int, Handle, str, str]], size: int) -> Iterator[tuple[int, Handle, str, str]]:
    """Yield the rows of a long list, a page at a time: several handles may lead to one firm."""
    start = 0
    while rows := db.session.execute(query.limit(size).offset(start)).all():
        yield from rows
        if len(rows) < size:
            return
        start += size


def _common(needles: Mapping[Handle, str]) -> set[Handle]:
    """Return the kinds in which a hit is so frequent, among firms from all over, that walking finds a page at once."""
    sample = _sample()
    common = set()
    for kind, needle in needles.items():
        texts = sample.get(kind, ())
        if sum(needle in text for text in texts) > COMMON * len(texts) or not _pairs(kind, needle):
            common.add(kind)
    return common


def _sample() -> Mapping[Handle, Sequence[str]]:
    """Return the handles of some hundred firms from all over the register, read anew whenever it has doubled.

    They settle only which of two ways is taken, and both lead to the same firms: what changed since does no harm.
    """
    newest = db.session.scalar(select(func.max(Firm.id))) or 0
    address, size = str(db.engine.url), newest.bit_length()
    known = _samples.get(address)
    if known is None or known[0] != size:
        # Steps of the golden ratio have no period: codes and numbers given one after the other are met in all parts.
        firms = {int(newest * (place * GOLDEN % 1)) + 1 for place in range(SAMPLED)}
        found: dict[Handle, list[str]] = {}
        query = select(FirmHandle.kind, FirmHandle.text).where(FirmHandle.firm_id.in_(sorted(firms)))
        for kind, text_held in db.session.execute(query):
            found.setdefault(kind, []).append(text_held)
        known = _samples[address] = (size, found)
    return known[1]


def _holds(kind: Handle, needle: str) -> ColumnElement[bool]:
    return and_(FirmHandle.kind == kind, FirmHandle.text.contains(needle, autoescape=True))


def _often_holds(kind: Handle, needle: str) -> ColumnElement[bool]:
    """Return the same condition for a frequent needle: of LIKE, PostgreSQL takes hits for rare and sorts them all."""
    place = func.strpos if db.session.get_bind().dialect.name == "postgresql" else func.instr
    return and_(FirmHandle.kind == kind, place(FirmHandle.text, needle) > 0)


def _looked_up(needles: Mapping[Handle, str]) -> ColumnElement[bool]:
    """Return the condition that a handle holds its needle, put so that the index by pairs of characters is used.

    The entries of the index say of which kind they are; named once more, the kind would be looked up instead of them.
    """
    holds = or_(*(FirmHandle.text.contains(needle, autoescape=True) for needle in sorted(set(needles.values()))))
    wanted = [_pairs(kind, needle) for kind, needle in needles.items()]
    if db.session.get_bind().dialect.name == "postgresql":
        kept = literal_column("firm_handle_pairs(firm_handle.kind, firm_handle.text)")
        return and_(or_(*(kept.op("@>")(cast(sorted(pairs), ARRAY(Text))) for pairs in wanted)), holds)
    entries = " OR ".join(
        "({})".format(" AND ".join('"{}"'.format(pair.replace('"', '""')) for pair in sorted(pairs)))
        for pairs in wanted
    )
    matching = text("SELECT rowid FROM firm_handle_pairs WHERE firm_handle_pairs MATCH :entries")
    return and_(FirmHandle.id.in_(matching.bindparams(entries=entries).columns(FirmHandle.id)), holds)


def _pairs(kind: Handle, needle: str) -> Collection[str]:
    """Return the index entries that every text with ``needle`` in it has; none for a single ASCII character."""
    mark = kind.value[:2]
    if len(needle) == 1:
        return {mark + needle} if not needle.isascii() else set()
    return {mark + needle[place : place + 2] for place in range(len(needle) - 1)}
