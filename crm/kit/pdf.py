"""Paper: HTML and a style sheet become a PDF, in a fenced process that reads no file and calls no address.

WeasyPrint's own fetcher would put a local file into the PDF and call any address a field of text names; here only
``data:`` is taken, and the style sheet is handed over as text.
"""

import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from flask import current_app

from crm.domain.errors import Refused
from crm.kit import pdf_child

SECONDS = 30
MAX_CHARACTERS = 600_000
DOCUMENTS_PER_CHILD = 100

_lock = threading.Lock()
_pools: list[ProcessPoolExecutor] = []


def render(html: str, sheets: tuple[str, ...]) -> bytes:
    """Return ``html`` as PDF with the given style sheets of the static folder.

    Raises Refused when the document is too large, takes too long, or uses too much memory.
    """
    if len(html) > MAX_CHARACTERS:
        raise Refused("内容太多，排不成一份文件：请缩短最长的几项文字")
    css = "\n".join((Path(str(current_app.static_folder)) / name).read_text() for name in sheets)
    with _lock:
        pool = _pool()
        future = pool.submit(pdf_child.render, html, css)
        try:
            return future.result(timeout=SECONDS)
        except (TimeoutError, BrokenProcessPool, MemoryError, RecursionError):
            _discard(pool)
            raise Refused("这份文件排版太费时或太占内存，已停止：请缩短最长的几项文字") from None


def _pool() -> ProcessPoolExecutor:
    if not _pools:
        spawn = multiprocessing.get_context("spawn")
        _pools.append(
            ProcessPoolExecutor(1, spawn, initializer=pdf_child.fence, max_tasks_per_child=DOCUMENTS_PER_CHILD)
        )
    return _pools[0]


def _discard(pool: ProcessPoolExecutor) -> None:
    """Take a printer that hangs out of service; the next document gets a new one."""
    _pools.clear()
    for process in list((pool._processes or {}).values()):  # there is no public way to kill a worker
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)
