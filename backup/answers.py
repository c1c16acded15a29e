"""What restic answers, 0.14 and 0.18 alike: its lines of JSON and its errors, as values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PANIC = 2
LOCKED = 11
IS_LOCKED = "already locked"
LONGEST = 300
"""Of what restic said, in one line of text."""
REASONS = (IS_LOCKED, "no space left on device")
"""After these 0.14 goes on to advise, and both go on to count errors."""

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$")
_CREDENTIALS = re.compile(r"//[^/@\s]+@")


@dataclass(frozen=True)
class Snapshot:
    """One snapshot. `at` is the client's own time: data, never used for order."""

    id: str
    at: str
    tags: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """One regular file inside a snapshot, by the path that restic keeps."""

    path: str
    size_bytes: int
    modified_ns: int | None
    """None: a time outside of what a calendar holds."""

    @property
    def modified_at(self) -> datetime | None:
        """The same as people read it."""
        if self.modified_ns is None:
            return None
        return datetime.fromtimestamp(self.modified_ns // 1_000_000_000, UTC)


@dataclass(frozen=True)
class Match:
    """One file that a search found, in one snapshot."""

    snapshot: str
    file: File


@dataclass(frozen=True)
class Progress:
    """How far a running backup is."""

    ratio: float
    files: int
    bytes: int


def line(text: bytes) -> dict[str, Any]:
    """One line of JSON; restic mixes plain sentences in, which say nothing to count on."""
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def snapshot(entry: dict[str, Any]) -> Snapshot:
    """One entry of `snapshots`."""
    return Snapshot(
        id=str(entry["id"]),
        at=str(entry["time"]),
        tags=tuple(entry.get("tags") or ()),
        paths=tuple(entry.get("paths") or ()),
    )


def file(node: dict[str, Any]) -> File:
    """One node of `ls`."""
    modified_ns = nanoseconds(str(node.get("mtime", "")))
    return File(str(node["path"]), int(node.get("size", 0)), modified_ns)


def matches(found: list[dict[str, Any]]) -> Iterator[Match]:
    """What `find` answered: regular files alone."""
    for held in found:
        for node in held["matches"]:
            if node.get("type") == "file":
                yield Match(str(held["snapshot"]), file(node))


def progress(status: dict[str, Any]) -> Progress:
    """One status line of `backup`."""
    return Progress(
        ratio=float(status.get("percent_done", 0.0)),
        files=int(status.get("files_done", 0)),
        bytes=int(status.get("bytes_done", 0)),
    )


def unreadable(errors: str) -> Iterator[str]:
    """The sources that `backup` could not read, from its stderr."""
    for text in errors.splitlines():
        message = line(text.encode())
        if message.get("message_type") == "error" and message.get("item"):
            yield str(message["item"])


def cause(code: int, errors: str) -> str:
    """The last word of a restic that failed, fit for one line of text, with no login in it."""
    if code == PANIC and "panic:" in errors:
        return "restic crashed on the repository's content: look for junk in index/ and snapshots/"
    if code < 0:
        return f"restic was killed by signal {-code}"
    return last_words(errors) or f"exit code {code}, without a word"


def last_words(errors: str) -> str:
    """What restic said last, but a reason and its own verdict before all else; maybe nothing."""
    said = [_plain(text) for text in errors.splitlines() if text.strip()]
    reasons = [words for words in said if any(reason in words for reason in REASONS)]
    fatal = [words for words in said if words.startswith("Fatal")]
    words = (reasons or fatal or said or [""])[-1]
    words = _CREDENTIALS.sub("//***@", words.removeprefix("Fatal: "))
    # Two long paths may stand before the reason, which comes last.
    return words if len(words) <= LONGEST else f"{words[:100]} … {words[100 - LONGEST :]}"


def is_locked(code: int, errors: str) -> bool:
    """Whether restic gave way to another: 0.18 has a code for it, 0.14 a sentence."""
    return code == LOCKED or IS_LOCKED in errors


def nanoseconds(text: str) -> int | None:
    """An RFC 3339 instant as nanoseconds since 1970: `datetime` would drop the last three digits."""
    found = _RFC3339.match(text)
    if not found:
        return None
    seconds, fraction, zone = found.groups()
    try:
        whole = datetime.fromisoformat(seconds + zone.replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return None
    return int(whole) * 1_000_000_000 + int((fraction or "0").ljust(9, "0"))


def _plain(text: str) -> str:
    words = str(line(text.encode()).get("message", text)).strip()
    return words.partition("\n")[0]
