"""What is sent."""

from crm.kit.forms import Form


class ActForm(Form):
    """A button: nothing to type."""
