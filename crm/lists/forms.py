"""What is typed about lists."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from crm.kit.forms import Form


class BulkForm(Form):
    """What is sent along with the firms picked."""


class ViewForm(Form):
    """A list under a name; ``query`` is its address."""

    name = StringField(_l("视图名称"), [InputRequired(_l("请填写视图名称")), Length(max=40)])
    shared = BooleanField(_l("全办公室可用"))
    query = HiddenField()
