"""assessments kept: what was decided on, with facts, rules and outcome; the database refuses to change one"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "019"
down_revision: str | None = "018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = ("decision", "decision_pack")
LOCKED = {
    "sqlite": [
        f"CREATE TRIGGER {table}_refuses_{act} BEFORE {act} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'kept assessments are append-only'); END"
        for table in TABLES
        for act in ("update", "delete")
    ],
    "postgresql": [
        "CREATE FUNCTION decision_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'kept assessments are append-only'; END $$",
        *(
            f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION decision_refuses()"
            for table in TABLES
        ),
    ],
}
UNLOCKED = {
    "sqlite": [f"DROP TRIGGER {table}_refuses_{act}" for table in TABLES for act in ("update", "delete")],
    "postgresql": [
        *(f"DROP TRIGGER {table}_refuses ON {table}" for table in TABLES),
        "DROP FUNCTION decision_refuses()",
    ],
}


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "decision_pack",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_decision_pack")),
    )
    op.create_table(
        "decision",
        sa.Column("id", _id(), nullable=False),
        sa.Column("firm_id", _id(), nullable=False),
        sa.Column("firm_name", sa.String(length=200), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("policy_id", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.String(length=64), nullable=False),
        sa.Column(
            "action",
            sa.Enum("new", "renewal", name="action", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("pack_digest", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("decided_by_id", _id(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("outcome IN ('met', 'not_met', 'cannot_tell')", name=op.f("ck_decision_outcome")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_decision_decided_by_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_decision_firm_id")),
        sa.ForeignKeyConstraint(["pack_digest"], ["decision_pack.digest"], name=op.f("fk_decision_pack_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_firm_id"), ["firm_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_pack_digest"), ["pack_digest"], unique=False)
    for statement in LOCKED[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))


def downgrade() -> None:
    for statement in UNLOCKED[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))
    op.drop_table("decision")
    op.drop_table("decision_pack")
