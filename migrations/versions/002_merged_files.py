"""merged files"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "002"
down_revision: str | None = "001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATUSES = ("active", "moved_out", "closed")
MERGED = sa.CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_firm_merged"))


def _status(*values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"status IN ({listed})", name=op.f("ck_firm_firmstatus"))


def _swap(batch: object, gone: Sequence[str], come: Sequence[sa.CheckConstraint]) -> None:
    for name in gone:
        batch.drop_constraint(op.f(name), type_="check")  # type: ignore[attr-defined]
    for check in come:
        batch.create_check_constraint(check.name, check.sqltext)  # type: ignore[attr-defined]


def upgrade() -> None:
    op.create_table(
        "merge",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kept_id", NUMBER, nullable=False),
        sa.Column("gone_id", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.String(length=64), nullable=False),
        sa.Column("log", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["gone_id"], ["firm.id"], name=op.f("fk_merge_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["firm.id"], name=op.f("fk_merge_kept_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index(op.f("ix_merge_gone_id"), "merge", ["gone_id"])
    op.create_index(op.f("ix_merge_kept_id"), "merge", ["kept_id"])
    with op.batch_alter_table("firm") as batch:
        batch.add_column(sa.Column("merged_into_id", NUMBER, nullable=True))
        batch.drop_index(op.f("ix_firm_registration_district_id"))
        batch.create_index(
            "ix_firm_registration_district_merged_into_id_id", ["registration_district", "merged_into_id", "id"]
        )
        batch.drop_index(op.f("ix_firm_name"))
        batch.create_index("ix_firm_name_merged_into_id_id", ["name", "merged_into_id", "id"])
        batch.create_foreign_key(op.f("fk_firm_merged_into_id"), "firm", ["merged_into_id"], ["id"])
        _swap(batch, ["ck_firm_firmstatus"], [_status(*STATUSES, "merged"), MERGED])


def downgrade() -> None:
    with op.batch_alter_table("firm") as batch:
        _swap(batch, ["ck_firm_merged", "ck_firm_firmstatus"], [_status(*STATUSES)])
        batch.drop_constraint(op.f("fk_firm_merged_into_id"), type_="foreignkey")
        batch.drop_index("ix_firm_registration_district_merged_into_id_id")
        batch.create_index(op.f("ix_firm_registration_district_id"), ["registration_district", "id"])
        batch.drop_index("ix_firm_name_merged_into_id_id")
        batch.create_index(op.f("ix_firm_name"), ["name"])
        batch.drop_column("merged_into_id")
    op.drop_table("merge")
