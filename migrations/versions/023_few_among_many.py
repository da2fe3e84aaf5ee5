"""merged files and open promises are found by an index of them alone

Every page of a firm asks which files went into it; without an index that reads all firms. The desk counts the promises
still open, a small part of all that were made.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "023"
down_revision: str | None = "022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    merged, open_promise = sa.text("merged_into_id IS NOT NULL"), sa.text("next_on IS NOT NULL AND done_on IS NULL")
    op.create_index("ix_firm_merged_into_id", "firm", ["merged_into_id"], sqlite_where=merged, postgresql_where=merged)
    op.drop_index("ix_visit_next_on", "visit")
    columns = ["next_on", "id", "firm_id"]
    op.create_index("ix_visit_next_on", "visit", columns, sqlite_where=open_promise, postgresql_where=open_promise)


def downgrade() -> None:
    op.drop_index("ix_visit_next_on", "visit")
    op.create_index("ix_visit_next_on", "visit", ["next_on"])
    op.drop_index("ix_firm_merged_into_id", "firm")
