"""a task that is done still says what it came from, so that opened again it is about that again"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "024"
down_revision: str | None = "023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("task", sa.Column("came_of", sa.String(length=120), nullable=True))
    op.execute("UPDATE task SET came_of = about")


def downgrade() -> None:
    op.drop_column("task", "came_of")
