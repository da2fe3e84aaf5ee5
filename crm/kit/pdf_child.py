"""The fenced printer: HTML and CSS in, PDF out, in a process that may fetch nothing and use little.

Lives in a pool of one, so that fonts are read once; its memory comes back when it is replaced.
"""

import resource
import time
from typing import Any

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 20

_kept: dict[str, Any] = {}


def fence() -> None:
    """Limit what the process may use; called once when it starts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def render(html: str, css: str) -> bytes:
    """Return the PDF. Addresses other than data: are refused, wherever they stand."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    used = int(time.process_time()) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))
    if "fonts" not in _kept:
        _kept["fonts"] = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    sheet = CSS(string=css, url_fetcher=fetcher, font_config=_kept["fonts"])
    document = HTML(string=html, base_url=None, url_fetcher=fetcher)
    return bytes(document.write_pdf(stylesheets=[sheet], font_config=_kept["fonts"]))
