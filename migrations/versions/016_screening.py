"""every firm and every policy: outcomes, what changed, who waits; a job of the register itself has no owner"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "016"
down_revision: str | None = "015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CAUSES = ("night", "demand", "edit")


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _cause() -> sa.Enum:
    return sa.Enum(*CAUSES, name="cause", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "screening",
        sa.Column("firm_id", _id(), nullable=False),
        sa.Column("policy_id", sa.String(length=40), nullable=False),
        sa.Column("renewal", sa.Boolean(), nullable=False),
        sa.Column("outcome", _id(), nullable=False),
        sa.Column("short", _id(), nullable=False),
        sa.Column("unknown", _id(), nullable=False),
        sa.Column("criterion", sa.String(length=64), nullable=True),
        sa.Column("fact", sa.String(length=64), nullable=True),
        sa.Column("distance", sa.Double(), nullable=False),
        sa.Column("award_least", _id(), nullable=True),
        sa.Column("award_most", _id(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_screening_firm_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("firm_id", "policy_id", name=op.f("pk_screening")),
    )
    with op.batch_alter_table("screening", schema=None) as batch_op:
        batch_op.create_index("ix_screening_policy_id_outcome", ["policy_id", "outcome", "firm_id"], unique=False)
        batch_op.create_index("ix_screening_policy_id_criterion", ["policy_id", "criterion", "firm_id"], unique=False)
        batch_op.create_index("ix_screening_policy_id_fact", ["policy_id", "fact", "firm_id"], unique=False)

    op.create_table(
        "screening_change",
        sa.Column("id", _id(), nullable=False),
        sa.Column("firm_id", _id(), nullable=False),
        sa.Column("policy_id", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("was", _id(), nullable=True),
        sa.Column("now", _id(), nullable=False),
        sa.Column("cause", _cause(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_screening_change_firm_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_change")),
    )
    with op.batch_alter_table("screening_change", schema=None) as batch_op:
        batch_op.create_index("ix_screening_change_policy_id_on", ["policy_id", "on", "now", "firm_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_screening_change_firm_id"), ["firm_id"], unique=False)

    op.create_table(
        "screening_due",
        sa.Column("id", _id(), nullable=False),
        sa.Column("firm_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_screening_due_firm_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_due")),
    )
    with op.batch_alter_table("screening_due", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_screening_due_firm_id"), ["firm_id"], unique=False)

    op.create_table(
        "screening_run",
        sa.Column("id", _id(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("cause", _cause(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("firms", _id(), nullable=False),
        sa.Column("turned", _id(), nullable=False),
        sa.Column("policies", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_run")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.alter_column("owner_id", existing_type=_id(), nullable=True)


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM job WHERE owner_id IS NULL"))
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.alter_column("owner_id", existing_type=_id(), nullable=False)

    op.drop_table("screening_run")
    op.drop_table("screening_due")
    op.drop_table("screening_change")
    op.drop_table("screening")
