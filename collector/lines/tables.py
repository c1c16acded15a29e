"""The tables of the lines: interruptions with their causes, speed tests, and days of availability."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from collector.store.columns import METADATA, Instant, RowId

interruptions = Table(
    "line_interruptions",
    METADATA,
    # Kept for ever: what a line was down for, from the first silent look to the first answer.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("line", Text, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),  # null: it still is
    Column("party", Text, nullable=False),  # as collector.lines.blame names them
    Column("subject", Text),  # the asset that is to blame, where it is one
    Column("because", Text, nullable=False),  # key of the reason
    Column("evidence", Text, nullable=False),  # JSON: the look and the votes that it rests on
    Column("judged_at", Instant, nullable=False),
    Column("around", Text),  # JSON: what devices (UPS, switch, router) told while it lasted
    Index("ix_line_interruptions_line_began_at", "line", "began_at"),
)

speed_tests = Table(
    "line_speed_tests",
    METADATA,
    # Every test that was asked for, with what came of it; also why one did not come about.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("line", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("report", RowId),  # null: the collector itself decided against it
    Column("generation", RowId),
    Column("at", Instant, nullable=False),  # of the receipt, by the collector's clock
    Column("provider", Text, nullable=False),
    Column("server", Text),
    Column("scope", Text),
    Column("down_bits_per_second", Float),
    Column("up_bits_per_second", Float),
    Column("latency_seconds", Float),
    Column("jitter_seconds", Float),
    Column("loaded_latency_seconds", Float),
    Column("bytes_used", RowId, nullable=False),
    Column("error", Text),
    Index("ix_line_speed_tests_line_at", "line", "at"),
)

days = Table(
    "line_days",
    METADATA,
    # A day of the office's own time, made once it has ended from its readings.
    Column("line", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("all_seconds", Float, nullable=False),  # looked at
    Column("all_up_seconds", Float, nullable=False),
    Column("office_seconds", Float, nullable=False),
    Column("office_up_seconds", Float, nullable=False),
    Column("interruptions", Integer, nullable=False),
)

permits = Table(
    "line_permits",
    METADATA,
    # What was lent to whom: the bytes of a holder that died count against the day as well.
    Column("line", Text, primary_key=True),
    Column("generation", RowId, primary_key=True, autoincrement=False),
    Column("asset", Text, nullable=False),
    Column("job", RowId, nullable=False),
    Column("ticket", Text, nullable=False, index=True),  # SHA-256 of it, hexadecimal
    Column("at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("bytes", RowId, nullable=False),
)
