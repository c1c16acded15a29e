"""The passwords that PCs handed in: never in plain, never written over."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Text

from collector.store.columns import METADATA, Instant

escrowed_passwords = Table(
    "escrowed_passwords",
    METADATA,
    # One for each agent, and the first stays: a PC that joins anew has another agent, and adds one.
    Column("agent", Text, ForeignKey("agents.id"), primary_key=True),
    Column("asset", Text, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    # Of the password: nobody guesses 256 random bits, and two are compared without opening either.
    Column("sha256", LargeBinary, nullable=False),
    # By `collector.escrow.sealing`; the key is a file of the state folder.
    Column("sealed", LargeBinary, nullable=False),
    # When this agent first came with another one, which was not taken.
    Column("refused_at", Instant),
)
