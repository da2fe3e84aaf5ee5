"""the lists that are asked for most are read from an index alone"""

from collections.abc import Sequence

from alembic import op

revision: str = "025"
down_revision: str | None = "024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COME = {
    "ix_firm_registration_district_name": ["registration_district", "name", "id", "merged_into_id"],
    "ix_firm_officer_id_name": ["officer_id", "name", "id", "merged_into_id", "tech_field"],
    "ix_firm_updated_at": ["updated_at", "id", "merged_into_id"],
}
GONE = {
    "ix_firm_registration_district_merged_into_id_id": ["registration_district", "merged_into_id", "id"],
    "ix_firm_officer_id": ["officer_id"],
}


def upgrade() -> None:
    for name in GONE:
        op.drop_index(name, "firm")
    for name, columns in COME.items():
        op.create_index(name, "firm", columns)


def downgrade() -> None:
    for name in COME:
        op.drop_index(name, "firm")
    for name, columns in GONE.items():
        op.create_index(name, "firm", columns)
