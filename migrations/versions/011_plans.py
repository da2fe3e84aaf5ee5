"""plans"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "011"
down_revision: str | None = "010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# Progress is only ever added: the database itself refuses to change or delete a note.
NOTES_ARE_APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER plan_note_refuses_{act} BEFORE {act} ON plan_note "
        "BEGIN SELECT RAISE(ABORT, 'progress notes are append-only'); END"
        for act in ("update", "delete")
    ],
    "postgresql": [
        "CREATE FUNCTION plan_note_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'progress notes are append-only'; END $$",
        "CREATE TRIGGER plan_note_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_note "
        "FOR EACH STATEMENT EXECUTE FUNCTION plan_note_refuses()",
    ],
}
NOTES_UNLOCKED = {
    "sqlite": ["DROP TRIGGER plan_note_refuses_update", "DROP TRIGGER plan_note_refuses_delete"],
    "postgresql": ["DROP TRIGGER plan_note_refuses ON plan_note", "DROP FUNCTION plan_note_refuses()"],
}


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("since_year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until_year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft", "agreed", "closed", name="planstatus", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("agreed_with", sa.String(length=200), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("since_year <= until_year", name=op.f("ck_plan_years_in_order")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_plan_firm_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_plan_made_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_plan_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("firm_id", "since_year", name=op.f("uq_plan_firm_id_since_year")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_status"), ["status"], unique=False)

    op.create_table(
        "plan_goal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=True),
        sa.Column(
            "rung",
            sa.Enum(
                "tech_sme",
                "innovative_sme",
                "high_tech",
                "srdi_sme",
                "little_giant",
                "hidden_champion",
                "single_champion",
                "leading",
                name="rung",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("progress", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(progress = 100) = (done_on IS NOT NULL)", name=op.f("ck_plan_goal_done_when_full")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_plan_goal_per_cent")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_plan_goal_owner_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_goal_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_goal")),
    )
    with op.batch_alter_table("plan_goal", schema=None) as batch_op:
        batch_op.create_index("ix_plan_goal_owner_id_done_on_due_on", ["owner_id", "done_on", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_goal_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "plan_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("goal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("progress", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_plan_note_per_cent")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_plan_note_by_id")),
        sa.ForeignKeyConstraint(["goal_id"], ["plan_goal.id"], name=op.f("fk_plan_note_goal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_note")),
    )
    with op.batch_alter_table("plan_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_note_goal_id"), ["goal_id"], unique=False)

    for statement in NOTES_ARE_APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in NOTES_UNLOCKED[op.get_bind().dialect.name]:
        op.execute(statement)
    with op.batch_alter_table("plan_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_note_goal_id"))

    op.drop_table("plan_note")
    with op.batch_alter_table("plan_goal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_goal_plan_id"))
        batch_op.drop_index("ix_plan_goal_owner_id_done_on_due_on")

    op.drop_table("plan_goal")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_status"))
        batch_op.drop_index(batch_op.f("ix_plan_owner_id"))

    op.drop_table("plan")
