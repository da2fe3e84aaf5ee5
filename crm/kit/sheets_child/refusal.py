"""How a file is refused, and how large a list may be."""

MAX_ROWS = 50_000
MAX_COLUMNS = 200


class RefusedFile(Exception):
    """The file is not taken; ``key`` says why, for the sentence the user reads."""

    def __init__(self, key: str, **details: object) -> None:
        super().__init__(key)
        self.answer = {"refused": key, **details}


def too_many_rows() -> RefusedFile:
    """The list is longer than one list can be."""
    return RefusedFile("rows", limit=MAX_ROWS)


def too_many_columns() -> RefusedFile:
    """The list is wider than one list can be."""
    return RefusedFile("columns", limit=MAX_COLUMNS)
