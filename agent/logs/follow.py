"""Reads a text log on from where it was last read, across rotations: each line exactly once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

from agent.host import LIMIT_BYTES, Host, Piece, UnreadableError
from agent.lean import NamedTuple
from agent.parse.journal import Entry

KNOWN_BYTES = 1024
"""What stands before a mark tells the very file, whatever it is called by now: a line has its time."""
PIECES = 16
"""Of 4 MiB each, in one reading; what is left comes with the next."""
TRIES = 3
BEYOND = 1 << 40
"""Behind the end of any log: its inode is asked for, and none of its bytes."""
DAY_SECONDS = 24 * 3600
"""Logs are rotated after days: one whose newest known line is gone so soon was cleared."""

Keep = Callable[[str], Sequence[Entry]]
"""A line in, its entries out; none where it is nothing to tell."""


class Mark(NamedTuple):
    """How far a log was read. Times are whole seconds since 1970."""

    inode: int = 0
    offset: int = 0
    """Bytes read of the file: whole lines. 0: none yet, of any file."""
    sha256: str = "-"
    """Of at most `KNOWN_BYTES` before the offset."""
    told_at: int = 0
    """Of the newest entry told: what is older is no news where the place is lost."""
    moved_at: int = 0

    def text(self) -> str:
        """As it is noted in the spool."""
        return " ".join(map(str, self))


MARK = re.compile(r"(\d{1,20}) (\d{1,19}) ([0-9a-f]{64}|-) (\d{1,12}) (\d{1,12})")


def mark(text: str) -> Mark | None:
    """None where nothing was noted yet."""
    found = MARK.fullmatch(text)
    if not found:
        return None
    inode, offset, known, told_at, moved_at = found.groups()
    return Mark(int(inode), int(offset), known, int(told_at), int(moved_at))


class Followed(NamedTuple):
    """The entries since the mark, and the mark of what comes next."""

    entries: tuple[Entry, ...]
    mark: Mark
    cleared: bool = False
    """The place that was read up to is gone, and no rotation explains it."""
    cause: str | None = None
    """What could not be read."""


def follow(host: Host, path: str, last: Mark | None, keep: Keep) -> Followed | None:
    """Read on; without a mark the last 24 hours. None where there is no such log, and never was.

    Rotation by renaming (`.1`, `-20261124`) and by copying both keep the bytes before the mark
    together: they are looked for in the log and in its older parts that are not compressed.
    """
    for _ in range(TRIES):
        before = _older(host, path)
        found = _followed(host, path, last, keep, before)
        # Renamed while they were read: a part may have been passed over, and none was noted yet.
        if _older(host, path) == before:
            return found
    return Followed((), last or Mark(), cause="rotated again and again while it was read")


def _followed(
    host: Host, path: str, last: Mark | None, keep: Keep, older: _Older
) -> Followed | None:
    now, parts = int(host.at.timestamp()), older.parts
    mine = _Reading(host, keep, last or Mark(told_at=now - DAY_SECONDS, moved_at=now))
    known = last if last and last.offset else None
    if known and mine.is_here(path):
        mine.walk((path,))
        return _outcome(mine, now, known, shrunk=False, packed=older.packed)
    # Seen before any older part is read to its end: see `begun`.
    head = mine.head(path)
    if mine.cause:
        return Followed((), mine.place, cause=mine.cause)
    if head is None and not parts and not known:
        return None
    place = next((at for at, name in enumerate(parts) if known and mine.is_here(name)), None)
    if place is None:
        mine.begin_anew(lost=known is not None)
    chain = parts[place or 0 :] if last else parts[-1:]
    mine.walk([*chain, path] if _begun(head) or not chain else chain)
    shrunk = bool(head and known and head.inode == known.inode)
    return _outcome(mine, now, last, shrunk=shrunk, packed=older.packed)


def _begun(head: Piece | None) -> bool:
    """Whether the newest part holds a line: only then no more will come to the part before it.

    A log that was just renamed is written to until its writer opens the new one.
    """
    return head is not None and b"\n" in head.data


def _outcome(
    mine: _Reading, now: int, last: Mark | None, *, shrunk: bool, packed: bool
) -> Followed:
    newest = max((int(one.at.timestamp()) for one in mine.entries), default=0)
    place = mine.place._replace(told_at=max(newest, mine.place.told_at))
    place = place._replace(moved_at=now) if last is None or place != last else place
    cleared, cause = False, mine.cause
    if mine.lost and last:
        # A log that was packed away at once was rotated; one that shrank in its place was not.
        cleared = 0 <= now - last.moved_at < DAY_SECONDS and (shrunk or not packed)
        if not cleared:
            cause = cause or "older lines were rotated away before they were read"
    return Followed(tuple(mine.entries), place, cleared, cause)


class _Reading:
    """One reading: the place reached, and what was found on the way."""

    def __init__(self, host: Host, keep: Keep, place: Mark) -> None:
        self.host, self.keep, self.place = host, keep, place
        self.since = 0
        self.entries: list[Entry] = []
        self.left = PIECES
        self.lost = False
        self.cause: str | None = None

    def is_here(self, path: str) -> bool:
        """Whether the marked place is in that file."""
        return self._rest(path, self.place) is not None

    def head(self, path: str) -> Piece | None:
        """The file from its start on; None where there is none of that name."""
        try:
            return self.host.piece(path, 0)
        except UnreadableError as problem:
            self._missed(problem)
            return None

    def begin_anew(self, *, lost: bool) -> None:
        """Read from the first part on what is no older than what was told last."""
        self.lost, self.since = lost, self.place.told_at
        self.place = self.place._replace(inode=0, offset=0, sha256="-")

    def walk(self, files: Sequence[str]) -> None:
        """Read the files from the oldest on, the first from the marked place."""
        for number, name in enumerate(files):
            place = self.place if number == 0 else Mark()
            while self.left and (rest := self._rest(name, place)):
                place, more = self._taken(place, *rest)
                if not more:
                    break
            if not self.left or self.cause:
                return

    def _taken(self, place: Mark, inode: int, data: bytes, before: bytes) -> tuple[Mark, bool]:
        """Take whole lines, and say whether there may be more."""
        end = data.rfind(b"\n") + 1
        if not end and len(before) + len(data) < LIMIT_BYTES:
            return place, False
        end = end or len(data)  # a line longer than any log has is no line
        for line in data[:end].decode("utf-8", "replace").splitlines():
            self.entries += (
                one for one in self.keep(line) if int(one.at.timestamp()) >= self.since
            )
        known = (before + data[:end])[-KNOWN_BYTES:]
        digest = hashlib.sha256(known).hexdigest()
        self.left -= 1
        self.place = self.place._replace(inode=inode, offset=place.offset + end, sha256=digest)
        return self.place, True

    def _rest(self, path: str, place: Mark) -> tuple[int, bytes, bytes] | None:
        """Inode, bytes behind the place, bytes before it; None where it is not in that file.

        By one look at an open file: nothing can be put in its place between check and use.
        """
        known = min(place.offset, KNOWN_BYTES)
        try:
            piece = self.host.piece(path, place.offset - known)
        except UnreadableError as problem:
            self._missed(problem)
            return None
        before = piece.data[:known]
        same = not known or hashlib.sha256(before).hexdigest() == place.sha256
        return (piece.inode, piece.data[known:], before) if same else None

    def _missed(self, problem: UnreadableError) -> None:
        if not problem.absent:
            self.cause = problem.cause


class _Older(NamedTuple):
    """The rotated parts of a log that can be read, the oldest first."""

    parts: tuple[str, ...]
    inodes: tuple[int, ...]
    """Of the parts, and of the log itself: others after a rename."""
    packed: bool
    """Whether there are compressed ones, which are not read."""


def _older(host: Host, path: str) -> _Older:
    folder, _, name = path.rpartition("/")
    try:
        names = host.names(folder)
    except UnreadableError:
        names = ()  # the log itself is asked for, and tells what is in the way
    found = [
        (rest, f"{folder}/{one}")
        for one in names
        if one.startswith(name)
        and re.fullmatch(r"\.\d{1,3}|-\d{8}(-\d+)?", rest := one[len(name) :])
    ]
    # `.2` is older than `.1`, while of dates the smaller is the older.
    found.sort(key=lambda part: (-int(part[0][1:]),) if part[0][0] == "." else (0, part[0]))
    parts = tuple(place for _, place in found)
    packed = re.compile(re.escape(name) + r"[.-]\d.*\.(gz|xz|bz2|zst)")
    inodes = tuple(_inode(host, one) for one in (*parts, path))
    return _Older(parts, inodes, any(packed.fullmatch(one) for one in names))


def _inode(host: Host, path: str) -> int:
    """0 where it cannot be opened."""
    try:
        return host.piece(path, BEYOND).inode
    except UnreadableError:
        return 0
