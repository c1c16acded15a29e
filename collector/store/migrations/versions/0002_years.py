"""Gaps and losses as rows, hours, inventory changes, leases, replicas, summaries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "inventory_changes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("report", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_changes")),
        sa.UniqueConstraint("report", "path", name=op.f("uq_inventory_changes_report_path")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inventory_changes", schema=None) as batch_op:
        batch_op.create_index("ix_inventory_changes_asset_id", ["asset", "id"], unique=False)

    op.create_table(
        "inventory_known",
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("asset", "kind", name=op.f("pk_inventory_known")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "line_hours",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("hour_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("up_count", sa.Integer(), nullable=False),
        sa.Column("latency_count", sa.Integer(), nullable=False),
        sa.Column("latency_seconds_sum", sa.Float(), nullable=False),
        sa.Column("latency_seconds_min", sa.Float(), nullable=True),
        sa.Column("latency_seconds_max", sa.Float(), nullable=True),
        sa.Column("asked_count", sa.Integer(), nullable=False),
        sa.Column("answered_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("line", "hour_at", name=op.f("pk_line_hours")),
    )
    with op.batch_alter_table("line_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_hours_hour_at"), ["hour_at"], unique=False)

    op.create_table(
        "progress",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reached", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_progress")),
    )
    op.create_table(
        "replicas",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replicas")),
    )
    op.create_table(
        "summaries",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "day", name=op.f("pk_summaries")),
    )
    op.create_table(
        "conflicts",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_conflicts_agent_agents")),
        sa.PrimaryKeyConstraint("agent", "epoch", "seq", "sha256", name=op.f("pk_conflicts")),
    )
    op.create_table(
        "gaps",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column(
            "from_seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("to_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_gaps_agent_agents")),
        sa.PrimaryKeyConstraint("agent", "epoch", "from_seq", name=op.f("pk_gaps")),
    )
    op.create_table(
        "load_hours",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("hour_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cpu_busy_seconds", sa.Float(), nullable=False),
        sa.Column("cpu_seconds", sa.Float(), nullable=False),
        sa.Column("cpu_ratio_min", sa.Float(), nullable=True),
        sa.Column("cpu_ratio_max", sa.Float(), nullable=True),
        sa.Column("memory_count", sa.Integer(), nullable=False),
        sa.Column("memory_ratio_sum", sa.Float(), nullable=False),
        sa.Column("memory_ratio_min", sa.Float(), nullable=True),
        sa.Column("memory_ratio_max", sa.Float(), nullable=True),
        sa.Column("disk_count", sa.Integer(), nullable=False),
        sa.Column("disk_ratio_sum", sa.Float(), nullable=False),
        sa.Column("disk_ratio_min", sa.Float(), nullable=True),
        sa.Column("disk_ratio_max", sa.Float(), nullable=True),
        sa.Column(
            "network_in_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "network_out_bytes",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_load_hours_agent_agents")),
        sa.PrimaryKeyConstraint("agent", "hour_at", name=op.f("pk_load_hours")),
    )
    with op.batch_alter_table("load_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_load_hours_hour_at"), ["hour_at"], unique=False)

    op.create_table(
        "losses",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("from_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_losses_agent_agents")),
        sa.PrimaryKeyConstraint("agent", "epoch", "seq", name=op.f("pk_losses")),
    )
    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quarantined_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("quarantine_cause", sa.Text(), nullable=True))

    with op.batch_alter_table("epochs", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "highest_seq",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                server_default="0",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column(
                "counted_from_seq",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                server_default="1",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("machine", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("restored_at", sa.BigInteger(), nullable=True))

    # Numbers are counted from here on: of what came before, pruning has left no trace of what came.
    op.execute(
        "UPDATE epochs SET highest_seq = coalesce((SELECT max(seq) FROM reports"
        " WHERE reports.agent = epochs.agent AND reports.epoch = epochs.epoch), 0)"
    )
    op.execute("UPDATE epochs SET counted_from_seq = highest_seq + 1")
