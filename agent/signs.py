"""Files of Linux whose change announces a happening: a stat of each tells when to look for events."""

from __future__ import annotations

import os
import sys

from agent.lean import NamedTuple

EVERY_SECONDS = 15.0
"""Seven stats cost 50 microseconds: a third of a second of processor time a day."""
SETTLE_SECONDS = 2.0
"""The file is written before the journal has the line that tells what it was."""
JOURNAL_SECONDS = 1800.0
"""A journal is written all the time, mostly without any news: alone it is a reason twice an hour."""


class Sign(NamedTuple):
    """One file, and what its change may mean."""

    path: str
    reason: str


SIGNS = (
    Sign("/var/log/btmp", "a sign-in failed (btmp of utmp(5): login, sshd, graphical sign-in)"),
    Sign("/var/log/wtmp", "somebody signed in: perhaps after failures (wtmp of utmp(5))"),
    Sign("/var/log/auth.log", "sudo, su, sshd: where rsyslog writes files (Debian, Ubuntu)"),
    Sign("/var/log/secure", "the same on Fedora and its kin"),
    Sign("/etc/passwd", "an account was made or changed: passwd(5)"),
    Sign("/etc/group", "somebody became an administrator: group(5)"),
    Sign("/etc/shadow", "a password or an expiry was changed: shadow(5)"),
    Sign("/etc/sudoers.d", "rights were given: sudoers(5)"),
    Sign("/etc/systemd/system", "a service was installed: systemd.unit(5)"),
    Sign("/usr/lib/systemd/system", "a package brought a service: systemd.unit(5)"),
)
MACHINE_ID = "/etc/machine-id"
JOURNALS = ("/var/log/journal", "/run/log/journal")
"""Kept on the disk, or in memory alone: systemd-journald.service(8)."""


class Signs:
    """What they looked like at the last look. Instants are monotonic seconds."""

    def __init__(self, root: str = "") -> None:
        self._paths = tuple(f"{root}{sign.path}" for sign in SIGNS)
        self._journals = _journals(root)
        self._seen = _states(self._paths)
        self._journal = _states(self._journals)
        self._journal_at = float("-inf")
        self.next_at = float("-inf") if sys.platform == "linux" else float("inf")

    def given(self, now: float) -> bool:
        """Whether events are worth a look: something changed since the last time."""
        if now < self.next_at:
            return False
        self.next_at = now + EVERY_SECONDS
        seen = _states(self._paths)
        changed, self._seen = seen != self._seen, seen
        if not changed and now < self._journal_at + JOURNAL_SECONDS:
            return False
        journal = _states(self._journals)
        changed = changed or journal != self._journal
        if changed:
            self._journal, self._journal_at = journal, now
        return changed


def _states(paths: tuple[str, ...]) -> tuple[tuple[int, int, int] | None, ...]:
    return tuple(map(_state, paths))


def _state(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None  # not there, on most systems: what appears is a change
    return found.st_mtime_ns, found.st_size, found.st_ino


def _journals(root: str) -> tuple[str, ...]:
    try:
        with open(f"{root}{MACHINE_ID}", encoding="ascii") as file:
            machine = file.read(32)
    except (OSError, ValueError):
        return ()
    return tuple(f"{root}{folder}/{machine}/system.journal" for folder in JOURNALS)
