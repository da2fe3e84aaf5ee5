"""What is typed about accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from crm.domain.access import ROLE_LABELS
from crm.domain.places import DISTRICTS
from crm.kit.forms import Form


class SignInForm(Form):
    """Name and password."""

    username = StringField(_l("用户名"), [InputRequired(_l("请输入用户名")), Length(max=64)])
    password = PasswordField(_l("密码"), [InputRequired(_l("请输入密码")), Length(max=200)])


class AccountForm(Form):
    """Who somebody is and what the account may see."""

    name = StringField(_l("姓名"), [InputRequired(_l("请填写姓名")), Length(max=64)])
    role = SelectField(_l("角色"), choices=[SelectChoice(role.value, _l(label)) for role, label in ROLE_LABELS.items()])
    whole_city = BooleanField(_l("管全市"))
    districts = SelectMultipleField(
        _l("所管的区"), choices=[SelectChoice(code, _l(label)) for code, label in DISTRICTS.items()]
    )
    uscc = StringField(_l("企业的统一社会信用代码"), [Length(max=40)])
    agency = StringField(_l("服务机构名称"), [Length(max=200)])


class NewAccountForm(AccountForm):
    """A new account; its owner sets the password."""

    username = StringField(
        _l("用户名"),
        [
            InputRequired(_l("请填写用户名")),
            Length(2, 64, _l("用户名为2至64个字符")),
            Regexp(r"^[a-z0-9._-]+$", message=_l("用户名只用小写字母、数字和 . _ -")),
        ],
    )


class PasswordForm(Form):
    """A first password, or a new one after a reset."""

    password = PasswordField(_l("新密码"), [InputRequired(_l("请输入新密码")), Length(max=200)])
    again = PasswordField(_l("再输一次"), [EqualTo("password", _l("两次输入的密码不一样"))])


class OwnPasswordForm(PasswordForm):
    """A new password by somebody who knows the old one."""

    old = PasswordField(_l("现在的密码"), [InputRequired(_l("请输入现在的密码")), Length(max=200)])


class ActForm(Form):
    """A button."""
