"""One figure for all that the register says: equal before and after means that nothing at all was changed."""

import json
from collections.abc import Collection
from hashlib import sha256

from sqlalchemy import select

from crm.journal.service import plain
from crm.kit.db import db

# What is kept about the work itself, and what is worked out from the files by and by: the trail grows with every act
# and its undoing, the screening follows the files.
BOOKKEEPING = frozenset(
    {
        "event",
        "chain_head",
        "act",
        "job",
        "round",
        "sign_in",
        "import",
        "import_row",
        "import_decision",
        "merge",
        "firm_handle",
        "screening",
        "screening_change",
        "screening_due",
        "screening_run",
    }
)
# Counters that only ever grow, so that somebody who looked before the act and its undoing is told.
COUNTERS = frozenset({"version", "updated_at"})


def digest(leave_out: Collection[str] = BOOKKEEPING) -> str:
    """Return a SHA-256 over every row of every table but those of ``leave_out``; ids count, order does not.

    A column that only counts saves (``Firm.version``, ``updated_at``) is passed over, and so is the
    number of what is worked out anew (``FirmHandle.id``); ``AnnualReturn.version`` counts.
    """
    told = []
    for table in sorted(db.metadata.tables.values(), key=lambda table: table.name):
        if table.name in leave_out:
            continue
        skip = {"firm": COUNTERS, "firm_handle": frozenset({"id"})}.get(table.name, frozenset())
        columns = [column for column in table.columns if column.name not in skip]
        rows = [json.dumps(plain(list(row)), ensure_ascii=False) for row in db.session.execute(select(*columns))]
        told.append([table.name, sorted(rows)])
    return sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
