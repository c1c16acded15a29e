"""What one security check says: pass, fail or unknown, from which source, and on what it rests."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.host.reader import Reader
from agent.lean import NamedTuple

AHEAD = timedelta(days=1)
"""As far as two clocks may differ. What is dated further ahead is damaged, and proves nothing."""
DAMAGED = "a line cannot be read"


class Check(NamedTuple):
    """One verdict. What could not be read is `unknown` with its reason, never a pass."""

    verdict: str
    source: str
    observed: str | None = None
    reason: str | None = None


def judged(source: str, observed: str, *, good: bool) -> Check:
    """A verdict on something that was read."""
    return Check("pass" if good else "fail", source, observed)


def unknown(source: str, reason: str) -> Check:
    """Nothing can be said."""
    return Check("unknown", source, reason=reason)


def is_to_come(at: datetime, now: datetime) -> bool:
    """Whether a thing of the past is dated after its reading."""
    return at - now > AHEAD


def unread(source: str, reader: Reader, otherwise: str) -> Check:
    """Unknown, with what stood in the reader's way as the reason."""
    return unknown(source, reader.gaps[0].cause if reader.gaps else otherwise)
