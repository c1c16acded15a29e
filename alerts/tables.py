"""Judgement's tables: findings and their changes, incidents, obligations, proofs, what is told.

Nothing is deleted but the line of `finding_current`; every `_changes` table only grows.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from collector.store.columns import METADATA, Instant, RowId

finding_current = Table(
    "finding_current",
    METADATA,
    Column("rule", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("since_at", Instant, nullable=False),
    Column("incident", Text),  # what this failing spell opened or was attached to
)

finding_changes = Table(
    "finding_changes",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("rule", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("before", Text),  # the verdict until then; null for the first
    Column("finding", Text, nullable=False),  # the whole finding with its evidence, as JSON
    Index("ix_finding_changes_rule_subject_id", "rule", "subject", "id"),
    sqlite_autoincrement=True,
)

incidents = Table(
    "incidents",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("rule", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("t0", Instant, nullable=False),  # to the minute; no statement updates it
    Column("opened_at", Instant, nullable=False),
    Column("level", Text, nullable=False),
    Column("grouping", Text),
    Column("tag", Text, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("flags", Text, nullable=False),  # JSON list, see alerts.incidents.Flag
    Column("signal", Text, nullable=False),  # the first failing finding, as JSON
    Column("linked", Text, ForeignKey("incidents.id")),
    Column("merged_into", Text, ForeignKey("incidents.id")),
    Column("corrected_t0", Instant),  # what the clocks start from, where a row corrected T0
    Column("fixed_at", Instant),
    Column("proved_at", Instant),
    Column("ended_at", Instant),
    Column("version", Integer, nullable=False),  # compare-and-set: every change adds one
    UniqueConstraint("kind", "year", "number"),
    Index("ix_incidents_rule_subject", "rule", "subject"),
)

incident_changes = Table(
    "incident_changes",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("incident", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("finding", Text),  # the finding that made or proved the change, as JSON
    sqlite_autoincrement=True,
)

obligations = Table(
    "obligations",
    METADATA,
    Column("incident", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("obligation", Text, primary_key=True),  # the row's id in the policy
    Column("due_at", Instant),  # null until its clock starts
    Column("state", Text, nullable=False),  # counting, sent, not_applicable; overdue is told by now
    Column("decided_at", Instant),
)

obligation_changes = Table(
    "obligation_changes",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("incident", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("obligation", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("due_at", Instant),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("incident", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("obligation", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    # What makes it one message: put twice, it is kept once. Also the seed of its Message-ID.
    Column("key", Text, nullable=False, unique=True),
    # The way it goes: a channel's id in inventory.yaml, or `mail` for papers to outsiders.
    Column("channel", Text, nullable=False),
    Column("recipients", Text, nullable=False),  # JSON list of addresses; empty: the channel's own
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("incident", Text),
    Column("made_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant, nullable=False),
    Column("error", Text),
    Column("sent_at", Instant),
    Column("receipt", Text),  # what the other side said when it took it
    Column("refused_at", Instant),  # it will never be taken; `error` says why
    Index("ix_outbox_channel_id", "channel", "id"),
    sqlite_autoincrement=True,
)

outbox_files = Table(
    "outbox_files",
    METADATA,
    Column("message", RowId, ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

notices = Table(
    "notices",
    METADATA,
    # What somebody is to be told, and whether they were: one line for each thing that happened.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # see alerts.notices.Kind
    Column("incident", Text, ForeignKey("incidents.id"), index=True),  # null: a yearly report
    Column("detail", Text, nullable=False),  # JSON: the clock's id and share
    Column("at", Instant, nullable=False),
    Column("told_at", Instant, index=True),
    Column("dropped", Text),  # why nobody was told: ended, explained
    sqlite_autoincrement=True,
)

incident_statements = Table(
    "incident_statements",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("incident", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("field", Text, nullable=False),  # see alerts.statements; the newest of a field counts
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)

escalations = Table(
    "escalations",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("incident", Text, nullable=False),  # "" for a report that is due every year
    Column("obligation", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("percent", Integer, nullable=False),  # of its time that has passed: 50, 80, 100
    Column("at", Instant, nullable=False),
    # A clock that is moved escalates anew; the same one never twice.
    UniqueConstraint("incident", "obligation", "due_at", "percent"),
    sqlite_autoincrement=True,
)

period_deliveries = Table(
    "period_deliveries",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("obligation", Text, nullable=False),  # a yearly row of the policy
    Column("due_at", Instant, nullable=False),  # which year's
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    UniqueConstraint("obligation", "due_at"),
    sqlite_autoincrement=True,
)

papers = Table(
    "papers",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("incident", Text, ForeignKey("incidents.id"), index=True),  # null for periodic ones
    Column("kind", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("signs", RowId, ForeignKey("papers.id")),  # of a signed file: the one handed out
    Column("signer", Text),
    sqlite_autoincrement=True,
)

dispatches = Table(
    "dispatches",
    METADATA,
    # One paper on its way to one recipient, approved by somebody; the outbox carries it.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("incident", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("obligation", Text),  # what its receipt closes; null: nothing
    Column("paper", RowId, ForeignKey("papers.id"), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("message", RowId, ForeignKey("outbox.id"), nullable=False, unique=True),
    Column("settled_at", Instant),  # when its receipt was written into the incident
    sqlite_autoincrement=True,
)

signals = Table(
    "signals",
    METADATA,
    # What Alertmanager last told of each of its alerts; not of those made from our own findings.
    Column("fingerprint", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("labels", Text, nullable=False),  # JSON
    Column("firing", Boolean, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
)
