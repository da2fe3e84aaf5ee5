"""What is typed about meetings."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from crm.domain.records import VISIT_LABELS, VisitKind
from crm.kit.forms import Form


class VisitForm(Form):
    """One meeting and what comes next."""

    kind = SelectField(_l("方式"), coerce=VisitKind)
    visited_on = DateField(_l("日期"), [InputRequired(_l("请填写日期"))])
    met = StringField(_l("会见人"), [Length(max=200)])
    summary = TextAreaField(_l("情况"), [DataRequired(_l("请写下谈了什么")), Length(max=10_000)])
    next_step = StringField(_l("下一步"), [Length(max=300)])
    next_on = DateField(_l("答应的日期"), [Optional()])

    def offer(self, kinds: Iterable[VisitKind]) -> "VisitForm":
        """Offer these kinds of meeting."""
        self.kind.choices = [(kind.value, _l(VISIT_LABELS[kind])) for kind in kinds]
        return self
