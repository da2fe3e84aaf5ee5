"""What is typed about accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from crm.kit.forms import Form


class SignInForm(Form):
    """Name and password."""

    username = StringField(_l("用户名"), [InputRequired(_l("请输入用户名")), Length(max=64)])
    password = PasswordField(_l("密码"), [InputRequired(_l("请输入密码")), Length(max=200)])
