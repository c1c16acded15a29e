"""Devices without an agent: readings, pins, configurations, who was seen on the networks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "device_configurations",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("difference", sa.Text(), nullable=False),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_configurations")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("device_configurations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_device_configurations_device"), ["device"], unique=False
        )

    op.create_table(
        "device_fetches",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_fetches")),
    )
    op.create_table(
        "device_hours",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("hour_at", sa.BigInteger(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("total", sa.Float(), nullable=False),
        sa.Column("least", sa.Float(), nullable=False),
        sa.Column("most", sa.Float(), nullable=False),
        sa.Column("last", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("device", "figure", "hour_at", name=op.f("pk_device_hours")),
    )
    with op.batch_alter_table("device_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_hours_hour_at"), ["hour_at"], unique=False)

    op.create_table(
        "device_latest",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("up", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("down_since_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("surveyed_at", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("baseline", sa.Text(), nullable=True),
        sa.Column("baseline_at", sa.BigInteger(), nullable=True),
        sa.Column("trend", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_latest")),
    )
    op.create_table(
        "device_names",
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mac", name=op.f("pk_device_names")),
    )
    op.create_table(
        "device_pins",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.Text(), nullable=True),
        sa.Column("other_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("device", "what", name=op.f("pk_device_pins")),
    )
    op.create_table(
        "device_plans",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_plans")),
    )
    op.create_table(
        "device_readings",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("up", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("figures", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_readings")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("device_readings", schema=None) as batch_op:
        batch_op.create_index("ix_device_readings_at", ["at"], unique=False)
        batch_op.create_index("ix_device_readings_device_at", ["device", "at"], unique=False)

    op.create_table(
        "sightings",
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("line", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("interface", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("mac", name=op.f("pk_sightings")),
    )
