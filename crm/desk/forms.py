"""What is asked of the trail."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from crm.desk.story import ACTION_LABELS
from crm.kit.forms import Form


class TrailForm(Form):
    """Filters of the trail, sent by GET: nothing is changed, so nothing is signed."""

    class Meta(Form.Meta):
        """A question needs no token."""

        csrf = False

    who = StringField(_l("操作人"), [Length(max=64)])
    action = SelectField(_l("操作"), [Optional()], filters=[lambda value: value or None])
    firm = StringField(_l("企业"), [Length(max=100)])
    since = DateField(_l("从"), [Optional()])
    until = DateField(_l("到"), [Optional()])

    def offer(self, actions: Iterable[str]) -> "TrailForm":
        """Offer the kinds of act there are."""
        labels = ((action, _l(ACTION_LABELS[action]) if action in ACTION_LABELS else action) for action in actions)
        self.action.choices = [("", _l("全部")), *labels]
        return self
