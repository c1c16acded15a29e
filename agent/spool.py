"""What was read and is not yet stored by the collector: a file that survives a power cut."""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agent import saying, spool_limits, written
from agent.lean import Any, NamedTuple
from agent.report import Gap
from agent.transaction import Writing

VERSION = "1"
Place = str | os.PathLike[str]
"""The resident hands a string: `pathlib` would cost it half a mebibyte."""
WAIT_SECONDS = 10
"""The resident and a backup's child take turns; each holds the lock for milliseconds."""
REPORT_BYTES = 900 * 1024
"""The collector takes 1 MiB a request; what can never be sent must not be accepted."""

PACKED_BYTES = 1024
"""A longer body is kept packed, as a BLOB: a security report is a third of itself then, a load
would gain little and cost every minute."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS reports (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never given twice, whatever was deleted
  kind TEXT NOT NULL, day TEXT NOT NULL, body TEXT NOT NULL, sha256 BLOB NOT NULL);
DROP INDEX IF EXISTS reports_day; -- of older agents: a page more to write every minute
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
HELD = """
SELECT seq, kind, CAST(body AS BLOB), typeof(body) = 'blob', sha256, day
FROM reports WHERE seq>? ORDER BY seq"""
NOTE = "INSERT OR REPLACE INTO notes VALUES (?, ?)"
MORE = """
INSERT INTO notes VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + excluded.value"""


class SpoolError(Exception):
    """The spool cannot be opened or written; worded for the operator."""


class Batch(NamedTuple):
    """A request's body, and the reports that it carries."""

    epoch: str
    seqs: tuple[int, ...]
    body: bytes


