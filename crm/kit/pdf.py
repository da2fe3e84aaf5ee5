"""Paper: HTML and a style sheet become a PDF, in a fenced process that reads no file and calls no address.

WeasyPrint's own fetcher would put a local file into the PDF and call any address a field of text names; here only
``data:`` is taken, and the style sheet is handed over as text.
"""

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from flask import current_app

from crm.domain.errors import Refused

SECONDS = 30
MAX_CHARACTERS = 600_000
# A printer is replaced after so many documents: what its libraries keep in memory goes with it.
DOCUMENTS_PER_CHILD = 200
CHILD = Path(__file__).with_name("pdf_child.py")


class Printer:
    """One child process and its pipe; one document at a time."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.printed = 0
        self.child = subprocess.Popen(  # noqa: S603 - our own program, by its path
            [sys.executable, "-I", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    @property
    def usable(self) -> bool:
        """Whether it is this process's own, alive, and not yet due to be replaced."""
        return self.pid == os.getpid() and self.child.poll() is None and self.printed < DOCUMENTS_PER_CHILD

    def print(self, html: str, css: str) -> bytes:
        """Return the PDF. Raises TimeoutError, or OSError when the child has died."""
        stdin, stdout = self.child.stdin, self.child.stdout
        assert stdin is not None, "a pipe, see __init__"  # noqa: S101
        assert stdout is not None, "a pipe, see __init__"  # noqa: S101
        stdin.write(json.dumps({"html": html, "css": css}).encode() + b"\n")
        stdin.flush()
        self.printed += 1
        held, deadline = b"", time.monotonic() + SECONDS
        with selectors.DefaultSelector() as ready:
            ready.register(stdout, selectors.EVENT_READ)
            while True:
                if not ready.select(max(0, deadline - time.monotonic())):
                    raise TimeoutError
                chunk = os.read(stdout.fileno(), 1 << 20)
                if not chunk:
                    raise OSError("the printer died")
                held += chunk
                size, newline, body = held.partition(b"\n")
                if newline and len(body) >= int(size):
                    return body

    def stop(self) -> None:
        """Take the process out of service."""
        self.child.kill()
        for pipe in (self.child.stdin, self.child.stdout):
            with suppress(OSError):  # what was on its way to a dead child is lost with it
                if pipe is not None:
                    pipe.close()
        self.child.wait()


_lock = threading.Lock()
_printers: list[Printer] = []


def render(html: str, sheets: tuple[str, ...]) -> bytes:
    """Return ``html`` as PDF with the given style sheets of the static folder.

    Raises Refused when the document is too large, takes too long, or uses too much memory.
    """
    if len(html) > MAX_CHARACTERS:
        raise Refused("内容太多，排不成一份文件：请缩短最长的几项文字")
    css = "\n".join((Path(str(current_app.static_folder)) / name).read_text() for name in sheets)
    with _lock:
        printer = _printer()
        try:
            return printer.print(html, css)
        except (TimeoutError, OSError):
            _stop()
            raise Refused("这份文件排版太费时或太占内存，已停止：请缩短最长的几项文字") from None


def _printer() -> Printer:
    """Return the process's printer; one that has died or printed enough, or is another process's, is replaced."""
    if _printers and not _printers[0].usable:
        _stop()
    if not _printers:
        _printers.append(Printer())
    return _printers[0]


@atexit.register
def _stop() -> None:
    while _printers:
        printer = _printers.pop()
        if printer.pid == os.getpid():
            printer.stop()
