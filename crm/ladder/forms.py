"""What is typed when a fact is stated: one value, the day it holds from, what shows it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from crm.domain.errors import Refused
from crm.kit import clock
from crm.kit.forms import Form, WanField, yes_no
from crm.rules.figure import Kind

PER_CENT = 100


class FactForm(Form):
    """One statement; ``value`` comes by the kind of the fact."""

    value: Field
    stated_on = DateField(_l("截至"), validators=[InputRequired(_l("请填写日期"))], default=clock.today)
    evidence = StringField(_l("依据"), validators=[InputRequired(_l("请写明依据")), Length(max=300)])

    def fact(self) -> Any:
        """Return the value as rules take it: fen, truth, share, count. Raises Refused for what is no number."""
        return self.value.data


class MoneyFactForm(FactForm):
    """An amount in 万元."""

    value = WanField(_l("金额（万元）"), validators=[InputRequired(_l("请填写数值"))])


class TruthFactForm(FactForm):
    """Yes or no."""

    value = SelectField(
        _l("是否符合"),
        choices=[SelectChoice("", _l("请选择")), SelectChoice("yes", _l("是")), SelectChoice("no", _l("否"))],
        validators=[InputRequired(_l("请选择"))],
    )

    def fact(self) -> Any:
        """Return the truth."""
        return yes_no(self.value.data)


class CountFactForm(FactForm):
    """A number, with two decimals at most."""

    value = StringField(_l("数值"), validators=[InputRequired(_l("请填写数值")), Length(max=20)])

    def fact(self) -> Any:
        """Return the number."""
        return _number(self.value.data)


class ShareFactForm(FactForm):
    """A share, typed in per cent."""

    value = StringField(_l("比例（%）"), validators=[InputRequired(_l("请填写数值")), Length(max=20)])

    def fact(self) -> Any:
        """Return the share as a ratio."""
        return _number(self.value.data.removesuffix("%")) / PER_CENT


_FORMS: dict[Kind, type[FactForm]] = {
    Kind.MONEY: MoneyFactForm,
    Kind.BOOL: TruthFactForm,
    Kind.COUNT: CountFactForm,
    Kind.RATIO: ShareFactForm,
}


def fact_form(kind: Kind) -> FactForm:
    """Return the form for a fact of ``kind``."""
    return _FORMS[kind]()


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise Refused("“{text}”不是数字：请写不带单位的数", text=text, field="value") from None
    if not number.is_finite():
        raise Refused("“{text}”不是数字：请写不带单位的数", text=text, field="value")
    return number
