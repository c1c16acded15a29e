"""The tables of devices: what was read of them, what was pinned, their configurations, who was seen."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, Table, Text

from collector.store.columns import METADATA, Instant, RowId

device_latest = Table(
    "device_latest",
    METADATA,
    # One row a device: the newest poll, and the newest reading that was understood.
    Column("device", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("up", Boolean, nullable=False),
    Column("answered_at", Instant),
    Column("down_since_at", Instant),
    Column("problem", Text),
    Column("surveyed_at", Instant),
    Column("body", Text),  # JSON of the reading
    # JSON of each port's errors about an hour ago, and when: what grew since is the rule's.
    Column("baseline", Text),
    Column("baseline_at", Instant),
    # JSON of each supply's days until it is empty, by the trend of its hours.
    Column("trend", Text),
)

device_readings = Table(
    "device_readings",
    METADATA,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("device", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("up", Boolean, nullable=False),
    Column("problem", Text),
    Column("figures", Text),  # JSON object, figure to number; null between two surveys
    Index("ix_device_readings_device_at", "device", "at"),
    Index("ix_device_readings_at", "at"),
    sqlite_autoincrement=True,
)

device_hours = Table(
    "device_hours",
    METADATA,
    # `up` is of every poll; every other figure is what the surveys told.
    Column("device", Text, primary_key=True),
    Column("figure", Text, primary_key=True),
    Column("hour_at", Instant, primary_key=True, index=True),
    Column("samples", Integer, nullable=False),
    Column("total", Float, nullable=False),
    Column("least", Float, nullable=False),
    Column("most", Float, nullable=False),
    Column("last", Float, nullable=False),
)

device_pins = Table(
    "device_pins",
    METADATA,
    # What was seen first and is trusted since: `identity`, `host-key`. Another one seen is a finding.
    Column("device", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("since_at", Instant, nullable=False),
    Column("other", Text),
    Column("other_at", Instant),
)

device_configurations = Table(
    "device_configurations",
    METADATA,
    # One row for every configuration that differs from the one before it.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("device", Text, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", Text, nullable=False),  # without the volatile lines
    Column("masked", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the full text, AES-256-GCM
    Column("difference", Text, nullable=False),
    Column("planned", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

device_fetches = Table(
    "device_fetches",
    METADATA,
    # One row a device: the newest attempt over SSH.
    Column("device", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("problem", Text),
    Column("fetched_at", Instant),
    Column("facts", Text),  # JSON object
)

device_plans = Table(
    "device_plans",
    METADATA,
    # Until when the officer answers for what changes on a device.
    Column("device", Text, primary_key=True),
    Column("until_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
)

sightings = Table(
    "sightings",
    METADATA,
    # Hardware addresses seen on the office's own networks.
    Column("mac", Text, primary_key=True),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("address", Text),
    Column("line", Text),  # whose network it was seen in
    Column("device", Text),  # the switch
    Column("interface", Text),
)

device_names = Table(
    "device_names",
    METADATA,
    # What the officer says that a hardware address is.
    Column("mac", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
