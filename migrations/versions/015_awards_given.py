"""awards given"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "015"
down_revision: str | None = "014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEVELS = ("national", "province", "city", "district")


def upgrade() -> None:
    op.create_table(
        "award_given",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("firm_id", NUMBER, nullable=False),
        sa.Column("year", NUMBER, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("policy_id", sa.String(length=64), nullable=True),
        sa.Column("batch", sa.String(length=64), nullable=True),
        sa.Column("amount", NUMBER, nullable=True),
        sa.Column(
            "level",
            sa.Enum(*LEVELS, name="awardlevel", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name=op.f("ck_award_given_amount")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_award_given_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_given")),
    )
    op.create_index("ix_award_given_firm_id_year", "award_given", ["firm_id", "year"])
    op.create_index("ix_award_given_year_policy_id", "award_given", ["year", "policy_id"])


def downgrade() -> None:
    op.drop_table("award_given")
