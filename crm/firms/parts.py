"""The records that hang on a firm's file: one table says for each its model, its form and its word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crm.domain.ladder import Rung
from crm.domain.records import AwardLevel, IpOrigin
from crm.domain.words import N_
from crm.firms import forms, models
from crm.firms.award_models import AwardGiven
from crm.kit.forms import Form, yes_no


@dataclass(frozen=True)
class Part:
    """A kind of record: ``read`` turns what was typed into what is kept, ``show`` the other way round."""

    table: Any
    form: type[Form]
    label: str
    home: str
    read: Callable[[Mapping[str, Any]], dict[str, Any]] = dict
    show: Callable[[Any], dict[str, Any]] = lambda item: {}
    removable: bool = True


def _certification(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {**typed, "kind": Rung(typed["kind"])}


def _right(typed: Mapping[str, Any]) -> dict[str, Any]:
    origin = IpOrigin(typed["origin"]) if typed["origin"] else None
    return {**typed, "origin": origin, "core": yes_no(typed["core"])}


def _show_right(item: Any) -> dict[str, Any]:
    return {"core": tri(item.core), "origin": item.origin.value if item.origin else ""}


def _award(typed: Mapping[str, Any]) -> dict[str, Any]:
    level = AwardLevel(typed["level"]) if typed["level"] else None
    return {**typed, "level": level, "policy_id": typed["policy_id"] or None}


def _show_award(item: Any) -> dict[str, Any]:
    return {"level": item.level.value if item.level else "", "policy_id": item.policy_id or ""}


def tri(value: bool | None) -> str:
    """Return the answer of a yes/no/unknown select."""
    return "" if value is None else "yes" if value else "no"


PARTS: dict[str, Part] = {
    "contacts": Part(models.Contact, forms.ContactForm, N_("联系人"), "firms.file"),
    "certifications": Part(
        models.Certification,
        forms.CertificationForm,
        N_("资质"),
        "ladder.firm",
        _certification,
        lambda item: {"kind": item.kind.value},
        removable=False,
    ),
    "intellectual-property": Part(
        models.IntellectualProperty, forms.IpForm, N_("知识产权"), "ladder.firm", _right, _show_right
    ),
    "achievements": Part(models.Achievement, forms.AchievementForm, N_("奖励、机构与标准"), "firms.file"),
    "credit-checks": Part(
        models.CreditCheck,
        forms.CreditCheckForm,
        N_("信用核查"),
        "firms.file",
        lambda typed: {**typed, "listed": typed["listed"] == "yes"},
        lambda item: {"listed": tri(item.listed)},
    ),
    "awards": Part(AwardGiven, forms.AwardForm, N_("奖补记录"), "firms.file", _award, _show_award),
}
