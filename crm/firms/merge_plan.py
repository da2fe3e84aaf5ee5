"""What making two files one would do: which fields differ, which records move, which meet their like."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm.domain.errors import Refused
from crm.firms import history, merge_clashes, rows, service
from crm.firms.care_models import Group, GroupMember, StopFlag
from crm.firms.models import Firm
from crm.firms.rows import Row
from crm.journal.service import plain

# What a row may take over from its like where it says nothing; an end that is not stated is no blank.
FILLS = {
    "certification": ("batch",),
    "intellectual_property": ("applied_on", "granted_on", "origin", "core", "used_for_hte_on"),
    "former_name": ("until_on",),
}


@dataclass(frozen=True)
class Choice:
    """A field in which two files differ; ``default`` is the fuller, else the later stated: "kept" or "gone"."""

    field: str
    kept: Any
    gone: Any
    default: str


@dataclass(frozen=True)
class Met:
    """A row of the gone file whose like the kept file has: it stays behind, ``filled`` fills what its like lacks.

    ``said`` tells what else becomes of the two, where ``filled`` does more than fill.
    """

    row: Row
    like: Row
    filled: dict[str, Any]
    said: str = ""


@dataclass
class Plan:
    """What merging two files would do. ``moving`` are rows with what else changes in them; ``seal`` marks the state.

    ``amended`` are rows that stay where they are and change: statements that get another number, goals that go to
    another plan, groups that lose their head (``headless``). ``stops``: both have a stop flag that counts.
    """

    choices: list[Choice]
    moving: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)
    amended: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)
    renumbered: bool = False
    met: list[Met] = field(default_factory=list)
    headless: list[Row] = field(default_factory=list)
    stops: bool = False
    staying: list[Row] = field(default_factory=list)
    seal: str = ""

    def by_table(self) -> dict[str, list[Row]]:
        """Return the rows that move, by table."""
        told: dict[str, list[Row]] = {}
        for row, _changed in self.moving:
            told.setdefault(row.table.name, []).append(row)
        return told


def plan(kept: Firm, gone: Firm, today: date) -> Plan:
    """Return what merging ``gone`` into ``kept`` would do, with a fixed number of statements. Changes nothing.

    Raises Refused for one file with itself, and while a change of hands or district of ``gone`` waits for its day.
    """
    if kept.id == gone.id:
        raise Refused("一份档案不能与自己合并")
    state = rows.image([kept.id, gone.id])
    made = Plan(_choices(kept, gone), seal=rows.seal(sorted(state.items(), key=repr)))
    here: dict[Any, tuple[list[Row], list[Row]]] = {column: ([], []) for column in rows.pointing()}
    for row in rows.of_firms([kept.id, gone.id]):
        here[row.table.c[row.column]][row.firm_id == gone.id].append(row)
    for column, (ours, theirs) in here.items():
        if column.table.name in rows.STAYS:
            if any(row.values["applied"] is False for row in theirs):
                raise Refused("“{name}”有定了日子、还没有生效的换人或迁移：请先撤销或等它生效", name=gone.name)
            made.staying += theirs
        else:
            _SETTLED.get(column.table.name, _sort_out)(made, column, ours, theirs)
    made.stops = all(any(merge_clashes.stops(flag, today) for flag in side) for side in here[_FLAGS])
    _heads(made, *here[_MEMBERS], here[_HEADS][1])
    return made


def _choices(kept: Firm, gone: Firm) -> list[Choice]:
    events = {firm.id: history.changes(history.of_record(firm), service.EDITABLE) for firm in (kept, gone)}
    last = {firm_id: {change.field: change.event.id for change in reversed(told)} for firm_id, told in events.items()}
    found = []
    for name in service.EDITABLE:
        ours, theirs = plain(getattr(kept, name)), plain(getattr(gone, name))
        if ours == theirs:
            continue
        later = last[gone.id].get(name, 0) > last[kept.id].get(name, 0)
        take_theirs = theirs not in (None, []) and (ours in (None, []) or (later and name not in {"uscc", "name"}))
        found.append(Choice(name, ours, theirs, "gone" if take_theirs else "kept"))
    return found


def _sort_out(made: Plan, column: Any, ours: list[Row], theirs: list[Row]) -> None:
    """Settle for each row of one table whether it moves or stays behind its like."""
    limits = rows.limits_of(column)
    known = {mark: row for row in reversed(ours) for mark in _marks(row, limits)}
    has_main = column.table.name == "contact" and any(row.values["main"] for row in ours)
    for row in theirs:
        like = next((known[mark] for mark in _marks(row, limits) if mark in known), None)
        if like is None:
            made.moving.append((row, {"main": False} if has_main and row.values["main"] else {}))
        else:
            made.met.append(Met(row, like, _lacking(like, row)))


def _plans(made: Plan, column: Any, ours: list[Row], theirs: list[Row]) -> None:
    """A file has one plan that begins in a year; of two the goals are put together."""
    known = {row.values["since_year"]: row for row in ours}
    joined = {}
    for row in theirs:
        like = known.get(row.values["since_year"])
        if like is None:
            made.moving.append((row, {}))
            continue
        said, changed, goals_go = merge_clashes.plan_meets(like, row)
        # Whoever has the plan open is told that it is another one now.
        made.met.append(Met(row, like, {**changed, "version": like.values["version"] + 1} if changed else {}, said))
        if goals_go:
            joined[row.values["id"]] = like.values["id"]
    made.amended += (
        [(goal, {"plan_id": joined[goal.values["plan_id"]]}) for goal in rows.goals_of(joined)] if joined else []
    )


def _members(made: Plan, column: Any, ours: list[Row], theirs: list[Row]) -> None:
    for row in theirs:
        like, changed = merge_clashes.membership(ours, row)
        if like is None:
            made.moving.append((row, changed))
        else:
            same = like.values["group_id"] == row.values["group_id"]
            made.met.append(Met(row, like, {}, "" if same else merge_clashes.ONE_GROUP))


def _later(made: Plan, column: Any, ours: list[Row], theirs: list[Row]) -> None:
    """The head of a group is one of its members: who heads what is settled when the members are."""


def _heads(made: Plan, ours: list[Row], theirs: list[Row], heads: list[Row]) -> None:
    moved = {row.key for row, _changed in made.moving if row.table.name == "group_member"}
    lasting = [row for row in (*ours, *theirs) if row.values["until_on"] is None]
    joined = {row.values["group_id"] for row in lasting if row in ours or row.key in moved}
    for row in heads:
        if row.values["id"] in joined:
            made.moving.append((row, {}))
        else:
            made.headless.append(row)
            made.amended.append((row, {row.column: None}))


def _marks(row: Row, limits: list[tuple[str, ...]]) -> list[tuple[int, str]]:
    """Return what makes a row the only one of its kind; in a limit of the database nothing equals a blank."""
    told = [(place, [plain(row.values[name]) for name in limit]) for place, limit in enumerate(limits)]
    return [(place, repr(said)) for place, said in told if None not in said or place == len(limits) - 1]


def _lacking(like: Row, row: Row) -> dict[str, Any]:
    takes = FILLS.get(row.table.name, ())
    return {name: row.values[name] for name in takes if like.values[name] is None and row.values[name] is not None}


def _renumber(made: Plan, column: Any, ours: list[Row], theirs: list[Row]) -> None:
    """Put the statements of both into one order: of one year and source the later word has the higher version."""
    sets: dict[tuple[Any, Any], list[Row]] = {}
    for row in (*ours, *theirs):
        sets.setdefault((row.values["year"], row.values["source"]), []).append(row)
    mine = {row.key for row in ours}
    for stated in sets.values():
        both = len({row.key in mine for row in stated}) == 2
        stated.sort(key=lambda row: (row.values["stated_at"], row.values["version"], row.key))
        for version, row in enumerate(stated, start=1):
            changed = {"version": version} if both and row.values["version"] != version else {}
            if row.key not in mine:
                made.moving.append((row, changed))
            elif changed:
                made.amended.append((row, changed))
            made.renumbered = made.renumbered or both


_FLAGS: Any = StopFlag.__table__.c.firm_id
_MEMBERS: Any = GroupMember.__table__.c.firm_id
_HEADS: Any = Group.__table__.c.head_firm_id
_SETTLED: dict[str, Callable[[Plan, Any, list[Row], list[Row]], None]] = {
    "annual_return": _renumber,
    "plan": _plans,
    "group_member": _members,
    "firm_group": _later,
}
