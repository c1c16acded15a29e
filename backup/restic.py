"""Speaks restic, 0.14 to 0.18: each verb returns what restic proved, or raises ResticError."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from backup import answers, program
from backup.answers import File, Match, Progress, Snapshot

INSTALL = "install it (Debian and Ubuntu: apt install restic; Windows: restic.net) and try again"
UNREADABLE_SOURCE = 3
QUICK_SECONDS = 300.0
"""For verbs that read a handful of objects."""
OLDEST = (0, 14)
INTERRUPTED = 130
"""What restic ends with when it is interrupted; an older one dies of the signal."""
PROGRESS_HERTZ = "2"
"""By itself restic tells sixty times a second how far it is, and reading that costs the PC."""


class ResticError(Exception):
    """restic did not do, or did not prove, what it was asked for."""


class ResticLocked(ResticError):  # noqa: N818 - as below
    """Another process holds the repository, or died holding it."""


class ResticStopped(ResticError):  # noqa: N818 - as above
    """It was cut short, by us, its time limit or a signal: nothing is known of the repository."""


class ResticMissing(ResticError):  # noqa: N818 - what is the matter is the name
    """There is no restic on this machine."""


@dataclass(frozen=True)
class Stored:
    """What one backup left in the repository; `unreadable` sources are not in it."""

    snapshot: str
    files: int
    bytes: int
    added_bytes: int
    unreadable: tuple[str, ...]
    new_files: int | None = None
    changed_files: int | None = None
    unmodified_files: int | None = None


@dataclass(frozen=True)
class Restic:
    """One repository with its key. Without `cache` nothing but the repository itself is read."""

    location: str = field(repr=False)
    """Of a store on another machine it may hold a login."""
    password_file: Path | None
    cache: Path | None = None
    limit_seconds: float = 6 * 3600.0
    stop: threading.Event = field(default_factory=threading.Event)
    arguments: tuple[str, ...] = ()
    """What the kind of store needs besides: a certificate, an SSH command."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    password: str | None = field(default=None, repr=False)
    """Where no file of this machine holds it: restic then finds it in its environment alone."""

    def init(self) -> None:
        """Make the repository; one that exists already is an error."""
        self.call(["init"], self.quick_seconds)
        self.snapshots()

    def unlock(self) -> None:
        """Remove the locks of processes of this machine that are dead, and those of half an hour."""
        self.call(["unlock"], self.quick_seconds)

    def backup(
        self,
        name: str,
        paths: Sequence[str],
        excludes: Sequence[str] = (),
        on_progress: Callable[[Progress], None] = lambda _progress: None,
    ) -> Stored:
        """Store the paths as one snapshot, tagged with the set's name."""
        summary: dict[str, Any] = {}

        def read(line: bytes) -> None:
            message = answers.line(line)
            if message.get("message_type") == "status":
                on_progress(answers.progress(message))
            elif message.get("message_type") == "summary":
                summary.update(message)

        # The set's name stands in for the host's: a renamed PC keeps its parent snapshot.
        arguments = ["backup", "--json", "--tag", name, "--host", name]
        arguments += [f"--exclude={pattern}" for pattern in excludes]
        accepted = (0, UNREADABLE_SOURCE)
        if self._is_locked():
            self.unlock()
        ended = self.call([*arguments, "--", *paths], self.limit_seconds, read, accepted)
        unreadable = tuple(answers.unreadable(ended.errors))
        if ended.code == UNREADABLE_SOURCE and not unreadable:
            unreadable = ("restic did not say which",)
        try:
            return Stored(
                snapshot=self._full_id(summary["snapshot_id"]),
                files=summary["total_files_processed"],
                bytes=summary["total_bytes_processed"],
                added_bytes=summary["data_added"],
                unreadable=unreadable,
                new_files=summary.get("files_new"),
                changed_files=summary.get("files_changed"),
                unmodified_files=summary.get("files_unmodified"),
            )
        except KeyError as error:
            raise ResticError(f"restic backup ended without naming its {error}") from error

    def snapshots(self, tag: str | None = None) -> tuple[Snapshot, ...]:
        """All snapshots, or those of one set."""
        output = bytearray()
        wanted = ["--tag", tag] if tag else []
        self.call(["snapshots", "--json", "--no-lock", *wanted], self.quick_seconds, output.extend)
        try:
            return tuple(answers.snapshot(entry) for entry in json.loads(bytes(output)) or ())
        except (ValueError, KeyError, TypeError) as error:
            raise ResticError("restic snapshots answered with something unreadable") from error

    def files(self, snapshot: str, on_file: Callable[[File], None]) -> None:
        """Hand on each regular file of a snapshot, as its trees list it."""

        def read(line: bytes) -> None:
            node = answers.line(line)
            if node.get("struct_type") == "node" and node.get("type") == "file":
                on_file(answers.file(node))

        self.call(["ls", "--json", "--no-lock", snapshot], self.limit_seconds, read)

    def find(self, pattern: str, tag: str) -> tuple[Match, ...]:
        """Files of one set whose name, or whose folder's, fits; letters small and great alike."""
        output = bytearray()
        arguments = ["find", "--json", "--no-lock", "--ignore-case", "--tag", tag, "--", pattern]
        self.call(arguments, self.limit_seconds, output.extend)
        try:
            return tuple(answers.matches(json.loads(bytes(output)) or []))
        except (ValueError, KeyError, TypeError) as error:
            raise ResticError("restic find answered with something unreadable") from error

    def restore(self, snapshot: str, into: Path, paths: Sequence[str] = ()) -> float:
        """Restore all, or just those paths, below a folder; the seconds it took.

        What really lies there afterwards is for the caller to look at: restic can claim every
        file on a full disk, and a path that matches nothing is no error to it.
        """
        arguments = ["restore", "--no-lock", "--target", str(into)]
        arguments += [f"--include={_literal(path)}" for path in paths]
        return self.call([*arguments, snapshot], self.limit_seconds).seconds

    def dump(self, snapshot: str, read: Callable[[IO[bytes]], None]) -> float:
        """Hand on all of a snapshot as a tar archive, nothing written; the seconds it took."""
        arguments = ["dump", "--no-lock", "--archive", "tar", snapshot, "/"]
        return self.call(arguments, self.limit_seconds, read=read).seconds

    def check(self) -> None:
        """Check that index, snapshots, trees and the list of packs agree."""
        said: list[bytes] = []
        # Text, not JSON: 0.14 knows no other, and 0.18 counts a mere lock as an error in its JSON.
        self.call(["check", "--no-lock"], self.limit_seconds, said.append)
        if not any(b"no errors were found" in line for line in said):
            raise ResticError("restic check ended without saying that it found no errors")

    def root(self, snapshot: str) -> None:
        """Open a snapshot and its uppermost folder: one that only looks like a snapshot raises."""
        self.call(["ls", "--no-lock", snapshot, "/"], self.quick_seconds)

    def secret(self, name: str) -> dict[str, str]:
        """The password as an entry of an environment, under restic's name for it or for its file."""
        if self.password is not None:
            return {name: self.password}
        return {f"{name}_FILE": str(self.password_file)}

    @property
    def quick_seconds(self) -> float:
        """The limit of a verb that reads a handful of objects."""
        return min(QUICK_SECONDS, self.limit_seconds)

    def call(
        self,
        arguments: Sequence[str],
        limit_seconds: float,
        on_line: Callable[[bytes], None] = program.ignore,
        accepted: tuple[int, ...] = (0,),
        extra: Mapping[str, str] | None = None,
        folder: Path | None = None,
        read: Callable[[IO[bytes]], None] | None = None,
    ) -> program.Ended:
        """Run one verb, in `folder` where it leaves files; raises ResticError unless it ended in time and with an accepted code."""
        cache = ["--cache-dir", str(self.cache)] if self.cache else ["--no-cache"]
        verb, *rest = arguments
        ended = _start(
            [verb, *cache, *self.arguments, *rest],
            # Not arguments: a URL may hold a login, and arguments are public on a machine.
            {
                "RESTIC_REPOSITORY": self.location,
                **self.environment,
                **self.secret("RESTIC_PASSWORD"),
                **(extra or {}),
            },
            limit_seconds,
            self.stop,
            read or program.by_line(on_line),
            folder,
        )
        if ended.stopped:
            if ended.stopped == program.STOPPED or not (said := answers.last_words(ended.errors)):
                raise ResticStopped(f"restic {verb} {ended.stopped}")
            raise ResticStopped(f"restic {verb} {ended.stopped}; it said: {said}")
        if ended.code not in accepted:
            cause = answers.cause(ended.code, ended.errors)
            raise _kind(ended)(f"restic {verb} failed: {cause}")
        return ended

    def _is_locked(self) -> bool:
        """Whether it is worth the time to look for locks of the dead; elsewhere they grow old."""
        try:
            return any(Path(self.location, "locks").iterdir())
        except OSError:
            return False

    def _full_id(self, id: str) -> str:
        """The whole id of a snapshot that was just made: it must be there, and 0.14 tells a part."""
        try:
            names = [path.name for path in Path(self.location, "snapshots").iterdir()]
        except OSError:
            names = [each.id for each in self.snapshots()]  # a store elsewhere is asked
        found = [name for name in names if name.startswith(id)]
        if len(found) != 1:
            raise ResticError(f"the snapshot {id} that restic backup named is not in the list")
        return found[0]


