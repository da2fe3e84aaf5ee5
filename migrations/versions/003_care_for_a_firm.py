"""care for a firm"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "003"
down_revision: str | None = "002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

FIRM_COLUMNS = ("park", "incubator", "completeness", "last_contact_on")
FIRM_INDEXES = tuple(f"ix_firm_{column}" for column in FIRM_COLUMNS)
MOVE_COLUMNS = ("previous", "place", "reason", "applied", "made_by", "made_at")
MOVE_INDEXES = ("ix_move_applied_since_on", "ix_move_previous_since_on")

# What each move came from; who has a firm in hand now, since the day its file was opened.
DAY = {
    "sqlite": "date(created_at, '+8 hours')",
    "postgresql": "CAST(created_at AT TIME ZONE 'Asia/Shanghai' AS date)",
}
PREVIOUS = """
UPDATE move SET previous = (
    SELECT earlier.district FROM move AS earlier
    WHERE earlier.firm_id = move.firm_id AND earlier.jurisdiction = move.jurisdiction
      AND earlier.since_on < move.since_on
    ORDER BY earlier.since_on DESC LIMIT 1)
"""
IN_HAND = """
INSERT INTO assignment (firm_id, duty, {key}, since_on, applied, made_by, made_at)
SELECT id, '{duty}', {column}, {day}, true, '系统', created_at FROM firm WHERE {column} IS NOT NULL
"""
# How whole a file is and when its firm was last met, as the release that added the two columns worked it out.
WORTH = {
    "registration_district": 10, "tax_district": 5, "statistics_district": 5, "legal_representative": 5,
    "registered_capital": 5, "established_on": 5, "address": 5, "industry_code": 10, "tech_field": 5,
    "main_product": 5, "officer_id": 5,
}  # fmt: skip
STATED = {"revenue": 10, "COALESCE(rd_tax, rd_hte, rd_accounts)": 5, "employees_total": 5}
DERIVED = f"""
UPDATE firm SET
    completeness = {
    " + ".join(f"CASE WHEN {name} IS NOT NULL THEN {worth} ELSE 0 END" for name, worth in WORTH.items())
}
    + CASE WHEN EXISTS (SELECT 1 FROM contact WHERE firm_id = firm.id AND phone IS NOT NULL) THEN 15 ELSE 0 END
    + {
    " + ".join(
        f"CASE WHEN EXISTS (SELECT 1 FROM annual_return WHERE firm_id = firm.id AND {name} IS NOT NULL)"
        f" THEN {worth} ELSE 0 END"
        for name, worth in STATED.items()
    )
},
    last_contact_on = (SELECT max(visited_on) FROM visit WHERE visit.firm_id = firm.id)
"""


def upgrade() -> None:
    op.create_table(
        "tag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_name")),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "duty",
            sa.Enum("officer", "agency", name="duty", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("from_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["from_agency_id"], ["agency.id"], name=op.f("fk_handover_from_agency_id")),
        sa.ForeignKeyConstraint(["from_user_id"], ["user.id"], name=op.f("fk_handover_from_user_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_handover_made_by_id")),
        sa.ForeignKeyConstraint(["to_agency_id"], ["agency.id"], name=op.f("fk_handover_to_agency_id")),
        sa.ForeignKeyConstraint(["to_user_id"], ["user.id"], name=op.f("fk_handover_to_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "duty",
            sa.Enum("officer", "agency", name="duty", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("handover_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("agency_id IS NULL OR duty = 'agency'", name=op.f("ck_assignment_agency")),
        sa.CheckConstraint("user_id IS NULL OR duty = 'officer'", name=op.f("ck_assignment_officer")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_assignment_agency_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_assignment_firm_id")),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_assignment_handover_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_assignment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("firm_id", "duty", "since_on", name=op.f("uq_assignment_firm_id_duty_since_on")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index("ix_assignment_applied_since_on", ["applied", "since_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_handover_id"), ["handover_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_user_id"), ["user_id"], unique=False)

    op.create_table(
        "firm_group",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("head_firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["head_firm_id"], ["firm.id"], name=op.f("fk_firm_group_head_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_group")),
        sa.UniqueConstraint("name", name=op.f("uq_firm_group_name")),
    )
    op.create_table(
        "firm_tag",
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_tag_firm_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_firm_tag_tag_id")),
        sa.PrimaryKeyConstraint("firm_id", "tag_id", name=op.f("pk_firm_tag")),
    )
    with op.batch_alter_table("firm_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_firm_tag_tag_id"), ["tag_id"], unique=False)

    op.create_table(
        "stop_flag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column(
            "lifter",
            sa.Enum("office", "manager", name="lifter", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("office", sa.JSON(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_by", sa.String(length=64), nullable=True),
        sa.Column("lifted_why", sa.String(length=500), nullable=True),
        sa.CheckConstraint("(lifted_on IS NULL) = (lifted_why IS NULL)", name=op.f("ck_stop_flag_lifted")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= since_on", name=op.f("ck_stop_flag_period")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_stop_flag_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_flag")),
    )
    with op.batch_alter_table("stop_flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stop_flag_firm_id"), ["firm_id"], unique=False)

    op.create_table(
        "group_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on > since_on", name=op.f("ck_group_member_period")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_group_member_firm_id")),
        sa.ForeignKeyConstraint(["group_id"], ["firm_group.id"], name=op.f("fk_group_member_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
        sa.UniqueConstraint("firm_id", "since_on", name=op.f("uq_group_member_firm_id_since_on")),
    )
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_member_group_id"), ["group_id"], unique=False)

    with op.batch_alter_table("firm", schema=None) as batch_op:
        batch_op.add_column(sa.Column("park", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("incubator", sa.String(length=100), nullable=True))
        batch_op.add_column(
            sa.Column(
                "completeness", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
            )
        )
        batch_op.add_column(sa.Column("last_contact_on", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_firm_completeness"), ["completeness"], unique=False)
        batch_op.create_index(batch_op.f("ix_firm_incubator"), ["incubator"], unique=False)
        batch_op.create_index(batch_op.f("ix_firm_last_contact_on"), ["last_contact_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_firm_park"), ["park"], unique=False)

    with op.batch_alter_table("move", schema=None) as batch_op:
        batch_op.add_column(sa.Column("previous", sa.String(length=6), nullable=True))
        batch_op.add_column(sa.Column("place", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("applied", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("made_by", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("made_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_move_applied_since_on", ["applied", "since_on"], unique=False)
        batch_op.create_index("ix_move_previous_since_on", ["previous", "since_on"], unique=False)

    day = DAY[op.get_bind().dialect.name]
    op.execute(PREVIOUS)
    op.execute(IN_HAND.format(duty="officer", key="user_id", column="officer_id", day=day))
    op.execute(IN_HAND.format(duty="agency", key="agency_id", column="agency_id", day=day))
    op.execute(DERIVED)


def downgrade() -> None:
    # In place: building a table anew on SQLite would lose its checks.
    for table, indexes, columns in (
        ("move", MOVE_INDEXES, MOVE_COLUMNS),
        ("firm", FIRM_INDEXES, FIRM_COLUMNS),
    ):
        for index in indexes:
            op.drop_index(index, table_name=table)
        for column in columns:
            op.drop_column(table, column)
    for table in ("group_member", "stop_flag", "firm_tag", "firm_group", "assignment", "handover", "tag"):
        op.drop_table(table)
