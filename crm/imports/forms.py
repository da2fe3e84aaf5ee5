"""What is typed to bring a list in."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from crm.kit.forms import Form


class UploadForm(Form):
    """One file."""

    file = FileField(_l("表格文件"), [FileRequired(_l("请选择一个 .xlsx、.xls 或 .csv 文件"))])


class DecideForm(Form):
    """What the headings left open; the selects are drawn from the columns that ask."""


class ApplyForm(Form):
    """Write what the dry run showed; unsure rows are ticked by their number."""
