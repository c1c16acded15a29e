"""The collector's tables: agents, what they sent, and what was done in the office's name."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from collector.store.columns import METADATA, Instant, RowId

agents = Table(
    "agents",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("asset", Text, index=True),
    Column("key_hash", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("hostname", Text, nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("last_report_at", Instant),
)

tokens = Table(
    "tokens",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("asset", Text),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("agent", Text),
)

epochs = Table(
    "epochs",
    METADATA,
    Column("agent", Text, ForeignKey("agents.id"), primary_key=True),
    Column("epoch", Text, primary_key=True),
    # The order in which the collector met an agent's epochs: a PC's clock does not decide it.
    Column("ordinal", Integer, nullable=False),
    Column("first_received_at", Instant, nullable=False),
)

reports = Table(
    "reports",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("agent", Text, ForeignKey("agents.id"), nullable=False),
    Column("epoch", Text, nullable=False),
    Column("seq", RowId, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("body", Text, nullable=False),  # the report's own JSON, byte for byte as it came
    Column("sha256", LargeBinary, nullable=False),
    UniqueConstraint("agent", "epoch", "seq"),
    Index("ix_reports_agent_kind_id", "agent", "kind", "id"),
    # A row's number is cited as evidence: once given it is never given again, even after pruning.
    sqlite_autoincrement=True,
)

# Retention looks for old loads only; every other kind stays out of this index.
Index(
    "ix_reports_load_received_at",
    reports.c.received_at,
    sqlite_where=reports.c.kind == "load",
    postgresql_where=reports.c.kind == "load",
)

latest = Table(
    "latest",
    METADATA,
    Column("agent", Text, ForeignKey("agents.id"), primary_key=True),
    # The report's kind; for receipts of backups `backup/SET`, since each set has its own newest.
    Column("kind", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("seq", RowId, nullable=False),
    Column("report", RowId, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
)

line_readings = Table(
    "line_readings",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("line", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("up", Boolean, nullable=False),
    Column("latency_seconds", Float),
    Column("detail", Text, nullable=False),
    Index("ix_line_readings_line_at", "line", "at"),
    Index("ix_line_readings_at", "at"),
)

asks = Table(
    "asks",
    METADATA,
    # What the collector asks of an agent, from the closed list; handed over with the next answer.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("asset", Text, nullable=False, index=True),
    Column("job", Text, nullable=False),
    Column("argument", Text),
    Column("asked_at", Instant, nullable=False),
    Column("handed_at", Instant),
    Column("done_at", Instant),
    Column("outcome", Text),
)

audit = Table(
    "audit",
    METADATA,
    Column("seq", RowId, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
