"""What is typed."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from crm.kit.forms import Form


class ReasonForm(Form):
    """Why a finding stands as it is."""

    firm_id = HiddenField()
    other_id = HiddenField()
    reason = StringField(_l("说明"), [DataRequired(_l("请说明为什么不用处理")), Length(max=200)])


class ActForm(Form):
    """A button."""
