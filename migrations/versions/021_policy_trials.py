"""policies tried on the register"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "021"
down_revision: str | None = "020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "policy_trial",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.String(length=40), nullable=False),
        sa.Column("edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "action",
            sa.Enum("new", "renewal", name="action", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.Column("file_key", sa.String(length=80), nullable=True),
        sa.Column("sheet_key", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["policy_edition.id"], name=op.f("fk_policy_trial_edition_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_policy_trial_job_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_policy_trial_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_trial")),
    )
    op.create_index("ix_policy_trial_policy_id", "policy_trial", ["policy_id"])
    op.create_index("ix_policy_trial_edition_id", "policy_trial", ["edition_id"])


def downgrade() -> None:
    op.drop_table("policy_trial")
