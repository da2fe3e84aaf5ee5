"""Which move leads from which status to which: one table a kind of record, and nothing else moves a status."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from crm.domain.errors import Refused

Status = TypeVar("Status", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)


@dataclass(frozen=True)
class Workflow(Generic[Status, Action]):
    """Where a record begins, and {(status, action): status}; what is not in the table cannot be done."""

    start: Status
    moves: Mapping[tuple[Status, Action], Status]

    def after(self, status: Status, action: Action) -> Status:
        """Return the status that ``action`` leads to; Refused when it is no move from ``status``."""
        if (status, action) not in self.moves:
            raise Refused("现在的状态下不能这样做：可能别人刚刚办过，请看最新情况")
        return self.moves[status, action]

    def actions(self, status: Status) -> tuple[Action, ...]:
        """Return the moves from ``status``, in the order of the table."""
        return tuple(action for at, action in self.moves if at == status)

    def reachable(self) -> frozenset[Status]:
        """Return every status a record can come to."""
        found, new = {self.start}, {self.start}
        while new:
            new = {to for (at, _action), to in self.moves.items() if at in new} - found
            found |= new
        return frozenset(found)
