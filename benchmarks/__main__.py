"""Fill, serve, measure, print. Every number is a whole request over HTTP from another process on the same machine."""

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from urllib.parse import quote

from benchmarks import lists
from benchmarks.client import Client, Yardstick, measure
from benchmarks.server import ROOT, Server, serving
from crm.domain import codes


def main() -> None:
    """Run every scenario for every number of clients."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--firms", type=int, default=10_000)
    parser.add_argument("--clients", default="1,8")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=40, help="requests per client and scenario")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the imported list")
    parser.add_argument("--only", default="", help="scenarios whose names begin with this: list, search …")
    parser.add_argument("--edits", type=float, default=0, help="files saved a second beside what is measured")
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {options.database}, {options.firms:,} firms")
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}; x: times the minimal Flask page of the same run")
    print(f"{'scenario':26}{'clients':>8}{'p50 ms':>10}{'p95 ms':>10}{'per s':>10}{'x p50':>8}{'x p95':>8}")
    with serving(options.firms, options.database) as server:
        if not options.only:
            _export(server)
        with _saving(server, options.edits):
            for count in map(int, options.clients.split(",")):
                _over_http(server, options.firms, count, options.rounds, options.only)
        if not options.only:
            _import(server, options.rows)
            _assess(server)


def _over_http(server: Server, firms: int, count: int, rounds: int, only: str) -> None:
    clients = [Client(server) for _ in range(count)]

    def firm(number: int) -> int:
        return number * 7919 % firms + 1

    def edit(client: Client, turn: int) -> None:
        _save(client, firm(turn) if firms >= rounds * count else turn % firms + 1, turn)

    def create(client: Client, turn: int) -> None:
        code = codes.make(90_000_000 + count * 100_000 + turn, region="440100")
        values = {"uscc": code, "name": f"测速{count}号{turn}有限公司", "registration_district": "440106"}
        status, text, _ = client.post("/firms/new", {**client.blank, **values})
        assert status == 302, (status, re.sub(r"<[^>]+>", " ", text)[:500])

    scenarios = {
        "list page": lambda c, n: c.get(f"/firms?page={n % 20 + 1}"),
        "list, page 1,500": lambda c, n: c.get(f"/firms?page={min(1_500, firms // 50 - n % 20)}"),
        "list, rung and district": lambda c, n: c.get("/firms?rung=high_tech&district=440106"),
        "list, field and officer": lambda c, n: c.get(f"/firms?field={n % 8 + 1}&officer={n % 3 + 1}"),
        "list, expiring": lambda c, n: c.get("/firms?expiring=90"),
        "list, by rung": lambda c, n: c.get("/firms?sort=-rung"),
        "list, by update": lambda c, n: c.get("/firms?sort=-updated"),
        "list, name": lambda c, n: c.get("/firms?q=" + quote("澜图智能砚"[n % 4 : n % 4 + 2])),
        "search, page of hits": lambda c, n: c.get("/search?q=" + quote("澜图智能砚"[n % 4 : n % 4 + 2])),
        "search, one character": lambda c, n: c.type("广澜图溪龘"[n % 5]),
        "search, two characters": lambda c, n: c.type(("广州", "澜图", "软件", "龘龘")[n % 4]),
        "search, pinyin": lambda c, n: c.type(("lantu", "guangzhou", "ruanjian", "zzzz")[n % 4]),
        "search, initials": lambda c, n: c.type(("lt", "gzlt", "rjkj", "xq")[n % 4]),
        "search, code": lambda c, n: c.type(codes.make(firm(n))[n % 6 : n % 6 + 8 + n % 4]),
        "search, contact": lambda c, n: c.type(("若溪", "1990000", "陈敏", "0001234")[n % 4]),
        "quality": lambda c, n: c.get("/quality"),
        "quality, a check": lambda c, n: c.get("/quality/no-field?district=440106"),
        "firm page": lambda c, n: c.get(f"/firms/{firm(n)}"),
        "firm on the ladder": lambda c, n: c.get(f"/firms/{firm(n)}/ladder"),
        "ladder page": lambda c, n: c.get("/ladder"),
        "create": create,
        "update (read and save)": edit,
    }
    yardsticks = [Yardstick(server) for _ in clients]
    wanted = [(name, act) for name, act in scenarios.items() if name.startswith(only)]
    for place, (name, act) in enumerate(wanted):
        if place % 6 == 0:  # measured again now and then: the machine is not the same all the time
            unit = measure(yardsticks, lambda c, n: c.get(f"/firms?page={n % 20 + 1}"), rounds)
            _print("minimal Flask page", count, unit, unit)
        for client in clients[:1]:
            act(client, 999_000 + count)
        _print(name, count, measure(clients, act, rounds), unit)


def _save(client: Client, firm_id: int, turn: int) -> None:
    """Save one firm's address: a page read and a form sent."""
    path = f"/firms/{firm_id}/edit"
    values = lists.form_values(client.get(path))
    status, _, _ = client.post(path, {**values, "address": f"测速路{turn}号"})
    assert status == 302, status


