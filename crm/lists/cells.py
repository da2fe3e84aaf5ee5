"""Changing one fact of a firm in its row: officer, technology field, park, incubator, tags, note."""

import re
from typing import Any

from crm.accounts.models import User
from crm.domain.errors import Refused
from crm.firms import service, tags
from crm.firms.models import Firm
from crm.kit import clock

ATTRIBUTES = {"officer": "officer_id"}
_BETWEEN_TAGS = re.compile(r"[,，、;；\n]+")


def text_of(firm: Firm, key: str) -> str:
    """Return what a cell holds, as its form has it."""
    if key == "tags":
        return "、".join(tag.name for tag in tags.of([firm.id]).get(firm.id, []))
    value = getattr(firm, ATTRIBUTES.get(key, key))
    return "" if value is None else str(value)


def put(firm: Firm, actor: User, key: str, seen: str, typed: str) -> None:
    """Save what was typed into a cell that said ``seen`` when it was opened.

    Raises Refused when somebody else has changed the same cell since; other cells are their own matter.
    """
    now = text_of(firm, key)
    if now not in {seen, typed}:
        raise Refused("您打开之后别人改过：现在是“{now}”。再次保存即以您的为准", now=now or "—", field="value")
    if key == "tags":
        _tag(firm, actor, typed)
        return
    value: Any = typed or None
    if key == "officer" and value is not None:
        value = int(value)
    service.edit(firm, actor, {ATTRIBUTES.get(key, key): value}, clock.today())


def _tag(firm: Firm, actor: User, typed: str) -> None:
    wanted = {tag.id: tag for name in _BETWEEN_TAGS.split(typed) if name.strip() for tag in [tags.named(name, actor)]}
    held = {tag.id: tag for tag in tags.of([firm.id]).get(firm.id, [])}
    for number in wanted.keys() - held.keys():
        tags.tag([firm.id], wanted[number], actor)
    for number in held.keys() - wanted.keys():
        tags.untag([firm.id], held[number], actor)
