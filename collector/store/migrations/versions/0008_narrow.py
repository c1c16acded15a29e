"""Reports by the number of their epoch: narrow keys, and no body is kept twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HEARD = (
    "UPDATE epochs SET last_report_at = (SELECT last_report_at FROM agents"
    " WHERE agents.id = epochs.agent) WHERE ordinal = (SELECT max(ordinal) FROM epochs AS e"
    " WHERE e.agent = epochs.agent)"
)


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "sqlite":
        _epochs_on_sqlite()
        _reports_on_sqlite()
        _latest_on_sqlite()
    else:
        _on_postgresql()
    op.create_index(
        "ix_reports_agent_kind_id",
        "reports",
        ["agent", "kind", "id"],
        sqlite_where=sa.text("kind != 'load'"),
        postgresql_where=sa.text("kind != 'load'"),
    )
    op.execute(HEARD)
    # Not by a batch: that drops the table, which others refer to.
    op.execute("ALTER TABLE agents DROP COLUMN last_report_at")


def _epochs_on_sqlite() -> None:
    op.rename_table("epochs", "epochs_before")
    op.create_table(
        "epochs",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("first_received_at", sa.BigInteger(), nullable=False),
        sa.Column("highest_seq", NUMBER, server_default="0", nullable=False),
        sa.Column("counted_from_seq", NUMBER, server_default="1", nullable=False),
        sa.Column("machine", sa.Text(), nullable=True),
        sa.Column("restored_at", sa.BigInteger(), nullable=True),
        sa.Column("last_report_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_epochs_agent_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epochs")),
        sa.UniqueConstraint("agent", "epoch", name=op.f("uq_epochs_agent_epoch")),
    )
    kept = (
        "agent, epoch, ordinal, first_received_at, highest_seq, counted_from_seq,"
        " machine, restored_at"
    )
    op.execute(f"INSERT INTO epochs ({kept}) SELECT {kept} FROM epochs_before")  # noqa: S608
    op.drop_table("epochs_before")


def _reports_on_sqlite() -> None:
    op.drop_index("ix_reports_agent_kind_id", "reports")
    op.drop_index("ix_reports_load_received_at", "reports")
    op.rename_table("reports", "reports_before")
    op.create_table(
        "reports",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("stream", NUMBER, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["epochs.id"], name=op.f("fk_reports_stream_epochs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("stream", "seq", name=op.f("uq_reports_stream_seq")),
        sqlite_autoincrement=True,
    )
    kept = "agent, epoch, seq, kind, at, received_at, body, sha256"
    op.execute(
        f"INSERT INTO reports (id, stream, {kept}) SELECT reports_before.id, epochs.id,"  # noqa: S608
        " agent, epoch, seq, kind, at, received_at, body, sha256"
        " FROM reports_before JOIN epochs USING (agent, epoch)"
    )
    # A number once given is never given again, also where the rows that had it were pruned.
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'reports'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq)"
        " SELECT 'reports', seq FROM sqlite_sequence WHERE name = 'reports_before'"
    )
    op.drop_table("reports_before")
    op.create_index(
        "ix_reports_load_received_at",
        "reports",
        ["received_at"],
        sqlite_where=sa.text("kind = 'load'"),
    )


def _latest_on_sqlite() -> None:
    op.drop_index("ix_latest_report", "latest")
    op.rename_table("latest", "latest_before")
    op.create_table(
        "latest",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("report", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_latest_agent_agents")),
        sa.PrimaryKeyConstraint("agent", "kind", name=op.f("pk_latest")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO latest SELECT agent, kind, ordinal, seq, report FROM latest_before")
    op.drop_table("latest_before")


def _on_postgresql() -> None:
    for statement in (
        "ALTER TABLE epochs DROP CONSTRAINT pk_epochs",
        "ALTER TABLE epochs ADD COLUMN id BIGSERIAL",
        "ALTER TABLE epochs ADD CONSTRAINT pk_epochs PRIMARY KEY (id)",
        "ALTER TABLE epochs ADD CONSTRAINT uq_epochs_agent_epoch UNIQUE (agent, epoch)",
        "ALTER TABLE epochs ADD COLUMN last_report_at BIGINT",
        "ALTER TABLE reports DROP CONSTRAINT uq_reports_agent_epoch_seq",
        "ALTER TABLE reports DROP CONSTRAINT fk_reports_agent_agents",
        "DROP INDEX ix_reports_agent_kind_id",
        "ALTER TABLE reports ADD COLUMN stream BIGINT",
        "UPDATE reports SET stream = epochs.id FROM epochs"
        " WHERE epochs.agent = reports.agent AND epochs.epoch = reports.epoch",
        "ALTER TABLE reports ALTER COLUMN stream SET NOT NULL",
        "ALTER TABLE reports ADD CONSTRAINT fk_reports_stream_epochs"
        " FOREIGN KEY (stream) REFERENCES epochs (id)",
        "ALTER TABLE reports ADD CONSTRAINT uq_reports_stream_seq UNIQUE (stream, seq)",
        "DROP INDEX ix_latest_report",
        "ALTER TABLE latest DROP COLUMN at",
        "ALTER TABLE latest DROP COLUMN received_at",
        "ALTER TABLE latest DROP COLUMN body",
    ):
        op.execute(statement)
