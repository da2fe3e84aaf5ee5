"""stated facts"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "008"
down_revision: str | None = "007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "stated_fact",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("firm_id", NUMBER, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", NUMBER, nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(length=300), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_stated_fact_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_fact")),
    )
    op.create_index("ix_stated_fact_firm_id_key_stated_on", "stated_fact", ["firm_id", "key", "stated_on"])


def downgrade() -> None:
    op.drop_table("stated_fact")
