"""What is typed about the care for a firm: stop flags, moves, hands, groups, tags, hand-overs."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from crm.domain.care import LIFTER_LABELS, Lifter
from crm.domain.places import DISTRICTS, ELSEWHERE
from crm.firms.forms import choices
from crm.kit.forms import Form


def _in_reach(form: Form, field: DateField) -> None:
    """Refuse a day that is a slip of the finger, long before or after any register."""
    if field.data and not 1950 <= field.data.year <= 2100:
        raise ValidationError(_l("日期不在范围内"))


class StopForm(Form):
    """Why, from when, until when, and who may lift it."""

    reason = TextAreaField(_l("原因"), [InputRequired(_l("请写明原因")), Length(max=500)])
    since_on = DateField(_l("开始日期"), [InputRequired(_l("请填写开始日期")), _in_reach])
    until_on = DateField(_l("结束日期"), [Optional(), _in_reach])
    lifter = SelectField(_l("谁可解除"), choices=choices(LIFTER_LABELS), coerce=Lifter)


class LiftForm(Form):
    """Why the flag is lifted."""

    why = TextAreaField(_l("解除原因"), [InputRequired(_l("请写明解除原因")), Length(max=500)])


class MoveForm(Form):
    """Where to, since when, why; out of the city: to which place."""

    district = SelectField(
        _l("迁往"),
        [InputRequired(_l("请选择迁往的区"))],
        choices=[SelectChoice("", ""), *choices(DISTRICTS), SelectChoice(ELSEWHERE, _l("市外"))],
    )
    place = StringField(_l("去向"), [Length(max=100)])
    since_on = DateField(_l("生效日期"), [InputRequired(_l("请填写生效日期")), _in_reach])
    registration = BooleanField(_l("注册地"), default=True)
    tax = BooleanField(_l("税务"), default=True)
    statistics = BooleanField(_l("统计"), default=True)
    reason = StringField(_l("原因"), [InputRequired(_l("请写明原因")), Length(max=300)])


class AssignForm(Form):
    """Into whose hands, since when; the choices of ``person`` are 'officer:3', 'agency:1', or nobody, 'officer:'."""

    person = SelectField(_l("交给"), choices=[])
    since_on = DateField(_l("生效日期"), [InputRequired(_l("请填写生效日期")), _in_reach])
    reason = StringField(_l("原因"), [Length(max=300)])


class TagForm(Form):
    """A tag to put on."""

    tag = StringField(_l("标签"), [InputRequired(_l("请填写标签")), Length(max=40)], render_kw={"list": "tags"})


class JoinForm(Form):
    """The group of that name, since when."""

    name = StringField(
        _l("集团名称"), [InputRequired(_l("请填写集团名称")), Length(max=200)], render_kw={"list": "groups"}
    )
    since_on = DateField(_l("加入日期"), [InputRequired(_l("请填写加入日期")), _in_reach])


class LeaveForm(Form):
    """From which day on the firm belongs to the group no more."""

    until_on = DateField(_l("退出日期"), [InputRequired(_l("请填写退出日期")), _in_reach])


class GroupForm(Form):
    """What a group is called and which of its members is its head."""

    name = StringField(_l("集团名称"), [InputRequired(_l("请填写集团名称")), Length(max=200)])
    head_firm_id = SelectField(_l("牵头企业"), choices=[])


class HandoverForm(Form):
    """To whom, since when, why: asked by GET, so that the preview has an address; nothing is changed by asking."""

    class Meta(Form.Meta):
        """A question needs no token."""

        csrf = False

    to = SelectField(_l("接手"), choices=[])
    since_on = DateField(_l("生效日期"), [InputRequired(_l("请填写生效日期")), _in_reach])
    reason = StringField(_l("原因"), [InputRequired(_l("请写明原因")), Length(max=300)])


class ActForm(Form):
    """A button."""
