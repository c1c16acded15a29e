"""How much a spool may hold, and what goes first: snapshots before events, and nothing unsaid."""

from __future__ import annotations

import os
import sqlite3

from agent.lean import Any, NamedTuple

SNAPSHOTS = ("load", "hardware", "system", "security")
"""The newest of these says it all; of every other kind each report counts for itself."""
SLICE = 64


class Limits(NamedTuple):
    """A week without a network fits in a fifth of this."""

    size_bytes: int = 64 * 1024 * 1024
    days: int = 100
    """Days on which something was read, not days by the clock: a wrong clock must not empty it."""


LIMITS = Limits()


class Loss(NamedTuple):
    """Reports that will never come: of seqs from..to, `reports` that were still waiting."""

    from_seq: int | None
    to_seq: int | None
    reports: int | None
    cause: str

    def section(self) -> dict[str, Any]:
        """As it is reported."""
        numbers = {"from_seq": self.from_seq, "to_seq": self.to_seq, "count": self.reports}
        return {**numbers, "cause": self.cause}


def enforce(file: sqlite3.Connection, limits: Limits, *, new_day: bool = True) -> list[Loss]:
    """Delete what is over the limits, inside the caller's transaction, and say what it was.

    Without a `new_day` there cannot be more days than at the last time.
    """
    losses = []
    days = [day for (day,) in file.execute(DAYS)] if new_day and _full_days(file, limits) else []
    for day in days[limits.days :]:
        rows = file.execute(
            "SELECT seq FROM reports WHERE day=? AND kind IN (?,?,?,?)", (day, *SNAPSHOTS)
        )
        losses += _drop(file, [seq for (seq,) in rows], f"older than {limits.days} days of reports")
    cause = f"the spool is full: {limits.size_bytes} bytes"
    while _size(file) > limits.size_bytes:
        lost = _drop(file, _least(file), cause)
        if not lost:
            return losses
        losses += lost
    return losses


def is_roomy(path: str | os.PathLike[str], limits: Limits) -> bool:
    """Whether the file with its log is below the limit: then the pages in use in it are too.

    Two looks at the folder, where asking SQLite costs a tenth of a report's acceptance.
    """
    try:
        size = os.stat(path).st_size + os.stat(f"{os.fspath(path)}-wal").st_size
    except OSError:
        return False
    return size <= limits.size_bytes


DAYS = "SELECT day FROM reports GROUP BY day ORDER BY max(seq) DESC"
COUNT_DAYS = "SELECT count(DISTINCT day) FROM reports"
# The newest of each kind of snapshot stays: it is what the collector will show.
OLD_SNAPSHOTS = """
SELECT seq FROM reports WHERE kind IN (?,?,?,?)
AND seq NOT IN (SELECT max(seq) FROM reports GROUP BY kind) ORDER BY seq LIMIT ?"""
USED_BYTES = """
SELECT (page_count - freelist_count) * page_size
FROM pragma_page_count, pragma_freelist_count, pragma_page_size"""
EVENTS = "SELECT seq FROM reports WHERE kind <> 'loss' ORDER BY seq LIMIT ?"


def _full_days(file: sqlite3.Connection, limits: Limits) -> bool:
    count = file.execute(COUNT_DAYS).fetchone()[0]
    return bool(count > limits.days)


def _least(file: sqlite3.Connection) -> list[int]:
    snapshots = [seq for (seq,) in file.execute(OLD_SNAPSHOTS, (*SNAPSHOTS, SLICE))]
    return snapshots or [seq for (seq,) in file.execute(EVENTS, (SLICE,))]


def _drop(file: sqlite3.Connection, seqs: list[int], cause: str) -> list[Loss]:
    if not seqs:
        return []
    file.executemany("DELETE FROM reports WHERE seq=?", [(seq,) for seq in seqs])
    return [Loss(min(seqs), max(seqs), len(seqs), cause)]


def _size(file: sqlite3.Connection) -> int:
    # Pages in use: deleting frees pages inside the file at once, the file itself shrinks never.
    return int(file.execute(USED_BYTES).fetchone()[0])
