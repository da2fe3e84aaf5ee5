"""What every part of a policy is written in: labels in both languages, and where it was read."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of a policy: nothing it does not name, and nothing changed once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Grade(StrEnum):
    """How well the source of a rule was checked."""

    OFFICIAL = "official text"
    RESTATED = "restated"
    UNVERIFIED = "unverified"


class Words(Strict):
    """A label in both languages."""

    zh: str
    en: str


class Source(Strict):
    """Where a rule comes from: the document, where it was read, how well it was checked.

    ``url`` is empty where no address can be shown: a copy on a site nobody should be sent to, or no page at all.
    """

    document: str
    title: str
    grade: Grade
    ids: list[str]
    url: str = ""

    @property
    def verified(self) -> bool:
        """Whether somebody has read the text, or a copy of it."""
        return self.grade is not Grade.UNVERIFIED
