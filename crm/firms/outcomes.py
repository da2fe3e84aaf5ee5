"""What became of each firm of many on which one thing was done."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm.domain.errors import Refused
from crm.domain.words import N_

NOT_YOURS = N_("档案不在您的管理范围内，或已不存在")


@dataclass(frozen=True)
class Outcome:
    """One firm: done, or why not, a sentence to translate and to fill with ``params``."""

    firm_id: int
    name: str
    done: bool
    why: str = ""
    params: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def refused(cls, firm_id: int, name: str, refusal: Refused) -> "Outcome":
        """Return the outcome that ``refusal`` explains."""
        return cls(firm_id, name, done=False, why=refusal.message, params=refusal.params)