@contextmanager
def _saving(server: Server, a_second: float) -> Iterator[None]:
    """Let somebody save files all the while: each makes everything that was kept of the lists be found anew."""
    done = Event()

    def work() -> None:
        client, turn = Client(server), 0
        while not done.wait(1 / a_second):
            turn += 1
            _save(client, turn % 100 + 1, turn)

    if not a_second:
        yield
        return
    with ThreadPoolExecutor(1) as pool:
        saver = pool.submit(work)
        try:
            yield
        finally:
            done.set()
            saver.result()


def _export(server: Server) -> None:
    client = Client(server)
    for kind in ("xlsx", "csv_utf8"):
        status, text, location = client.post("/firms/exports", {"all_matching": "1"})
        assert status == 302, (status, re.sub(r"<[^>]+>", " ", text)[:500])
        chosen = {"file_format": kind, "reason": "测速：写出整个名单"}
        uses = [("use", key) for key in ("name", "uscc", "rung", "district", "officer")]
        began = time.perf_counter()
        client.post(location, chosen, *uses)
        _until(client, location, f"{location}/file")
        print(f"export of the whole list, {kind}: {time.perf_counter() - began:.1f} s")


def _print(name: str, count: int, figures: dict[str, float], unit: dict[str, float]) -> None:
    times = [figures[key] / unit[key] for key in ("p50_ms", "p95_ms")]
    figures_told = f"{figures['p50_ms']:>10.1f}{figures['p95_ms']:>10.1f}{figures['per_second']:>10.1f}"
    print(f"{name:26}{count:>8}{figures_told}{times[0]:>8.1f}{times[1]:>8.1f}", flush=True)


def _import(server: Server, rows: int) -> None:
    client = Client(server)
    content = lists.workbook(rows)
    began = time.perf_counter()
    status, text, location = client.upload("/imports/new", "file", "list.xlsx", content, {})
    assert status == 302, (status, re.sub(r"<[^>]+>", " ", text)[:500])
    _until(client, location, 'data-status="checked"')
    checked = time.perf_counter()
    client.post(f"{location}/apply", {})
    _until(client, location, 'data-status="applied"')
    print(f"import of {rows:,} rows: dry run {checked - began:.1f} s, apply {time.perf_counter() - checked:.1f} s")


def _until(client: Client, path: str, told: str, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while told not in client.get(path):
        assert time.monotonic() < end, f"{path} does not say {told} after {seconds} s"
        time.sleep(0.1)


def _assess(server: Server) -> None:
    program = (
        "import time\n"
        "import polars as pl\n"
        "from crm import create_app\n"
        "from crm.kit import clock\n"
        "from crm.kit.db import transaction\n"
        "from crm.policies.queries import in_force\n"
        "from crm.screening import service\n"
        "app = create_app()\n"
        "with app.app_context():\n"
        "    with transaction(writing=False):\n"
        "        policies = in_force().values()\n"
        "    began = time.perf_counter()\n"
        "    found = pl.concat(part for _ids, part in service.judge_all(clock.today(), policies))\n"
        "    seconds = time.perf_counter() - began\n"
        "    firms, policies = (found[name].n_unique() for name in ('firm_id', 'policy_id'))\n"
        "    print(f'assess {firms:,} firms x {policies} policies, reading included: {seconds:.2f} s')\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=server.environment, check=True)


if __name__ == "__main__":
    main()
