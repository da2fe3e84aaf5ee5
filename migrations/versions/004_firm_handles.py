"""what firms are found by, and an index over every two neighbouring characters of it"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from crm.domain.finding import fold, handles

revision: str = "004"
down_revision: str | None = "003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BATCH = 5_000
BIGINT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# An index entry is the first two letters of the kind and two neighbouring characters of the text, or one that is not
# ASCII: "na澜图", "na澜". A text of any length is then looked up by its pairs; whoever asks compares the text itself.
PAIRS_OF = (
    "WITH RECURSIVE place(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM place WHERE i < length({row}.text)) "
    "SELECT group_concat(substr({row}.kind, 1, 2) || substr({row}.text, i, 2) || "
    "CASE WHEN substr({row}.text, i, 1) > '~' "
    "THEN ' ' || substr({row}.kind, 1, 2) || substr({row}.text, i, 1) ELSE '' END, ' ') FROM place"
)
# Only blanks part one entry from the next, and a folded text has none.
PUNCTUATION = "".join(c for c in map(chr, range(33, 127)) if not c.isalnum()).replace("'", "''").replace('"', '""')
INDEX = {
    "sqlite": [
        "CREATE VIRTUAL TABLE firm_handle_pairs USING fts5(pairs, content='', contentless_delete=1, detail=none, "
        f"tokenize=\"ascii tokenchars '{PUNCTUATION}'\")",
        f"INSERT INTO firm_handle_pairs(rowid, pairs) SELECT h.id, ({PAIRS_OF.format(row='h')}) FROM firm_handle h",
        "CREATE TRIGGER firm_handle_pairs_insert AFTER INSERT ON firm_handle BEGIN "
        f"INSERT INTO firm_handle_pairs(rowid, pairs) SELECT new.id, ({PAIRS_OF.format(row='new')}); END",
        "CREATE TRIGGER firm_handle_pairs_delete AFTER DELETE ON firm_handle BEGIN "
        "DELETE FROM firm_handle_pairs WHERE rowid = old.id; END",
        "CREATE TRIGGER firm_handle_pairs_update AFTER UPDATE ON firm_handle BEGIN "
        "DELETE FROM firm_handle_pairs WHERE rowid = old.id; "
        f"INSERT INTO firm_handle_pairs(rowid, pairs) SELECT new.id, ({PAIRS_OF.format(row='new')}); END",
    ],
    "postgresql": [
        "CREATE FUNCTION firm_handle_pairs(kind text, handle text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE "
        "AS $$ SELECT array_agg(DISTINCT left(kind, 2) || pair) FROM generate_series(1, length(handle)) i, LATERAL "
        "(VALUES (substr(handle, i, 2)), (CASE WHEN ascii(substr(handle, i, 1)) > 126 THEN substr(handle, i, 1) END)) "
        "AS p(pair) WHERE pair IS NOT NULL $$",
        "CREATE INDEX ix_firm_handle_pairs ON firm_handle USING gin (firm_handle_pairs(kind, text))",
    ],
}
NO_INDEX = {
    "sqlite": [
        *(f"DROP TRIGGER firm_handle_pairs_{act}" for act in ("insert", "delete", "update")),
        "DROP TABLE firm_handle_pairs",
    ],
    "postgresql": ["DROP INDEX ix_firm_handle_pairs", "DROP FUNCTION firm_handle_pairs(text, text)"],
}


def upgrade() -> None:
    table = op.create_table(
        "firm_handle",
        sa.Column("id", BIGINT, nullable=False),
        sa.Column("firm_id", BIGINT, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "name",
                "stem",
                "former",
                "initials",
                "pinyin",
                "code",
                "person",
                "phone",
                name="handle",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "text",
            sa.String(length=1200).with_variant(sa.String(length=1200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("shown", sa.String(length=200), nullable=False),
        sa.Column("length", BIGINT, nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_handle_firm_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_handle")),
    )
    for rows in _worked_out():
        op.bulk_insert(table, rows)
    with op.batch_alter_table("firm_handle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_firm_handle_firm_id"), ["firm_id"], unique=False)
        batch_op.create_index("ix_firm_handle_kind_text", ["kind", "text"], unique=False)
        batch_op.create_index(
            "ix_firm_handle_kind_length_firm_id_text", ["kind", "length", "firm_id", "text"], unique=False
        )
    for statement in INDEX[op.get_bind().dialect.name]:
        op.execute(sa.text(statement.replace(":", r"\:")))


def _worked_out() -> Iterator[list[dict[str, Any]]]:
    """Yield the handles of the firms that are there already, a batch at a time."""
    bind = op.get_bind()
    firms = bind.execute(sa.text("SELECT id, name, uscc FROM firm ORDER BY id")).all()
    for start in range(0, len(firms), BATCH):
        batch = firms[start : start + BATCH]
        span = {"first": batch[0].id, "last": batch[-1].id}
        former: dict[int, list[str]] = {}
        people: dict[int, list[tuple[str, str | None]]] = {}
        for row in bind.execute(sa.text("SELECT * FROM former_name WHERE firm_id BETWEEN :first AND :last"), span):
            former.setdefault(row.firm_id, []).append(row.name)
        for row in bind.execute(sa.text("SELECT * FROM contact WHERE firm_id BETWEEN :first AND :last"), span):
            people.setdefault(row.firm_id, []).append((row.name, row.phone))
        yield [
            {"firm_id": firm.id, "kind": it.kind, "text": it.text, "shown": it.shown, "length": len(fold(firm.name))}
            for firm in batch
            for it in handles(firm.name, firm.uscc, former.get(firm.id, ()), people.get(firm.id, ()))
        ]


def downgrade() -> None:
    for statement in NO_INDEX[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_table("firm_handle")
