"""What if: the figures worth trying for a policy, as they stand and as they were typed. Nothing of it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.domain import money
from crm.domain.errors import Refused
from crm.rules.catalogue import FACTS, YEARLY_KEYS
from crm.rules.explain import Assessment
from crm.rules.figure import Kind, years_of

MOST_PIECES = 10**9
TRIED = (Kind.MONEY, Kind.COUNT, Kind.BOOL, Kind.RANK)


@dataclass(frozen=True)
class Field:
    """One fact to try: ``back`` is the accounting year, 1 the last; None for a fact without a year."""

    key: str
    kind: Kind
    back: int | None
    value: Any

    @property
    def text(self) -> str:
        """The value as one would type it: 万元 exact to the fen, whole numbers, yes/no."""
        if self.value is None:
            return ""
        match self.kind:
            case Kind.MONEY:
                return money.show(int(self.value), money.Unit.WAN).replace(",", "")
            case Kind.BOOL:
                return "yes" if self.value else "no"
            case _:
                return f"{self.value:.10g}"


@dataclass(frozen=True)
class Row:
    """The fields of one figure, the last year first; ``matters``: a criterion that is not met rests on it."""

    name: str
    kind: Kind
    fields: tuple[Field, ...]
    matters: bool


def rows(assessment: Assessment) -> list[Row]:
    """Return the figures the criteria rest on: those of what is lacking first, then in the order of the rule table."""
    leaves = list(assessment.root.leaves())
    asked = {key for leaf in leaves for key in leaf.inputs if key in FACTS}
    wanted = {
        key
        for top in assessment.lacking
        for leaf in top.leaves()
        if leaf.outcome == "not_met" or leaf.missing
        for key in leaf.inputs
    }
    names = [*YEARLY_KEYS, *(key for key in FACTS if key.rpartition("_y")[0] not in YEARLY_KEYS)]
    found = []
    for name in names:
        keys = {f"{name}_y{year}": year for year in years_of(name)} if name in YEARLY_KEYS else {name: None}
        fields = tuple(
            Field(key, FACTS[key].kind, back, assessment.figures.get(key)) for key, back in keys.items() if key in asked
        )
        if fields and fields[0].kind in TRIED:
            found.append(Row(name, fields[0].kind, fields, any(field.key in wanted for field in fields)))
    return sorted(found, key=lambda row: not row.matters)


def read(fields: list[Row], typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Refused]]:
    """Return (changed facts, what is wrong by field); a field left empty or as it is changes nothing."""
    changed: dict[str, Any] = {}
    faults: dict[str, Refused] = {}
    for field in (field for row in fields for field in row.fields):
        text = typed.get(field.key, "").strip()
        if not text or text == field.text:
            continue
        try:
            value = _value(text, field.kind)
        except Refused as refusal:
            faults[field.key] = refusal
            continue
        if value != field.value:
            changed[field.key] = value
    return changed, faults


def _value(text: str, kind: Kind) -> Any:
    if kind is Kind.MONEY:
        return money.parse(text, money.Unit.WAN)
    if kind is Kind.BOOL:
        return {"yes": True, "no": False}.get(text)
    plain = text.replace(",", "")
    if not (plain.isascii() and plain.replace(".", "", 1).isdigit()) or float(plain) > MOST_PIECES:
        raise Refused("“{text}”不是数量：请写数字", text=text)
    return float(plain)
