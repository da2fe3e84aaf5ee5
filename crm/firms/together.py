"""Two people at one record: each keeps what only they changed, and only what both changed is asked about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.firms import history
from crm.journal.models import Event
from crm.journal.service import plain


@dataclass(frozen=True)
class Both:
    """A field that two people gave different values: before, the other's, mine. ``event`` is the other's act.

    ``mine_taken``: I have seen the other's value side by side with mine and decided for mine.
    """

    field: str
    before: Any
    theirs: Any
    mine: Any
    event: Event
    mine_taken: bool = False


@dataclass
class Weighed:
    """What comes of both edits: ``values`` to be saved, ``kept`` the fields in which the other's value stays."""

    values: dict[str, Any]
    both: list[Both] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    others: list[Event] = field(default_factory=list)

    @property
    def undecided(self) -> bool:
        """Whether some field was changed by both and nobody has chosen."""
        return any(not item.mine_taken for item in self.both)


def weigh(
    now: Mapping[str, Any],
    found: Iterable[Event],
    mine: Mapping[str, Any],
    seen: int,
    shown: int,
    taken: Mapping[str, str],
) -> Weighed:
    """Weigh what I typed (``mine``) against what the record holds ``now``, by the events ``found`` (oldest first).

    ``seen`` is the position of the trail when my edit began, ``shown`` that of the page that last put both values side
    by side, ``taken`` {field: "mine" | "theirs"} what I chose there. A choice holds for the value that was shown: if a
    third save changed it since, it is asked again.
    """
    events = list(found)
    here = {name: _alike(now[name]) for name in mine}
    base = history.rolled_back(here, [event for event in events if event.id > seen])
    side_by_side = history.rolled_back(here, [event for event in events if event.id > shown])
    weighed = Weighed(dict(mine), others=[event for event in events if event.id > seen])
    for name, value in mine.items():
        before, theirs, typed = _alike(base[name]), here[name], _alike(value)
        if typed == theirs:
            continue
        chosen = taken.get(name) if _alike(side_by_side[name]) == theirs else None
        if typed == before or chosen == "theirs":
            weighed.values[name] = now[name]
            weighed.kept.append(name)
        elif theirs != before:
            event = next(e for e in reversed(weighed.others) if name in e.detail.get("changes", {}))
            weighed.both.append(Both(name, before, theirs, typed, event, chosen == "mine"))
    return weighed


def _alike(value: Any) -> Any:
    """Return a value as the trail holds it; the order of a set of choices says nothing."""
    told = plain(value)
    return sorted(told) if isinstance(told, list) else told
