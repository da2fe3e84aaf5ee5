"""One invented firm with all that hangs on it."""

from dataclasses import dataclass
from typing import Any

from crm.kit.db import Base


@dataclass
class Story:
    """One firm and all that hangs on it, as rows ready to insert; ``firm`` has no id yet."""

    firm: dict[str, Any]
    rows: dict[type[Base], list[dict[str, Any]]]
