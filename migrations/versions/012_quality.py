"""what is wrong with the files; who holds which certificate is answered by an index alone"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "012"
down_revision: str | None = "011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "quality_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check_key", sa.String(length=40), nullable=False),
        sa.Column("officer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("district", sa.String(length=6), nullable=True),
        sa.Column("firms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["user.id"], name=op.f("fk_quality_count_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_count")),
    )
    with op.batch_alter_table("quality_count", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quality_count_check_key"), ["check_key"], unique=False)

    op.create_table(
        "quality_settled",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check_key", sa.String(length=40), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_quality_settled_firm_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_settled")),
    )
    with op.batch_alter_table("quality_settled", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quality_settled_firm_id"), ["firm_id"], unique=False)
        batch_op.create_index("uq_quality_settled", ["check_key", "firm_id", "other_id"], unique=True)

    op.create_table(
        "suspected_pair",
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("second_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_suspected_pair_once")),
        sa.ForeignKeyConstraint(["first_id"], ["firm.id"], name=op.f("fk_suspected_pair_first_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["second_id"], ["firm.id"], name=op.f("fk_suspected_pair_second_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_suspected_pair")),
    )
    with op.batch_alter_table("suspected_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suspected_pair_second_id"), ["second_id"], unique=False)

    with op.batch_alter_table("certification", schema=None) as batch_op:
        batch_op.drop_index("ix_certification_kind_expires_on")
        batch_op.create_index(
            "ix_certification_kind_held", ["kind", "expires_on", "issued_on", "revoked_on", "firm_id"], unique=False
        )
        batch_op.create_index(
            "ix_certification_firm_id_held", ["firm_id", "kind", "issued_on", "expires_on", "revoked_on"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("certification", schema=None) as batch_op:
        batch_op.drop_index("ix_certification_firm_id_held")
        batch_op.drop_index("ix_certification_kind_held")
        batch_op.create_index("ix_certification_kind_expires_on", ["kind", "expires_on"], unique=False)

    with op.batch_alter_table("suspected_pair", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suspected_pair_second_id"))

    op.drop_table("suspected_pair")
    with op.batch_alter_table("quality_settled", schema=None) as batch_op:
        batch_op.drop_index("uq_quality_settled")
        batch_op.drop_index(batch_op.f("ix_quality_settled_firm_id"))

    op.drop_table("quality_settled")
    with op.batch_alter_table("quality_count", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quality_count_check_key"))

    op.drop_table("quality_count")
