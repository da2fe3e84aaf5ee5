"""What is typed about the texts of policies."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from crm.domain.errors import Refused
from crm.kit.forms import Form, VersionField
from crm.policies import store
from crm.rules.document import MOST_BYTES


class TextForm(Form):
    """The YAML itself, typed or brought as a file; ``version`` is the draft's when the edit began."""

    text = TextAreaField(_l("规则文本（YAML）"))
    file = FileField(_l("上传 YAML 文件"))
    version = VersionField()

    def take_file(self) -> None:
        """Let a file that was brought stand in the place of what was typed. Raises Refused for what is no text."""
        brought = self.file.data
        if not brought:
            return
        content = brought.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise Refused("文件超过 {limit} KB：规则文本没有这么长", limit=MOST_BYTES // 1024, field="file")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            raise Refused("文件不是 UTF-8 文本：请另存为 UTF-8 的 YAML 文件再上传", field="file")
        self.text.data = store.plain(text)


class ProposeForm(Form):
    """Why; ``compared_with`` is the digest of the text in force whose difference was shown, empty for none."""

    version = VersionField()
    compared_with = HiddenField()
    why = TextAreaField(_l("为什么要改"), [DataRequired(_l("请写明为什么要改，依据哪份文件")), Length(max=2_000)])


class ReasonForm(Form):
    """Why it goes back or is taken back."""

    version = VersionField()
    why = TextAreaField(_l("原因"), [DataRequired(_l("请写明原因")), Length(max=2_000)])


class ActivateForm(Form):
    """``digest``: the text that was read before this was decided."""

    version = VersionField()
    digest = HiddenField()
