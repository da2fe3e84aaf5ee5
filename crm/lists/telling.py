"""Conditions and values in words."""

from collections.abc import Mapping

from flask_babel import gettext as _

from crm.kit.pages import words
from crm.lists import fields
from crm.lists.conditions import Condition, Group
from crm.lists.inputs import Input

Names = Mapping[str, Mapping[str, str]]
UNITS = {Input.WAN: lambda: _("万元"), Input.PERCENT: lambda: "%"}


def told(part: Condition | Group, names: Names) -> str:
    """Say a condition or a group; ``names`` {field: {number: name}} are those of the people and bodies in it."""
    if isinstance(part, Group):
        inside = [told(inner, names) for inner in part.parts]
        if part.kind == "none":
            return _("以下都不是（%(parts)s）", parts=_("；").join(inside))
        return _("（%(parts)s）", parts=(_(" 或 ") if part.kind == "any" else _(" 且 ")).join(inside))
    field = fields.FIELDS[part.field]
    test = field.tests[part.test]
    said = {"field": words(field.label)}
    if test.span:
        said["range"] = _range(*part.values[-2:], test.takes[-1])
    for place, kind in enumerate(test.takes):
        if kind is Input.OPTIONS:
            said["options"] = _("、").join(option(field, value, names) for value in part.values[place:])
        elif place < len(part.values):
            said[kind.value] = part.values[place]
    return words(test.told, **said)


def option(field: fields.Field, value: str, names: Names) -> str:
    """Say one value of a closed list."""
    if value == fields.ME and field.options is None:
        return _("我")
    known = names.get(field.key, {}) if field.options is None else field.options
    return words(known[value]) if value in known else _("其他")


def _range(low: str, high: str, kind: Input) -> str:
    unit = UNITS[kind]() if kind in UNITS else ""
    unit = f" {unit}" if unit else ""
    if low and high:
        return f"{low}–{high}{unit}"
    return f"≥ {low}{unit}" if low else f"≤ {high}{unit}"
