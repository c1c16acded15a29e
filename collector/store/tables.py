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
    Column("quarantined_at", Instant),
    Column("quarantine_cause", Text),  # same-number, two-machines: see collector.quarantine
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
    # What reports are stored under: one whole number instead of 48 letters in each index.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("agent", Text, ForeignKey("agents.id"), nullable=False),
    Column("epoch", Text, nullable=False),
    # The order in which the collector met an agent's epochs: a PC's clock does not decide it.
    Column("ordinal", Integer, nullable=False),
    Column("first_received_at", Instant, nullable=False),
    # Of 1..highest_seq everything is stored but what `gaps` names: also once it has been pruned.
    Column("highest_seq", RowId, nullable=False, server_default="0"),
    # What lies below came before numbers were counted: of it nothing is said to be missing.
    Column("counted_from_seq", RowId, nullable=False, server_default="1"),
    # The hardware's own identity as last told in this epoch; null until it was.
    Column("machine", Text),
    # Set by `restore-state`: what is then missing after highest_seq went down with the old disk.
    Column("restored_at", Instant),
    # When the collector last heard of it. An agent was last heard in the latest of its epochs.
    Column("last_report_at", Instant),
    UniqueConstraint("agent", "epoch"),
)

gaps = Table(
    "gaps",
    METADATA,
    # Numbers below an epoch's highest that never came: disjoint ranges, kept as short as can be.
    Column("agent", Text, ForeignKey("agents.id"), primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("from_seq", RowId, primary_key=True, autoincrement=False),
    Column("to_seq", RowId, nullable=False),
    Column("cause", Text, nullable=False),  # unknown, restored
    Column("opened_at", Instant, nullable=False),
)

losses = Table(
    "losses",
    METADATA,
    # What agents declared lost, as they declared it. Of the range what came after all is not lost.
    Column("agent", Text, ForeignKey("agents.id"), primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("seq", RowId, primary_key=True, autoincrement=False),  # of the declaring report
    Column("from_seq", RowId),  # null: the spool could not be read, nobody knows
    Column("to_seq", RowId),
    Column("count", RowId),
    Column("cause", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
)

conflicts = Table(
    "conflicts",
    METADATA,
    # The other bytes that came under a number that was taken: evidence of a copied key.
    Column("agent", Text, ForeignKey("agents.id"), primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("seq", RowId, primary_key=True, autoincrement=False),
    Column("sha256", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
)

reports = Table(
    "reports",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("stream", RowId, ForeignKey("epochs.id"), nullable=False),
    # The same as the epoch's: a row alone is evidence, and most who read it ask by the agent.
    Column("agent", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("seq", RowId, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("body", Text, nullable=False),  # the report's own JSON, byte for byte as it came
    Column("sha256", LargeBinary, nullable=False),
    UniqueConstraint("stream", "seq"),
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

# Loads, nine reports of ten, stay out: who asks for those goes by (stream, seq). A question by
# this index says so too: `kind != 'load'`.
Index(
    "ix_reports_agent_kind_id",
    reports.c.agent,
    reports.c.kind,
    reports.c.id,
    sqlite_where=reports.c.kind != "load",
    postgresql_where=reports.c.kind != "load",
)

latest = Table(
    "latest",
    METADATA,
    # Which row of `reports` is the newest: short, since each report changes it.
    Column("agent", Text, ForeignKey("agents.id"), primary_key=True),
    # The report's kind; for receipts of backups `backup/SET`, since each set has its own newest.
    Column("kind", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("seq", RowId, nullable=False),
    Column("report", RowId, nullable=False),
    sqlite_with_rowid=False,
)

line_readings = Table(
    "line_readings",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("line", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("up", Boolean, nullable=False),
    Column("latency_seconds", Float),
    Column("detail", Text, nullable=False),  # the targets
    Column("around", Text),  # gateway, hop, name servers, services: all that blame rests on
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

progress = Table(
    "progress",
    METADATA,
    # How far a duty has read a table: moved on in the transaction that writes what it made of it.
    Column("name", Text, primary_key=True),
    Column("reached", RowId, nullable=False),
)

load_hours = Table(
    "load_hours",
    METADATA,
    # An hour of loads by the PC's clock. Sums, so that late reports are added; null: never read.
    Column("agent", Text, ForeignKey("agents.id"), primary_key=True),
    Column("hour_at", Instant, primary_key=True, index=True),
    Column("count", Integer, nullable=False),
    Column("cpu_busy_seconds", Float, nullable=False),
    Column("cpu_seconds", Float, nullable=False),
    Column("cpu_ratio_min", Float),
    Column("cpu_ratio_max", Float),
    Column("memory_count", Integer, nullable=False),
    Column("memory_ratio_sum", Float, nullable=False),
    Column("memory_ratio_min", Float),
    Column("memory_ratio_max", Float),
    # The fullest filesystem.
    Column("disk_count", Integer, nullable=False),
    Column("disk_ratio_sum", Float, nullable=False),
    Column("disk_ratio_min", Float),
    Column("disk_ratio_max", Float),
    Column("network_in_bytes", RowId, nullable=False),
    Column("network_out_bytes", RowId, nullable=False),
)

line_hours = Table(
    "line_hours",
    METADATA,
    Column("line", Text, primary_key=True),
    Column("hour_at", Instant, primary_key=True, index=True),
    Column("count", Integer, nullable=False),
    Column("up_count", Integer, nullable=False),
    Column("latency_count", Integer, nullable=False),
    Column("latency_seconds_sum", Float, nullable=False),
    Column("latency_seconds_min", Float),
    Column("latency_seconds_max", Float),
    # Targets asked, and those of them that answered: the rest was lost.
    Column("asked_count", Integer, nullable=False),
    Column("answered_count", Integer, nullable=False),
    Column("jitter_count", Integer, nullable=False, server_default="0"),
    Column("jitter_seconds_sum", Float, nullable=False, server_default="0"),
    Column("jitter_seconds_max", Float),
)

inventory_known = Table(
    "inventory_known",
    METADATA,
    # Each field as it was last read: what could not be read keeps its last known value.
    Column("asset", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("fields", Text, nullable=False),  # JSON object: path to value
)

inventory_changes = Table(
    "inventory_changes",
    METADATA,
    # Kept for ever: what came, went and changed in hardware, system and software.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("asset", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("report", RowId, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("path", Text, nullable=False),
    Column("before", Text),  # JSON; null: it was not there
    Column("after", Text),  # JSON; null: it is gone
    UniqueConstraint("report", "path"),
    Index("ix_inventory_changes_asset_id", "asset", "id"),
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    METADATA,
    # Who holds a task that one process alone may do, and until when unless renewed.
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    # Counts who took it: what an earlier holder still writes is refused by this number.
    Column("generation", Integer, nullable=False, server_default="1"),
    Column("address", Text, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

replicas = Table(
    "replicas",
    METADATA,
    # The serving processes, as `/sd` lists them.
    Column("id", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)
