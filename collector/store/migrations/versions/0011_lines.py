"""Why lines were down, what their speed tests found, and their availability by the day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "line_days",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("all_seconds", sa.Float(), nullable=False),
        sa.Column("all_up_seconds", sa.Float(), nullable=False),
        sa.Column("office_seconds", sa.Float(), nullable=False),
        sa.Column("office_up_seconds", sa.Float(), nullable=False),
        sa.Column("interruptions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("line", "day", name=op.f("pk_line_days")),
    )
    op.create_table(
        "line_interruptions",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_interruptions")),
    )
    with op.batch_alter_table("line_interruptions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_line_interruptions_line_began_at", ["line", "began_at"], unique=False
        )

    op.create_table(
        "line_permits",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("generation", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("job", ROW_ID, nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("bytes", ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("line", "generation", name=op.f("pk_line_permits")),
    )
    with op.batch_alter_table("line_permits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_permits_ticket"), ["ticket"], unique=False)

    op.create_table(
        "line_speed_tests",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("report", ROW_ID, nullable=True),
        sa.Column("generation", ROW_ID, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("down_bits_per_second", sa.Float(), nullable=True),
        sa.Column("up_bits_per_second", sa.Float(), nullable=True),
        sa.Column("latency_seconds", sa.Float(), nullable=True),
        sa.Column("jitter_seconds", sa.Float(), nullable=True),
        sa.Column("loaded_latency_seconds", sa.Float(), nullable=True),
        sa.Column("bytes_used", ROW_ID, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_speed_tests")),
    )
    with op.batch_alter_table("line_speed_tests", schema=None) as batch_op:
        batch_op.create_index("ix_line_speed_tests_line_at", ["line", "at"], unique=False)

    with op.batch_alter_table("line_hours", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("jitter_count", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("jitter_seconds_sum", sa.Float(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("jitter_seconds_max", sa.Float(), nullable=True))

    with op.batch_alter_table("line_readings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("around", sa.Text(), nullable=True))
