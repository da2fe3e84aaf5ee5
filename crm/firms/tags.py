"""Tags: words the office puts on files to find them again, on one or on thousands at once."""

import unicodedata
from collections.abc import Collection

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.domain.words import N_
from crm.firms.care_models import FirmTag, Tag
from crm.firms.models import Firm
from crm.firms.outcomes import NOT_YOURS, Outcome
from crm.firms.queries import visible_to
from crm.journal.service import Entry, record_many
from crm.kit import clock
from crm.kit.db import chunks, db

LONGEST = 20
HAS_IT = N_("已有这个标签")
HAS_IT_NOT = N_("没有这个标签")


def named(name: str, actor: User) -> Tag:
    """Return the tag of that name, made now if nobody has used it yet; full-width and half-width are one.

    Raises Refused for an empty or a long name.
    """
    plain = _plain(name)
    known = select(Tag).where(Tag.name == plain)
    found = db.session.scalars(known).first()
    if found is not None:
        return found
    try:
        with db.session.begin_nested():
            made = Tag(name=plain, made_by=actor.name, made_at=clock.now())
            db.session.add(made)
            db.session.flush()
            return made
    except IntegrityError:  # somebody else made it at the same moment
        return db.session.scalars(known).one()


def _plain(name: str) -> str:
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    if not plain:
        raise Refused("请填写标签", field="tag")
    if len(plain) > LONGEST:
        raise Refused("标签最多{count}个字", count=LONGEST, field="tag")
    return plain


def preview(firm_ids: Collection[int], name: str, actor: User, *, put: bool) -> list[Outcome]:
    """Return what ``tag`` (or ``untag``) by this name would do, and change nothing. Raises Refused as ``named``."""
    known = db.session.scalars(select(Tag).where(Tag.name == _plain(name))).first()
    return _decided(firm_ids, known, actor, put=put)


def tag(firm_ids: Collection[int], tag: Tag, actor: User) -> list[Outcome]:
    """Put a tag on files; the number of statements does not grow with them. Returns what became of each."""
    outcomes = _decided(firm_ids, tag, actor, put=True)
    going = [outcome.firm_id for outcome in outcomes if outcome.done]
    if going:
        db.session.execute(insert(FirmTag), [{"firm_id": firm_id, "tag_id": tag.id} for firm_id in going])
    record_many([Entry("firm.tagged", "firm", f, f, {"changes": {"tag": [None, tag.name]}}) for f in going], actor)
    return outcomes


def untag(firm_ids: Collection[int], tag: Tag, actor: User) -> list[Outcome]:
    """Take a tag off files, as ``tag`` puts it on."""
    outcomes = _decided(firm_ids, tag, actor, put=False)
    going = [outcome.firm_id for outcome in outcomes if outcome.done]
    for part in chunks(going):
        db.session.execute(delete(FirmTag).where(FirmTag.tag_id == tag.id, FirmTag.firm_id.in_(part)))
    record_many([Entry("firm.untagged", "firm", f, f, {"changes": {"tag": [tag.name, None]}}) for f in going], actor)
    return outcomes


def _decided(firm_ids: Collection[int], tag: Tag | None, actor: User, *, put: bool) -> list[Outcome]:
    names: dict[int, str] = {}
    bearers: set[int] = set()
    for part in chunks(firm_ids):
        # Locked in the order of their ids: a tag put on twice at one moment is put on once.
        mine = visible_to(actor).with_only_columns(Firm.id, Firm.name).where(Firm.id.in_(part)).order_by(Firm.id)
        names |= dict(db.session.execute(mine.with_for_update(of=Firm)).all())
        if tag is not None:
            bears = select(FirmTag.firm_id).where(FirmTag.tag_id == tag.id, FirmTag.firm_id.in_(part))
            bearers |= set(db.session.scalars(bears))
    outcomes = []
    for firm_id in dict.fromkeys(firm_ids):
        why = NOT_YOURS
        if firm_id in names:
            why = "" if (firm_id in bearers) is not put else HAS_IT if put else HAS_IT_NOT
        outcomes.append(Outcome(firm_id, names.get(firm_id, ""), done=not why, why=why))
    return outcomes


def of(firm_ids: Collection[int]) -> dict[int, list[Tag]]:
    """Return {firm id: its tags by name} with one statement."""
    found: dict[int, list[Tag]] = {}
    query = select(FirmTag.firm_id, Tag).join(Tag, Tag.id == FirmTag.tag_id).where(FirmTag.firm_id.in_(firm_ids))
    for firm_id, item in db.session.execute(query.order_by(Tag.name)):
        found.setdefault(firm_id, []).append(item)
    return found


def names_of(tag_ids: Collection[int]) -> dict[int, str]:
    """Return the names of tags by id."""
    return dict(db.session.execute(select(Tag.id, Tag.name).where(Tag.id.in_(tag_ids))).all()) if tag_ids else {}


def in_use(user: User) -> list[tuple[Tag, int]]:
    """Return (tag, number of the firms of ``user`` that bear it), the most used first."""
    mine = visible_to(user).with_only_columns(Firm.id)
    query = select(Tag, func.count()).join(FirmTag, FirmTag.tag_id == Tag.id).where(FirmTag.firm_id.in_(mine))
    return [
        (item, count)
        for item, count in db.session.execute(query.group_by(Tag.id).order_by(func.count().desc(), Tag.name))
    ]


def get(tag_id: int) -> Tag:
    """Return one tag; NotFound (404) when there is none."""
    return db.one_or_404(select(Tag).where(Tag.id == tag_id))
