"""how lists were read"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "014"
down_revision: str | None = "013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KINDS = ("firms", "contacts", "figures", "certificates", "awards", "entries", "visits", "property")


def upgrade() -> None:
    op.create_table(
        "import_reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="listkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_import_reading_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_reading")),
        sa.UniqueConstraint(
            "owner_id", "source", "fingerprint", name=op.f("uq_import_reading_owner_id_source_fingerprint")
        ),
    )


def downgrade() -> None:
    op.drop_table("import_reading")
