"""What is stored at once: one agent's reports, ready for the store, and what became of them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from collector.wire import Ask


class Row(Struct, frozen=True, gc=False):
    """One report, ready to be stored."""

    seq: int
    kind: str
    at: datetime
    body: str
    sha256: bytes
    latest: str | None
    """Under which name it may become the newest; None: its section is not believed."""
    job: int | None = None
    """The ask that this is the receipt of."""
    outcome: str = ""


class Batch(Struct, frozen=True):
    """What one agent sent at once."""

    agent: str
    epoch: str
    received_at: datetime
    rows: tuple[Row, ...]


class Stored(Struct, frozen=True):
    """What became of one batch."""

    approved: bool
    """False: the agent is pending or revoked, and nothing of it was stored. A quarantined one's
    reports are stored, never believed."""
    new: int = 0
    repeated: int = 0
    """Stored before, with the same bytes."""
    conflicting: int = 0
    """The number was stored before with other bytes: two PCs with one key, or a changed spool."""
    asks: tuple[Ask, ...] = ()
