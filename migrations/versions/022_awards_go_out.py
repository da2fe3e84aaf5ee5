"""awards given go out as rows of a list"""

from collections.abc import Sequence

from alembic import op

revision: str = "022"
down_revision: str | None = "021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KINDS = ("firm", "certificate", "expiring", "year", "contact")


def _allow(*kinds: str) -> None:
    for table in ("export_layout", "export"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"ck_{table}_rowkind"), type_="check")
            told = ", ".join(repr(kind) for kind in kinds)
            batch_op.create_check_constraint(batch_op.f(f"ck_{table}_rowkind"), f"row_kind IN ({told})")


def upgrade() -> None:
    _allow(*KINDS, "award")


def downgrade() -> None:
    # What the older schema has no word for goes as one firm a row, or is forgotten as a layout of one's own.
    op.execute("DELETE FROM export_layout WHERE row_kind = 'award'")
    op.execute("UPDATE export SET row_kind = 'firm' WHERE row_kind = 'award'")
    _allow(*KINDS)
