"""Incidents told by people, escalations, papers and their dispatch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "escalations",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("obligation", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint(
            "incident",
            "obligation",
            "due_at",
            "percent",
            name=op.f("uq_escalations_incident_obligation_due_at_percent"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "period_deliveries",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("obligation", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_deliveries")),
        sa.UniqueConstraint(
            "obligation", "due_at", name=op.f("uq_period_deliveries_obligation_due_at")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "incident_statements",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name=op.f("fk_incident_statements_incident_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_statements")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("incident_statements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incident_statements_incident"), ["incident"], unique=False
        )

    op.create_table(
        "papers",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("incident", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signs", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name=op.f("fk_papers_incident_incidents")
        ),
        sa.ForeignKeyConstraint(["signs"], ["papers.id"], name=op.f("fk_papers_signs_papers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("papers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_papers_incident"), ["incident"], unique=False)

    op.create_table(
        "dispatches",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("obligation", sa.Text(), nullable=True),
        sa.Column("paper", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("message", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name=op.f("fk_dispatches_incident_incidents")
        ),
        sa.ForeignKeyConstraint(
            ["message"], ["outbox.id"], name=op.f("fk_dispatches_message_outbox")
        ),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name=op.f("fk_dispatches_paper_papers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
        sa.UniqueConstraint("message", name=op.f("uq_dispatches_message")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatches_incident"), ["incident"], unique=False)

    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("corrected_t0", sa.BigInteger(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_incidents_merged_into_incidents"), "incidents", ["merged_into"], ["id"]
        )
