"""What becomes of one row of a list."""

from dataclasses import asdict, dataclass, field
from typing import Any

from crm.domain.lists import Question, RowOutcome
from crm.imports.image import Held, Write
from crm.imports.matching import Candidate
from crm.imports.recognise import Row
from crm.journal.service import plain

Changes = dict[str, list[Any]]


@dataclass
class Planned:
    """What becomes of one row. ``changes`` {field: [before, after]}, yearly figures as 'revenue@2025'.

    ``writes`` are the records it leaves, in order; ``notes`` what the reader should know: {message, params}.
    """

    row: Row
    outcome: RowOutcome = RowOutcome.REJECT
    firm: Held | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    said: list[tuple[Held, str]] = field(default_factory=list)
    repeats: set[int] = field(default_factory=set)
    notes: list[dict[str, Any]] = field(default_factory=list)
    question: Question | None = None
    candidates: list[Candidate] = field(default_factory=list)
    decision_id: int | None = None

    def note(self, message: str, **params: Any) -> None:
        """Tell the reader something that changes nothing."""
        self.notes.append({"message": message, "params": params})

    def offered(self) -> list[dict[str, Any]]:
        """Return the candidates as they are kept."""
        return [plain(asdict(candidate)) for candidate in self.candidates]
