"""texts of policies"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "017"
down_revision: str | None = "016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATUSES = ("draft", "proposed", "active", "replaced", "withdrawn")
PEOPLE = ("drafted_by_id", "proposed_by_id", "activated_by_id", "withdrawn_by_id")
WHY = "an edition is kept for ever, and its text once proposed"
# Old texts stay for ever: the database itself refuses to delete one, or to rewrite what was proposed.
KEPT = {
    "sqlite": [
        f"CREATE TRIGGER policy_edition_kept BEFORE DELETE ON policy_edition BEGIN SELECT RAISE(ABORT, '{WHY}'); END",
        "CREATE TRIGGER policy_edition_frozen BEFORE UPDATE OF text, digest, policy_id ON policy_edition "
        "WHEN OLD.status <> 'draft' AND (NEW.text <> OLD.text OR NEW.digest <> OLD.digest "
        f"OR NEW.policy_id <> OLD.policy_id) BEGIN SELECT RAISE(ABORT, '{WHY}'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION policy_edition_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$",
        "CREATE TRIGGER policy_edition_kept BEFORE DELETE ON policy_edition "
        "FOR EACH ROW EXECUTE FUNCTION policy_edition_kept()",
        "CREATE TRIGGER policy_edition_frozen BEFORE UPDATE ON policy_edition FOR EACH ROW "
        "WHEN (OLD.status <> 'draft' AND (NEW.text <> OLD.text OR NEW.digest <> OLD.digest "
        "OR NEW.policy_id <> OLD.policy_id)) EXECUTE FUNCTION policy_edition_kept()",
    ],
}
ACTIVE = sa.text("status = 'active'")


def upgrade() -> None:
    op.create_table(
        "policy_edition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="editionstatus", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("based_on", sa.String(length=64), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("writers", sa.JSON(), nullable=False),
        sa.Column("drafted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_why", sa.Text(), nullable=True),
        sa.Column("activated_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("activated_by_id <> proposed_by_id", name=op.f("ck_policy_edition_second_person")),
        *(sa.ForeignKeyConstraint([who], ["user.id"], name=op.f(f"fk_policy_edition_{who}")) for who in PEOPLE),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["policy_edition.id"], name=op.f("fk_policy_edition_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_edition")),
    )
    op.create_index("ix_policy_edition_policy_id", "policy_edition", ["policy_id"])
    op.create_index("ix_policy_edition_status", "policy_edition", ["status"])
    op.create_index(
        "uq_policy_edition_active",
        "policy_edition",
        ["policy_id"],
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )
    for statement in KEPT[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("policy_edition")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION policy_edition_kept()")
