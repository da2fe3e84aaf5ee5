"""What is typed to take the whole register out."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from crm.kit.forms import Form

SHORTEST_REASON = 4


class ExportForm(Form):
    """Why the whole register leaves the house."""

    reason = TextAreaField(
        _l("事由"),
        [InputRequired(_l("请写明事由")), Length(SHORTEST_REASON, 200, _l("请用 4 到 200 个字写明事由"))],
    )
