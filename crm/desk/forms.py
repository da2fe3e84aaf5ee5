"""What is asked of the trail."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from crm.firms.telling import act_in_words
from crm.kit.forms import Form


def _in_reach(form: Form, field: DateField) -> None:
    """Refuse a day that cannot be turned into a moment, long before or after any register."""
    if field.data and not 1900 <= field.data.year <= 2999:
        raise ValidationError(_l("日期不在范围内"))


class TrailForm(Form):
    """Filters of the trail, sent by GET: nothing is changed, so nothing is signed."""

    class Meta(Form.Meta):
        """A question needs no token."""

        csrf = False

    who = StringField(_l("操作人"), [Length(max=64)])
    action = SelectField(_l("操作"), [Optional()], filters=[lambda value: value or None])
    firm = StringField(_l("企业"), [Length(max=100)])
    since = DateField(_l("从"), [Optional(), _in_reach])
    until = DateField(_l("到"), [Optional(), _in_reach])

    def offer(self, actions: Iterable[str]) -> "TrailForm":
        """Offer the kinds of act there are."""
        self.action.choices = [("", _l("全部")), *((action, act_in_words(action)) for action in actions)]
        return self
