"""lists: who sent them, decisions on names, what each row wrote, undo

Revision ID: 008
Revises: 007
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "013"
down_revision: str | None = "012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATUSES = ("uploaded", "checked", "applying", "applied", "failed")
OUTCOMES = ("create", "update", "same", "unsure", "reject")


def choice(name: str, *values: str) -> sa.Enum:
    """Return a closed list as a checked text column."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def check(name: str, *values: str) -> str:
    """Return the condition that a column holds one of ``values``."""
    return f"{name} IN ({', '.join(repr(value) for value in values)})"


QUESTION = ("question", "who", "rename", "twin")


def upgrade() -> None:
    # The number of a firm that was removed is never given to another: the trail still speaks of it.
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("firm", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass
    op.create_table(
        "import_decision",
        sa.Column("id", KEY, nullable=False),
        sa.Column("import_id", KEY, nullable=False),
        sa.Column("question", choice(*QUESTION), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("answer", choice("answer", "firm", "renamed", "kept", "new", "skip"), nullable=False),
        sa.Column("firm_id", KEY, nullable=True),
        sa.Column("decided_by_id", KEY, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_import_decision_decided_by_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_import_decision_firm_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_decision_import_id")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["user.id"], name=op.f("fk_import_decision_revoked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_decision")),
    )
    for column in ("import_id", "name", "firm_id", "decided_by_id"):
        op.create_index(op.f(f"ix_import_decision_{column}"), "import_decision", [column])
    with op.batch_alter_table("import") as batch:
        batch.add_column(sa.Column("sender", sa.String(length=120), nullable=True))
        batch.add_column(sa.Column("whole", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
        batch.drop_constraint(op.f("ck_import_importstatus"), type_="check")
        batch.create_check_constraint(op.f("ck_import_importstatus"), check("status", *STATUSES, "undoing", "undone"))
    op.create_index(op.f("ix_import_file_sha256"), "import", ["file_sha256"])
    with op.batch_alter_table("import_row") as batch:
        batch.add_column(sa.Column("notes", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("question", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("candidates", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("decision_id", KEY, nullable=True))
        batch.add_column(sa.Column("written", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("kept_because", sa.JSON(), nullable=True))
        batch.drop_constraint(op.f("ck_import_row_rowoutcome"), type_="check")
        batch.create_check_constraint(op.f("ck_import_row_rowoutcome"), check("outcome", *OUTCOMES, "skip"))
        batch.create_check_constraint(op.f("ck_import_row_question"), check(*QUESTION))
        batch.drop_constraint("fk_import_row_firm_id", type_="foreignkey")
        batch.create_foreign_key("fk_import_row_firm_id", "firm", ["firm_id"], ["id"], ondelete="SET NULL")
        batch.create_foreign_key("fk_import_row_decision_id", "import_decision", ["decision_id"], ["id"])
    with op.batch_alter_table("import_row") as batch:
        batch.alter_column("notes", server_default=None)
        batch.alter_column("candidates", server_default=None)
        batch.create_index(op.f("ix_import_row_firm_id"), ["firm_id"])
        batch.create_index(op.f("ix_import_row_decision_id"), ["decision_id"])


def downgrade() -> None:
    # What the older schema has no word for: a list taken back is one that failed, a row left out one that was refused.
    op.execute("UPDATE import SET status = 'failed' WHERE status IN ('undoing', 'undone')")
    op.execute("UPDATE import_row SET outcome = 'reject' WHERE outcome = 'skip'")
    with op.batch_alter_table("import_row") as batch:
        batch.drop_index(op.f("ix_import_row_decision_id"))
        batch.drop_index(op.f("ix_import_row_firm_id"))
        batch.drop_constraint("fk_import_row_decision_id", type_="foreignkey")
        batch.drop_constraint("fk_import_row_firm_id", type_="foreignkey")
        batch.create_foreign_key("fk_import_row_firm_id", "firm", ["firm_id"], ["id"])
        batch.drop_constraint(op.f("ck_import_row_question"), type_="check")
        batch.drop_constraint(op.f("ck_import_row_rowoutcome"), type_="check")
        batch.create_check_constraint(op.f("ck_import_row_rowoutcome"), check("outcome", *OUTCOMES))
        for column in ("notes", "question", "candidates", "decision_id", "written", "undone_at", "kept_because"):
            batch.drop_column(column)
    op.drop_index(op.f("ix_import_file_sha256"), "import")
    with op.batch_alter_table("import") as batch:
        batch.drop_constraint(op.f("ck_import_importstatus"), type_="check")
        batch.create_check_constraint(op.f("ck_import_importstatus"), check("status", *STATUSES))
        for column in ("sender", "whole", "undone_at"):
            batch.drop_column(column)
    op.drop_table("import_decision")
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("firm", recreate="always", table_kwargs={"sqlite_autoincrement": False}):
            pass
