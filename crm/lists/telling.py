"""Conditions in words."""

from collections.abc import Mapping

from flask_babel import gettext as _

from crm.kit.pages import words
from crm.lists import fields
from crm.lists.conditions import Condition, Group
from crm.lists.inputs import Input
from crm.lists.kinds import ME

# {field: {value: name}} of the people, bodies and places that a field is open to.
Names = Mapping[str, Mapping[str, str]]


def told(part: Condition | Group, names: Names) -> str:
    """Say a condition or a group."""
    if isinstance(part, Group):
        return told_group(part.kind, [told(inner, names) for inner in part.parts])
    field = fields.FIELDS[part.field]
    test = field.tests[part.test]
    said = {"field": words(field.label)}
    plain = [kind for kind in test.takes if kind is not Input.OPTIONS]
    typed = [*part.values[: len(plain)], *[""] * (len(plain) - len(part.values))]
    if test.span:
        said["range"] = told_range(typed[-2], typed[-1], plain[-1])
    for kind, value in zip(plain, typed, strict=True):
        if kind is Input.YEAR:
            said["year2" if "year" in said else "year"] = told_year(value)
        else:
            said[kind.value] = value
    if Input.OPTIONS in test.takes:
        said["options"] = _("、").join(told_option(field, option, names) for option in part.values[len(plain) :])
    return words(test.told, **said)


def told_group(kind: str, parts: list[str]) -> str:
    """Say parts that hold together."""
    if kind == "none":
        return _("以下都不是（%(parts)s）", parts=_("；").join(parts))
    joint = _("或") if kind == "any" else _("且")
    return _("（%(parts)s）", parts=f" {joint} ".join(parts))


def told_option(field: fields.Field, value: str, names: Names) -> str:
    """Say one value of a closed list, or the name of a record."""
    if value == ME and field.open_to:
        return _("我")
    known = names.get(field.key, {}) if field.open_to else field.options
    return words(known[value]) if value in known else _("其他")


def told_year(value: str) -> str:
    """Say a year; those below zero count from the list's own."""
    if not value.startswith("-"):
        return _("%(year)s年", year=value)
    return _("上年") if value == "-1" else _("%(count)s年前", count=value[1:])


def told_range(low: str, high: str, kind: Input) -> str:
    """Say a range with its unit; an end may be open."""
    unit = {Input.WAN: _("万元"), Input.PERCENT: "%"}.get(kind, "")
    unit = f" {unit}" if unit else ""
    if low and high:
        return f"{low}–{high}{unit}"
    return f"≥ {low}{unit}" if low else f"≤ {high}{unit}"
