"""The fenced printer; a program of its own: a line of JSON with HTML and CSS in, a line with the size and the PDF out.

Run by kit/pdf.py by its path, so that nothing of the product is loaded here; it may fetch nothing and use little.
"""

import json
import resource
import sys
import time

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 20


def main() -> None:
    """Print until the pipe is closed; the fonts are read once."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        # The limit counts from the start of the process: each document gets its own share on top.
        spent = int(time.process_time()) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, resource.RLIM_INFINITY))
        fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
        sheet = CSS(string=asked["css"], url_fetcher=fetcher, font_config=fonts)
        document = HTML(string=asked["html"], base_url=None, url_fetcher=fetcher)
        done = document.write_pdf(stylesheets=[sheet], font_config=fonts)
        sys.stdout.buffer.write(f"{len(done)}\n".encode() + done)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
