"""What is typed when an assessment is kept."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from crm.kit.forms import Form


class KeepForm(Form):
    """What was decided on it. ``seen`` is the mark of what the page showed."""

    purpose = StringField(_l("用于"), [DataRequired(_l("请写明用于什么")), Length(max=200)])
    seen = HiddenField()
