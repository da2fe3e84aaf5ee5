"""What is typed about plans."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from crm.accounts.models import User
from crm.domain.ladder import RUNG_LABELS, Rung
from crm.domain.plans import FULL, PlanAction
from crm.kit.forms import Form, VersionField

YEAR = [InputRequired(_l("请填写年度")), NumberRange(2000, 2100, _l("年度在 2000 到 2100 之间"))]


class OwnedForm(Form):
    """Who sees to it; ``version`` is the record's when the edit began."""

    owner_id = SelectField(_l("负责人"), coerce=int)
    version = VersionField()

    def offer(self, owners: Iterable[User]) -> "OwnedForm":
        """Offer these people."""
        self.owner_id.choices = [SelectChoice(user.id, user.name) for user in owners]
        return self


class PlanForm(OwnedForm):
    """What a plan is called, which years it covers, who leads it."""

    title = StringField(_l("计划名称"), [DataRequired(_l("请填写计划名称")), Length(max=200)])
    since_year = IntegerField(_l("起始年度"), YEAR)
    until_year = IntegerField(_l("截止年度"), YEAR)
    note = TextAreaField(_l("企业现状与思路"), [Length(max=10_000)])


class GoalForm(OwnedForm):
    """One goal."""

    what = StringField(_l("目标"), [DataRequired(_l("请写明目标")), Length(max=200)])
    target = StringField(_l("目标值"), [Length(max=200)])
    rung = SelectField(_l("要上的台阶"), coerce=lambda value: Rung(value) if value else None)
    due_on = DateField(_l("完成期限"), [InputRequired(_l("请填写完成期限"))])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        rungs = [SelectChoice(rung.value, _l(label)) for rung, label in RUNG_LABELS.items()]
        self.rung.choices = [SelectChoice("", _l("不涉及")), *rungs]


class NoteForm(Form):
    """How far a goal has come."""

    progress = IntegerField(
        _l("进度"), [InputRequired(_l("请填写进度")), NumberRange(0, FULL, _l("进度在 0 到 100 之间"))]
    )
    noted_on = DateField(_l("日期"), [InputRequired(_l("请填写日期"))])
    note = TextAreaField(_l("进展"), [DataRequired(_l("请写明进展")), Length(max=5_000)])


class AgreeForm(Form):
    """With whom at the firm, and when."""

    version = VersionField()
    agreed_with = StringField(_l("企业谁商定的"), [DataRequired(_l("请写明企业谁商定的")), Length(max=200)])
    agreed_on = DateField(_l("商定日期"), [InputRequired(_l("请填写日期"))])


class ReasonForm(Form):
    """Why."""

    version = VersionField()
    reason = TextAreaField(_l("原因"), [DataRequired(_l("请写明原因")), Length(max=2_000)])


class CloseForm(Form):
    """What came of it."""

    version = VersionField()
    summary = TextAreaField(_l("总结"), [DataRequired(_l("请写下总结")), Length(max=10_000)])


MOVE_FORMS: dict[PlanAction, type[Form]] = {
    PlanAction.AGREE: AgreeForm,
    PlanAction.REDRAFT: ReasonForm,
    PlanAction.CLOSE: CloseForm,
    PlanAction.REOPEN: ReasonForm,
}
