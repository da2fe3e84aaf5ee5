"""What is typed about requests: what was asked, and what each move asks for."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from crm.accounts.models import User
from crm.domain.requests import (
    REQUEST_KIND_LABELS,
    REQUEST_RESULT_LABELS,
    REQUEST_SOURCE_LABELS,
    RequestAction,
    RequestKind,
    RequestResult,
    RequestSource,
)
from crm.kit.forms import Form, VersionField


def _choices(labels: Mapping[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(value.value, _l(label)) for value, label in labels.items()]


class AskedForm(Form):
    """What a firm asked."""

    subject = StringField(_l("诉求"), [DataRequired(_l("请用一句话写明诉求")), Length(max=200)])
    kind = SelectField(
        _l("类别"),
        coerce=RequestKind,
        choices=_choices(REQUEST_KIND_LABELS),
    )
    source = SelectField(
        _l("来源"),
        coerce=RequestSource,
        choices=_choices(REQUEST_SOURCE_LABELS),
    )
    asked_on = DateField(_l("提出日期"), [InputRequired(_l("请填写日期"))])
    asked_by = StringField(_l("提出人"), [Length(max=200)])
    text = TextAreaField(_l("具体情况"), [Length(max=10_000)])
    solver = StringField(_l("由谁解决"), [Length(max=200)])


class OwnerMixin:
    """Who answers."""

    owner_id = SelectField(_l("负责人"), coerce=int)

    def offer(self, owners: Iterable[User]) -> None:
        """Offer these people."""
        self.owner_id.choices = [SelectChoice(user.id, user.name) for user in owners]  # type: ignore[attr-defined]


class RecordForm(OwnerMixin, AskedForm):
    """What a firm asked, who answers by when."""

    due_on = DateField(_l("答复期限"), [InputRequired(_l("请填写答复期限"))])


class TakeForm(Form):
    """A move that asks for nothing."""

    version = VersionField()


class AnswerForm(TakeForm):
    """The answer to the firm."""

    answer = TextAreaField(_l("答复"), [DataRequired(_l("请写下答复")), Length(max=10_000)])
    solver = StringField(_l("由谁解决"), [Length(max=200)])


class CloseForm(TakeForm):
    """How it ended, and who at the firm said so."""

    result = SelectField(
        _l("结果"),
        coerce=RequestResult,
        choices=_choices(REQUEST_RESULT_LABELS),
    )
    confirmed_with = StringField(_l("企业谁确认的"), [DataRequired(_l("请写明企业谁确认的")), Length(max=200)])
    confirmed_on = DateField(_l("确认日期"), [InputRequired(_l("请填写日期"))])


class WithdrawForm(TakeForm):
    """Why."""

    note = TextAreaField(_l("说明"), [DataRequired(_l("请写明原因")), Length(max=2_000)])


class HandForm(OwnerMixin, WithdrawForm):
    """To whom, and why."""


class ExtendForm(WithdrawForm):
    """Until when, and why."""

    due_on = DateField(_l("答复期限"), [InputRequired(_l("请填写答复期限"))])


class EditForm(AskedForm):
    """A correction of what was asked."""

    version = VersionField()


class BulkForm(OwnerMixin, Form):
    """To whom picked requests are handed over, and why."""

    note = StringField(_l("说明"), [DataRequired(_l("请写明原因")), Length(max=200)])


MOVE_FORMS: dict[RequestAction, type[Form]] = {
    RequestAction.TAKE: TakeForm,
    RequestAction.ANSWER: AnswerForm,
    RequestAction.CLOSE: CloseForm,
    RequestAction.HAND: HandForm,
    RequestAction.EXTEND: ExtendForm,
    RequestAction.EDIT: EditForm,
    RequestAction.WITHDRAW: WithdrawForm,
    RequestAction.REOPEN: ExtendForm,
}
