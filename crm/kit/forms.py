"""The one kind of form: typed values in, refusals shown at the field."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, PasswordField, StringField, SubmitField

from crm.domain import money
from crm.domain.errors import Refused


def _strip(value: Any) -> Any:
    """Blank text is "not given", and blanks around text were not meant."""
    if isinstance(value, str):
        return value.strip() or None
    return value


class Form(FlaskForm):
    """A form with CSRF protection and a key of its own, so that sending it twice does the act once."""

    act_key = HiddenField(default=lambda: uuid4().hex)

    class Meta(FlaskForm.Meta):
        """House settings."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Strip what is typed into every text field but a password."""
            typed_as_text = issubclass(unbound_field.field_class, StringField)
            if typed_as_text and not issubclass(unbound_field.field_class, PasswordField | WanField):
                own = unbound_field.kwargs.get("filters", ())
                unbound_field = type(unbound_field)(
                    unbound_field.field_class,
                    *unbound_field.args,
                    **{**unbound_field.kwargs, "filters": (_strip, *own)},
                )
            return unbound_field.bind(form=form, **options)

    def posted(self) -> bool:
        """Return whether the form was sent and every field is in order."""
        return bool(self.validate_on_submit())

    def values(self) -> dict[str, Any]:
        """Return what was typed, by field name, without the machinery."""
        machinery = {"csrf_token", "act_key"}
        return {
            name: field.data
            for name, field in self._fields.items()
            if name not in machinery and not isinstance(field, SubmitField)
        }

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn a Refused raised inside into an error of its field, or of the form."""
        try:
            yield
        except Refused as refusal:
            sentence = gettext(refusal.message).format(**refusal.params)
            if refusal.field and refusal.field in self._fields:
                field = self._fields[refusal.field]
                field.errors = [*field.errors, sentence]
            else:
                self.form_errors.append(sentence)


class VersionField(HiddenField):
    """The version of the record when the edit began; sent without one, 0: older than any."""

    data: int

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; nonsense is 0."""
        text = str(valuelist[0]) if valuelist else ""
        self.data = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class EditForm(Form):
    """A form over a record that somebody else may save meanwhile.

    ``seen``: how far the trail had come when the edit began; ``shown``: when both versions were last put side by side.
    """

    seen = HiddenField()
    shown = HiddenField()

    def values(self) -> dict[str, Any]:
        """Return what was typed, by field name, without the machinery."""
        return {name: value for name, value in super().values().items() if name not in {"seen", "shown"}}


class WanField(StringField):
    """An amount typed in 万元 and kept in fen; what is not an amount says why."""

    data: int | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else money.show(self.data, money.Unit.WAN)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the amount; a unit written behind it (元, 亿元) wins over 万元."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = money.parse(text, money.Unit.WAN)
            except Refused as refusal:
                raise ValueError(gettext(refusal.message).format(**refusal.params)) from None


def yes_no(value: str | None) -> bool | None:
    """Read the three answers of a yes/no/unknown select."""
    return {"yes": True, "no": False}.get(value or "")
