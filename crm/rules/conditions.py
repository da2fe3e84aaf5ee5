"""A condition: one metric held against one threshold."""

from pydantic import Field, model_validator

from crm.rules.bands import Threshold
from crm.rules.words import Source, Strict, Words

COMPARISONS = ("at_least", "at_most", "above", "below", "is_", "in_", "at_least_by")


class Condition(Strict):
    """A metric compared with a threshold. Exactly one comparison."""

    id: str
    label: Words
    clause: str
    metric: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    is_: bool | str | None = Field(None, alias="is")
    in_: list[str] | None = Field(None, alias="in", min_length=1)
    at_least_by: Threshold | None = None
    source: Source | None = None
    hint: Words | None = None

    @property
    def counts(self) -> bool:
        """Whether it decides anything: a clause whose text nobody has verified is worked out and shown, no more."""
        return self.source is None or self.source.verified

    @property
    def comparison(self) -> str:
        """Which comparison is used."""
        return next(name for name in COMPARISONS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_comparison(self) -> "Condition":
        used = [name for name in COMPARISONS if getattr(self, name) is not None]
        if len(used) != 1:
            raise ValueError(f"a condition needs exactly one comparison, this has {len(used)}")
        return self
