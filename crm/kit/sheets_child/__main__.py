"""The fenced reader of spreadsheets; a program of its own: bytes on standard input, an answer on standard output.

Run by kit/sheets.py under limits of memory, time and size, with the standard library and the readers only: whatever a
hostile file does, it does here. The first line is what is wanted, as JSON; the file follows.

{"do": "read"} is answered by {"refused": key, …} or {"sheets": [{"name", "hidden", "rows", "hidden_rows",
"hidden_columns", "merged", "from_1904"}]}; a cell is null, text, a number, true/false, or {"d": "2025-05-06"} for a
day. Rows and columns count from 0. {"do": "mark", …} is answered by OK, a line feed, and the file with its marks.
"""

import json
import sys
from typing import Any

import delimited
import mark
import ole
import package
from refusal import RefusedFile


def read(content: bytes) -> list[dict[str, Any]]:
    """Return the sheets of an .xlsx, .xls or .csv. Raises RefusedFile."""
    if content.startswith(ole.MAGIC):
        return ole.read(content)
    if content.startswith(b"PK"):
        return package.read(content)
    return delimited.read(content)


def marked(content: bytes, request: dict[str, Any]) -> bytes:
    """Return the file with what became of each row."""
    marks = mark.Marks(
        request["heading_row"],
        request["title"],
        {int(number): note for number, note in request["notes"].items()},
        {(row, column): text for row, column, text in request["comments"]},
    )
    if content.startswith(ole.MAGIC):
        return mark.as_new_workbook(ole.read(content), request["sheet"], marks)
    if content.startswith(b"PK"):
        return mark.in_package(content, request["sheet"], marks)
    return delimited.mark(content, marks.heading_row, marks.title, marks.notes)


def main() -> None:
    """Answer one request."""
    request = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        if request["do"] == "read":
            answer = json.dumps({"sheets": read(content)}, ensure_ascii=False).encode()
        else:
            answer = b"OK\n" + marked(content, request)
    except RefusedFile as refusal:
        answer = json.dumps(refusal.answer).encode()
    except MemoryError:
        answer = b'{"refused": "memory"}'
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