def version() -> tuple[int, ...]:
    """The installed restic's version; raises where there is none or it is too old."""
    said = bytearray()
    ended = _start(["version"], {}, QUICK_SECONDS, threading.Event(), program.by_line(said.extend))
    found = re.match(rb"restic (\d+)\.(\d+)\.(\d+)", said)
    if ended.code != 0 or not found:
        raise ResticError(f"restic version failed: {answers.cause(ended.code, ended.errors)}")
    number = tuple(int(part) for part in found.groups())
    if number < OLDEST:
        raise ResticError(f"restic {'.'.join(map(str, number))} is too old: 0.14 is the oldest")
    return number


def _start(
    arguments: Sequence[str],
    extra: dict[str, str],
    limit_seconds: float,
    stop: threading.Event,
    read: Callable[[IO[bytes]], None],
    folder: Path | None = None,
) -> program.Ended:
    name = os.environ.get("RESTIC", "restic")
    # Nobody's RESTIC_* variable may redirect a proof to another repository or key.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RESTIC")}
    try:
        return program.run(
            [name, *arguments],
            environment={**kept, "TZ": "UTC", "RESTIC_PROGRESS_FPS": PROGRESS_HERTZ, **extra},
            limit_seconds=limit_seconds,
            stop=stop,
            read=read,
            folder=folder,
        )
    except FileNotFoundError as error:
        raise ResticMissing(f"restic is not installed: {INSTALL}") from error
    except OSError as error:
        raise ResticError(f"{name} cannot be started: {error.strerror}") from error


def _kind(ended: program.Ended) -> type[ResticError]:
    """Where the system runs out of memory, or ends all of a service at once, nobody here asked."""
    if ended.code < 0 or ended.code == INTERRUPTED:
        return ResticStopped
    return ResticLocked if answers.is_locked(ended.code, ended.errors) else ResticError


def _literal(path: str) -> str:
    """A path as a pattern that matches just itself (Go's filepath.Match)."""
    return re.sub(r"([\\*?\[\]])", r"\\\1", path)
