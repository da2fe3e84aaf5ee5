"""What a rule says when it says no."""


class Refused(Exception):
    """A rule refuses an act; the message is the sentence the user reads.

    ``message`` is a Chinese format string with named fields (``第{row}行没有企业名称``), the fields are in ``params``.
    Whoever shows it translates the string first and fills it afterwards, so one translation serves every value.
    ``field`` names the form field at fault, if one is.
    """

    def __init__(self, message: str, *, field: str | None = None, **params: object) -> None:
        self.message = message
        self.field = field
        self.params = params
        super().__init__(message.format(**params) if params else message)
