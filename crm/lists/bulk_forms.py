"""What is typed for each act on many firms."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from crm.accounts.models import User
from crm.domain.care import Duty
from crm.firms import queries as firms
from crm.firms import tags
from crm.kit import clock
from crm.kit.forms import Form
from crm.kit.pages import told
from crm.policies import queries as policies
from crm.tasks import queries as tasks

NOBODY = 0


class AssignForm(Form):
    """To whom, from which day."""

    person_id = SelectField(_l("交给"), coerce=int)
    since_on = DateField(_l("生效日期"), [InputRequired(_l("请填写生效日期"))], default=clock.today)
    reason = StringField(_l("事由"), [Length(max=300)])

    def given(self) -> dict[str, Any]:
        """Return what was typed, as the act keeps it."""
        person_id = self.person_id.data or None
        return {"person_id": person_id, "since_on": self.since_on.data, "reason": self.reason.data or ""}


class TagForm(Form):
    """Which tag."""

    tag = StringField(_l("标签"), [DataRequired(_l("请填写标签")), Length(max=tags.LONGEST)])

    def given(self) -> dict[str, Any]:
        """Return what was typed, as the act keeps it."""
        return {"tag": self.tag.data}


class UntagForm(TagForm):
    """Which of the tags there are."""

    tag = SelectField(_l("标签"))


class GapTaskForm(Form):
    """What the gap is measured by, who is to close it, by when."""

    policy = SelectField(_l("政策"))
    owner_id = SelectField(_l("负责人"), coerce=int)
    due_on = DateField(_l("期限"), [Optional()])

    def given(self) -> dict[str, Any]:
        """Return what was typed, as the act keeps it."""
        return {name: getattr(self, name).data for name in ("policy", "owner_id", "due_on")}


class TaskForm(Form):
    """What is to be done, by whom, by when."""

    title = StringField(_l("要做什么"), [DataRequired(_l("请写明要做什么")), Length(max=200)])
    owner_id = SelectField(_l("负责人"), coerce=int)
    due_on = DateField(_l("期限"), [Optional()])
    note = TextAreaField(_l("备注"), [Length(max=5_000)])

    def given(self) -> dict[str, Any]:
        """Return what was typed, as the act keeps it."""
        return {name: getattr(self, name).data for name in ("title", "owner_id", "due_on", "note")}


def of(kind: str, user: User, given: dict[str, Any] | None) -> Any:
    """Return the form of an act, filled with what was typed before; None for an act that asks nothing."""
    typed = {**given} if given else {}
    for name in ("since_on", "due_on"):
        if isinstance(typed.get(name), str):
            typed[name] = date.fromisoformat(typed[name])
    if "person_id" in typed:
        typed["person_id"] = typed["person_id"] or NOBODY
    if kind in set(Duty):
        form = AssignForm(data=typed)
        people: Any = firms.officers() if kind == Duty.OFFICER else firms.agencies()
        form.person_id.choices = [*((person.id, person.name) for person in people), (NOBODY, _l("不指定"))]
        return form
    if kind == "tag":
        return TagForm(data=typed)
    if kind == "untag":
        chosen = UntagForm(data=typed)
        chosen.tag.choices = [(tag.name, f"{tag.name}（{count}）") for tag, count in tags.in_use(user)]
        return chosen
    if kind in {"task", "gap_task"}:
        task: Any = (TaskForm if kind == "task" else GapTaskForm)(data={"owner_id": user.id, **typed})
        task.owner_id.choices = [(owner.id, owner.name) for owner in tasks.owners(user)]
        if kind == "gap_task":
            task.policy.choices = [
                (key, told(policy.name)) for key, policy in policies.in_force().items() if policy.kind == "recognition"
            ]
        return task
    return None
