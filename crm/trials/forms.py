"""What is typed to try a text: the numbers of a what-if, the day and the action it is tried for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from crm.domain.words import N_
from crm.kit.forms import Form
from crm.kit.pages import told, words
from crm.policies import telling
from crm.rules.edges import Edge
from crm.rules.explain import COMPARISON_SIGN
from crm.rules.figure import Kind
from crm.rules.metrics import FIGURES
from crm.rules.pack import Action, Version

PER_CENT = Decimal(100)
LONGEST = 20
AMOUNTS = {"flat": N_("金额"), "rate": N_("比例"), "cap": N_("上限"), "floor": N_("下限"), "value": N_("给")}


class TryForm(Form):
    """By the versions of which day, and for which action."""

    on = DateField(_l("按哪一天有效的版本"), [InputRequired(_l("请填写日期"))])
    action = SelectField(_l("哪一种申请"), coerce=lambda value: Action(value))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        labels = telling.ACTION_LABELS.items()
        self.action.choices = [SelectChoice(action.value, _l(label)) for action, label in labels]


@dataclass(frozen=True)
class Knob:
    """One number as a page shows it: its rule, what it is held against, the sign, the value in ``unit``."""

    edge: Edge
    label: str
    what: str
    sign: str
    shown: str
    unit: str


def knobs(found: list[Edge], version: Version) -> list[Knob]:
    """Return the numbers of a version as they are typed: a ratio in per cent, money in 万元."""
    return [
        Knob(
            edge,
            told(edge.label),
            telling.metric_name(edge.of, version) if edge.of else _("给多少"),
            COMPARISON_SIGN.get(edge.sign) or words(AMOUNTS[edge.sign]) if edge.sign else _("分段"),
            _typed(edge),
            _unit(edge),
        )
        for edge in found
    ]


def _typed(edge: Edge) -> str:
    value = edge.value * PER_CENT if edge.kind is Kind.RATIO else edge.value
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _unit(edge: Edge) -> str:
    match edge.kind:
        case Kind.RATIO:
            return "%"
        case Kind.MONEY:
            return _("万元")
        case Kind.SCORE:
            return telling.unit_word("point").strip()
        case _:
            return telling.unit_word(FIGURES[edge.of].unit).strip()


def changed(found: list[Knob], typed: Mapping[str, str]) -> tuple[dict[str, Decimal], dict[str, str]]:
    """Return ({key: number in the unit of the pack} of what was changed, {key: what is wrong})."""
    values: dict[str, Decimal] = {}
    faults: dict[str, str] = {}
    for knob in found:
        key = knob.edge.key
        text = typed.get(key, knob.shown).strip()
        if text == knob.shown:
            continue
        number = _number(text)
        if number is None:
            faults[key] = _("“%(text)s”不是数", text=text[:LONGEST]) if text else _("请填写一个数")
            continue
        number = number / PER_CENT if knob.edge.kind is Kind.RATIO else number
        if number != knob.edge.value:
            values[key] = number
    return values, faults | _out_of_order(found, values, typed)


def _out_of_order(found: list[Knob], values: Mapping[str, Decimal], typed: Mapping[str, str]) -> dict[str, str]:
    """Return {key: what is wrong} of edges that would no longer rise from band to band."""
    faults: dict[str, str] = {}
    for lower, upper in pairwise(found):
        if not _meet(lower.edge, upper.edge):
            continue
        low, high = (values.get(knob.edge.key, knob.edge.value) for knob in (lower, upper))
        if low < high:
            continue
        if upper.edge.key in values:
            other = typed.get(lower.edge.key, lower.shown).strip()
            faults[upper.edge.key] = _("各档从低到高：这里应大于上一档的 %(other)s", other=other[:LONGEST])
        else:
            other = typed.get(upper.edge.key, upper.shown).strip()
            faults[lower.edge.key] = _("各档从低到高：这里应小于下一档的 %(other)s", other=other[:LONGEST])
    return faults


def _meet(lower: Edge, upper: Edge) -> bool:
    """Whether two edges are of the same bands, one after the other."""
    of = [edge.key.rpartition(".")[0] for edge in (lower, upper)]
    return lower.sign is None and upper.sign is None and of[0] == of[1]


def _number(text: str) -> Decimal | None:
    plain = text.removesuffix("%").replace(",", "").strip()
    try:
        number = Decimal(plain) if len(plain) <= LONGEST and "_" not in plain else None
    except InvalidOperation:
        return None
    if number is None or not number.is_finite():
        return None
    # Written out, a number of so many digits would fill the memory.
    return number if -LONGEST < number.adjusted() < LONGEST and number.as_tuple().exponent > -LONGEST else None
