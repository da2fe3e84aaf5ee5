"""What is typed about lists."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from crm.kit.forms import Form


class ViewForm(Form):
    """A list under a name; ``query`` is its address."""

    name = StringField(_l("视图名称"), [InputRequired(_l("请填写视图名称")), Length(max=40)])
    shared = BooleanField(_l("全办公室可用"))
    query = HiddenField()


class ChoiceCellForm(Form):
    """A cell that is one of a list; ``seen`` is what it said when it was opened."""

    value = SelectField(choices=[])
    seen = HiddenField()


class TextCellForm(Form):
    """A cell of plain text."""

    value = StringField(validators=[Length(max=100)])
    seen = HiddenField()


class NoteCellForm(Form):
    """A cell of several lines."""

    value = TextAreaField(validators=[Length(max=2000)])
    seen = HiddenField()