class Spool:
    """One file. Safe across processes: each may append, the resident alone sends and deletes."""

    def __init__(self, path: Place, limits: spool_limits.Limits = spool_limits.LIMITS) -> None:
        self.path = path
        self.limits = limits
        self._day = ""
        """Of the newest report: on the same day no limit of days can be passed."""
        self._struck: set[int] = set()
        """Stored by the collector, and to be deleted together with the next report's acceptance."""
        try:
            # Made with its mode before SQLite opens it: its side files take the same.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._file = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
        except (OSError, sqlite3.Error) as problem:
            raise SpoolError(f"cannot open the spool {path}: {problem}") from problem
        try:
            with _Told(path):
                self._prepare()
        except SpoolError:
            self._file.close()
            raise

    def _prepare(self) -> None:
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=FULL")  # accepted means: on the disk
        self._file.execute("PRAGMA cache_size=-512")  # KiB: the resident stays small
        self._file.execute("PRAGMA wal_autocheckpoint=200")  # at most 0.8 MB beside the file
        with Writing(self._file):
            for statement in SCHEMA.split(";"):
                self._file.execute(statement)
            fresh = "INSERT OR IGNORE INTO notes VALUES (?, ?)"
            self._file.execute(fresh, ("version", VERSION))
            # A rebuilt spool counts from 1 again: the epoch keeps the numbers apart.
            self._file.execute(fresh, ("epoch", os.urandom(16).hex()))
        version = self.noted("version")
        if version != VERSION:
            raise SpoolError(f"spool of version {version}, this agent knows {VERSION}: {self.path}")
        self.epoch = self.noted("epoch") or ""

    def append(
        self,
        kind: str,
        section: Any,
        gaps: Sequence[Gap] = (),
        *,
        at: str,
        cpu_seconds: float = 0.0,
        notes: Mapping[str, str] | None = None,
        read_at: str | None = None,
    ) -> int:
        """Accept one report: durable when this returns its seq. `at` is RFC 3339 in UTC.

        `read_at` is told where the section was read before, and holds still: its sources were
        unchanged `at`.
        `notes` are kept together with it or not at all: how far a log was read goes with what was
        read there, so that nothing is told twice or never.
        """
        body = written.body(kind, at, section, gaps, cpu_seconds, read_at)
        if len(body.encode()) > REPORT_BYTES:
            gap = Gap(kind, f"the section has {len(body)} signs: more than can be sent")
            body = written.body(kind, at, {}, [gap], cpu_seconds)
        with _Told(self.path), Writing(self._file):
            self._tally(self._struck, "stored")
            seq = self._insert(kind, at, body)
            is_new = at[:10] != self._day
            if is_new or not spool_limits.is_roomy(self.path, self.limits):
                for loss in spool_limits.enforce(self._file, self.limits, new_day=is_new):
                    self._insert("loss", at, written.body("loss", at, loss.section(), (), 0.0))
            for name, value in (notes or {}).items():
                self._file.execute(NOTE, (name, value))
        self._struck.clear()
        self._day = at[:10]
        return seq

    def batch(self, limit_bytes: int, after: int = 0) -> Batch | None:
        """The oldest reports, as many as fit, at least one; None while there is nothing to send.

        `after` leaves out the numbers up to it.

        A report whose checksum is wrong is dropped here, and its loss is declared in its place.
        """
        with _Told(self.path):
            while (chosen := self._whole(limit_bytes, after)) is None:
                pass  # what was damaged is a loss by now, which goes with the rest
        if not chosen:
            return None
        reports = b",".join(b'{"seq":%d,%b' % (seq, body[1:]) for seq, body in chosen)
        text = b'{"version":1,"epoch":"%b","reports":[%b]}' % (self.epoch.encode(), reports)
        return Batch(self.epoch, tuple(seq for seq, _ in chosen), text)

    def acknowledge(self, epoch: str, seqs: Iterable[int]) -> int:
        """Delete what the collector says is stored; the tally is durable with the deletion."""
        if epoch != self.epoch:
            return 0
        return self._delete(seqs, "stored")

    def strike(self, epoch: str, seqs: Iterable[int]) -> int:
        """As `acknowledge`, but deleted in the transaction of the next append, or at the end.

        One flush to the disk a minute less. Whoever is killed in between sends them again, which
        the collector's unique key makes harmless. Returns how many were still waiting.
        """
        if epoch != self.epoch:
            return 0
        statement = "SELECT 1 FROM reports WHERE seq=?"
        with _Told(self.path):
            fresh = set(seqs) - self._struck
            held = {seq for seq in fresh if self._file.execute(statement, (seq,)).fetchone()}
        self._struck |= held
        return len(held)

    def discard(self, seqs: Iterable[int], cause: str, *, at: str) -> None:
        """Give up reports that the collector will never take, and declare each of them lost."""
        for seq in seqs:
            with _Told(self.path), Writing(self._file):
                self._lose(seq, cause, at)

    def waiting(self) -> int:
        """How many reports are not yet stored."""
        with _Told(self.path):
            held = int(self._file.execute("SELECT count(*) FROM reports").fetchone()[0])
            return held - len(self._struck)

    def waits(self) -> bool:
        """Whether any report is not yet stored."""
        with _Told(self.path):
            # Whether there are more than the struck ones, without counting a backlog.
            statement = "SELECT EXISTS (SELECT 1 FROM reports LIMIT 1 OFFSET ?)"
            return bool(self._file.execute(statement, (len(self._struck),)).fetchone()[0])

    def accepted(self) -> int:
        """How many reports this epoch ever held: stored, waiting and lost."""
        with _Told(self.path):
            row = self._file.execute("SELECT seq FROM sqlite_sequence WHERE name='reports'")
            return int((row.fetchone() or (0,))[0])

    def note(self, name: str, value: str) -> None:
        """Keep a small fact of the agent's own beside the reports."""
        with _Told(self.path), Writing(self._file):
            self._file.execute(NOTE, (name, value))

    def noted(self, name: str) -> str | None:
        """The fact kept under that name."""
        with _Told(self.path):
            row = self._file.execute("SELECT value FROM notes WHERE name=?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def notes(self, start: str) -> dict[str, str]:
        """All facts whose names begin so."""
        with _Told(self.path):
            rows = self._rows("SELECT name, value FROM notes ORDER BY name")
            return {str(name): str(value) for name, value in rows if name.startswith(start)}

    def close(self) -> None:
        """Give the file back, without what is stored by now."""
        try:
            if self._struck:
                self._delete(self._struck, "stored")
        except SpoolError as problem:
            saying.warning(f"{problem}; {len(self._struck)} reports that are stored are sent again")
        finally:
            self._file.close()

    def _insert(self, kind: str, at: str, body: str) -> int:
        statement = "INSERT INTO reports (kind, day, body, sha256) VALUES (?, ?, ?, ?)"
        held = body if len(body) < PACKED_BYTES else zlib.compress(body.encode())
        row = self._file.execute(statement, (kind, at[:10], held, written.checksum(kind, held)))
        return int(row.lastrowid or 0)

    def _rows(self, statement: str, values: Sequence[int] = ()) -> Iterator[Any]:
        cursor = self._file.execute(statement, values)
        try:
            yield from cursor
        finally:
            cursor.close()

    def _whole(self, limit_bytes: int, after: int) -> list[tuple[int, bytes]] | None:
        """The oldest reports that fit; None where some were damaged, which are declared now."""
        chosen: list[tuple[int, bytes]] = []
        damaged: list[tuple[int, str]] = []
        size = 100
        for seq, kind, held, is_packed, sha256, day in self._rows(HELD, (after,)):
            if seq in self._struck:
                continue
            if written.checksum(kind, held or b"") != sha256:
                damaged.append((seq, day))
                continue
            body = zlib.decompress(held) if is_packed else held
            size += len(body) + 20
            if chosen and size > limit_bytes:
                break
            chosen.append((seq, body))
        for seq, day in damaged:
            with Writing(self._file):
                self._lose(seq, "damaged on the disk: its checksum is wrong", f"{day}T00:00:00Z")
        return None if damaged else chosen

    def _lose(self, seq: int, cause: str, at: str) -> None:
        self._file.execute("DELETE FROM reports WHERE seq=?", (seq,))
        loss = spool_limits.Loss(seq, seq, 1, cause)
        self._insert("loss", at, written.body("loss", at, loss.section(), (), 0.0))

    def _delete(self, seqs: Iterable[int], tally: str) -> int:
        with _Told(self.path), Writing(self._file):
            return self._tally(seqs, tally)

    def _tally(self, seqs: Iterable[int], tally: str) -> int:
        """Delete and count inside the caller's transaction."""
        count = sum(
            self._file.execute("DELETE FROM reports WHERE seq=?", (seq,)).rowcount for seq in seqs
        )
        if count:
            self._file.execute(MORE, (tally, str(count)))
        return count


class _Told:
    """Turns what SQLite says into words for the operator."""

    def __init__(self, path: Place) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, sqlite3.Error):
            raise SpoolError(f"cannot use the spool {self._path}: {problem}") from problem
        if isinstance(problem, UnicodeDecodeError):
            # SQLite's message quotes the damaged part, and Python cannot read the message.
            told = sqlite3.DatabaseError("damaged")
            raise SpoolError(f"cannot use the spool {self._path}: damaged") from told
