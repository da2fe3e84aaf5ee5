"""The night's pass over a whole register: reading, judging, writing; a second pass in which little has turned.

``python -m benchmarks.screening --firms 600000 --database sqlite``. The register is invented in bulk: three years of
figures, a certificate for half of the firms, a right and a check of the public registers for each.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, select, update

from benchmarks.server import ROOT
from tests import cluster

ON = date(2026, 11, 26)
PART = 20_000


def main() -> None:
    """Fill, pass, change one firm in a hundred, pass again."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screening")
    parser.add_argument("--firms", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--read-only", action="store_true", help="leave out the writing")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="qiti-bench-"))
    own = cluster.running() if options.database == "postgresql" else nullcontext(f"sqlite:///{folder / 'crm.sqlite'}")
    with own as address:
        url = address.format(database="postgres")
        environment = {**os.environ, "FLASK_APP": "wsgi.py", "QITI_DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "flask", "db", "upgrade"], cwd=ROOT, env=environment, check=True)
        os.environ["QITI_DATABASE_URL"] = url
        _measure(options.firms, options.database, write=not options.read_only)


def _measure(firms: int, database: str, *, write: bool) -> None:
    from crm import create_app
    from crm.firms import queries
    from crm.firms.models import Firm
    from crm.kit import frames
    from crm.kit.db import db, transaction
    from crm.kit.readers import at_once
    from crm.ladder import facts
    from crm.policies.queries import in_force
    from crm.screening import service
    from crm.screening.models import Cause

    with create_app().app_context():
        print(f"{platform.platform()}, Python {platform.python_version()}, {database}, {firms:,} firms")
        print(f"load before {os.getloadavg()[0]:.1f}")
        with _told("filled"), transaction():
            for table, rows in invented(firms):
                db.session.execute(insert(table.__table__), rows)
        everyone = select(Firm.id)
        with transaction(writing=False):
            ranges, policies = queries.id_ranges(), in_force().values()
        with _told("facts read"):
            for _read in at_once(ranges, lambda ids: facts.build(queries.within(ids, everyone), ON, frames.pour)):
                pass
        with _told("facts read, all policies judged"):
            kept = [found for _ids, found in service.judge_all(ON, policies)]
        print(f"{sum(found.height for found in kept):,} outcomes")
        print(f"{'most memory':40}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:8.2f} GB")
        if not write:
            return
        with _told("first pass, all written"):
            service.walk(ON, Cause.NIGHT)
        with transaction():
            db.session.execute(update(Firm).where(Firm.id % 100 == 0).values(audited_collection=None))
        with _told("second pass, one firm in a hundred changed"):
            turned = service.walk(ON, Cause.NIGHT)
        print(f"{turned:,} outcomes turned")


class _told:  # noqa: N801 - reads as a word
    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(self, *_exception: object) -> None:
        print(f"{self.what:40}{time.perf_counter() - self.began:8.2f} s", flush=True)


def invented(firms: int) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Return (table, rows) in parts; the same for the same number."""
    from crm.domain import codes
    from crm.domain.ladder import Rung
    from crm.domain.places import DISTRICTS
    from crm.domain.records import COUNT_FIGURES, FIGURES, IpKind, IpOrigin, Source
    from crm.firms.models import AnnualReturn, Certification, CreditCheck, Firm, IntellectualProperty

    chance = Random(20261126)  # noqa: S311 - nothing is kept secret by it
    now = datetime(2026, 11, 26, tzinfo=UTC)
    districts, rungs = list(DISTRICTS), [Rung.TECH_SME, Rung.HIGH_TECH, Rung.SRDI_SME]
    for start in range(1, firms + 1, PART):
        ids = range(start, min(start + PART, firms + 1))
        yield Firm, [
            {
                "id": n, "uscc": codes.make(n), "name": f"广州测速第{n}科技有限公司", "clusters": [],
                "registration_district": districts[n % len(districts)], "tech_field": "1.1.1",
                "industry_code": ("6510", "3562", "7320")[n % 3], "established_on": ON - timedelta(200 + n % 7_000),
                "resident_enterprise": True, "audited_collection": n % 10 > 0, "restricted_product": False,
                "created_at": now, "updated_at": now, "completeness": 0, "version": 1,
            }
            for n in ids
        ]  # fmt: skip
        returns = []
        for n in ids:
            size = 10 ** chance.uniform(9, 12)
            for year in (2023, 2024, 2025):
                figures = {
                    name: chance.randrange(1, 600) if name in COUNT_FIGURES else int(size * chance.random())
                    for name in FIGURES
                }
                told = {"source": Source.IMPORT, "version": 1, "stated_at": now, "stated_by": "测速"}
                returns.append({"firm_id": n, "year": year, **told, **figures})
        yield AnnualReturn, returns
        yield Certification, [
            {"firm_id": n, "kind": rungs[n % 3], "number": f"T{n}", "issued_on": date(2025, 1, 1),
             "expires_on": date(2027, 12, 31)}
            for n in ids if n % 2
        ]  # fmt: skip
        yield IntellectualProperty, [
            {"firm_id": n, "kind": IpKind.INVENTION, "origin": IpOrigin.OWN, "core": True, "title": "测速专利",
             "number": f"ZL{n}", "granted_on": date(2022, 5, 6)}
            for n in ids
        ]  # fmt: skip
        yield (
            CreditCheck,
            [{"firm_id": n, "checked_on": date(2026, 6, 1), "listed": n % 50 == 0, "checked_by": "测速"} for n in ids],
        )


if __name__ == "__main__":
    sys.exit(main())
