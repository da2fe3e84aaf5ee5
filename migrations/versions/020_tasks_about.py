"""what an open task came from: one open task a firm and criterion"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "020"
down_revision: str | None = "019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.String(length=120), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_task_firm_id_about"), ["firm_id", "about"])


def downgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_task_firm_id_about"), type_="unique")
        batch_op.drop_column("about")
