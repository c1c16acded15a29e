"""The console's tables: who may sign in, by which link or password, and until when."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

from collector.store.columns import METADATA, Instant, RowId

users = Table(
    "users",
    METADATA,
    # What the officer types to sign in; a post such as `can-bo-cntt` serves as well as a name.
    Column("id", Text, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("password_hash", Text),
    Column("password_at", Instant),
)

links = Table(
    "links",
    METADATA,
    # SHA-256 of the one-time token: reading the table signs nobody in.
    Column("hash", LargeBinary, primary_key=True),
    Column("user", Text, ForeignKey("users.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("user", Text, ForeignKey("users.id"), nullable=False, index=True),
    Column("opened_by", Text, nullable=False),  # link or password
    Column("form_token", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

failed_sign_ins = Table(
    "failed_sign_ins",
    METADATA,
    # Shared by all serving processes, so that a guesser gains nothing by spreading over them.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("user", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_failed_sign_ins_user_at", "user", "at"),
)
