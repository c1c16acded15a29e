"""The tables of the roll-up: the wards a city knows, what they told it, and what a ward has to tell."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from collector.store.columns import METADATA, Instant

wards = Table(
    "wards",
    METADATA,
    # At the city: whose signature counts for which ward. One key at a time.
    Column("site", Text, primary_key=True),
    Column("public_key", LargeBinary, nullable=False),  # Ed25519, 32 bytes
    Column("joined_at", Instant, nullable=False),
)

ward_tokens = Table(
    "ward_tokens",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("site", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

summaries = Table(
    "summaries",
    METADATA,
    # At the city: byte for byte as signed. A later revision stands beside the earlier, over none.
    Column("site", Text, primary_key=True),
    Column("day", Text, primary_key=True),  # ISO date on the ward's own calendar
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    # By which it was checked: a ward that joins anew has another, and the old days stay provable.
    Column("public_key", LargeBinary, nullable=False),
    Column("received_at", Instant, nullable=False),
)

outgoing = Table(
    "outgoing_summaries",
    METADATA,
    # At the ward: made once, sent until the city says that it is stored.
    Column("day", Text, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("refused", Text),  # why the city will never take it; null: it did, or may
)
