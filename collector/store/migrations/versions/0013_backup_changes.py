"""What each backup changed, by which signs of ransomware are told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "backup_changes",
        sa.Column(
            "report",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("set_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("pins_sha256", sa.Text(), nullable=True),
        sa.Column("files", sa.BigInteger(), nullable=True),
        sa.Column("new_files", sa.BigInteger(), nullable=True),
        sa.Column("changed_files", sa.BigInteger(), nullable=True),
        sa.Column("unmodified_files", sa.BigInteger(), nullable=True),
        sa.Column("sampled", sa.Integer(), nullable=False),
        sa.Column("encrypted", sa.Integer(), nullable=False),
        sa.Column("canaries", sa.Text(), nullable=False),
        sa.Column("unknown", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_backup_changes")),
    )
    with op.batch_alter_table("backup_changes", schema=None) as batch_op:
        batch_op.create_index("ix_backup_changes_set_id_report", ["set_id", "report"], unique=False)
