"""The console's tables: who may sign in, by which link or password, and until when."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from collector.store.columns import METADATA, Instant, RowId

users = Table(
    "users",
    METADATA,
    # What the officer types to sign in; a post such as `can-bo-cntt` serves as well as a name.
    Column("id", Text, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("password_hash", Text),
    Column("password_at", Instant),
    Column("role", Text, nullable=False, server_default="officer"),
    # The shared secret of the second factor (RFC 6238), Base32; None: password alone.
    Column("totp_secret", Text),
    # The time step of the last code that was taken: the same code works once.
    Column("totp_step", BigInteger),
    Column("closed_at", Instant),
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
    # The last time that the person asked for something; a page that keeps itself fresh is nobody.
    Column("seen_at", Instant),
)

failed_sign_ins = Table(
    "failed_sign_ins",
    METADATA,
    # Shared by all serving processes, so that a guesser gains nothing by spreading over them.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("user", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("address", Text),
    Index("ix_failed_sign_ins_user_at", "user", "at"),
    Index("ix_failed_sign_ins_address_at", "address", "at"),
)

api_tokens = Table(
    "api_tokens",
    METADATA,
    # A program asks as its user, by a token whose SHA-256 stands here.
    Column("hash", LargeBinary, primary_key=True),
    Column("user", Text, ForeignKey("users.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

oidc_starts = Table(
    "oidc_starts",
    METADATA,
    # A sign-in that is under way at the office's own identity provider.
    Column("state_hash", LargeBinary, primary_key=True),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

handed_over = Table(
    "handed_over",
    METADATA,
    # Papers that the officer handed over to the police: the file itself, as it was.
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("incident", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("handed_by", Text, nullable=False),
    Column("handed_at", Instant, nullable=False),
    Column("taken_back_at", Instant),
)
