"""What is typed to bring a list in."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import Length

from crm.kit.forms import Form


class UploadForm(Form):
    """One file, and who sent it."""

    file = FileField(_l("表格文件"), [FileRequired(_l("请选择一个 .xlsx、.xls 或 .csv 文件"))])
    sender = StringField(_l("来自"), [Length(max=120)])


class DecideForm(Form):
    """What the headings left open; the selects are drawn from the columns that ask."""


class ApplyForm(Form):
    """Write what the dry run showed."""


class AnswerForm(Form):
    """What somebody says of the unsure rows of a page; the choices are drawn from the rows."""


class BulkForm(Form):
    """The same answer for every row it fits."""


class UndoForm(Form):
    """Take a list back."""


class RevokeForm(Form):
    """Take a decision back."""
