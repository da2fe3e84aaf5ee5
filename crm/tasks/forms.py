"""What is typed about tasks."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from crm.accounts.models import User
from crm.kit.forms import Form, VersionField


class OwnerForm(Form):
    """Who is to do it."""

    owner_id = SelectField(_l("负责人"), coerce=int)

    def offer(self, owners: Iterable[User]) -> "OwnerForm":
        """Offer these people."""
        self.owner_id.choices = [(user.id, user.name) for user in owners]
        return self


class TaskForm(OwnerForm):
    """What is to be done, by whom, by when. ``version`` is the task's when the edit began."""

    title = StringField(_l("要做什么"), [DataRequired(_l("请写明要做什么")), Length(max=200)])
    due_on = DateField(_l("期限"), [Optional()])
    note = TextAreaField(_l("备注"), [Length(max=5_000)])
    version = VersionField()


class PlainForm(Form):
    """A button: nothing is typed, the act is signed and keyed."""
