"""One signed-in person at a keyboard, as plain HTTP."""

import http.client
import re
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from statistics import quantiles
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from benchmarks.lists import form_values
from benchmarks.server import Server


class Client:
    """Keeps a connection and a cookie; ``blank`` is the empty form of a new firm. Not for use by two threads."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self.cookies: dict[str, str] = {}
        self.token = self._token(self.get("/sign-in"))
        status, _, _ = self.post("/sign-in", {"username": server.username, "password": server.password})
        assert status == 302, f"sign-in answered {status}"
        page = self.get("/firms/new")
        self.token = self._token(page)
        self.blank = {k: v for k, v in form_values(page).items() if k not in {"csrf_token", "act_key"}}

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()

    @staticmethod
    def _token(html: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
        assert found, "no CSRF token on the page"
        return found.group(1)

    def _send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "", **more: str
    ) -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **more}
        if body is not None:
            headers["Content-Type"] = kind or "application/x-www-form-urlencoded"
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (ConnectionResetError, BrokenPipeError):
            # The server has closed a connection that stood idle. Should it have taken the form after all, the act key
            # of the form sent again gets the same answer.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for name, morsel in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
            self.cookies[name] = morsel.value
        return answer.status, text, answer.headers.get("Location", "")

    def get(self, path: str) -> str:
        """Open a page; anything but 200 is a failure of the measurement."""
        status, text, _ = self._send("GET", path)
        assert status == 200, f"{path} answered {status}"
        return text

    def type(self, text: str) -> str:
        """Ask for the hits of the top bar, as a page does while somebody types."""
        status, answer, _ = self._send("GET", f"/search?q={quote(text)}", **{"HX-Request": "true"})
        assert status == 200, f"{text} answered {status}"
        return answer

    def post(self, path: str, values: Mapping[str, str], *more: tuple[str, str]) -> tuple[int, str, str]:
        """Send a form, ``more`` being fields of a name that stands there already: (status, body, where it leads)."""
        filled = [*{"csrf_token": self.token, "act_key": uuid.uuid4().hex, **values}.items(), *more]
        return self._send("POST", path, urlencode(filled).encode())

    def upload(
        self, path: str, field: str, name: str, content: bytes, values: Mapping[str, str]
    ) -> tuple[int, str, str]:
        """Send a form with one file."""
        mark = uuid.uuid4().hex
        filled = {"csrf_token": self.token, "act_key": uuid.uuid4().hex, **values}
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in filled.items()
        ]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        return self._send("POST", path, body, f"multipart/form-data; boundary={mark}")


class Yardstick:
    """Asks the minimal page, over a connection of its own."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.minimal_url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)

    def get(self, path: str) -> None:
        """Open a page."""
        try:
            self.connection.request("GET", path)
            answer = self.connection.getresponse()
        except http.client.RemoteDisconnected:  # closed while it stood idle, as above
            self.connection.close()
            self.connection.request("GET", path)
            answer = self.connection.getresponse()
        assert answer.read(), path
        assert answer.status == 200, f"{path} answered {answer.status}"


def measure(clients: list[Any], act: Callable[[Any, int], Any], rounds: int) -> dict[str, float]:
    """Let every client do ``act`` ``rounds`` times at once; return milliseconds p50, p95 and acts per second."""

    def one(place: int) -> list[float]:
        times = []
        for turn in range(rounds):
            began = perf_counter()
            act(clients[place], place * rounds + turn)
            times.append((perf_counter() - began) * 1000)
        return times

    began = perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        times = [value for result in pool.map(one, range(len(clients))) for value in result]
    seconds = perf_counter() - began
    cuts = quantiles(times, n=20)
    return {"p50_ms": cuts[9], "p95_ms": cuts[18], "per_second": len(times) / seconds}
