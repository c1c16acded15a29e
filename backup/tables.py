"""The verifier's tables: receipts, witnesses, stored objects, quarantine, holds, proofs, days."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, Table, Text

from collector.store.columns import METADATA, Instant, RowId

backup_runs = Table(
    "backup_runs",
    METADATA,
    # The row in `reports` that holds the receipt itself. No foreign key: old reports are pruned,
    # how well the recovery point was held is told for years.
    Column("report", RowId, primary_key=True, autoincrement=False),
    Column("asset", Text, nullable=False),
    Column("set_id", Text, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("snapshot", Text),
    Column("files", BigInteger),
    Column("bytes", BigInteger),
    Column("error", Text),
    Index("ix_backup_runs_set_id_received_at", "set_id", "received_at"),
)

witnesses = Table(
    "witnesses",
    METADATA,
    Column("set_id", Text, primary_key=True),
    Column("path_sha256", Text, primary_key=True),
    Column("size_bytes", BigInteger, primary_key=True),
    Column("modified_ns", BigInteger, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("seen_at", Instant, nullable=False, index=True),
)

restored_files = Table(
    "restored_files",
    METADATA,
    # When a drill last restored each file, so that the next one takes others.
    Column("set_id", Text, primary_key=True),
    Column("path_sha256", Text, primary_key=True),
    Column("restored_at", Instant, nullable=False),
)

objects = Table(
    "objects",
    METADATA,
    Column("repository", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # config, keys, snapshots, index, data
    Column("name", Text, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_verified_at", Instant),
    Column("state", Text, nullable=False),  # backup.ledger.ObjectState
    # Only where the name does not say it: the config's, as first seen.
    Column("sha256", Text),
)

proofs = Table(
    "proofs",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),  # prepare, sweep, check, drill
    Column("repository", Text, nullable=False),
    Column("set_id", Text),
    Column("at", Instant, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("files", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("error", Text),
    Column("detail", Text, nullable=False),
    Index("ix_proofs_repository_kind_at", "repository", "kind", "at"),
)

proofs_running = Table(
    "proofs_running",
    METADATA,
    # One row for each proof from its beginning to its end: what is killed leaves its row behind,
    # and tells nothing any more.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),  # backup.plan.Kind
    Column("repository", Text, nullable=False),
    Column("set_id", Text),
    Column("started_at", Instant, nullable=False),
    Column("told_at", Instant, nullable=False),
    # Done, and due in all; null where that is not known.
    Column("bytes", BigInteger),
    Column("of_bytes", BigInteger),
)

ledger_days = Table(
    "ledger_days",
    METADATA,
    Column("repository", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("objects", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    # Root over every object's kind, name and size; the hash chains it to the day before.
    Column("root", LargeBinary, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

quarantined = Table(
    "quarantined",
    METADATA,
    # One row for each move: the same junk sent twice has two.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("repository", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_quarantined_repository", "repository"),
)

backup_holds = Table(
    "backup_holds",
    METADATA,
    # What keeps snapshots from being forgotten until somebody explains it.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("repository", Text, nullable=False),
    Column("set_id", Text),
    Column("cause", Text, nullable=False),  # backup.holds.Cause
    Column("detail", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("explained_at", Instant),
    Column("explained_by", Text),
    Column("explanation", Text),
    Index("ix_backup_holds_repository", "repository"),
)

backup_changes = Table(
    "backup_changes",
    METADATA,
    # One row for each receipt: what the run found changed, and which signs were looked for in it.
    Column("report", RowId, primary_key=True, autoincrement=False),
    Column("set_id", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("snapshot", Text),
    # Runs of other folders, or into another repository, are not held against each other.
    Column("pins_sha256", Text),
    Column("files", BigInteger),
    Column("new_files", BigInteger),
    Column("changed_files", BigInteger),
    Column("unmodified_files", BigInteger),
    Column("sampled", Integer, nullable=False),
    Column("encrypted", Integer, nullable=False),
    Column("canaries", Text, nullable=False),
    # Signs that could not be looked for; null until the run was judged.
    Column("unknown", Text),
    Index("ix_backup_changes_set_id_report", "set_id", "report"),
)

repository_passwords = Table(
    "repository_passwords",
    METADATA,
    # Which PC's own password (`escrowed_passwords`) a repository opens by; no row: by its file.
    # Written once, before the repository is made, and never changed.
    Column("repository", Text, primary_key=True),
    Column("agent", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
